"""VAT numbers are checked and brought to one form (C7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.vat import check_vat


@pytest.mark.parametrize(
    ("typed", "country", "normal_form", "shown"),
    [
        ("FR 40 303 265 045", "FR", "FR40303265045", "FR 40 303 265 045"),
        ("fr40303265045", None, "FR40303265045", "FR 40 303 265 045"),
        ("40 303 265 045", "FR", "FR40303265045", "FR 40 303 265 045"),
        ("40303265045", "MC", "FR40303265045", "FR 40 303 265 045"),
        ("BE 0428.759.497", "BE", "BE0428759497", "BE 0428 759 497"),
        ("428.759.497", "BE", "BE0428759497", "BE 0428 759 497"),
        ("ATU13585627", "AT", "ATU13585627", "AT U13585627"),
        ("094259216", "GR", "EL094259216", "EL 094 259 216"),
        ("GR 094259216", None, "EL094259216", "EL 094 259 216"),
        ("GB 980 7806 84", None, "GB980780684", "GB 980 780 684"),
        ("XI 980780684", "GB", "XI980780684", "XI 980 780 684"),
        ("CHE-107.787.577 TVA", "CH", "CHE107787577TVA", "CHE-107.787.577 TVA"),
        ("107.787.577", "CH", "CHE107787577", "CHE-107.787.577"),
        ("DE 136,695 976", "FR", "DE136695976", "DE 136 695 976"),  # registered abroad
    ],
)
def test_a_right_number_gets_its_normal_form(typed, country, normal_form, shown):
    check = check_vat(typed, country)
    assert (check.normal_form, check.valid, check.shown) == (normal_form, True, shown)


@pytest.mark.parametrize(
    ("typed", "country", "normal_form"),
    [
        ("FR 41 303 265 045", "FR", "FR41303265045"),
        ("FR 40 303 265 04", "FR", "FR4030326504"),
        ("40 303 265 045", None, "40303265045"),
        ("US 123456789", "US", "US123456789"),
        ("à demander", "FR", "ÀDEMANDER"),
        ("FR", "FR", "FR"),
        ("CHE", "CH", "CHE"),
        ("", "FR", ""),
    ],
)
def test_a_wrong_number_is_told_and_kept(typed, country, normal_form):
    check = check_vat(typed, country)
    assert (check.normal_form, check.valid, check.shown) == (normal_form, False, typed.strip())


@given(st.text(alphabet="FRELCHXIGBU0123456789 .-\0é\ud800٣") | st.text(), st.text(max_size=3) | st.none())
def test_checking_never_fails(typed, country):
    check = check_vat(typed, country)
    assert check.valid or check.shown == typed.strip()


@given(
    st.integers(0, 10**9 - 1), st.sampled_from(["BE", "DE", "LU", "IT", "PT", "PL", "NL", "GB", "CH", "GR", "FR", "AT"])
)
def test_what_is_shown_is_the_same_number(number, country):
    check = check_vat(f"{number:09}", country)
    if check.valid:
        again = check_vat(check.shown, None)
        assert (again.valid, again.normal_form) == (True, check.normal_form)
