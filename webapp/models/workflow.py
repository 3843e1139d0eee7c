"""How requests go from state to state, as admins draw it, and the steps to be done on the way (S8, P10, P11)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.i18n import language
from webapp.models.base import Choice, Id, IntKey, Moment, Timestamped, Versioned


class Workflow(Timestamped, Versioned, Model):
    """The states of requests and the moves between them; new requests follow the one that is the default."""

    __tablename__ = "workflow"

    id: Mapped[IntKey]
    name: Mapped[str] = mapped_column(String(200))
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    retired_at: Mapped[datetime | None] = mapped_column(Moment)

    states: Mapped[list["WorkflowState"]] = relationship(
        order_by="WorkflowState.position", cascade="all, delete-orphan", passive_deletes=True
    )


class WorkflowState(Model):
    """Where a request may stand. In one that is closed, there is nothing left to do."""

    __tablename__ = "workflow_state"
    __table_args__ = (Index("ix_workflow_state_order", "workflow_id", "position", "id"),)

    id: Mapped[IntKey]
    workflow_id: Mapped[int] = mapped_column(Id, ForeignKey("workflow.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    label_fr: Mapped[str] = mapped_column(String(200))
    label_en: Mapped[str] = mapped_column(String(200))
    #: New requests begin here: one state of each workflow.
    is_initial: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_closed: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: No request enters it any more; those that are there may leave.
    retired_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        return self.label_en if language() == "en" else self.label_fr


class WorkflowMove(Model):
    """A request may go from this state to that one."""

    __tablename__ = "workflow_move"
    __table_args__ = ({"sqlite_with_rowid": False},)

    from_id: Mapped[int] = mapped_column(Id, ForeignKey("workflow_state.id", ondelete="CASCADE"), primary_key=True)
    to_id: Mapped[int] = mapped_column(
        Id, ForeignKey("workflow_state.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Performer(StrEnum):
    """Who may be given a step."""

    RESOURCE = "resource"
    CONTACT = "contact"


class WorkflowStep(Model):
    """What is to be done when a request enters a state, by whom it is given to then."""

    __tablename__ = "workflow_step"
    __table_args__ = (UniqueConstraint("state_id", "position"),)

    id: Mapped[IntKey]
    state_id: Mapped[int] = mapped_column(Id, ForeignKey("workflow_state.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    label_fr: Mapped[str] = mapped_column(String(200))
    label_en: Mapped[str] = mapped_column(String(200))
    performer: Mapped[Performer] = mapped_column(Choice(Performer))
    #: How many days one has for it; nothing when there is no hurry.
    days: Mapped[int | None]


class RequestTask(Model):
    """A step of a request, given to a resource or to a contact of its company, or waiting to be given (P11)."""

    __tablename__ = "request_task"
    __table_args__ = (
        Index("ix_request_task_request", "request_id", "id"),
        Index("ix_request_task_resource", "resource_id", "done_at", "id"),
        Index("ix_request_task_contact", "contact_id", "done_at", "id"),
    )

    id: Mapped[IntKey]
    request_id: Mapped[int] = mapped_column(Id, ForeignKey("support_request.id", ondelete="CASCADE"))
    #: What is to be done, as the step said it then.
    label_fr: Mapped[str] = mapped_column(String(200))
    label_en: Mapped[str] = mapped_column(String(200))
    performer: Mapped[Performer] = mapped_column(Choice(Performer))
    resource_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    contact_id: Mapped[int | None] = mapped_column(Id, ForeignKey("contact.id", ondelete="SET NULL"))
    due_on: Mapped[date | None] = mapped_column(Date)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    #: What whoever did it has to say of it.
    remark: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
