"""« Mes contacts »: the list each resource makes for themselves (T6, D9)."""

from sqlalchemy import delete, exists, select

from webapp.access import Viewer, unscoped
from webapp.extensions import db
from webapp.models import Contact, MyContact


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
