"""One's activities in one's own calendar: a secret address that programs read without signing in (S1).

The address holds a token, shown once; the database keeps its hash. Who has it reads what its owner has to do, as far as
the owner sees it, and nothing else; it ends with a new one, when its owner wants, and for good when they leave.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from webapp import icalendar
from webapp.access import Viewer, visible
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import Activity, AuditKind, CalendarFeed, Company, Contact
from webapp.services import audit, organisation
from webapp.services.activities import KINDS
from webapp.tokens import hash_token, new_token
from webapp.urls import public_url

#: Activities in a calendar: the first ones by day.
SHOWN = 1000


def renew(viewer: Viewer) -> str:
    """Give the viewer a new address, which ends the one before; return its token, which nobody can read again."""
    token = new_token()
    feed = CalendarFeed(resource_id=viewer.resource_id, token_hash=hash_token(token), created_at=now())
    db.session.merge(feed)
    audit.record(AuditKind.CALENDAR_OPENED, viewer.name)
    return token


def end(resource_id: int, name: str) -> None:
    """End the address of a resource of this name, if there is one."""
    ended = delete(CalendarFeed).where(CalendarFeed.resource_id == resource_id)
    if db.session.execute(ended).rowcount:  # type: ignore[attr-defined]
        audit.record(AuditKind.CALENDAR_CLOSED, name)


def since(resource_id: int) -> datetime | None:
    """Return since when a resource has the address it has."""
    feed = db.session.get(CalendarFeed, resource_id)
    return feed.created_at if feed else None


def read(viewer: Viewer) -> bytes:
    """Return the calendar of what the viewer has to do on a day, in their language: one query."""
    return icalendar.calendar(_("Mes activités · Comptoir"), map(_event, _to_do(viewer)))


def _to_do(viewer: Viewer) -> Iterable[Any]:
    activity, company, contact = Activity, Company.name.label("company"), Contact.name.label("contact")
    rows = visible(activity, viewer, activity, company, contact).join(Company, Company.id == activity.company_id)
    # Whoever sees the activity sees its contact, unless that one is in the trash.
    about = (Contact.id == activity.contact_id) & Contact.deleted_at.is_(None)
    rows = rows.outerjoin(Contact, about).where(
        activity.owner_id == viewer.resource_id, activity.completed_at.is_(None), activity.due_on.is_not(None)
    )
    return db.session.execute(rows.order_by(activity.due_key, activity.id).limit(SHOWN))


def _event(row: Any) -> icalendar.Event:
    activity: Activity = row.Activity
    about = " · ".join(filter(None, (row.company, row.contact)))
    return icalendar.Event(
        # Another house may have an activity of the same number, but not of the same moment.
        uid=f"activity-{activity.id}-{activity.created_at:%Y%m%dT%H%M%S%f}@comptoir",
        begins=_begins(activity),
        summary=f"{activity.name} ({row.company})",
        description="\n\n".join(filter(None, (about, activity.comments))),
        url=public_url("activities.show", record_id=activity.id),
        category=str(KINDS[activity.kind]),
        changed_at=activity.updated_at,
        version=activity.version,
    )


def _begins(activity: Activity) -> date | datetime:
    """Return the day, or the moment in the organisation's zone."""
    day = activity.due_on or date.max
    if not activity.due_time:
        return day
    moment = datetime.fromisoformat(f"{day} {activity.due_time}")
    return moment.replace(tzinfo=ZoneInfo(organisation.load().timezone))
