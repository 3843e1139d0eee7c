"""What hangs on a company: activities, opportunities, engagements... and what all of these have alike (S1 to S8)."""

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import ForeignKey, FromClause, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Authored, Id, IntKey, Timestamped, Trashable, Versioned, in_trash, key_text


class Noun(StrEnum):
    """The kinds of such records, by the name of their table."""

    ACTIVITY = "activity"
    OPPORTUNITY = "opportunity"
    ENGAGEMENT = "engagement"
    PROJECT = "project"
    INVOICE = "invoice"
    KNOWLEDGE = "knowledge_item"
    REQUEST = "support_request"
    FOLDER = "team_folder"


class Linked(Timestamped, Authored, Trashable, Versioned):
    """A record that hangs on a company: seen with it, told of in its history, in the trash with it (A2, D16)."""

    if TYPE_CHECKING:
        __tablename__: str
        __table__: ClassVar[FromClause]

    noun: ClassVar[Noun]
    #: The columns that name what it is about: who may not see that, may not see it either (A3).
    hides_with: ClassVar[tuple[str, ...]] = ()
    #: Whether it holds its company: that one can't be deleted while there is any (D16).
    holds_company: ClassVar[bool] = False

    id: Mapped[IntKey]
    company_id: Mapped[int] = mapped_column(Id, ForeignKey("company.id"))
    #: What it is called in lists: a subject, a title.
    name: Mapped[str] = mapped_column(String(300))
    search_key: Mapped[str] = mapped_column(key_text(1000))


def linked_indexes(table: str) -> tuple[Index, ...]:
    """Return the indexes by which a table's rows are found of a company, the last first, and in the trash."""
    return Index(f"ix_{table}_company", "company_id", "id"), in_trash(table)
