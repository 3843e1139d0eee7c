"""What the organisation has undertaken to do for a company (S3)."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.address import AddressKind
from webapp.models.base import Choice, Id
from webapp.models.linked import Linked, Noun, linked_indexes
from webapp.models.reference import ReferenceList, value_of


class EngagementState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Engagement(Linked, Model):
    """An undertaking towards a company, invoiced by a billing entity, done at a site."""

    __tablename__ = "engagement"
    __table_args__ = (*linked_indexes("engagement"), Index("ix_engagement_opportunity", "opportunity_id", "id"))
    noun = Noun.ENGAGEMENT
    holds_company = True

    #: The opportunity it came from.
    opportunity_id: Mapped[int | None] = mapped_column(Id, ForeignKey("opportunity.id"))
    #: Whom one speaks with; nobody once they were erased.
    contact_id: Mapped[int | None] = mapped_column(Id, ForeignKey("contact.id"), index=True)
    state: Mapped[EngagementState] = mapped_column(Choice(EngagementState))
    billing_entity_id: Mapped[int | None] = mapped_column(Id, ForeignKey("billing_entity.id"), index=True)
    #: The company's address from which the billing site is taken, unless another is given.
    address: Mapped[AddressKind | None] = mapped_column(Choice(AddressKind))
    billing_site_id: Mapped[int | None] = value_of(ReferenceList.WORK_SITE)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    comments: Mapped[str] = mapped_column(Text, default="")
