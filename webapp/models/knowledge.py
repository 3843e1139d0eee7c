"""What was learnt, and may be read by others: the knowledge base (S6)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.base import Choice, Id, Moment
from webapp.models.linked import Linked, Noun, linked_indexes


class KnowledgeState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class KnowledgeItem(Linked, Model):
    """An article, written from a company or a request; once published, every contact with online support reads it."""

    __tablename__ = "knowledge_item"
    __table_args__ = (
        *linked_indexes("knowledge_item"),
        Index("ix_knowledge_item_state", "state", "id"),
        Index("ix_knowledge_item_request", "request_id", "id"),
    )
    noun = Noun.KNOWLEDGE

    #: The request it was made from.
    request_id: Mapped[int | None] = mapped_column(Id, ForeignKey("support_request.id"))
    state: Mapped[KnowledgeState] = mapped_column(Choice(KnowledgeState))
    #: Markdown.
    text: Mapped[str] = mapped_column(Text, default="")
    #: What one reads of title and text, folded: where the knowledge base is searched.
    text_key: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime | None] = mapped_column(Moment)
