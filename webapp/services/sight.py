"""Who sees a record, and why: the one rule asked of each resource, and the grants by which they pass it (A1 to A3, D7).

Whether they see it comes from the rule itself (`is_visible`), by which the record is fetched too. The reasons are the
grants they hold: of a contact, those of its company and, when it is restricted, its own as well.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, select, tuple_

from webapp.access import granted, is_visible, unscoped
from webapp.extensions import db
from webapp.models import (
    BillingEntity,
    Company,
    CompanyGrant,
    Contact,
    ContactGrant,
    Principal,
    PrincipalKind,
    Resource,
)
from webapp.services import viewers
from webapp.services.search import small

#: Resources in a page.
PAGE = 50


class Reason(NamedTuple):
    """A principal through which one sees something: its kind, and the name of a billing entity."""

    kind: PrincipalKind
    name: str = ""


@dataclass(frozen=True)
class Sight:
    """What one resource sees of a record, and by what."""

    resource_id: int
    name: str
    sees: bool
    #: By what the company is open to them; of a contact, its company.
    company: list[Reason]
    #: By what a restricted contact is open to them, among those who see its company; None where nothing is restricted.
    contact: list[Reason] | None = None


@dataclass(frozen=True)
class Page:
    """Some resources in order of name, and the id after which the next ones begin; those found by name have no next."""

    sights: list[Sight]
    after: int | None = None
    has_more_found: bool = False


def who_sees(record: Company | Contact, resource_ids: Collection[int] | None = None) -> list[Sight]:
    """Return for each active resource, or for some, whether they see a record and by what, in order of name."""
    rows = _resources(record)
    if resource_ids is not None:
        rows = rows.where(Resource.id.in_(resource_ids))
    return _explained(record, db.session.execute(rows.order_by(*_ORDER)).all())


def browse(record: Company | Contact, sees: bool | None = None, typed: str = "", after_id: int | None = None) -> Page:
    """Return a page of the same, after a resource: of those alone who see it or who don't, of those so named."""
    rows = _resources(record)
    if sees is not None:
        rows = rows.where(_sees(record).is_(sees))
    if typed:
        found = small.find(rows, Resource.search_key, _ORDER, typed, PAGE + 1)
        return Page(_explained(record, found[:PAGE]), has_more_found=len(found) > PAGE)
    place = db.session.execute(select(*_ORDER).where(Resource.id == after_id)).first() if after_id else None
    if place is not None:
        rows = rows.where(tuple_(*_ORDER) > tuple(place))
    found = list(db.session.execute(rows.order_by(*_ORDER).limit(PAGE + 1)))
    return Page(_explained(record, found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else None)


_ORDER = (Resource.sort_key, Resource.id)


def _resources(record: Company | Contact) -> Select[Any]:
    rows = select(Resource.id, Resource.name, _sees(record).label("sees")).where(Resource.is_active)
    return granted(rows, "the rule, asked of each resource")


def _sees(record: Company | Contact) -> Any:
    """Return the condition that a resource sees a record, by the principals they hold."""
    held = viewers.holding().subquery()
    principals = select(held.c.principal_id).where(held.c.resource_id == Resource.id).correlate(Resource)
    return is_visible(type(record), record.id, principals)


def _explained(record: Company | Contact, rows: Iterable[Row[Any]]) -> list[Sight]:
    found = list(rows)
    ids = [row.id for row in found]
    own: dict[int, list[Reason]] | None = None
    if isinstance(record, Contact):
        company = _reasons(CompanyGrant, CompanyGrant.company_id == record.company_id, ids)
        if record.restrict_access:
            own = _reasons(ContactGrant, ContactGrant.contact_id == record.id, ids)
    else:
        company = _reasons(CompanyGrant, CompanyGrant.company_id == record.id, ids)
    return [
        Sight(row.id, row.name, row.sees, company.get(row.id, []), None if own is None else own.get(row.id, []))
        for row in found
    ]


def _reasons(grant: Any, of_record: Any, resource_ids: Collection[int]) -> dict[int, list[Reason]]:
    """Return by resource the principals they hold among those that some grants name."""
    held = viewers.holding().subquery()
    rows = (
        select(held.c.resource_id, Principal.id, Principal.kind, BillingEntity.name)
        .distinct()
        .join(Principal, Principal.id == held.c.principal_id)
        .join(grant, grant.principal_id == Principal.id)
        .outerjoin(BillingEntity, BillingEntity.principal_id == Principal.id)
        .where(of_record, held.c.resource_id.in_(resource_ids))
        .order_by(held.c.resource_id, Principal.id)
    )
    found: dict[int, list[Reason]] = {}
    for resource_id, _principal, kind, entity in db.session.execute(unscoped(rows, "why one sees a record one sees")):
        found.setdefault(resource_id, []).append(Reason(kind, entity or ""))
    return found
