"""What is to be mailed: written in the transaction of what it is about, sent by the worker afterwards (P4, D5).

Nothing here sends, and nothing commits.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select

from webapp import vault
from webapp.access import Actor, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import AuditKind, Contact, Mail, MailKind, MailState, Resource
from webapp.services import audit, organisation
from webapp.services.mail import rendering
from webapp.services.refusal import Refused
from webapp.text import clean_line, search_key
from webapp.urls import public_host

#: A mail that could not be sent for so long is given up: what it says is old by then, and its link ends.
GIVE_UP_AFTER = timedelta(days=3)

#: Mail that no longer waits is forgotten after this.
KEPT = timedelta(days=365)

#: How many are forgotten in one transaction by the clock.
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who gets a mail, and how they read: `to_resource` and `to_contact` make one."""

    email: str
    name: str
    language: str
    #: In which they read moments.
    timezone: str
    resource_id: int | None = None
    contact_id: int | None = None


def to_resource(resource: Resource) -> Recipient:
    """Write to a member of staff, in their language."""
    return Recipient(
        email=resource.email,
        name=resource.name,
        language=resource.language,
        timezone=resource.timezone,
        resource_id=resource.id,
    )


def to_contact(contact: Contact, language: str) -> Recipient:
    """Write to a contact, at their first address and in their language."""
    return Recipient(
        email=contact.email1,
        name=contact.name,
        language=language,
        timezone=organisation.load().timezone,
        contact_id=contact.id,
    )


def queue(
    kind: MailKind,
    to: Recipient,
    *,
    by: Actor,
    link: str = "",
    about: Contact | None = None,
    **values: Any,
) -> Mail:
    """Put a mail into the outbox, and return it: it leaves once the transaction is committed, and never otherwise.

    `link`: the whole address of a one-time link (`urls.public_url`), kept sealed until the mail has left.
    `about`: the contact it tells of, when it goes to somebody else; it is then erased with them.
    `values`: what its texts name, as the top of `subject.txt` of its folder lists; a moment in them is written as
    the recipient reads it.
    """
    written = rendering.render(kind, to.language, to.timezone, name=to.name, has_link=bool(link), **values)
    moment = now()
    email, name = clean_line(to.email), clean_line(to.name)
    mail = Mail(
        kind=kind,
        message_id=f"<{uuid.uuid4().hex}@{public_host()}>",
        to_email=email,
        to_name=name,
        search_key=search_key(f"{name} {email}")[:1000],
        language=to.language,
        contact_id=about.id if about else to.contact_id,
        resource_id=to.resource_id,
        subject=written.subject,
        text=written.text,
        html=written.html,
        sealed_link=vault.seal(link) if link else None,
        due_at=moment,
        give_up_at=moment + GIVE_UP_AFTER,
        created_at=moment,
        created_by_id=by.resource_id,
    )
    db.session.add(mail)
    db.session.flush()
    return mail


def link_of(mail: Mail) -> str | None:
    """Return the one-time link of a mail that still waits; nothing when it has none, or another key sealed it."""
    return vault.unseal(mail.sealed_link) if mail.sealed_link else None


# --- while it waits --------------------------------------------------------------------------------------------------


def retry(mail: Mail) -> None:
    """Have a mail tried again now, and for as long as a new one; raises Refused when that makes no sense any more.

    Nor does it while the worker has it: it would be sent twice.
    """
    if not mail.can_retry:
        raise Refused({"mail": _("Cet e-mail ne peut plus être envoyé : créez-en un autre.")})
    if mail.is_leaving:
        raise Refused({"mail": _("Cet e-mail part en ce moment : attendez de savoir s’il est arrivé.")})
    mail.state, mail.settled_at = MailState.WAITING, None
    mail.due_at, mail.give_up_at = now(), now() + GIVE_UP_AFTER
    tell(AuditKind.MAIL_RETRIED, mail)


def cancel(mail: Mail) -> None:
    """Have a mail not sent; raises Refused when it waits no longer. One just leaving may still arrive."""
    if not mail.is_waiting:
        raise Refused({"mail": _("Cet e-mail n’est plus en attente.")})
    settle(mail, MailState.CANCELLED)
    tell(AuditKind.MAIL_CANCELLED, mail)


def tell(kind: AuditKind, mail: Mail) -> None:
    """Tell the audit what an admin did with a mail; contacts are not named, as entries outlive them."""
    audit.record(kind, "" if mail.contact_id else mail.to_name, mail=mail.id, what=mail.kind)


def settle(mail: Mail, state: MailState) -> None:
    """Say what became of a mail for good; its link is kept no longer."""
    mail.state, mail.settled_at, mail.sealed_link = state, now(), None


def withdraw_of_contacts(contacts: Select[int]) -> None:
    """Cancel what waits about contacts, given as a select of their ids: they went to the trash."""
    _withdraw(Mail.contact_id.in_(contacts))


def withdraw_links_of_contacts(contact_ids: Collection[int]) -> None:
    """Cancel what waits for contacts with a link that has just ended."""
    _withdraw(Mail.resource_id.is_(None), Mail.contact_id.in_(contact_ids), Mail.sealed_link.is_not(None))


def withdraw_links(*, resource_id: int | None = None, contact_id: int | None = None) -> None:
    """Cancel what waits with a link that has just ended: of a resource, of a contact, or of both together."""
    _withdraw(Mail.resource_id == resource_id, Mail.contact_id == contact_id, Mail.sealed_link.is_not(None))


def _withdraw(*which: ColumnElement[bool]) -> None:
    waiting = select(Mail).where(Mail.state == MailState.WAITING, *which).with_for_update()
    for mail in db.session.scalars(unscoped(waiting, "what waits is withdrawn, whoever sees it")):
        settle(mail, MailState.CANCELLED)


def forget_old() -> int:
    """Forget some of the mail that was settled long ago; return how many. Whoever calls it commits, and calls again."""
    old = select(Mail.id).where(Mail.settled_at < now() - KEPT).limit(BATCH)
    gone = delete(Mail).where(Mail.id.in_(old)).execution_options(synchronize_session=False)
    return db.session.execute(gone).rowcount  # type: ignore[attr-defined, no-any-return]
