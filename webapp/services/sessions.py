"""The sessions of the staff: opening, listing and ending them (R2)."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select, update

from webapp.clock import now
from webapp.extensions import db
from webapp.models import Resource, StaffSession
from webapp.tokens import hash_token, new_token


def start(resource_id: int, *, address: str, user_agent: str) -> str:
    """Open a session and return its token, which only the browser's cookie will hold."""
    token, moment = new_token(), now()
    db.session.add(
        StaffSession(
            token_hash=hash_token(token),
            resource_id=resource_id,
            created_at=moment,
            last_seen_at=moment,
            address=address[:64],
            user_agent=user_agent.replace("\0", "")[:300],
        )
    )
    db.session.flush()
    return token


def open_ones(resource_id: int, lifetime: timedelta) -> Sequence[StaffSession]:
    """Return the sessions of a resource that still count, the last used first."""
    return db.session.scalars(
        select(StaffSession)
        .where(
            StaffSession.resource_id == resource_id,
            StaffSession.ended_at.is_(None),
            StaffSession.last_seen_at > now() - lifetime,
        )
        .order_by(StaffSession.last_seen_at.desc(), StaffSession.id.desc())
    ).all()


def owner_of_ended(token: str, lifetime: timedelta) -> int | None:
    """Return whose a session was that no longer counts, unless it ended long ago or they may not sign in any more."""
    lately = now() - lifetime
    owner = select(StaffSession.resource_id).join(Resource, Resource.id == StaffSession.resource_id)
    return db.session.scalar(
        owner.where(
            StaffSession.token_hash == hash_token(token),
            or_(StaffSession.ended_at > lately, StaffSession.last_seen_at.between(lately - lifetime, lately)),
            Resource.is_active,
        )
    )


def end(session_id: int, resource_id: int) -> bool:
    """End one session of this resource; return whether there was one to end. Any number may be asked for."""
    if not 0 < session_id < 2**63:
        return False
    ended = db.session.execute(
        update(StaffSession)
        .where(
            StaffSession.id == session_id,
            StaffSession.resource_id == resource_id,
            StaffSession.ended_at.is_(None),
        )
        .values(ended_at=now())
        .returning(StaffSession.id)
    )
    return ended.first() is not None


def end_all(resource_id: int, *, except_id: int | None = None) -> None:
    """End every session of a resource, save the one that asks when it is to stay."""
    statement = update(StaffSession).where(StaffSession.resource_id == resource_id, StaffSession.ended_at.is_(None))
    if except_id is not None:
        statement = statement.where(StaffSession.id != except_id)
    db.session.execute(statement.values(ended_at=now()))
