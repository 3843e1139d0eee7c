"""« Mes contacts »: the list each resource makes for themselves (T6, D9)."""

from typing import Any, NamedTuple

from sqlalchemy import Select, delete, exists, select

from webapp.access import Viewer, granted, unscoped, visible
from webapp.extensions import db
from webapp.models import Company, Contact, MyContact
from webapp.services import contacts, paging
from webapp.services.paging import Page, Place


def mine(viewer: Viewer, *columns: Any) -> Select[Any]:
    """Return a select of the viewer's own contacts and their companies, as far as the viewer may see them (D9)."""
    return (
        visible(Contact, viewer, *columns)
        .select_from(MyContact)
        .join(Contact, Contact.id == MyContact.contact_id)
        .join(Company, Company.id == Contact.company_id)
        .where(MyContact.resource_id == viewer.resource_id)
    )


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
    columns = (Contact.sort_key, Contact.id, Contact.job_title, Contact.email1, Company.id.label("company_id"))
    listed = contacts.with_names(mine(viewer, *columns, Company.name.label("company")))
    windows = paging.windows({0: place})
    rows = db.session.execute(granted(paging.select_windows(lambda _level: listed, windows), "visible contacts"))
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


def has_some_at(company: Company, viewer: Viewer) -> bool:
    """Whether the viewer sees a contact of their own at the company (T6)."""
    one = mine(viewer, Contact.id).where(Contact.company_id == company.id).limit(1)
    return db.session.scalar(one) is not None


def has(contact: Contact, viewer: Viewer) -> bool:
    """Whether the contact is in the viewer's list."""
    mine = exists().where(MyContact.resource_id == viewer.resource_id, MyContact.contact_id == contact.id)
    return bool(db.session.scalar(unscoped(select(mine), "one's own list")))


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
