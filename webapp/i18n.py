"""Languages, dates and numbers: the only file that knows Flask-Babel (N4).

Source strings are French, with the words of the user guide; the catalogue holds the English ones.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import flask_babel
from babel import Locale, dates, numbers
from babel.support import NullTranslations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import LazyString, get_locale
from markupsafe import Markup

from webapp.config import DEFAULT_LANGUAGE, DEFAULT_TIMEZONE, LANGUAGES
from webapp.dates import PartialDate
from webapp.text import search_key

__all__ = [
    "LazyString",
    "_",
    "_l",
    "_lp",
    "_n",
    "choose_language",
    "choose_timezone",
    "currencies",
    "day",
    "file_size",
    "force_locale",
    "install",
    "language",
    "moment",
    "money",
    "number",
    "partial_day",
    "read_number",
    "read_partial_day",
    "written_moment",
]

LANGUAGE_COOKIE = "language"


# --- texts ---------------------------------------------------------------------------------------------------------


def _(text: str, /, **variables: Any) -> str:
    """Return a text in the language in force, with its variables."""
    translated = _catalogue().ugettext(text)
    return str(translated % variables if variables else translated)


def _l(text: str, /, **variables: Any) -> LazyString:
    """Return a text that is translated each time it is read."""
    return LazyString(_, text, **variables)


def _lp(context: str, text: str, /) -> LazyString:
    """Return, translated each time it is read, a text that has several meanings: `context` says which is meant."""
    return LazyString(lambda: str(_catalogue().upgettext(context, text)))


def _n(singular: str, plural: str, num: int, /, **variables: Any) -> str:
    """Return the text for so many, who are among its variables as `num`."""
    return str(_counted(singular, plural, num) % {"num": num, **variables})


def _counted(singular: str, plural: str, num: int) -> str:
    """Return the text for so many. French, which has no catalogue, takes the singular below two, for nothing too."""
    if language() == DEFAULT_LANGUAGE:
        return singular if abs(num) < 2 else plural
    return str(_catalogue().ungettext(singular, plural, num))


def install(app: Flask) -> None:
    """Give templates their `_` and `ngettext`: the text is ours and goes as it is, its variables are escaped."""

    def translate(text: str, /, **variables: Any) -> Markup:
        translated = Markup(_catalogue().ugettext(text))  # noqa: S704
        return translated % variables if variables else translated

    def count(singular: str, plural: str, num: int, /, **variables: Any) -> Markup:
        return Markup(_counted(singular, plural, num)) % {"num": num, **variables}  # noqa: S704

    app.jinja_env.globals |= {"_": translate, "ngettext": count}


def _catalogue() -> NullTranslations:
    """Return the texts of the language in force, looked for once: a page asks for some two hundred."""
    if not g:
        return flask_babel.get_translations()  # type: ignore[no-any-return]
    if "catalogue" not in g:
        g.catalogue = flask_babel.get_translations()
    return g.catalogue  # type: ignore[no-any-return]


@contextmanager
def force_locale(code: str) -> Iterator[None]:
    """Speak another language inside the block."""
    with flask_babel.force_locale(code):
        _forget()
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    if g:
        g.pop("catalogue", None)


# --- the reader ----------------------------------------------------------------------------------------------------


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
    return _ordinal(dates.format_datetime(value, style, tzinfo=ZoneInfo(choose_timezone()), locale=_locale()))


def written_moment(value: datetime, timezone: str) -> str:
    """Write a moment in full, as in a letter, for who reads it in `timezone`: `mardi 24 novembre 2026 à 15:05`."""
    local, locale = value.astimezone(ZoneInfo(timezone)), _locale()
    return _("%(day)s à %(time)s", day=day(local, "full"), time=dates.format_time(local, "short", locale=locale))


def day(value: date | None, style: str = "short") -> str:
    """Write a date, which has no zone (D20)."""
    return _ordinal(dates.format_date(value, style, locale=_locale())) if value else ""


def partial_day(value: PartialDate | None) -> str:
    """Write a day as it is known: `12 janv. 1998`, or `12 janvier` when nobody knows the year (K6)."""
    if value is None:
        return ""
    if value.year is None:
        return _ordinal(dates.format_skeleton("MMMMd", date(2000, value.month, value.day), locale=_locale()))
    return day(date(value.year, value.month, value.day), "medium")


#: The first of a month before its name, as Babel writes it in French.
_FIRST_OF_MONTH = re.compile(r"\b1(?= [^\W\d_])")


def _ordinal(written: str) -> str:
    """Return a date as one writes it: in French the first day of a month is « 1er », the others are plain numbers."""
    return _FIRST_OF_MONTH.sub("1er", written) if language() == DEFAULT_LANGUAGE else written


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


def number(value: float | Decimal | None) -> str:
    """Write a number as the reader's language does, with all the decimals it has."""
    return "" if value is None else _number(value, _locale())


def money(value: Decimal | None, currency: str, exact: bool = False) -> str:
    """Write an amount as the reader's language does: « 1 234,50 € », "€1,234.50"; if `exact`, with all its decimals."""
    return "" if value is None else _money(value, currency, _locale(), exact)


def file_size(count: int) -> str:
    """Write how much a file holds, in the unit that people would say: « 340 Ko », « 1,2 Mo »."""
    if count < 1024:
        return _("%(size)s o", size=number(count))
    if count < 1024 * 1024:
        return _("%(size)s Ko", size=number(count // 1024))
    return _("%(size)s Mo", size=number(round(Decimal(count) / (1024 * 1024), 1)))


def read_number(text: str) -> Decimal:
    """Read a number as people write it: `1 234,50`, `1,234.50`, `-12`; raises ValueError.

    The last comma or point is the decimal one, unless it appears twice: then it separates thousands.
    """
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", text).replace("\N{MINUS SIGN}", "-")
    if not re.fullmatch(r"-?[0-9][0-9.,]*", plain, re.ASCII):
        raise ValueError(text)
    last = max(plain.rfind(","), plain.rfind("."))
    if last >= 0 and plain.count(plain[last]) == 1:
        whole, decimals = plain[:last], plain[last + 1 :]
    else:
        whole, decimals = plain, ""
    return Decimal(re.sub("[.,]", "", whole) + (f".{decimals}" if decimals else ""))


def currencies() -> list[tuple[str, str]]:
    """Return (ISO code, name) of the currencies in use somewhere today, by name in the reader's language."""
    return _currencies(_locale())


@cache
def _currencies(locale: str) -> list[tuple[str, str]]:
    countries = Locale.parse(locale).territories
    codes = {code for country in countries for code in numbers.get_territory_currencies(str(country))}
    named = ((code, numbers.get_currency_name(code, locale=locale)) for code in codes)
    return sorted(((code, f"{name[:1].upper()}{name[1:]} ({code})") for code, name in named), key=_by_name)


def _by_name(named: tuple[str, str]) -> str:
    return search_key(named[1])


@lru_cache(2000)
def _number(value: float | Decimal, locale: str) -> str:
    return numbers.format_decimal(value, locale=locale, decimal_quantization=False)


@lru_cache(2000)
def _money(value: Decimal, currency: str, locale: str, exact: bool) -> str:
    if exact and value != round(value, 2):
        return numbers.format_currency(value.normalize(), currency, locale=locale, decimal_quantization=False)
    return numbers.format_currency(value, currency, locale=locale)


def _locale() -> str:
    """British forms for English: day before month, as the organisation's other readers expect."""
    return "en_GB" if language() == "en" else language()
