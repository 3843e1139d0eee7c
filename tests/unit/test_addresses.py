"""Addresses follow the habits of their country; rules warn and never block (C4)."""

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.addresses import (
    ADDRESS_FIELDS,
    address_order,
    address_warnings,
    format_address,
    postal_example,
    prints_subdivision,
)

USUAL_ORDER = (("street",), ("building", "floor"), ("postal_code", "city"), ("subdivision",))


@pytest.mark.parametrize(
    ("country", "order"),
    [
        ("FR", USUAL_ORDER),
        ("us", (("street",), ("building", "floor"), ("city", "subdivision", "postal_code"))),
        ("JP", (("postal_code",), ("subdivision",), ("city",), ("street",), ("building", "floor"))),
        ("HU", (("city",), ("street",), ("building", "floor"), ("postal_code",), ("subdivision",))),
    ],
)
def test_the_fields_stand_in_the_order_of_the_country(country, order):
    assert address_order(country) == order


@pytest.mark.parametrize("country", [None, "", "ZZ", "QQ", "Narnia", "../fr", "F\0"])
def test_an_unknown_country_gets_the_usual_order(country):
    assert address_order(country) == USUAL_ORDER
    assert postal_example(country) is None


@pytest.mark.parametrize("country", [country.alpha_2 for country in pycountry.countries])
def test_every_country_has_each_field_once_and_prints_what_was_typed(country):
    assert sorted(field for line in address_order(country) for field in line) == sorted(ADDRESS_FIELDS)
    values = {
        "country": country,
        "street": "rue A",
        "building": "bât B",
        "floor": "3e",
        "city": "Ville",
        "postal_code": "42",
    }
    printed = "\n".join(format_address(values, "Pays", None)).casefold()
    for text in ("rue a", "bât b", "3e", "ville", "42", "pays"):
        assert text in printed


def test_a_french_address_as_the_post_wants_it():
    values = {
        "country": "FR",
        "street": "12, rue de l’Œuvre",
        "building": "Bâtiment A",
        "floor": "2e étage",
        "city": "Saint-Étienne",
        "subdivision": 42,
        "postal_code": "42000",
    }
    assert format_address(values, "France", "Loire") == [
        "12, rue de l’Œuvre",
        "Bâtiment A, 2e étage",
        "42000 SAINT-ÉTIENNE",
        "France",
    ]


def test_a_country_that_writes_its_streets_in_capitals_writes_all_of_them_so():
    values = {"country": "HU", "street": "Fő utca 1", "building": "A épület", "floor": "2. em.", "city": "Győr"}
    assert format_address(values, "Hongrie", None) == ["GYŐR", "FŐ UTCA 1", "A ÉPÜLET, 2. EM.", "Hongrie"]


@pytest.mark.parametrize(
    ("values", "subdivision", "last_line"),
    [
        ({"country": "US", "city": "Boston", "postal_code": "02108"}, "MA", "BOSTON, MA 02108"),
        ({"country": "US", "city": "Boston", "postal_code": "02108"}, None, "BOSTON 02108"),
        ({"country": "US", "postal_code": "02108"}, "MA", "MA 02108"),
        ({"country": "US", "postal_code": "02108"}, None, "02108"),
        ({"country": "CH", "city": "Genève", "postal_code": "1201"}, "Genève", "CH-1201 Genève"),
        ({"country": "CH", "city": "Genève", "postal_code": "CH-1201"}, None, "CH-1201 Genève"),
        ({"country": "LU", "city": "Luxembourg", "postal_code": "L-2449"}, None, "L-2449 LUXEMBOURG"),
        ({"country": "BR", "city": "Recife"}, "PE", "RECIFE-PE"),
        ({"country": None, "city": "Ailleurs"}, None, "AILLEURS"),
    ],
)
def test_a_line_has_no_stray_separator(values, subdivision, last_line):
    assert format_address(values, None, subdivision)[-1] == last_line


def test_an_empty_address_prints_nothing_and_warns_of_nothing():
    for country in ("FR", "SG", "GI", None):
        assert format_address({"country": country, "street": " ", "city": None}, "", "") == []
        assert address_warnings(country, {"street": " ", "city": None}) == {}


@pytest.mark.parametrize(
    ("country", "values", "warnings"),
    [
        ("FR", {"street": "1, rue A", "city": "Lyon", "postal_code": "69001"}, {}),
        ("FR", {"street": "1, rue A", "city": "Lyon", "postal_code": "6900"}, {"postal_code": "malformed"}),
        ("FR", {"city": "Lyon"}, {"street": "missing", "postal_code": "missing"}),
        ("US", {"street": "1 A St", "city": "Boston", "postal_code": "02108"}, {"subdivision": "missing"}),
        ("US", {"street": "1 A St", "city": "Boston", "postal_code": "02108", "subdivision": 7}, {}),
        ("GB", {"street": "1 A St", "city": "London", "postal_code": "ec1a 1bb"}, {}),
        ("LU", {"street": "1, rue A", "city": "Luxembourg", "postal_code": "L-2449"}, {}),
        ("CH", {"street": "1, rue A", "city": "Genève", "postal_code": "ch-1201"}, {}),
        ("SN", {"street": "1, rue A", "city": "Dakar"}, {}),
        (None, {"postal_code": "?"}, {}),
        ("Narnia", {"street": "1, rue A", "city": "Cair Paravel", "postal_code": "?"}, {}),
    ],
)
def test_the_country_says_what_to_warn_of(country, values, warnings):
    assert address_warnings(country, values) == warnings


def test_a_postal_code_is_shown_by_example():
    assert postal_example("FR") == "33380"
    assert postal_example("CA") == "H3Z 2Y7"
    assert postal_example("HK") is None


@given(
    st.one_of(st.none(), st.sampled_from(["FR", "US", "JP", "GB", "CN"]), st.text()),
    st.dictionaries(st.sampled_from(ADDRESS_FIELDS), st.none() | st.text() | st.integers()),
)
def test_nothing_typed_makes_the_rules_fail(country, values):
    assert set(address_warnings(country, values).values()) <= {"missing", "malformed"}
    assert all(format_address({**values, "country": country}, "Pays", "Province"))


@pytest.mark.parametrize(
    ("country", "printed"), [("US", True), ("jp", True), ("FR", False), ("DE", False), (None, False)]
)
def test_it_is_known_which_countries_print_the_province(country, printed):
    values = {"country": country, "street": "1 rue A", "city": "B"}
    assert prints_subdivision(country) is printed
    assert ("province" in "\n".join(format_address(values, None, "Province")).casefold()) is printed
