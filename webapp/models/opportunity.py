"""Business that may be done, from the first word to won or lost (S2)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.base import Choice, Decimals, Id, Moment
from webapp.models.linked import Linked, Noun, linked_indexes
from webapp.models.reference import ReferenceList, value_of


class Outcome(StrEnum):
    """How an opportunity was closed."""

    WON = "won"
    LOST = "lost"


class Opportunity(Linked, Model):
    """Business with a company that its owner hopes for."""

    __tablename__ = "opportunity"
    __table_args__ = (
        *linked_indexes("opportunity"),
        # A column of the board, what closes first on top.
        Index("ix_opportunity_state", "outcome", "state_id", "revised_close_on", "id"),
        # The same of one's own.
        Index("ix_opportunity_owner", "owner_id", "outcome", "state_id", "revised_close_on", "id"),
        Index("ix_opportunity_contact", "contact_id", "id"),
    )
    noun = Noun.OPPORTUNITY
    hides_with = ("contact_id",)

    contact_id: Mapped[int | None] = mapped_column(Id, ForeignKey("contact.id"))
    #: Where it stands among those that are open; kept when it is closed.
    state_id: Mapped[int] = value_of(ReferenceList.OPPORTUNITY_STATE)
    amount: Mapped[Decimal | None] = mapped_column(Decimals(2))
    currency: Mapped[str] = mapped_column(String(3))
    initial_close_on: Mapped[date | None] = mapped_column(Date)
    revised_close_on: Mapped[date | None] = mapped_column(Date)
    owner_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id"))
    comments: Mapped[str] = mapped_column(Text, default="")
    #: Nothing while it is open.
    outcome: Mapped[Outcome | None] = mapped_column(Choice(Outcome))
    close_reason_id: Mapped[int | None] = value_of(ReferenceList.CLOSE_REASON)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
