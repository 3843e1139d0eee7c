"""Ids that are given once: what was erased leaves a history, links and open dialogs that must not fall to another."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select

from webapp.access import unscoped
from webapp.extensions import db, on_postgres
from webapp.models import Counter

_WHY = "an id is given once, whoever sees whom"


def reserve(model: Any, count: int = 1) -> Sequence[int]:
    """Return ids for `count` new records, given to nobody before nor after."""
    if on_postgres():
        sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
        numbers = func.generate_series(1, count).table_valued("number")
        return db.session.scalars(select(func.nextval(sequence)).select_from(numbers)).all()
    # The transaction writes, so nobody else does meanwhile.
    last = max(db.session.scalar(unscoped(select(func.max(model.id)), _WHY)) or 0, _erased(model))
    return range(last + 1, last + 1 + count)


def erase(model: Any, ids: Iterable[int]) -> None:
    """Remember that records are about to be erased: SQLite would give the highest of their ids to the next one."""
    highest = max(ids, default=0)
    if not on_postgres() and highest > _erased(model):
        db.session.merge(Counter(name=_name(model), value=highest))
        db.session.flush()


def _erased(model: Any) -> int:
    return db.session.scalar(select(Counter.value).where(Counter.name == _name(model))) or 0


def _name(model: Any) -> str:
    return f"{model.__tablename__}_erased"
