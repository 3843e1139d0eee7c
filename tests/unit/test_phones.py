"""Phone numbers are kept as typed and shown internationally (C6, K5)."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.phones import e164, kept_phone, read_phone


@pytest.mark.parametrize(
    ("typed", "country", "shown"),
    [
        ("01 99 00 12 34", "FR", "+33 1 99 00 12 34"),
        ("01.99.00.12.34", "fr", "+33 1 99 00 12 34"),
        ("+33 (0)1 99 00 12 34", None, "+33 1 99 00 12 34"),
        ("0033 1 99 00 12 34", "BE", "+33 1 99 00 12 34"),
        ("(212) 555-0112", "US", "+1 212-555-0112"),
        ("+49 30 23125 123", "FR", "+49 30 23125123"),
        ("٠١ ٩٩ ٠٠ ١٢ ٣٤", "FR", "+33 1 99 00 12 34"),
    ],
)
def test_a_number_is_shown_internationally(typed, country, shown):
    phone = read_phone(typed, country)
    assert (phone.typed, phone.shown, phone.valid) == (typed, shown, True)
    assert phone.href == f"tel:{phone.e164}"


@pytest.mark.parametrize(
    "typed", ["01 99 00 12 34 poste 12", "01 99 00 12 34 Poste 12", "01 99 00 12 34 ext. 12", "+33 1 99 00 12 34 #12"]
)
def test_an_extension_is_kept_apart_and_dialled(typed):
    phone = read_phone(typed, "FR")
    assert (phone.e164, phone.extension) == ("+33199001234", "12")
    assert phone.shown == "+33 1 99 00 12 34 #12"
    assert phone.href == "tel:+33199001234;ext=12"


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("demander Loïc", "FR"),
        ("01 99 00 12 3", "FR"),  # a digit is missing
        ("01 99 00 12 34 / 35", "FR"),
        ("01 99 00 12 34", None),  # whose?
        ("01 99 00 12 34", "??"),
        ("555-0112", "US"),  # only dialled in its own town
        ("", "FR"),
        ("   ", "FR"),
        ("\ud800", "FR"),
        ("9" * 10_000, "FR"),
    ],
)
def test_what_cannot_be_read_is_kept_as_typed_without_a_link(typed, country):
    phone = read_phone(typed, country)
    assert (phone.typed, phone.shown) == (typed, typed.strip())
    assert (phone.e164, phone.href, phone.extension, phone.valid) == (None, None, None, False)


def test_an_international_number_outside_the_known_plan_is_doubted_but_dialled():
    phone = read_phone("+352 100 123 456", "FR")
    assert not phone.valid
    assert (phone.shown, phone.href) == ("+352 100123456", "tel:+352100123456")


@given(st.text(alphabet="+0123456789 ()-.x#;ext=poste/aé\0\ud800٠") | st.text(), st.text(max_size=3) | st.none())
def test_reading_never_fails_and_never_loses_what_was_typed(typed, country):
    phone = read_phone(typed, country)
    assert phone.typed == typed
    assert (phone.href is None) == (phone.e164 is None)
    assert phone.e164 or not phone.valid


@given(st.from_regex(r"0[1-9]([ .]?[0-9]{2}){4}( poste [1-9][0-9]{0,3})?", fullmatch=True))
def test_what_is_shown_is_read_back_as_the_same_number(typed):
    phone = read_phone(typed, "FR")
    if phone.valid:
        again = read_phone(phone.shown, None)
        assert (again.e164, again.extension, again.shown) == (phone.e164, phone.extension, phone.shown)


FORMATS = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
)
COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_fast_reading_agrees_on_every_kind_of_number(country):
    """Each kind of number of each country, in each form, also cut short, lengthened, or read from elsewhere."""
    for kind in phonenumbers.PhoneNumberType.values():
        example = phonenumbers.example_number_for_type(country, kind)
        for form in FORMATS if example else ():
            typed = phonenumbers.format_number(example, form)
            for variant in (typed, typed[:-1], f"{typed}7", f"0{typed}", typed.replace(" ", ""), f"00{typed[1:]}"):
                for read_in in (country, "FR", None):
                    assert e164(variant, read_in) == read_phone(variant, read_in).e164, (variant, read_in)


@given(st.from_regex(r"\+?[0-9]{2,4}([ .-]?\(?[0-9]{1,4}\)?){0,5}", fullmatch=True), st.sampled_from(COUNTRIES))
def test_the_fast_reading_agrees_on_any_digits(typed, country):
    assert e164(typed, country) == read_phone(typed, country).e164


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("01 42 68 53 00", "FR"),
        ("02 555 12 12 ext. 7", "BE"),
        ("022 000 07 11", "CH"),
        ("(212) 555-0123", "US"),
        ("+33 1 42 68 53 00", "CA"),
        ("demander Léa", "FR"),
    ],
)
def test_a_kept_number_is_read_again_without_its_country(typed, country):
    """K5: what is kept tells how it was read, whatever address changes meanwhile."""
    first = read_phone(typed, country)
    assert kept_phone(typed, first.e164) == first
