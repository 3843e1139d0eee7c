"""The sessions of the staff, and of contacts in the portal: opening, listing and ending them (R2, P6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import or_, select, update

from webapp.clock import now
from webapp.database import writing
from webapp.extensions import db
from webapp.models import PortalSession, Resource, StaffSession
from webapp.tokens import hash_token, new_token

#: How often the moment of last use is written: often enough to expire sessions, rarely enough to cost nothing.
SEEN_EVERY = timedelta(minutes=5)

S = TypeVar("S", StaffSession, PortalSession)


@dataclass(frozen=True)
class Sessions(Generic[S]):
    """The sessions of one side: `owner` is the name of the column that says whose one is."""

    model: type[S]
    owner: str

    def start(self, owner_id: int, *, address: str, user_agent: str) -> str:
        """Open a session and return its token, which only the browser's cookie will hold."""
        token, moment = new_token(), now()
        session = self.model(
            token_hash=hash_token(token),
            created_at=moment,
            last_seen_at=moment,
            address=address[:64],
            user_agent=user_agent.replace("\0", "")[:300],
        )
        setattr(session, self.owner, owner_id)
        db.session.add(session)
        db.session.flush()
        return token

    def open_ones(self, owner_id: int, lifetime: timedelta) -> Sequence[S]:
        """Return the sessions of somebody that still count, the last used first."""
        one: Any = self.model
        still_open = select(one).where(
            self._owner == owner_id, one.ended_at.is_(None), one.last_seen_at > now() - lifetime
        )
        return db.session.scalars(still_open.order_by(one.last_seen_at.desc(), one.id.desc())).all()

    def end(self, session_id: int, owner_id: int) -> bool:
        """End one session of somebody; return whether there was one to end. Any number may be asked for."""
        if not 0 < session_id < 2**63:
            return False
        one: Any = self.model
        ended = db.session.execute(
            update(one)
            .where(one.id == session_id, self._owner == owner_id, one.ended_at.is_(None))
            .values(ended_at=now())
            .returning(one.id)
        )
        return ended.first() is not None

    def end_token(self, token: str) -> None:
        """End the session of this token, if there is one."""
        one: Any = self.model
        ended = update(one).where(one.token_hash == hash_token(token), one.ended_at.is_(None))
        db.session.execute(ended.values(ended_at=now()))

    def end_all(self, owner_id: int, *, except_id: int | None = None) -> None:
        """End every session of somebody, save the one that asks when it is to stay."""
        self.end_all_of([owner_id], except_id=except_id)

    def end_all_of(self, owner_ids: Collection[int], *, except_id: int | None = None) -> int:
        """End every session of several, save the one that asks when it is to stay; return how many there were."""
        one: Any = self.model
        statement = update(one).where(self._owner.in_(owner_ids), one.ended_at.is_(None))
        if except_id is not None:
            statement = statement.where(one.id != except_id)
        return int(db.session.execute(statement.values(ended_at=now())).rowcount)  # type: ignore[attr-defined]

    def touch(self, session_id: int, last_seen_at: datetime) -> None:
        """Write when a session was last used, outside the request's own transaction."""
        moment = now()
        if moment - last_seen_at < SEEN_EVERY:
            return
        # The request's transaction may only be reading; one that writes must begin as such.
        db.session.rollback()
        with writing(), db.engine.begin() as connection:
            connection.execute(update(self.model).where(self.model.id == session_id).values(last_seen_at=moment))

    @property
    def _owner(self) -> Any:
        return getattr(self.model, self.owner)


staff = Sessions(StaffSession, "resource_id")
portal = Sessions(PortalSession, "contact_id")


def resource_of_ended(token: str, lifetime: timedelta) -> int | None:
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
