"""What happened to a record: entries that are only ever added (H1 to H4)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.clock import now
from webapp.extensions import Model
from webapp.models.base import Choice, Id, IntKey, Moment, where_given
from webapp.models.linked import Noun


class HistoryKind(StrEnum):
    """What an entry tells; its sentence stands in `services/history/sentences.py`."""

    CREATED = "created"
    MODIFIED = "modified"
    COMMENTED = "commented"
    #: A contact left this company for another, and came to this one from another (D17).
    LEFT = "left"
    JOINED = "joined"
    #: An activity was done; an opportunity was won or lost, a request closed.
    COMPLETED = "completed"
    CLOSED = "closed"
    REOPENED = "reopened"
    #: What changed of an opportunity, the weightiest of it (H3); of a request, its state.
    STATE_CHANGED = "state_changed"
    DATES_CHANGED = "dates_changed"
    AMOUNT_CHANGED = "amount_changed"
    #: What becomes of an invoice (S5, H1).
    VALIDATED = "validated"
    NOTICE_SENT = "notice_sent"
    PAID = "paid"
    #: What is said in a request, what is put into a folder (S7, S8).
    ANSWERED = "answered"
    DOCUMENT_ADDED = "document_added"
    DOCUMENT_REMOVED = "document_removed"
    DOCUMENT_RESTORED = "document_restored"
    DELETED = "deleted"
    RESTORED = "restored"
    #: What becomes of a contact's access to the portal (H2, P3).
    PORTAL_REQUESTED = "portal_requested"
    PORTAL_INVITED = "portal_invited"
    PORTAL_REJECTED = "portal_rejected"
    PORTAL_CHANGED = "portal_changed"
    PORTAL_EXTENDED = "portal_extended"
    PORTAL_HANDED_OVER = "portal_handed_over"
    PORTAL_DISABLED = "portal_disabled"
    PORTAL_PASSWORD_RESET = "portal_password_reset"  # noqa: S105
    PORTAL_REMINDED = "portal_reminded"


class HistoryEvent(Model):
    """One entry: who did what to which record, and when.

    It names its records by id without a foreign key: it stays when they are gone. On each engine a trigger refuses to
    change or remove one.
    """

    __tablename__ = "history_event"
    __table_args__ = (
        Index("ix_history_event_company", "company_id", "at", "id"),
        Index("ix_history_event_contact", "contact_id", "at", "id"),
        where_given("opportunity_id", "ix_history_event_opportunity", "opportunity_id", "at", "id"),
        where_given("record_id", "ix_history_event_record", "noun", "record_id", "at", "id"),
    )

    id: Mapped[IntKey]
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    kind: Mapped[HistoryKind] = mapped_column(Choice(HistoryKind))
    #: The company it is told of: of a contact, the one they were at (D17).
    company_id: Mapped[int] = mapped_column(Id)
    #: The contact it is about, if it isn't the company itself.
    contact_id: Mapped[int | None] = mapped_column(Id)
    #: The opportunity whose history tells of it: its own, or of what was made from it (H3).
    opportunity_id: Mapped[int | None] = mapped_column(Id)
    #: What hangs on the company, if it is about that.
    noun: Mapped[Noun | None] = mapped_column(Choice(Noun))
    record_id: Mapped[int | None] = mapped_column(Id)
    #: Who did it; nobody when a command did.
    actor_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    #: The contact who did it in the portal; like the records, named without a foreign key.
    actor_contact_id: Mapped[int | None] = mapped_column(Id)
    #: The version of the record that a save left behind.
    version: Mapped[int | None]
    #: `changes`, `comment`... as each kind has them (`services/history/recording.py`).
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
