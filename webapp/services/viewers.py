"""Reading the signed-in person, once per request, with one small query."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, select

from webapp.access import Viewer, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import (
    ADMINS_ID,
    EVERYBODY_ID,
    BillingEntity,
    CalendarFeed,
    Principal,
    Resource,
    Role,
    StaffSession,
    resource_billing_entity,
)
from webapp.services import sessions
from webapp.tokens import hash_token

_sessions, _resources, _entities = (model.__table__ for model in (StaffSession, Resource, BillingEntity))
_calendars = CalendarFeed.__table__
_principals, _named = Principal.__table__, resource_billing_entity

#: The principals a resource holds: everybody, the admins if they are one, themselves, their billing entities (A1).
_HELD = _principals.c.id.in_(
    [
        EVERYBODY_ID,
        case((_resources.c.role == Role.ADMIN, ADMINS_ID)),
        _resources.c.principal_id,
        _entities.c.principal_id,
    ]
)
_WITH_PRINCIPALS = (
    _resources.outerjoin(_named, _named.c.resource_id == _resources.c.id)
    .outerjoin(_entities, _entities.c.id == _named.c.billing_entity_id)
    .join(_principals, _HELD)
)


def holding(*columns: ColumnElement[Any]) -> Select[Any]:
    """Return a select of every active resource with each principal they hold: columns `resource_id`, `principal_id`.

    One principal may come several times. Made of tables, not of models: every request asks it of one resource.
    """
    held = select(_resources.c.id.label("resource_id"), _principals.c.id.label("principal_id"), *columns)
    return held.select_from(_WITH_PRINCIPALS).where(_resources.c.is_active)


#: Who a resource is, besides their principals.
_PERSON = (
    _resources.c.name,
    _resources.c.email,
    _resources.c.role,
    _resources.c.language,
    _resources.c.timezone,
)

#: Who holds a session, a row for each of their principals. Built once: building it costs more than running it.
_HOLDER = unscoped(
    holding(_sessions.c.id.label("session_id"), _sessions.c.last_seen_at, *_PERSON)
    .join(_sessions, _sessions.c.resource_id == _resources.c.id)
    .where(
        _sessions.c.token_hash == bindparam("token_hash"),
        _sessions.c.ended_at.is_(None),
        _sessions.c.last_seen_at > bindparam("seen_after"),
    ),
    "it reads who the viewer is",
)


_OWNER = unscoped(
    holding(*_PERSON)
    .join(_calendars, _calendars.c.resource_id == _resources.c.id)
    .where(_calendars.c.token_hash == bindparam("token_hash")),
    "it reads who the viewer is",
)


def by_session(token: str, lifetime: timedelta) -> Viewer | None:
    """Return who holds this session token, or nobody when it has ended, expired, or its owner left (R2)."""
    parameters = {"token_hash": hash_token(token), "seen_after": now() - lifetime}
    rows = db.session.execute(_HOLDER, parameters).all()
    if not rows:
        return None
    first = rows[0]
    sessions.staff.touch(first.session_id, first.last_seen_at)
    return _viewer(rows, session_id=first.session_id, session_token=token)


def by_calendar(token: str) -> Viewer | None:
    """Return whose calendar this token opens, or nobody when there is none, or its owner left (S1)."""
    rows = db.session.execute(_OWNER, {"token_hash": hash_token(token)}).all()
    return _viewer(rows) if rows else None


def _viewer(rows: Sequence[Any], **session: Any) -> Viewer:
    """Return the resource that some rows of `holding` tell of, one for each of their principals."""
    first = rows[0]
    return Viewer(
        resource_id=first.resource_id,
        name=first.name,
        email=first.email,
        is_admin=first.role is Role.ADMIN,
        language=first.language,
        timezone=first.timezone,
        principal_ids=tuple(sorted({row.principal_id for row in rows})),
        **session,
    )
