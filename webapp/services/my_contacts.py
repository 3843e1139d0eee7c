"""« Mes contacts »: the list each resource makes for themselves (T6, D9)."""

from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, select

from webapp.access import Viewer, granted, seen_by, unscoped, visible_to_all
from webapp.extensions import db
from webapp.i18n import language
from webapp.models import Company, Contact, MyContact
from webapp.services import contacts, paging
from webapp.services.paging import Page, Place


def mine(*columns: Any) -> Select[Any]:
    """Return a select of somebody's own contacts and their companies, as far as they may see them (D9).

    To be kept: whose they are comes as it runs, with `owned_by`.
    """
    return (
        visible_to_all(Contact, *columns)
        .select_from(MyContact)
        .join(Contact, Contact.id == MyContact.contact_id)
        .join(Company, Company.id == Contact.company_id)
        .where(MyContact.resource_id == bindparam("resource"))
    )


def owned_by(viewer: Viewer) -> dict[str, Any]:
    """Return the parameters that a select of `mine` wants."""
    return {"resource": viewer.resource_id, **seen_by(viewer)}


class ContactLine(NamedTuple):
    """A contact in the list of one's own."""

    id: int
    label: str
    sort_key: bytes
    job_title: str
    email1: str
    company_id: int
    company: str


def page(viewer: Viewer, place: Place) -> Page[ContactLine]:
    """Return some of the viewer's own contacts, in order of their last names (T6): one query."""
    windows = paging.windows({0: place})
    statement = _windows_statement(language(), paging.sides(windows))
    rows = db.session.execute(statement, paging.bounds(windows) | owned_by(viewer))
    lines = (
        (
            row.window,
            ContactLine(
                row.id, contacts.listed_name(row), row.sort_key, row.job_title, row.email1, row.company_id, row.company
            ),
        )
        for row in rows
    )
    return paging.pages({0: place}, windows, lines)[0]


@lru_cache
def _windows_statement(language: str, sides: tuple[bool, ...]) -> Select[Any]:
    columns = (Contact.sort_key, Contact.id, Contact.job_title, Contact.email1, Company.id.label("company_id"))
    listed = contacts.with_names(mine(*columns, Company.name.label("company")), language)
    return granted(paging.select_windows(lambda _level: listed, sides), "visible contacts")


def has_some_at(company: Company, viewer: Viewer) -> bool:
    """Whether the viewer sees a contact of their own at the company (T6)."""
    return db.session.scalar(_one_at(), {"company": company.id, **owned_by(viewer)}) is not None


@cache
def _one_at() -> Select[Any]:
    return mine(Contact.id).where(Contact.company_id == bindparam("company")).limit(1)


def has(contact: Contact, viewer: Viewer) -> bool:
    """Whether the contact is in the viewer's list."""
    return bool(db.session.scalar(unscoped(select(is_listed(contact, viewer)), "one's own list")))


def is_listed(contact: Contact, viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that the contact is in the viewer's list, for statements that read more than that."""
    return exists().where(MyContact.resource_id == viewer.resource_id, MyContact.contact_id == contact.id)


def put(contact: Contact, viewer: Viewer, wanted: bool) -> bool:
    """Have the contact in the viewer's list, or not; return whether that changed anything."""
    if has(contact, viewer) == wanted:
        return False
    if wanted:
        db.session.add(MyContact(resource_id=viewer.resource_id, contact_id=contact.id))
    else:
        db.session.execute(
            delete(MyContact).where(MyContact.resource_id == viewer.resource_id, MyContact.contact_id == contact.id)
        )
    return True
