"""What is to be done, or was: calls, meetings, tasks, e-mails (S1)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.base import Choice, Id, Moment, key_text
from webapp.models.linked import Linked, Noun, linked_indexes


class ActivityKind(StrEnum):
    CALL = "call"
    MEETING = "meeting"
    TASK = "task"
    EMAIL = "email"


class Activity(Linked, Model):
    """Something its owner does with a company, a contact or an opportunity, once."""

    __tablename__ = "activity"
    __table_args__ = (
        *linked_indexes("activity"),
        # What one has to do, the most urgent first.
        Index("ix_activity_owner", "owner_id", "completed_at", "due_key", "id"),
        Index("ix_activity_due", "completed_at", "due_key", "id"),
        Index("ix_activity_contact", "contact_id", "id"),
        Index("ix_activity_opportunity", "opportunity_id", "id"),
    )
    noun = Noun.ACTIVITY
    hides_with = ("contact_id", "opportunity_id")

    contact_id: Mapped[int | None] = mapped_column(Id, ForeignKey("contact.id"))
    opportunity_id: Mapped[int | None] = mapped_column(Id, ForeignKey("opportunity.id"))
    kind: Mapped[ActivityKind] = mapped_column(Choice(ActivityKind))
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    #: The hour of that day, as `14:30`, in the organisation's time zone.
    due_time: Mapped[str] = mapped_column(String(5), default="")
    #: Day and hour as they sort, as `2026-12-03 14:30`: of a day without an hour last, without a day after all others.
    due_key: Mapped[str] = mapped_column(key_text(16))
    comments: Mapped[str] = mapped_column(Text, default="")
    completed_at: Mapped[datetime | None] = mapped_column(Moment)
    completed_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
