"""The accesses to the portal as lists show them: for admins all of them, for sponsors those that end soon (R1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from webapp.access import Viewer, granted, visible
from webapp.clock import now, today
from webapp.extensions import db
from webapp.models import Company, Contact, PortalAccess, Resource
from webapp.services import organisation
from webapp.services.portal import words
from webapp.services.portal.access import End, PortalState, end_of, state_of
from webapp.text import search_key

#: Accesses in a page of the list, and lines on the first page of the day.
PAGE, LINES = 50, 8

#: How far ahead a sponsor is told of ends.
SOON = timedelta(days=14)

_WHY = "of an admin, who sees all"


class Shown(StrEnum):
    """Which accesses a list shows: a state, or those that are not enabled."""

    PENDING = "pending"
    REJECTED = "rejected"
    ACTIVE = "active"
    EXPIRED = "expired"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Line:
    """An access in a list."""

    contact_id: int
    contact: str
    company: str
    email: str
    sponsor: str
    access: PortalAccess
    state: PortalState | None
    #: When it ends or ended, if it does.
    ends: End | None

    @property
    def state_name(self) -> str:
        return words.state(self.access)

    @property
    def end(self) -> str:
        return words.end(self.access)


def browse(
    *, shown: Shown | None = None, sponsor_id: int | None = None, name: str = "", after_id: int | None = None
) -> tuple[list[Line], int | None]:
    """Return a page of accesses in order of name, and the contact after whom the next begins, if there is one.

    `shown` keeps those in one state, at this moment (D1); `sponsor_id` those of one sponsor; `name` those whose
    contact's name, or login, has all its words.
    """
    rows = _lines().where(Contact.deleted_at.is_(None))
    rows = rows.where(_in_state(shown) if shown else PortalAccess.enabled)
    if sponsor_id is not None:
        rows = rows.where(PortalAccess.sponsor_id == sponsor_id)
    for word in search_key(name).split():
        is_login = func.lower(Contact.email1).contains(word, autoescape=True)
        rows = rows.where(Contact.search_key.contains(word, autoescape=True) | is_login)
    if after_id is not None and 0 < after_id < 2**63:
        place = select(Contact.sort_key, Contact.id).where(Contact.id == after_id)
        if (seen := db.session.execute(granted(place, _WHY)).first()) is not None:
            rows = rows.where(tuple_(Contact.sort_key, Contact.id) > tuple(seen))
    rows = rows.order_by(Contact.sort_key, Contact.id).limit(PAGE + 1)
    found = [_line(row) for row in db.session.execute(granted(rows, _WHY))]
    return found[:PAGE], found[PAGE - 1].contact_id if len(found) > PAGE else None


def sponsors() -> Sequence[tuple[int, str]]:
    """Return who sponsors an access that is enabled, by name."""
    sponsoring = select(PortalAccess.sponsor_id).where(PortalAccess.enabled)
    rows = select(Resource.id, Resource.name).where(Resource.id.in_(sponsoring))
    return [(row.id, row.name) for row in db.session.execute(rows.order_by(Resource.sort_key, Resource.id))]


def counts() -> dict[Shown, int]:
    """Count the accesses in each state, with one query."""
    columns = [func.count().filter(_in_state(one)).label(one) for one in Shown]
    counted = select(*columns).select_from(PortalAccess).join(Contact, Contact.id == PortalAccess.contact_id)
    row = db.session.execute(granted(counted.where(Contact.deleted_at.is_(None)), _WHY)).one()
    return {one: row._mapping[one.value] for one in Shown}


def waiting(viewer: Viewer) -> list[Line]:
    """Return the requests that an admin may decide on, the oldest first."""
    rows = _lines().where(Contact.deleted_at.is_(None), _in_state(Shown.PENDING))
    rows = rows.where(PortalAccess.sponsor_id != viewer.resource_id).order_by(PortalAccess.requested_at).limit(LINES)
    return [_line(row) for row in db.session.execute(granted(rows, _WHY))]


def of_sponsor(viewer: Viewer) -> list[Line]:
    """Return what a sponsor has to look at: requests that were rejected, accesses that end soon or ended lately."""
    house = organisation.load()
    moment, day = now() + SOON, today(house.timezone) + SOON
    ends = PortalAccess.expires_on <= day
    if house.portal_inactivity_days:
        ends |= _silent_since(moment - timedelta(days=house.portal_inactivity_days))
    mine = _joined(visible(Contact, viewer, *_COLUMNS)).where(
        PortalAccess.sponsor_id == viewer.resource_id,
        PortalAccess.enabled,
        PortalAccess.rejected_at.is_not(None) | (PortalAccess.activated_at.is_not(None) & ends),
    )
    found = (_line(row) for row in db.session.execute(mine.order_by(Contact.sort_key, Contact.id)))
    lately = now() - SOON
    told = [one for one in found if one.ends is None or lately < one.ends.at <= moment]
    return sorted(told, key=lambda one: one.ends.at if one.ends else datetime.max.replace(tzinfo=moment.tzinfo))[:LINES]


# --- statements ------------------------------------------------------------------------------------------------------

_COLUMNS: tuple[Any, ...] = (
    Contact.id,
    Contact.name,
    Contact.email1,
    PortalAccess,
    Company.name.label("company"),
    Resource.name.label("sponsor"),
)


def _lines() -> Select[Any]:
    return _joined(select(*_COLUMNS))


def _joined(rows: Select[Any]) -> Select[Any]:
    rows = rows.select_from(Contact).join(PortalAccess, PortalAccess.contact_id == Contact.id)
    return rows.join(Company, Company.id == Contact.company_id).join(Resource, Resource.id == PortalAccess.sponsor_id)


def _line(row: Any) -> Line:
    access: PortalAccess = row.PortalAccess
    state = state_of(access)
    runs = state in (PortalState.ACTIVE, PortalState.EXPIRED)
    return Line(row.id, row.name, row.company, row.email1, row.sponsor, access, state, end_of(access) if runs else None)


def _in_state(shown: Shown) -> ColumnElement[bool]:
    """Return the condition of a state, as `state_of` computes it (D1, D2)."""
    access = PortalAccess
    decided = access.enabled & access.rejected_at.is_(None)
    match shown:
        case Shown.DISABLED:
            return ~access.enabled
        case Shown.REJECTED:
            return access.enabled & access.rejected_at.is_not(None)
        case Shown.PENDING:
            return decided & access.activated_at.is_(None)
        case Shown.EXPIRED:
            return and_(decided, access.activated_at.is_not(None), _is_over())
        case Shown.ACTIVE:
            return and_(decided, access.activated_at.is_not(None), ~_is_over())


def _is_over() -> ColumnElement[bool]:
    house = organisation.load()
    over: ColumnElement[bool] = func.coalesce(PortalAccess.expires_on < today(house.timezone), False)
    if house.portal_inactivity_days:
        over = or_(over, _silent_since(now() - timedelta(days=house.portal_inactivity_days)))
    return over


def _silent_since(moment: datetime) -> ColumnElement[bool]:
    """Whether an access was neither begun, nor used, nor given a new life after a moment."""
    signs = (PortalAccess.activated_at, PortalAccess.last_access_at, PortalAccess.reactivated_at)
    return and_(*(sign.is_(None) | (sign <= moment) for sign in signs))
