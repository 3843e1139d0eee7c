"""What admins must be able to look up: sign-ins, rights, settings, lists, people, exports."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.clock import now
from webapp.extensions import Model
from webapp.models.base import Choice, Id, IntKey, Moment


class AuditKind(StrEnum):
    """What an entry of the audit tells; its sentence stands in `services/audit.py`."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RESOURCE_CREATED = "resource_created"
    RESOURCE_CHANGED = "resource_changed"
    SETTINGS_CHANGED = "settings_changed"
    LIST_CHANGED = "list_changed"
    BILLING_ENTITY_CHANGED = "billing_entity_changed"
    WORKFLOW_CHANGED = "workflow_changed"
    IMPORTED = "imported"
    EXPORTED = "exported"
    PURGED = "purged"
    PORTAL_SIGNED_IN = "portal_signed_in"
    PORTAL_SIGN_IN_REFUSED = "portal_sign_in_refused"
    PORTAL_SIGNED_OUT = "portal_signed_out"
    PORTAL_PASSWORD_CHANGED = "portal_password_changed"  # noqa: S105
    PORTAL_SECOND_FACTOR_ON = "portal_second_factor_on"
    PORTAL_SECOND_FACTOR_OFF = "portal_second_factor_off"
    #: A resource looked at the portal as a contact sees it.
    PORTAL_LOOKED_AT = "portal_looked_at"
    PORTAL_ACCESS_CHANGED = "portal_access_changed"
    PASSWORD_LINK_MADE = "password_link_made"  # noqa: S105
    PASSWORD_FORGOTTEN = "password_forgotten"  # noqa: S105
    MAIL_RETRIED = "mail_retried"
    MAIL_CANCELLED = "mail_cancelled"
    MAIL_LINK_SHOWN = "mail_link_shown"
    MAIL_TESTED = "mail_tested"
    #: The secret address at which one's calendar is read.
    CALENDAR_OPENED = "calendar_opened"
    CALENDAR_CLOSED = "calendar_closed"


class AuditEntry(Model):
    """One entry: who did what, when, from where. Only ever added, as those of the history are."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_kind", "kind", "id"),
        Index("ix_audit_entry_actor", "actor_id", "id"),
    )

    id: Mapped[IntKey]
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    kind: Mapped[AuditKind] = mapped_column(Choice(AuditKind))
    #: Who did it, when it is known; nobody when a command did.
    actor_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    #: The contact who did it in the portal.
    actor_contact_id: Mapped[int | None] = mapped_column(Id)
    #: From which network address.
    address: Mapped[str] = mapped_column(String(64), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
