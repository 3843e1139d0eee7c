"""The one place that tells the time, so that tests can stop it and every moment is in UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """Return this moment, with its zone (UTC)."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Have all inside happen at another moment: the demonstration has a past."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


def today(timezone: str) -> date:
    """Return the date it is now in `timezone` (D20)."""
    return now().astimezone(zone(timezone)).date()


@cache
def zone(name: str) -> ZoneInfo:
    """Return a time zone; Python keeps but a few, and reads the others from the disk each time."""
    return ZoneInfo(name)


@cache
def timezones() -> frozenset[str]:
    """Return the names of all time zones; the system's folders are searched for them once."""
    return frozenset(available_timezones())
