"""Reading many companies at once, as flat values: what an import compares with, and what an export writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import (
    EVERYBODY_ID,
    BillingEntity,
    Company,
    CompanyAddress,
    CompanyGrant,
    CompanyPhone,
    Resource,
)
from webapp.services.companies import SHAPE
from webapp.services.values import ADDRESS_PARTS

WHY = "imports and exports are the organisation's"

#: Access as values; of the two lists, the ids.
OPEN: dict[str, Any] = {"restrict_access": False, "allowed_resources": frozenset(), "billing_entities": frozenset()}

#: All that a file can say of a company, as it is before anybody said it.
NOTHING: Mapping[str, Any] = {**SHAPE.empty, **OPEN}


@dataclass
class Stored:
    """A company as it is: its values, whom it is granted to, and what names its parent."""

    id: int
    values: dict[str, Any]
    in_trash: bool
    parent_number: str
    parent_name: str


def load(which: ColumnElement[bool], limit: int | None = None, lock: bool = False) -> list[Stored]:
    """Return the companies that meet a condition, in order of id; `lock` keeps others from changing them meanwhile."""
    parent = aliased(Company)
    columns = [getattr(Company, column).label(f"value_{name}") for name, column in SHAPE.columns.items()]
    rows: Select[Any] = (
        select(
            Company.id,
            Company.deleted_at,
            parent.company_number.label("parent_number"),
            parent.name.label("parent_name"),
            *columns,
        )
        .outerjoin(parent, Company.parent_id == parent.id)
        .where(which)
        .order_by(Company.id)
        .limit(limit)
    )
    if lock:
        rows = rows.with_for_update(of=Company)
    found = {row.id: _stored(row) for row in db.session.execute(unscoped(rows, WHY))}
    if found:
        _add_addresses(found)
        _add_phones(found)
        _add_access(found)
    return list(found.values())


def _stored(row: Any) -> Stored:
    values = dict(NOTHING)
    for name in SHAPE.columns:
        values[name] = getattr(row, f"value_{name}")
    return Stored(row.id, values, row.deleted_at is not None, row.parent_number or "", row.parent_name or "")


def _add_addresses(found: dict[int, Stored]) -> None:
    parts = [getattr(CompanyAddress, column) for column in ADDRESS_PARTS.values()]
    rows = select(CompanyAddress.company_id, CompanyAddress.kind, *parts)
    for company_id, kind, *values in _of(found, rows, CompanyAddress.company_id):
        names = (f"{kind}_{part}" for part in ADDRESS_PARTS)
        found[company_id].values.update(zip(names, values, strict=True))


def _add_phones(found: dict[int, Stored]) -> None:
    rows = select(CompanyPhone.company_id, CompanyPhone.kind, CompanyPhone.typed)
    for company_id, kind, typed in _of(found, rows, CompanyPhone.company_id):
        found[company_id].values[f"phone_{kind}"] = typed


def _add_access(found: dict[int, Stored]) -> None:
    """Read access back from the grants: restricted to people when people are named, or nobody at all."""
    grant = CompanyGrant
    rows = (
        select(grant.company_id, Resource.id, BillingEntity.id)
        .outerjoin(Resource, Resource.principal_id == grant.principal_id)
        .outerjoin(BillingEntity, BillingEntity.principal_id == grant.principal_id)
        .where(grant.principal_id != EVERYBODY_ID)
    )
    for company_id, resource_id, entity_id in _of(found, rows, grant.company_id):
        values = found[company_id].values
        if resource_id is not None:
            values["allowed_resources"] |= {resource_id}
        if entity_id is not None:
            values["billing_entities"] |= {entity_id}
        values["restrict_access"] = bool(values["allowed_resources"]) or not values["billing_entities"]


def _of(found: dict[int, Stored], rows: Any, company_id: Any) -> Iterator[Sequence[Any]]:
    return iter(db.session.execute(unscoped(rows.where(company_id.in_(found)), WHY)).all())
