"""What customers ask for, and what is answered (S7)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.clock import now
from webapp.extensions import Model
from webapp.models.base import Choice, Id, IntKey, Moment
from webapp.models.linked import Linked, Noun, linked_indexes


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class SupportRequest(Linked, Model):
    """A request of a company's contact; its name is its subject."""

    __tablename__ = "support_request"
    __table_args__ = (
        *linked_indexes("support_request"),
        # The queue of the staff: what is open, and whose it is.
        Index("ix_support_request_queue", "closed_at", "owner_id", "id"),
        Index("ix_support_request_contact", "contact_id", "id"),
        Index("ix_support_request_state", "state_id", "id"),
    )
    noun = Noun.REQUEST
    hides_with = ("contact_id",)

    #: Given as it is made, unique.
    number: Mapped[str] = mapped_column(String(40), unique=True)
    contact_id: Mapped[int | None] = mapped_column(Id, ForeignKey("contact.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    priority: Mapped[Priority] = mapped_column(Choice(Priority))
    state_id: Mapped[int] = mapped_column(Id, ForeignKey("workflow_state.id"))
    owner_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"), index=True)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class RequestMessage(Model):
    """What somebody said in a request: a resource or a contact."""

    __tablename__ = "request_message"
    __table_args__ = (Index("ix_request_message_request", "request_id", "id"),)

    id: Mapped[IntKey]
    request_id: Mapped[int] = mapped_column(Id, ForeignKey("support_request.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    #: Who said it; named without a foreign key where it is a contact, who may be erased.
    resource_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    contact_id: Mapped[int | None] = mapped_column(Id)
    #: Among the staff: the portal never shows it.
    is_internal: Mapped[bool] = mapped_column(default=False, server_default=false())
    text: Mapped[str] = mapped_column(Text)


class RequestAttachment(Model):
    """A file that came with a request or with one of its messages."""

    __tablename__ = "request_attachment"
    __table_args__ = (Index("ix_request_attachment_request", "request_id", "id"),)

    id: Mapped[IntKey]
    request_id: Mapped[int] = mapped_column(Id, ForeignKey("support_request.id", ondelete="CASCADE"))
    #: The message it came with; nothing when it came with the request itself.
    message_id: Mapped[int | None] = mapped_column(Id, ForeignKey("request_message.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(Id, ForeignKey("stored_file.id"), index=True)
