"""Languages, dates and numbers: the only file that knows Flask-Babel (N4).

Source strings are French, with the words of the user guide; the catalogue holds the English ones.
"""

import re
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from flask import current_app, g, has_request_context, request
from flask_babel import LazyString, force_locale, get_locale, gettext, lazy_gettext, lazy_pgettext, ngettext

from webapp.config import DEFAULT_LANGUAGE, DEFAULT_TIMEZONE, LANGUAGES
from webapp.dates import PartialDate
from webapp.text import search_key

_ = gettext
_l = lazy_gettext
_n = ngettext
#: A word that has several meanings: the first argument says which is meant.
_lp = lazy_pgettext

__all__ = [
    "LazyString",
    "_",
    "_l",
    "_lp",
    "_n",
    "choose_language",
    "choose_timezone",
    "day",
    "force_locale",
    "language",
    "moment",
    "number",
    "partial_day",
    "read_partial_day",
]

LANGUAGE_COOKIE = "language"


def choose_language() -> str:
    """Return the language of this request: the user's own, else the cookie's, else the browser's, else French."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    viewer = getattr(g, "viewer", None)
    if viewer is not None and viewer.language in LANGUAGES:
        return str(viewer.language)
    if (chosen := request.cookies.get(LANGUAGE_COOKIE)) in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE


def choose_timezone() -> str:
    """Return the zone in which this request's user reads moments."""
    viewer = getattr(g, "viewer", None) if has_request_context() else None
    if viewer is not None and viewer.timezone:
        return str(viewer.timezone)
    return str(current_app.config.get("ORGANISATION_TIMEZONE", DEFAULT_TIMEZONE))


def language() -> str:
    """Return the code of the language now in use: `fr` or `en`."""
    locale = get_locale()
    return locale.language if locale else DEFAULT_LANGUAGE


def moment(value: datetime | None, style: str = "short") -> str:
    """Write a moment in the reader's zone and language (D20)."""
    if value is None:
        return ""
    return dates.format_datetime(value, style, tzinfo=ZoneInfo(choose_timezone()), locale=_locale())


def day(value: date | None, style: str = "short") -> str:
    """Write a date, which has no zone (D20)."""
    return dates.format_date(value, style, locale=_locale()) if value else ""


def partial_day(value: PartialDate | None) -> str:
    """Write a day as it is known: `12 janv. 1998`, or `12 janvier` when nobody knows the year (K6)."""
    if value is None:
        return ""
    if value.year is None:
        return dates.format_skeleton("MMMMd", date(2000, value.month, value.day), locale=_locale())
    return dates.format_date(date(value.year, value.month, value.day), "medium", locale=_locale())


#: Two numbers, with or without a year of four figures: `12/01/1998`, `12.1`.
_FIGURES = re.compile(r"(\d{1,2})[ ./-]+(\d{1,2})(?:[ ./-]+(\d{4}))?", re.ASCII)
#: The same with the month in letters, after the day or before it: `12 janvier 1998`, `1er mai`, `January 12th, 1998`.
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?:er|st|nd|rd|th)? (?:of )?(?P<month>[a-z]{3,})(?: (?P<year>\d{4}))?", re.ASCII
)
_MONTH_FIRST = re.compile(r"(?P<month>[a-z]{3,}) (?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?", re.ASCII)


def read_partial_day(text: str) -> PartialDate:
    """Read a day as people write it, in either language, the day before the month; raises ValueError (K6)."""
    with suppress(ValueError):
        return PartialDate.parse(text)
    if match := _FIGURES.fullmatch(text):
        day, month, year = match.groups()
        return PartialDate.of(int(year) if year else None, int(month), int(day))
    folded = search_key(text)
    if match := _DAY_FIRST.fullmatch(folded) or _MONTH_FIRST.fullmatch(folded):
        return PartialDate.of(int(match["year"]) if match["year"] else None, _month(match["month"]), int(match["day"]))
    raise ValueError(f"not a day: {text!r}")


def _month(name: str) -> int:
    """Return the month that `name` begins, in any language of the product; raises ValueError when it may be several."""
    found = {number for full, number in _month_names() if full.startswith(name)}
    if len(found) != 1:
        raise ValueError(f"not a month: {name!r}")
    return found.pop()


@cache
def _month_names() -> list[tuple[str, int]]:
    return [
        (search_key(name), number)
        for code in ("en_GB", *LANGUAGES)
        for width in ("wide", "abbreviated")
        for number, name in Locale.parse(code).months["format"][width].items()
    ]


def number(value: float | None) -> str:
    """Write a number as the reader's language does."""
    return "" if value is None else numbers.format_decimal(value, locale=_locale())


def _locale() -> Locale:
    """British forms for English: day before month, as the organisation's other readers expect."""
    return Locale.parse("en_GB" if language() == "en" else language())
