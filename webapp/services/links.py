"""One-time links: they serve once, for a limited time, and opening one never uses it up (D5)."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from webapp.access import unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import LinkPurpose, OneTimeLink, PortalAccess, Resource
from webapp.services.mail import outbox
from webapp.tokens import hash_token, new_token

CHOOSE_PASSWORD_LIFETIME = timedelta(days=3)
PORTAL_PASSWORD_LIFETIME = timedelta(days=7)
FIRST_USE_LIFETIME = timedelta(days=7)
DEMO_LIFETIME = timedelta(hours=12)

#: Links that no longer open anything are forgotten after this.
KEPT = timedelta(days=30)


def create(purpose: LinkPurpose, owner: Resource | PortalAccess | None, lifetime: timedelta) -> str:
    """Make a link of a resource, of a contact or of nobody yet, and return its token, told this once.

    An older link of the same purpose ends.
    """
    moment = now()
    resource_id = owner.id if isinstance(owner, Resource) else None
    contact_id = owner.contact_id if isinstance(owner, PortalAccess) else None
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < moment - KEPT))
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.purpose == purpose,
            OneTimeLink.resource_id == resource_id,
            OneTimeLink.contact_id == contact_id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > moment,
        )
        .values(expires_at=moment)
    )
    if purpose in (LinkPurpose.CHOOSE_PASSWORD, LinkPurpose.PORTAL_PASSWORD):
        outbox.withdraw_links(resource_id=resource_id, contact_id=contact_id)
    token = new_token()
    db.session.add(
        OneTimeLink(
            token_hash=hash_token(token),
            purpose=purpose,
            resource_id=resource_id,
            contact_id=contact_id,
            created_at=moment,
            expires_at=moment + lifetime,
        )
    )
    db.session.flush()
    return token


def find(token: str) -> OneTimeLink | None:
    """Return the link of this token if it still opens something; looking doesn't use it up.

    Whether a contact's access is in force is asked by what it opens.
    """
    found = (
        select(OneTimeLink)
        .outerjoin(Resource, Resource.id == OneTimeLink.resource_id)
        .where(
            OneTimeLink.token_hash == hash_token(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now(),
            or_(OneTimeLink.resource_id.is_(None), Resource.is_active),
        )
    )
    return db.session.scalar(unscoped(found, "whoever holds a link is nobody yet"))


def use(link: OneTimeLink) -> bool:
    """Use a link up; return whether it was still to be used: of two at once, one wins."""
    used = db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now())
        .values(used_at=now())
        .returning(OneTimeLink.id)
        .execution_options(synchronize_session=False)
    )
    return used.first() is not None


def end_all(resource_id: int) -> None:
    """End every link of a resource, also where it waits in a mail."""
    moment = now()
    db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.resource_id == resource_id, OneTimeLink.expires_at > moment)
        .values(expires_at=moment)
    )
    outbox.withdraw_links(resource_id=resource_id)


def end_all_of_contacts(contact_ids: Collection[int]) -> None:
    """End every link of some contacts, also where it waits in a mail."""
    moment = now()
    db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.contact_id.in_(contact_ids), OneTimeLink.expires_at > moment)
        .values(expires_at=moment)
    )
    outbox.withdraw_links_of_contacts(contact_ids)
