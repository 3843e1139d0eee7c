"""What a contact's access to the portal amounts to at this moment: computed at each request, never stored (D1, D2)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from webapp.clock import now
from webapp.extensions import db
from webapp.models import Contact, Organisation, PortalAccess, PortalRight
from webapp.services import organisation


class PortalState(StrEnum):
    """The states of an access that is enabled; one that is not has none (« — »)."""

    REJECTED = "rejected"
    PENDING = "pending"
    EXPIRED = "expired"
    ACTIVE = "active"


class EndReason(StrEnum):
    """Why an access ends when it does."""

    DATE = "date"
    INACTIVITY = "inactivity"


@dataclass(frozen=True)
class End:
    """The moment from which an access counts no more, and why (D2)."""

    at: datetime
    reason: EndReason


def of_contact(contact_id: int) -> PortalAccess | None:
    """Return what a contact was granted, or nothing when they never were. Who asks has the right to the contact."""
    return db.session.get(PortalAccess, contact_id)


# Built once: building a statement costs more than running it.
_WITH_PROFILES = (
    select(PortalAccess).where(PortalAccess.contact_id == bindparam("id")).options(joinedload(PortalAccess.profiles))
)


def granted_to(contact: Contact) -> PortalAccess | None:
    """Return what a contact was granted, with the profiles listed, in one query; nothing when they never were.

    Who asks has the right to the contact, who keeps it: it is not looked for again.
    """
    if "portal_access" in inspect(contact).unloaded:
        found = db.session.scalars(_WITH_PROFILES, {"id": contact.id}).unique().first()
        set_committed_value(contact, "portal_access", found)
    return contact.portal_access


def state_of(access: PortalAccess | None) -> PortalState | None:
    """Return the state of an access now, or nothing when it is not enabled (D1)."""
    if access is None or not access.enabled:
        return None
    if access.rejected_at is not None:
        return PortalState.REJECTED
    if access.activated_at is None:
        return PortalState.PENDING
    end = end_of(access)
    return PortalState.EXPIRED if end is not None and end.at <= now() else PortalState.ACTIVE


def end_of(access: PortalAccess) -> End | None:
    """Return when and why an access ends, or nothing when it doesn't or has not begun (D2).

    The earlier of the end of `expires_on`, in the organisation's zone, and of the days without a sign-in.
    """
    house = organisation.load()
    ends = [end for end in (_end_of_date(access, house), _end_of_inactivity(access, house)) if end is not None]
    return min(ends, key=lambda end: end.at, default=None)


def has_right(access: PortalAccess, right: PortalRight) -> bool:
    """Whether an access that is active holds a right; all profiles count only with profiles (P1)."""
    if right is PortalRight.ALL_RESOURCE_PROFILES and not access.resource_profiles:
        return False
    return bool(getattr(access, right))


def _end_of_date(access: PortalAccess, house: Organisation) -> End | None:
    if access.expires_on is None:
        return None
    next_day = access.expires_on + timedelta(days=1)
    return End(datetime.combine(next_day, time(), ZoneInfo(house.timezone)), EndReason.DATE)


def _end_of_inactivity(access: PortalAccess, house: Organisation) -> End | None:
    if access.activated_at is None or not house.portal_inactivity_days:
        return None
    signs_of_life = (access.activated_at, access.last_access_at, access.reactivated_at)
    last = max(moment for moment in signs_of_life if moment is not None)
    return End(last + timedelta(days=house.portal_inactivity_days), EndReason.INACTIVITY)
