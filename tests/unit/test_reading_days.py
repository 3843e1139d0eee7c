"""Days as people type them, in both languages (K6, D20)."""

from datetime import date, timedelta

import pytest
from flask import Flask

from webapp.dates import PartialDate
from webapp.i18n import force_locale, partial_day, read_partial_day


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12/01/1998", "1998-01-12"),
        ("12.1.1998", "1998-01-12"),
        ("12 - 01 - 1998", "1998-01-12"),
        ("12/01", "--01-12"),
        ("1998-01-12", "1998-01-12"),
        ("--01-12", "--01-12"),
        ("12 janvier 1998", "1998-01-12"),
        ("12 JANV. 1998", "1998-01-12"),
        ("1er août", "--08-01"),
        ("3 fevrier", "--02-03"),
        ("29 février", "--02-29"),
        ("12 January 1998", "1998-01-12"),
        ("January 12th, 1998", "1998-01-12"),
        ("2nd of July", "--07-02"),
        ("3 Sept 2001", "2001-09-03"),
    ],
)
def test_a_day_is_read_as_people_write_it(typed: str, read: str) -> None:
    assert str(read_partial_day(typed)) == read


@pytest.mark.parametrize(
    "typed",
    [
        *("", "12", "31/02/1998", "29/02/1999", "12/13/1998", "0/1", "12/01/98", "12/01/1998 à midi"),
        *("12 jui 1998", "12 ja 1998", "12 brumaire", "١٢/٠١/١٩٩٨", "12/01/0000", "1/2/3/4", "x" * 60, "²/²"),
    ],
)
def test_what_is_no_day_or_may_be_several_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"day|month|year"):
        read_partial_day(typed)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_day_of_a_year_is_read_as_it_is_shown(session_app: Flask, language: str) -> None:
    days = [date(2000, 1, 1) + timedelta(n) for n in range(366)]
    with session_app.app_context(), force_locale(language):
        for day in days:
            for year in (day.year, None):
                known = PartialDate(day.month, day.day, year)
                assert read_partial_day(partial_day(known)) == known
