"""The one place that tells the time, so that tests can stop it and every moment is in UTC."""

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


def now() -> datetime:
    """Return this moment, with its zone (UTC)."""
    return datetime.now(UTC)


def today(timezone: str) -> date:
    """Return the date it is now in `timezone` (D20)."""
    return datetime.now(ZoneInfo(timezone)).date()


@cache
def timezones() -> frozenset[str]:
    """Return the names of all time zones; the system's folders are searched for them once."""
    return frozenset(available_timezones())
