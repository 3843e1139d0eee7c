"""Resources (our staff, who sign in) and the billing entities they have access to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.config import DEFAULT_LANGUAGE, DEFAULT_TIMEZONE
from webapp.extensions import Model, db
from webapp.models.base import Choice, Id, IntKey, Moment, Timestamped, Versioned, key_text

resource_billing_entity = Table(
    "resource_billing_entity",
    db.metadata,
    Column("resource_id", Id, ForeignKey("resource.id"), primary_key=True),
    Column("billing_entity_id", Id, ForeignKey("billing_entity.id"), primary_key=True, index=True),
)


class BillingEntity(Model):
    """A legal entity of the organisation that invoices; resources may be given access to it (A1)."""

    __tablename__ = "billing_entity"

    id: Mapped[IntKey]
    principal_id: Mapped[int] = mapped_column(Id, ForeignKey("principal.id"), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(400), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None] = mapped_column(Moment)
    #: What its invoices say below its name (address, registration, tax number), and at their foot (how to pay) (S5).
    letterhead: Mapped[str] = mapped_column(Text, default="", server_default="")
    payment_terms: Mapped[str] = mapped_column(Text, default="", server_default="")


class Role(StrEnum):
    RESOURCE = "resource"
    ADMIN = "admin"


class Resource(Timestamped, Versioned, Model):
    """A member of staff. Without a password yet, one signs in by a one-time link that lets one choose it."""

    __tablename__ = "resource"

    id: Mapped[IntKey]
    principal_id: Mapped[int] = mapped_column(Id, ForeignKey("principal.id"), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    search_key: Mapped[str] = mapped_column(key_text(400), index=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[Role] = mapped_column(Choice(Role), default=Role.RESOURCE)
    #: The reference of the person in the organisation's own files, when imported.
    external_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    job_title: Mapped[str] = mapped_column(String(200), default="")
    phone_office: Mapped[str] = mapped_column(String(80), default="")
    phone_mobile: Mapped[str] = mapped_column(String(80), default="")
    language: Mapped[str] = mapped_column(String(5), default=DEFAULT_LANGUAGE)
    timezone: Mapped[str] = mapped_column(String(64), default=DEFAULT_TIMEZONE)
    is_active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    #: Secret of the second factor, once confirmed, sealed; the last step used, so that a code serves once.
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_last_step: Mapped[int] = mapped_column(Id, default=0)

    billing_entities: Mapped[list[BillingEntity]] = relationship(
        secondary=resource_billing_entity, order_by=BillingEntity.position
    )

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


class FavoriteResource(Model):
    """A colleague whom a resource keeps at hand, to give access to (C8)."""

    __tablename__ = "favorite_resource"
    __table_args__ = ({"sqlite_with_rowid": False},)

    resource_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    favorite_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
