"""The trash: what was deleted, back as it was, or gone for good (R3, D16).

A company goes there with its contacts as one set, and comes back with them; a contact deleted by itself stands there by
itself. Whoever deleted something finds it there, as admins find everything; it keeps its access, its history and the
marks of « Mes contacts ».
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, delete, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from webapp.access import LINKED, Viewer, granted, unscoped, visible_in_trash
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import (
    AuditKind,
    Company,
    CompanyGrant,
    CompanyListing,
    CompanySearch,
    Contact,
    ContactSearch,
    Linked,
    Resource,
)
from webapp.services import audit, companies, ids, organisation
from webapp.services.history import recording
from webapp.services.linked import keeping
from webapp.services.linked.words import listed
from webapp.services.portal import ending
from webapp.services.refusal import Refused
from webapp.services.values import Change
from webapp.text import search_key

#: How many are shown at a time; how many are purged in one transaction by the clock.
PAGE, BATCH = 50, 200

_WHY = "what hangs on a record in the trash goes where it goes"


#: What may stand in the trash, by the name of its table.
_MODELS: tuple[type[Any], ...] = (Company, Contact, *LINKED)
KINDS: Mapping[str, type[Any]] = {model.__tablename__: model for model in _MODELS}


class Place(NamedTuple):
    """Where a page begins: after this one, in the order of the list."""

    deleted_at: datetime
    kind: str
    id: int


@dataclass(frozen=True)
class Item:
    """Something in the trash, as the list shows it."""

    kind: str
    id: int
    name: str
    #: Of a contact, where they were.
    company: str
    deleted_at: datetime
    deleted_by: str
    #: Of a company, how many contacts went with it.
    contacts: int

    @property
    def place(self) -> Place:
        return Place(self.deleted_at, self.kind, self.id)


def items(viewer: Viewer, after: Place | None = None, name: str = "") -> tuple[list[Item], Place | None]:
    """Return a page of what `viewer` may take back, the last deleted first, and where the next begins, if there is one.

    `name` keeps those whose name holds its words.
    """
    words = search_key(name).split() if name else []
    found: list[Item] = []
    for kind, model in KINDS.items():
        rows = _companies(viewer) if model is Company else _of_company(model, viewer)
        rows = rows.where(*(model.search_key.contains(word, autoescape=True) for word in words))
        if after:
            rows = rows.where(_comes_after(model, kind, after))
        rows = rows.order_by(model.deleted_at.desc(), model.id.desc()).limit(PAGE + 1)
        found += [Item(kind, **row._asdict()) for row in db.session.execute(rows)]
    found.sort(key=lambda item: (item.kind, -item.id))
    found.sort(key=lambda item: item.deleted_at, reverse=True)
    return found[:PAGE], found[PAGE - 1].place if len(found) > PAGE else None


def _comes_after(model: Any, kind: str, after: Place) -> ColumnElement[bool]:
    earlier, at_once = model.deleted_at < after.deleted_at, model.deleted_at == after.deleted_at
    if kind == after.kind:
        return or_(earlier, at_once & (model.id < after.id))
    return or_(earlier, at_once) if kind > after.kind else earlier


def _companies(viewer: Viewer) -> Select[Any]:
    with_it = select(func.count()).where(Contact.company_id == Company.id, Contact.deleted_at == Company.deleted_at)
    columns: tuple[Any, ...] = (Company.id, Company.name, literal("").label("company"), Company.deleted_at)
    rows = visible_in_trash(Company, viewer, *columns, _DELETER.name.label("deleted_by"))
    return _by_whom(rows.add_columns(with_it.scalar_subquery().label("contacts")), Company)


def _of_company(model: type[Any], viewer: Viewer) -> Select[Any]:
    """Select the contacts, or what hangs on companies, that were deleted by themselves."""
    columns: tuple[Any, ...] = (model.id, model.name, Company.name.label("company"), model.deleted_at)
    rows = visible_in_trash(model, viewer, *columns, _DELETER.name.label("deleted_by"))
    rows = _by_whom(rows.add_columns(literal(0).label("contacts")), model)
    by_themselves = or_(Company.deleted_at.is_(None), Company.deleted_at != model.deleted_at)
    return rows.join(Company, Company.id == model.company_id).where(by_themselves)


_DELETER = aliased(Resource)


def _by_whom(rows: Select[Any], model: Any) -> Select[Any]:
    return rows.select_from(model).outerjoin(_DELETER, _DELETER.id == model.deleted_by_id)


# --- going back ------------------------------------------------------------------------------------------------------


class Restored(NamedTuple):
    """What came back from the trash with a record."""

    contacts: int = 0
    #: How many contacts came back without their access to the portal: others sign in with their e-mail now (D4).
    without_access: int = 0


def restore_company(company: Company, by: Viewer) -> Restored:
    """Take a company out of the trash with the contacts that went with it, and their access to the portal (D16)."""
    with_it = update(Contact).where(Contact.company_id == company.id, Contact.deleted_at == company.deleted_at)
    with_it = with_it.values(deleted_at=None, deleted_by_id=None).execution_options(synchronize_session=False)
    contacts: int = db.session.execute(with_it).rowcount  # type: ignore[attr-defined]
    keeping.out_of_trash(company, company.deleted_at)
    _bring_back(company, by)
    companies.write_listings(company)
    recording.restored(company, by, contacts)
    is_back = (Contact.company_id == company.id, Contact.deleted_at.is_(None))
    return Restored(contacts, ending.out_of_trash(by, *is_back))


def restore_contact(contact: Contact, by: Viewer) -> Restored:
    """Take a contact out of the trash, and their access to the portal; raises Refused while their company is there."""
    company = db.session.scalar(unscoped(select(Company).where(Company.id == contact.company_id), _WHY))
    if company is None or company.deleted_at:
        message = _("La société de ce contact est dans la corbeille : restaurez-la d’abord.")
        raise Refused({"company": message})
    _bring_back(contact, by)
    recording.restored(contact, by)
    return Restored(1, ending.out_of_trash(by, Contact.id == contact.id))


def _bring_back(record: Company | Contact, by: Viewer) -> None:
    record.deleted_at = record.deleted_by_id = None
    record.updated_at, record.updated_by_id = now(), by.resource_id
    db.session.flush()


# --- gone for good ---------------------------------------------------------------------------------------------------


def purge(record: Company | Contact | Linked, by: Viewer) -> None:
    """Remove a record in the trash for good, and tell the audit.

    Raises Refused for a contact whom not everybody may see, while others would show what hangs on them.
    """
    if isinstance(record, Contact) and (named := keeping.naming(record)):
        raise Refused(
            {"contact": _("Ce contact à accès restreint est encore nommé par : %(records)s.", records=listed(named))}
        )
    audit.record(AuditKind.PURGED, record.name, record=record.__tablename__, id=record.id)
    if isinstance(record, Company):
        _purge_company(record, by)
        return
    db.session.expunge(record)
    if isinstance(record, Contact):
        _purge_contacts([record.id])
    else:
        keeping.purge(type(record), [record.id])


def _purge_company(company: Company, by: Viewer) -> None:
    """Remove a company with all its contacts and what hangs on it; its subsidiaries stay, without parent."""
    keeping.purge_company(company)
    people = select(Contact.id).where(Contact.company_id == company.id)
    _purge_contacts(list(db.session.scalars(unscoped(people, _WHY))))
    for subsidiary in db.session.scalars(unscoped(select(Company).where(Company.parent_id == company.id), _WHY)):
        subsidiary.parent_id, subsidiary.updated_at, subsidiary.updated_by_id = None, now(), by.resource_id
        db.session.flush()
        recording.modified(subsidiary, companies.SHAPE, [Change("parent", company.id, None)], by)
    for model in (CompanySearch, CompanyListing, CompanyGrant):
        db.session.execute(delete(model).where(model.company_id == company.id))
    ids.erase(Company, [company.id])
    db.session.delete(company)
    db.session.flush()


def _purge_contacts(contact_ids: Sequence[int]) -> None:
    keeping.forget_contacts(contact_ids)
    ids.erase(Contact, contact_ids)
    for start in range(0, len(contact_ids), BATCH):
        some = contact_ids[start : start + BATCH]
        db.session.execute(delete(ContactSearch).where(ContactSearch.contact_id.in_(some)))
        # What else hangs on them goes with them, in the database.
        db.session.execute(
            delete(Contact).where(Contact.id.in_(some)), execution_options={"synchronize_session": False}
        )


def purge_old(by: Viewer) -> int:
    """Remove for good some of what has been in the trash for longer than the organisation keeps it; return how many.

    Whoever calls it commits, and calls it again while it finds any: a transaction that removes thousands would keep
    everybody waiting.
    """
    days = organisation.load().trash_days
    if not days:
        return 0
    before = now() - timedelta(days=days)
    old = select(Company).where(Company.deleted_at < before).order_by(Company.deleted_at).limit(BATCH)
    left = select(Contact).where(Contact.deleted_at < before, ~keeping.is_named()).order_by(Contact.deleted_at)
    others = (select(one).where(one.deleted_at < before).order_by(one.deleted_at) for one in LINKED)
    for statement in (old, left.limit(BATCH), *(one.limit(BATCH) for one in others)):
        if gone := list(db.session.scalars(granted(statement, "of the clock"))):
            for record in gone:
                purge(record, by)
            return len(gone)
    return 0
