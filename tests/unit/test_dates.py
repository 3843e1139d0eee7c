"""Days people keep in mind, with or without their year (K6, D20)."""

from datetime import date

import pytest

from webapp.dates import PartialDate


@pytest.mark.parametrize("text", ["1998-01-12", "--01-12", "2000-02-29", "--02-29"])
def test_a_day_is_written_as_it_is_read(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


@pytest.mark.parametrize("text", ["", "1998-1-12", "1999-02-29", "--02-30", "--13-01", "98-01-12", "１998-01-12"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"day|month"):
        PartialDate.parse(text)


@pytest.mark.parametrize(
    ("day", "start", "comes"),
    [
        ("1998-01-12", date(2026, 1, 12), date(2026, 1, 12)),
        ("1998-01-12", date(2026, 1, 13), date(2027, 1, 12)),
        ("--12-31", date(2026, 12, 30), date(2026, 12, 31)),
        ("2000-02-29", date(2027, 2, 1), date(2027, 2, 28)),
        ("2000-02-29", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_day_comes_again(day: str, start: date, comes: date) -> None:
    assert PartialDate.parse(day).next_from(start) == comes
