"""Work for a company, with or without an engagement (S4)."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.base import Choice, Id
from webapp.models.linked import Linked, Noun, linked_indexes


class ProjectState(StrEnum):
    PLANNED = "planned"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DONE = "done"
    CANCELLED = "cancelled"


class Project(Linked, Model):
    """Work for a company, that its contacts may follow in the portal when it is opened to them (P8)."""

    __tablename__ = "project"
    __table_args__ = (
        *linked_indexes("project"),
        Index("ix_project_engagement", "engagement_id", "id"),
        Index("ix_project_manager", "manager_id", "id"),
    )
    noun = Noun.PROJECT
    holds_company = True

    engagement_id: Mapped[int | None] = mapped_column(Id, ForeignKey("engagement.id"))
    state: Mapped[ProjectState] = mapped_column(Choice(ProjectState))
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    manager_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id"))
    #: Whether the company's contacts who may review projects see it in the portal.
    in_portal: Mapped[bool] = mapped_column(default=False, server_default=false())
    comments: Mapped[str] = mapped_column(Text, default="")
