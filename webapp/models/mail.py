"""The outbox: every mail, from the transaction that wants it sent to what became of it (P4, D5)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.clock import now
from webapp.extensions import Model
from webapp.models.base import Choice, Id, IntKey, Moment, key_text

#: Stands in a kept text where the one-time link goes: the link itself is kept sealed.
LINK = "\N{OBJECT REPLACEMENT CHARACTER}"


class MailKind(StrEnum):
    """What a mail is for: the folder of its texts in `templates/mail/`, and its name in `services/mail/reading.py`."""

    TEST = "test"
    RESOURCE_INVITED = "resource_invited"
    RESOURCE_PASSWORD = "resource_password"  # noqa: S105
    PORTAL_INVITED = "portal_invited"
    PORTAL_PASSWORD = "portal_password"  # noqa: S105
    PORTAL_REMINDED = "portal_reminded"
    #: An access ends soon: to the contact, and to their sponsor.
    PORTAL_ENDING = "portal_ending"
    PORTAL_SPONSOR_ENDING = "portal_sponsor_ending"
    PORTAL_FORGOTTEN = "portal_forgotten"
    PORTAL_COORDINATES = "portal_coordinates"
    #: What happens in a request, and a task of one (S7, P11).
    REQUEST_OPENED = "request_opened"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_WRITTEN = "request_written"
    REQUEST_MOVED = "request_moved"
    REQUEST_ASSIGNED = "request_assigned"
    TASK_GIVEN = "task_given"
    #: To the billing contact (S5).
    INVOICE_VALIDATED = "invoice_validated"


class MailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class MailProblem(StrEnum):
    """Why a mail could not be sent the last time; `Mail.last_error` has the words of whoever said so."""

    CONNECTION = "connection"
    TLS = "tls"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    SERVER = "server"
    ADDRESS = "address"
    TOO_LATE = "too_late"
    LINK_LOST = "link_lost"


_WAITING = text(f"state = '{MailState.WAITING}'")


class Mail(Model):
    """One mail to one person. What is written in it is written once; the link is put in as it leaves."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_due", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_mail_state", "state", "id"),
        Index("ix_mail_contact", "contact_id", "id"),
        Index("ix_mail_resource", "resource_id", "id"),
        # Those of an erased contact go with it: their addresses must not lead to another one's.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[IntKey]
    kind: Mapped[MailKind] = mapped_column(Choice(MailKind))
    #: The same at each attempt: a mail that arrives twice is then shown once.
    message_id: Mapped[str] = mapped_column(String(320), unique=True)
    to_email: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(320))
    #: The name and the address, folded.
    search_key: Mapped[str] = mapped_column(key_text(1000))
    language: Mapped[str] = mapped_column(String(5))
    #: Whom it concerns, which need not be who gets it. What concerns a contact is erased with them.
    contact_id: Mapped[int | None] = mapped_column(Id, ForeignKey("contact.id", ondelete="CASCADE"))
    resource_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))

    subject: Mapped[str] = mapped_column(String(400))
    #: Both with LINK instead of the link.
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    #: The link, sealed; nothing once the mail waits no longer.
    sealed_link: Mapped[str | None] = mapped_column(Text)

    state: Mapped[MailState] = mapped_column(Choice(MailState), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    #: When it is tried next; while it is being sent, when another worker may take it.
    due_at: Mapped[datetime] = mapped_column(Moment, default=now)
    #: From when on it is no longer tried.
    give_up_at: Mapped[datetime] = mapped_column(Moment)
    problem: Mapped[MailProblem | None] = mapped_column(Choice(MailProblem))
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    created_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    tried_at: Mapped[datetime | None] = mapped_column(Moment)
    #: When it was sent, refused for good or cancelled.
    settled_at: Mapped[datetime | None] = mapped_column(Moment, index=True)

    @property
    def is_waiting(self) -> bool:
        return self.state is MailState.WAITING

    @property
    def has_link(self) -> bool:
        """Whether a link is meant to be in it, even when it is kept no longer."""
        return LINK in self.text

    @property
    def is_leaving(self) -> bool:
        """Whether the worker has it: it was taken, nothing is known of that attempt, and its time is not over.

        One that was cancelled meanwhile may still arrive.
        """
        taken = self.state in (MailState.WAITING, MailState.CANCELLED) and self.tried_at is not None
        return taken and self.problem is None and self.due_at > now()

    @property
    def can_retry(self) -> bool:
        """Whether another attempt makes sense: the link of a mail that waits no longer is erased."""
        return self.is_waiting or (self.state is not MailState.SENT and not self.has_link)
