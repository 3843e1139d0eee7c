"""What is written before an access ends, seven days and one day before, to the contact and to their sponsor (D2).

Once for each end, which `PortalNotice` remembers: another end is told anew. What has ended already is told to nobody,
nor what an access was given with its end so near.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select

from webapp.access import Viewer, unscoped
from webapp.clock import now, today
from webapp.extensions import db
from webapp.models import Contact, PortalAccess, PortalNotice, PortalNoticeKind, Resource
from webapp.services import organisation
from webapp.services.portal import letters
from webapp.services.portal.access import End, EndReason, PortalState, end_of, state_of

#: How long before the end each is written, the nearest first.
BEFORE = {PortalNoticeKind.DAY_BEFORE: timedelta(days=1), PortalNoticeKind.WEEK_BEFORE: timedelta(days=7)}

#: How many are written in one transaction.
BATCH = 50

_WHY = "the clock writes to whoever has an access that ends"


def write_due(by: Viewer) -> int:
    """Write some of the notices that are due; return how many. Whoever calls it commits, and calls again."""
    written = 0
    for access, contact, sponsor in db.session.execute(unscoped(_ending_soon(), _WHY)).all():
        if written == BATCH:
            break
        end = end_of(access)
        if end is None or state_of(access) is not PortalState.ACTIVE:
            continue
        if (kind := _due(access, end)) is not None and _is_new(access, kind, end):
            letters.announce_end(contact, access, sponsor, end, by)
            written += 1
    return written


def _ending_soon() -> Select[PortalAccess, Contact, Resource]:
    """Select the accesses that may end within the time of the first notice: when exactly is computed of each."""
    soon = (
        select(PortalAccess, Contact, Resource)
        .join(Contact, Contact.id == PortalAccess.contact_id)
        .join(Resource, Resource.id == PortalAccess.sponsor_id)
        .where(PortalAccess.login_key.is_not(None), PortalAccess.activated_at.is_not(None))
    )
    return soon.where(_may_end_before(now() + max(BEFORE.values()))).order_by(PortalAccess.contact_id)


def _may_end_before(moment: datetime) -> ColumnElement[bool]:
    house = organisation.load()
    last_day = today(house.timezone) + (moment - now()) + timedelta(days=1)
    ends = PortalAccess.expires_on <= last_day
    if house.portal_inactivity_days:
        ends |= PortalAccess.activated_at <= moment - timedelta(days=house.portal_inactivity_days)
    return ends


def _due(access: PortalAccess, end: End) -> PortalNoticeKind | None:
    """Return the notice whose time has come, the nearest to the end; nothing while the access is younger than that."""
    for kind, before in BEFORE.items():
        if end.at - before <= now():
            return kind if end.at - before > _began(access, end) else None
    return None


def _began(access: PortalAccess, end: End) -> datetime:
    """Return since when this end could be known: a sign-in moves the one for want of sign-ins."""
    began = [access.activated_at, access.reactivated_at]
    if end.reason is EndReason.INACTIVITY:
        began.append(access.last_access_at)
    return max(moment for moment in began if moment is not None)


def _is_new(access: PortalAccess, kind: PortalNoticeKind, end: End) -> bool:
    """Whether this notice was not written yet; it is from now on."""
    key = (access.contact_id, kind, end.at)
    if db.session.get(PortalNotice, key) is not None:
        return False
    db.session.add(PortalNotice(contact_id=access.contact_id, kind=kind, ends_at=end.at))
    db.session.flush()
    return True
