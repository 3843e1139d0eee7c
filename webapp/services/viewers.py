"""Reading the signed-in person, once per request, with one small query."""

from datetime import timedelta

from sqlalchemy import CompoundSelect, bindparam, literal, select, union_all

from webapp.access import Viewer, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import (
    ADMINS_ID,
    EVERYBODY_ID,
    BillingEntity,
    Resource,
    Role,
    StaffSession,
    resource_billing_entity,
)
from webapp.services import sessions
from webapp.tokens import hash_token

_sessions, _resources, _entities = (model.__table__ for model in (StaffSession, Resource, BillingEntity))
_named = resource_billing_entity

#: Who holds a session: one row for each of their billing entities. Built once, and of tables rather than models:
#: every request asks it, and building it or having the ORM read its rows costs more than running it.
_HOLDER = unscoped(
    select(
        _sessions.c.id.label("session_id"),
        _sessions.c.last_seen_at,
        _resources.c.id,
        _resources.c.name,
        _resources.c.email,
        _resources.c.role,
        _resources.c.language,
        _resources.c.timezone,
        _resources.c.principal_id,
        _entities.c.principal_id.label("entity_principal_id"),
    )
    .join_from(_sessions, _resources, _resources.c.id == _sessions.c.resource_id)
    .outerjoin(_named, _named.c.resource_id == _resources.c.id)
    .outerjoin(_entities, _entities.c.id == _named.c.billing_entity_id)
    .where(
        _sessions.c.token_hash == bindparam("token_hash"),
        _sessions.c.ended_at.is_(None),
        _sessions.c.last_seen_at > bindparam("seen_after"),
        _resources.c.is_active,
    ),
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
    is_admin = first.role is Role.ADMIN
    entities = tuple(row.entity_principal_id for row in rows if row.entity_principal_id)
    return Viewer(
        resource_id=first.id,
        name=first.name,
        email=first.email,
        is_admin=is_admin,
        language=first.language,
        timezone=first.timezone,
        principal_ids=(EVERYBODY_ID, *((ADMINS_ID,) if is_admin else ()), first.principal_id, *entities),
        session_id=first.session_id,
        session_token=token,
    )


def holding() -> CompoundSelect[int, int]:
    """Return a select of every active resource with each principal they hold: what `by_session` reads of one.

    Columns `resource_id` and `principal_id`.
    """
    id_ = Resource.id.label("resource_id")
    everybody, admins = (
        literal(one, Resource.principal_id.type).label("principal_id") for one in (EVERYBODY_ID, ADMINS_ID)
    )
    named = select(id_, BillingEntity.principal_id).join(_named, _named.c.resource_id == Resource.id)
    return union_all(
        select(id_, everybody).where(Resource.is_active),
        select(id_, admins).where(Resource.is_active, Resource.role == Role.ADMIN),
        select(id_, Resource.principal_id).where(Resource.is_active),
        named.join(BillingEntity, BillingEntity.id == _named.c.billing_entity_id).where(Resource.is_active),
    )
