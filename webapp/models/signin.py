"""What signing in needs to remember: sessions, attempts, one-time links, recovery codes (R2)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.base import Choice, Id, IntKey, Moment


class StaffSession(Model):
    """One browser of one resource. The cookie holds a random token, the table its hash."""

    __tablename__ = "staff_session"

    id: Mapped[IntKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    resource_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(300))


class SignInAttempt(Model):
    """A refused sign-in, counted per account and per address; kept in the database, so a restart forgives nothing."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_subject", "subject", "at"),)

    id: Mapped[IntKey]
    #: Hash of `account:<what was typed>` or `address:<ip>`: what was typed may be a password.
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment, index=True)


class LinkPurpose(StrEnum):
    FIRST_USE = "first_use"
    CHOOSE_PASSWORD = "choose_password"  # noqa: S105
    DEMO_SIGN_IN = "demo_sign_in"
    PORTAL_PASSWORD = "portal_password"  # noqa: S105
    PORTAL_DEMO_SIGN_IN = "portal_demo_sign_in"


class OneTimeLink(Model):
    """A link that serves once, for a limited time; only its hash is kept (D5)."""

    __tablename__ = "one_time_link"

    id: Mapped[IntKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(Choice(LinkPurpose))
    resource_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"), index=True)
    #: Whose it is when it opens the portal.
    contact_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("portal_access.contact_id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(Model):
    """A code that replaces the second factor once, hashed: of a resource, or of a contact in the portal."""

    __tablename__ = "recovery_code"

    id: Mapped[IntKey]
    resource_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("portal_access.contact_id", ondelete="CASCADE"), index=True
    )
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Moment)
