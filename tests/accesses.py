"""What stories of the portal look up: the history of a contact, what was mailed, and a session to end."""

from sqlalchemy import select

from webapp.access import unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import Contact, HistoryEvent, HistoryKind, Mail, PortalSession


def told(contact: Contact, *kinds: HistoryKind) -> list[HistoryEvent]:
    """Return the entries of these kinds, of a contact, the first first."""
    events = select(HistoryEvent).where(HistoryEvent.contact_id == contact.id, HistoryEvent.kind.in_(kinds))
    return list(db.session.scalars(unscoped(events.order_by(HistoryEvent.id), "a test")))


def mails(contact: Contact) -> list[Mail]:
    return list(db.session.scalars(unscoped(select(Mail).where(Mail.contact_id == contact.id), "a test")))


def signed_in(contact: Contact) -> PortalSession:
    """Open a session of a contact."""
    session = PortalSession(
        token_hash=f"hash {contact.id}",
        contact_id=contact.id,
        created_at=now(),
        last_seen_at=now(),
        address="",
        user_agent="",
    )
    db.session.add(session)
    db.session.commit()
    return session
