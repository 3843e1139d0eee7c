"""What two people made of the same values, merged (R4)."""

from typing import Any

import pytest

from webapp.dates import PartialDate
from webapp.services.merging import groups, merge

DAY, OTHER_DAY = PartialDate.parse("--01-12"), PartialDate.parse("1998-01-12")


@pytest.mark.parametrize(
    ("before", "mine", "theirs", "kept", "is_theirs", "clash"),
    [
        ("a", "a", "a", "a", False, False),
        ("a", "b", "a", "b", False, False),
        ("a", "a", "b", "b", True, False),
        ("a", "b", "b", "b", False, False),
        ("a", "b", "c", "b", False, True),
        (None, DAY, OTHER_DAY, DAY, False, True),
        (DAY, DAY, OTHER_DAY, OTHER_DAY, True, False),
        ([1, 2], [1, 2, 3], [2, 4], [2, 4, 3], True, False),
        ([1, 2], [1], [1, 2], [1], False, False),
        ([], [1], [1], [1], False, False),
        ((1, 2), [2, 1], (1, 2), [1, 2], False, False),
    ],
)
def test_each_value_goes_to_who_changed_it(
    before: Any, mine: Any, theirs: Any, kept: Any, is_theirs: bool, clash: bool
) -> None:
    merged = merge({"x": before}, {"x": mine}, {"x": theirs})
    assert merged.values == {"x": kept}
    assert bool(merged.theirs) is is_theirs
    assert bool(merged.clashes) is clash


def test_a_value_nobody_knows_the_past_of_is_asked_about_unless_both_agree() -> None:
    merged = merge({}, {"x": 1, "y": 2}, {"x": 1, "y": 3})
    assert merged.clashes == [("y",)]


def test_what_depends_on_each_other_is_one() -> None:
    names = ["main_country", "main_city", "main_subdivision"]
    assert groups(names) == [("main_country", "main_subdivision"), ("main_city",)]
    before = dict.fromkeys(names, 1)
    merged = merge(before, {**before, "main_subdivision": 2}, {**before, "main_country": 3})
    assert merged.clashes == [("main_country", "main_subdivision")]
