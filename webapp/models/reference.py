"""Reference lists: every list an admin keeps, in one table (R1)."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from webapp.extensions import Model
from webapp.i18n import language
from webapp.models.base import Choice, Decimals, Id, IntKey, Moment, key_text


class ReferenceList(StrEnum):
    """The lists, in the order admins see them."""

    ACCOUNT_TYPE = "account_type"
    COMPANY_STATE = "company_state"
    SOURCE = "source"
    BUSINESS_REGION = "business_region"
    INDUSTRY = "industry"
    ANNUAL_REVENUE = "annual_revenue"
    EMPLOYEES = "employees"
    CONTACT_TYPE = "contact_type"
    TITLE = "title"
    WORK_REGION = "work_region"
    WORK_SITE = "work_site"
    COUNTRY = "country"
    PROVINCE = "province"
    OPPORTUNITY_STATE = "opportunity_state"
    CLOSE_REASON = "close_reason"
    TAX_RATE = "tax_rate"

    @property
    def has_percent(self) -> bool:
        """Whether each value carries a number: the probability of a state, the rate of a tax."""
        return self in (ReferenceList.OPPORTUNITY_STATE, ReferenceList.TAX_RATE)

    @property
    def parent(self) -> "ReferenceList | None":
        """The list to whose values this one's values belong: a site to a region, a province to a country (D15)."""
        return _PARENTS.get(self)


_PARENTS = {
    ReferenceList.WORK_SITE: ReferenceList.WORK_REGION,
    ReferenceList.PROVINCE: ReferenceList.COUNTRY,
}


class ReferenceItem(Model):
    """One value of a list, with its label in both languages. A value in use is retired, never deleted."""

    __tablename__ = "reference_item"
    __table_args__ = (
        Index("ix_reference_item_order", "list", "parent_id", "position", "id"),
        Index("ix_reference_item_search", "list", "parent_id", "search_key"),
        UniqueConstraint("list", "parent_id", "code"),
    )

    id: Mapped[IntKey]
    list: Mapped[ReferenceList] = mapped_column(Choice(ReferenceList))
    parent_id: Mapped[int | None] = mapped_column(Id, ForeignKey("reference_item.id"), index=True)
    #: Stable name of a seeded value; the ISO code of a country, the abbreviation of a province.
    code: Mapped[str | None] = mapped_column(String(40))
    label_fr: Mapped[str] = mapped_column(String(200))
    label_en: Mapped[str] = mapped_column(String(200))
    #: Both labels and the code, folded: what autocompletes look in.
    search_key: Mapped[str] = mapped_column(key_text(500))
    position: Mapped[int] = mapped_column(default=0)
    #: The number that a value of some lists carries, in percent.
    percent: Mapped[Decimal | None] = mapped_column(Decimals(3))
    retired_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        return self.label_en if language() == "en" else self.label_fr


def value_of(which: ReferenceList) -> MappedColumn[Any]:
    """Return a column that holds a value of this list; it says so, and the lists' pages count where it is used.

    Its index is what they count with, and what lets a value be deleted without a look at every record.
    """
    return mapped_column(Id, ForeignKey("reference_item.id"), index=True, info={"list": which})
