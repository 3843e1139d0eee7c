"""What the organisation decides: its settings, as rows with typed defaults, and its counters (R1)."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import JSON, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.config import DEFAULT_LANGUAGE, DEFAULT_TIMEZONE
from webapp.extensions import Model
from webapp.models.base import Id


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """The organisation's settings; a field not yet set has the default written here."""

    name: str = "Comptoir"
    #: ISO code: how phone numbers without a country are read.
    country: str = "FR"
    language: str = DEFAULT_LANGUAGE
    timezone: str = DEFAULT_TIMEZONE
    #: ISO code: in which opportunities and invoices begin.
    currency: str = "EUR"
    #: D18: numbers given automatically are read-only.
    auto_numbering: bool = True
    number_prefix: str = "SOC-"
    #: D3: a new portal access waits for an admin.
    portal_approval: bool = False
    #: D2: days without a sign-in after which a portal access ends; 0 turns it off.
    portal_inactivity_days: int = 30
    mail_sender: str = ""
    #: How the portal looks: a colour (`#1f6f54`) and the name of a Picture; "" for the product's own, and for none.
    accent: str = ""
    logo: str = ""
    #: R3: days after which what is in the trash is gone for good; 0 keeps it.
    trash_days: int = 90

    @classmethod
    def from_rows(cls, rows: dict[str, Any]) -> "Organisation":
        """Build it from stored rows; a row of a setting that no longer exists is ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in rows.items() if name in known})


class Setting(Model):
    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class Picture(Model):
    """A small picture the organisation shows of itself, named by the hash of its content."""

    __tablename__ = "picture"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Counter(Model):
    """A number given out once each, in the transaction that uses it."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(Id, default=0)
