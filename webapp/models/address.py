"""Postal addresses, the same for companies and contacts (C4, K4)."""

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from webapp.models.base import Choice
from webapp.models.reference import ReferenceList, value_of


class AddressKind(StrEnum):
    MAIN = "main"
    BILLING = "billing"
    SHIPPING = "shipping"


#: The parts of an address, by the names of the requirements; those in `REFERENCE_PARTS` are values of a list.
TEXT_PARTS = ("street", "building", "floor", "city", "postal_code")
REFERENCE_PARTS = ("country", "subdivision", "work_region", "work_site")


class AddressParts:
    """The columns of an address; the owner and the kind are its key."""

    kind: Mapped[AddressKind] = mapped_column(Choice(AddressKind), primary_key=True)
    street: Mapped[str] = mapped_column(String(300), default="")
    building: Mapped[str] = mapped_column(String(120), default="")
    floor: Mapped[str] = mapped_column(String(60), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    postal_code: Mapped[str] = mapped_column(String(30), default="")

    @declared_attr
    def country_id(cls) -> Mapped[int | None]:
        return value_of(ReferenceList.COUNTRY)

    @declared_attr
    def subdivision_id(cls) -> Mapped[int | None]:
        return value_of(ReferenceList.PROVINCE)

    @declared_attr
    def work_region_id(cls) -> Mapped[int | None]:
        return value_of(ReferenceList.WORK_REGION)

    @declared_attr
    def work_site_id(cls) -> Mapped[int | None]:
        return value_of(ReferenceList.WORK_SITE)
