"""What ends an access to the portal, and what the trash does to it: sessions, links, the login (D1, D16, P4)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from webapp.access import Viewer, unscoped
from webapp.emails import email_key
from webapp.extensions import db
from webapp.models import Contact, HistoryKind, PortalAccess
from webapp.services import links, sessions
from webapp.services.portal import telling

_WHY = "the access to the portal goes where its contact goes"


def disable(contact: Contact, access: PortalAccess, by: Viewer, lines: Sequence[dict[str, Any]] = ()) -> None:
    """Take an access back: sessions and links end at once, the login is free for others, the rest is kept (D1)."""
    access.enabled = False
    _cut([access])
    telling.tell(HistoryKind.PORTAL_DISABLED, contact, by, lines)


def _cut(accesses: Sequence[PortalAccess]) -> None:
    ids = [access.contact_id for access in accesses]
    sessions.portal.end_all_of(ids)
    links.end_all_of_contacts(ids)
    for access in accesses:
        access.login_key = None


# --- the trash -------------------------------------------------------------------------------------------------------


def into_trash(*which: Any) -> None:
    """Cut the access of contacts that go to the trash, those that meet some conditions (D16).

    It stays enabled: it comes back with them.
    """
    enabled = select(PortalAccess).join(Contact, Contact.id == PortalAccess.contact_id)
    enabled = enabled.where(PortalAccess.login_key.is_not(None), *which)
    if cut := db.session.scalars(unscoped(enabled, _WHY)).all():
        _cut(cut)


def out_of_trash(by: Viewer, *which: Any) -> int:
    """Give contacts that came back from the trash their access again, those that meet some conditions.

    Whose login another contact took meanwhile loses the access; how many they are is returned (D4, D16).
    """
    coming = select(Contact, PortalAccess).join(PortalAccess, PortalAccess.contact_id == Contact.id)
    coming = coming.where(PortalAccess.enabled, PortalAccess.login_key.is_(None), *which).order_by(Contact.id)
    left_out = 0
    for contact, access in db.session.execute(unscoped(coming, _WHY)).all():
        key = email_key(contact.email1)
        if db.session.scalar(select(PortalAccess.contact_id).where(PortalAccess.login_key == key)):
            disable(contact, access, by)
            left_out += 1
        else:
            access.login_key = key
        db.session.flush()
    return left_out
