"""Days people keep in mind: a birthday, an anniversary. Without a zone, and often without a year (K6, D20)."""

import re
from calendar import isleap, monthrange
from datetime import date
from typing import NamedTuple, Self

_ISO = re.compile(r"(?:(?P<year>\d{4})|-)-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII)

#: A year that has a 29th of February: a day without a year may be that one.
_LEAP_YEAR = 2000


class PartialDate(NamedTuple):
    """A day of a month, of a year or of each year."""

    month: int
    day: int
    year: int | None = None

    @classmethod
    def of(cls, year: int | None, month: int, day: int) -> Self:
        """Return the day; raises ValueError when there is no such one."""
        date(_LEAP_YEAR if year is None else year, month, day)
        return cls(month, day, year)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1998-01-12`, or `--01-12` for a day without a year; raises ValueError."""
        match = _ISO.fullmatch(text)
        if match is None:
            raise ValueError(f"not a day: {text!r}")
        return cls.of(int(match["year"]) if match["year"] else None, int(match["month"]), int(match["day"]))

    def __str__(self) -> str:
        return f"{f'{self.year:04}' if self.year else '-'}-{self.month:02}-{self.day:02}"

    def next_from(self, start: date) -> date:
        """Return when the day comes again, from `start` on; the 29th of February comes on the 28th in other years."""
        this_year = self._in(start.year)
        return this_year if this_year >= start else self._in(start.year + 1)

    def _in(self, year: int) -> date:
        is_short = (self.month, self.day) == (2, 29) and not isleap(year)
        return date(year, self.month, monthrange(year, 2)[1] if is_short else self.day)
