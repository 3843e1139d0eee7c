"""The access of contacts to the portal: what was granted, by whom, until when; their sessions (P1 to P6, P12)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.base import Choice, Id, IntKey, Moment


class PortalRight(StrEnum):
    """What a contact may be granted in the portal; each is a column of PortalAccess of the same name (P1)."""

    TEAM_FOLDERS = "team_folders"
    PROJECT_REVIEW = "project_review"
    INVOICE_REVIEW = "invoice_review"
    ONLINE_SUPPORT = "online_support"
    CLOSE_REQUESTS_ANYTIME = "close_requests_anytime"
    WORKFLOW_PARTICIPATION = "workflow_participation"
    RESOURCE_PROFILES = "resource_profiles"
    #: Without effect, but kept, unless RESOURCE_PROFILES is granted.
    ALL_RESOURCE_PROFILES = "all_resource_profiles"


class PortalAccess(Model):
    """What a contact may do in the portal, and how they prove who they are.

    Its state (pending, rejected, active, expired) is computed from this at each request, and not stored (D1). It has
    no version of its own: it changes with its contact. A contact who was never granted anything has no row.
    """

    __tablename__ = "portal_access"
    __table_args__ = (Index("ix_portal_access_sponsor", "sponsor_id", "contact_id"),)

    contact_id: Mapped[int] = mapped_column(
        Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: Once it is False all below is kept, and nobody signs in (D1).
    enabled: Mapped[bool]
    expires_on: Mapped[date | None]
    team_folders: Mapped[bool] = mapped_column(default=False)
    project_review: Mapped[bool] = mapped_column(default=False)
    invoice_review: Mapped[bool] = mapped_column(default=False)
    online_support: Mapped[bool] = mapped_column(default=False)
    close_requests_anytime: Mapped[bool] = mapped_column(default=False)
    workflow_participation: Mapped[bool] = mapped_column(default=False)
    resource_profiles: Mapped[bool] = mapped_column(default=False)
    all_resource_profiles: Mapped[bool] = mapped_column(default=False)
    #: How many profiles may be listed at most; None for no limit (D10).
    max_resources: Mapped[int | None]

    #: Who enabled the access, or was handed it: the only one who may change it (P2).
    sponsor_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id"))
    requested_at: Mapped[datetime] = mapped_column(Moment)
    #: The decision of an admin, where the organisation asks for one (D3); a rejection has a reason.
    decided_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    rejected_at: Mapped[datetime | None] = mapped_column(Moment)
    rejection_reason: Mapped[str] = mapped_column(Text, default="")
    #: None while it waits for approval.
    activated_at: Mapped[datetime | None] = mapped_column(Moment)
    #: When the sponsor last gave it a new life; a reminder does not (D2).
    reactivated_at: Mapped[datetime | None] = mapped_column(Moment)
    #: The last sign-in (« Dernier accès »).
    last_access_at: Mapped[datetime | None] = mapped_column(Moment)

    #: E-mail 1 folded, while the access is enabled: who signs in is known by it, so it is unique (D4).
    login_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    #: Chosen by the contact; None follows the browser, then the organisation.
    language: Mapped[str | None] = mapped_column(String(5))
    #: As of a resource.
    totp_secret: Mapped[str | None] = mapped_column(String(200))
    totp_last_step: Mapped[int] = mapped_column(Id, default=0)

    profiles: Mapped[list["PortalProfile"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class PortalProfile(Model):
    """A resource whose profile a contact may read, while not all are granted (P12, D10)."""

    __tablename__ = "portal_profile"
    __table_args__ = ({"sqlite_with_rowid": False},)

    contact_id: Mapped[int] = mapped_column(
        Id, ForeignKey("portal_access.contact_id", ondelete="CASCADE"), primary_key=True
    )
    resource_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id"), primary_key=True, index=True)


class PortalNoticeKind(StrEnum):
    """What was written to a contact and their sponsor about the end of an access."""

    WEEK_BEFORE = "week_before"
    DAY_BEFORE = "day_before"


class PortalNotice(Model):
    """A notice that was written about one end of an access, so that it is written once."""

    __tablename__ = "portal_notice"
    __table_args__ = ({"sqlite_with_rowid": False},)

    contact_id: Mapped[int] = mapped_column(
        Id, ForeignKey("portal_access.contact_id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[PortalNoticeKind] = mapped_column(Choice(PortalNoticeKind), primary_key=True)
    #: The end it spoke of: another end is told again.
    ends_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)


class PortalSession(Model):
    """One browser of one contact. The cookie holds a random token, the table its hash."""

    __tablename__ = "portal_session"

    id: Mapped[IntKey]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    contact_id: Mapped[int] = mapped_column(Id, ForeignKey("portal_access.contact_id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(300))
