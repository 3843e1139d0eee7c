"""Many companies at once: read as flat values, found by number or by name, written a table at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import aliased

from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import (
    EVERYBODY_ID,
    BillingEntity,
    Company,
    CompanyGrant,
    CompanyListing,
    Resource,
)
from webapp.services import companies, organisation, sharing
from webapp.services.companies import SHAPE
from webapp.services.search import texts
from webapp.services.transfer import records
from webapp.services.transfer.bulk import BATCH, WHY, Stored, batches, insert_rows, update_rows
from webapp.services.transfer.parts import Parts
from webapp.services.values import number_key

#: All that a file can say of a company, as it is before anybody said it.
NOTHING: Mapping[str, Any] = {**SHAPE.empty, **sharing.OPEN_COMPANY}

_PARTS = Parts(SHAPE, texts.COMPANIES)


# --- reading -----------------------------------------------------------------------------------------------------


def load(which: ColumnElement[bool], limit: int | None = None, lock: bool = False) -> list[Stored]:
    """Return the companies that meet a condition, in order of id; `lock` keeps others from changing them meanwhile."""
    parent = aliased(Company)
    columns = [getattr(Company, column).label(f"value_{name}") for name, column in SHAPE.columns.items()]
    rows: Select[Any] = (
        select(
            Company.id,
            Company.version,
            Company.deleted_at,
            parent.company_number.label("parent_number"),
            parent.name.label("parent"),
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
        _PARTS.load(found)
        _add_access(found)
    return list(found.values())


def _stored(row: Any) -> Stored:
    values = dict(NOTHING)
    for name in SHAPE.columns:
        values[name] = getattr(row, f"value_{name}")
    shown = {"parent_number": row.parent_number or "", "parent": row.parent or ""}
    return Stored(row.id, values, row.version, row.deleted_at is not None, shown)


def _add_access(found: dict[int, Stored]) -> None:
    """Read access back from the grants: restricted to people when people are named, or nobody at all."""
    grant = CompanyGrant
    rows = (
        select(grant.company_id, Resource.id, BillingEntity.id)
        .outerjoin(Resource, Resource.principal_id == grant.principal_id)
        .outerjoin(BillingEntity, BillingEntity.principal_id == grant.principal_id)
        .where(grant.principal_id != EVERYBODY_ID, grant.company_id.in_(found))
    )
    for company_id, resource_id, entity_id in db.session.execute(unscoped(rows, WHY)):
        values = found[company_id].values
        if resource_id is not None:
            values["allowed_resources"] |= {resource_id}
        if entity_id is not None:
            values["billing_entities"] |= {entity_id}
        values["restrict_access"] = bool(values["allowed_resources"]) or not values["billing_entities"]


# --- finding -----------------------------------------------------------------------------------------------------


def ids_by_number(keys: Iterable[str]) -> dict[str, int]:
    """Return the companies that have these numbers, by the key of the number."""
    found: dict[str, int] = {}
    for some in batches(keys):
        rows = select(Company.number_key, Company.id).where(Company.number_key.in_(some), Company.deleted_at.is_(None))
        found |= {str(key): company_id for key, company_id in db.session.execute(unscoped(rows, WHY))}
    return found


def ids_by_name(keys: Iterable[str]) -> dict[str, list[int]]:
    """Return the companies of each of these names, by its search key; the table is read once: names have no index."""
    found: dict[str, list[int]] = {key: [] for key in keys}
    if found:
        rows = select(Company.search_key, Company.id).where(Company.deleted_at.is_(None))
        for key, company_id in db.session.execute(unscoped(rows.execution_options(yield_per=BATCH), WHY)):
            if key in found:
                found[key].append(company_id)
    return found


# --- writing -----------------------------------------------------------------------------------------------------


@dataclass
class Row(records.Row):
    """A row of a file of companies."""

    #: Whether it names another parent than the company has; by which number, or name.
    is_moved: bool = False
    parent_number: str = ""
    parent_name: str = ""

    @property
    def is_changed(self) -> bool:
        return self.is_moved or super().is_changed


class Writer(records.RecordWriter[Row]):
    """Writes companies with all that hangs on them, a table at a time."""

    model = Company
    parts = _PARTS

    shape = SHAPE

    def _about(self, key: int, values: Mapping[str, Any]) -> dict[str, int]:
        return {"company_id": key}

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return companies.company_columns(values)

    def _country_of(self, row: Row) -> str:
        return self._names.country_codes.get(row.values["main_country"], self._home)

    def _clear(self, record_ids: Sequence[int]) -> None:
        super()._clear(record_ids)
        for model in (CompanyGrant, CompanyListing):
            db.session.execute(delete(model).where(model.company_id.in_(record_ids)))

    def _hang(self, values: Mapping[int, Mapping[str, Any]], columns: Mapping[int, Mapping[str, Any]]) -> None:
        """Write to whom companies are granted, and their places in the trees."""
        grants: list[dict[str, Any]] = []
        listings: list[dict[str, Any]] = []
        for key, of_company in values.items():
            principals = self._principals(of_company)
            grants += companies.grant_rows(key, columns[key]["sort_key"], principals)
            listings += companies.listing_rows(key, columns[key], principals)
        insert_rows(CompanyGrant, grants)
        # In the order of the table's key, neighbours are written to the same page.
        insert_rows(
            CompanyListing,
            sorted(listings, key=lambda r: (r["principal_id"], r["tree"], r["branch_id"], r["sort_key"])),
        )

    def _principals(self, values: Mapping[str, Any]) -> list[int]:
        return sharing.company_principals(
            values, self._names.principals_of_resources, self._names.principals_of_entities
        )


def give_numbers(company_ids: Sequence[int], prefix: str) -> None:
    """Give automatic numbers to new companies, passing over those that are taken (D18)."""
    for ids in batches(company_ids):
        numbers = islice(_free_numbers(prefix, len(ids)), len(ids))
        rows = [
            {"id": company_id, "company_number": number, "number_key": number_key(number)}
            for company_id, number in zip(ids, numbers, strict=True)
        ]
        update_rows(Company, rows)
        texts.COMPANIES.rebuild(ids)


def _free_numbers(prefix: str, size: int) -> Iterator[str]:
    """Yield numbers nobody has, reserved by as many as are likely to be wanted."""
    while True:
        first = organisation.next_number("company", size)
        numbers = [organisation.number_text(prefix, first + place) for place in range(size)]
        keys = [number_key(number) for number in numbers]
        rows = select(Company.number_key).where(Company.number_key.in_(keys))
        taken = set(db.session.scalars(unscoped(rows, WHY)))
        yield from (number for number, key in zip(numbers, keys, strict=True) if key not in taken)
