"""E-mail addresses have one form to keep and one key to compare (K3, D4)."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from webapp.emails import email_key, normal_email


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Anne.Martin@Cabinet.Example ", "Anne.Martin@cabinet.example"),
        ("bruno@essai.test", "bruno@essai.test"),
        ("chloé@société.fr", "chloé@société.fr"),
        ("denis@xn--socit-esab.fr", "denis@société.fr"),
        ("e\u0301ric@bureau.fr", "éric@bureau.fr"),
        ("paul+salon@bureau.fr", "paul+salon@bureau.fr"),
    ],
)
def test_an_address_gets_its_normal_form(typed, kept):
    assert normal_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anne",
        "anne@",
        "@bureau.fr",
        "anne@bureau",
        "anne@@bureau.fr",
        "anne martin@bureau.fr",
        "anne@bureau..fr",
        "anne@[127.0.0.1]",
        "anne@bureau.fr\nBcc: tous@bureau.fr",
        "a\0b@bureau.fr",
        "\ud800@bureau.fr",
        "anne@" + "bureau." * 40 + "fr",
    ],
)
def test_what_is_no_address_is_refused(typed):
    assert normal_email(typed) is None


def test_addresses_compare_whatever_their_capitals():
    assert email_key("Anne.MARTIN@cabinet.example") == email_key("anne.martin@cabinet.example")


@given(st.text() | st.builds("{}@{}.fr".format, st.text(), st.text()))
def test_reading_never_fails_and_a_normal_form_is_its_own(typed):
    kept = normal_email(typed)
    assert kept is None or normal_email(kept) == kept


@given(
    st.from_regex(
        r"[A-Za-z0-9._-]{1,70}@(?:[a-z0-9-]{1,70}\.){1,4}(?:[a-z0-9]{1,5}|test|local|arpa|onion|invalid)",
        fullmatch=True,
    )
)
def test_a_plain_address_is_read_as_any_other(typed):
    """Known at a glance or read in full, the answer is the library's."""
    assert normal_email(typed) == _read_in_full(typed)


def _read_in_full(typed: str) -> str | None:
    try:
        return validate_email(typed, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None
