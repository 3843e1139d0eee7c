"""Phone numbers, kept as typed and in international form (C6, K5)."""

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column


class CompanyPhoneKind(StrEnum):
    """The eleven numbers of a company, in the order of the dialog (C6)."""

    MAIN = "main"
    TOLL_FREE = "toll_free"
    FAX = "fax"
    CUSTOMER_SERVICE = "customer_service"
    TECHNICAL_SUPPORT = "technical_support"
    EXECUTIVE = "executive"
    SALES = "sales"
    MARKETING = "marketing"
    HR = "hr"
    SECURITY = "security"
    OTHER = "other"


class ContactPhoneKind(StrEnum):
    """The fourteen numbers of a contact, in the order of the dialog (K5)."""

    OFFICE = "office"
    MOBILE = "mobile"
    HOME = "home"
    MAIN = "main"
    OTHER = "other"
    PAGER = "pager"
    OFFICE_FAX = "office_fax"
    OFFICE2 = "office2"
    HOME2 = "home2"
    HOME_FAX = "home_fax"
    MANAGER = "manager"
    ASSISTANT = "assistant"
    OTHER_FAX = "other_fax"
    CAR = "car"


class PhoneParts:
    """The columns of a number; the owner and the kind are its key."""

    #: What was typed, always kept.
    typed: Mapped[str] = mapped_column(String(80))
    #: `+33142685300`, or nothing when the number cannot be read.
    e164: Mapped[str | None] = mapped_column(String(20))
