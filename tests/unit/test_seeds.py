"""A new instance starts with sensible lists, in French and English (R1, C4)."""

import tomllib
from pathlib import Path

import pytest

import webapp.seeds
from webapp.seeds.geography import countries, subdivisions
from webapp.text import search_key

REFERENCES = tomllib.loads((Path(webapp.seeds.__file__).parent / "references.toml").read_text("utf-8"))

LISTS = {
    "account_type",
    "company_state",
    "source",
    "business_region",
    "industry",
    "annual_revenue",
    "employees",
    "contact_type",
    "opportunity_state",
    "close_reason",
    "tax_rate",
    "title",
    "work_region",
    "work_site",
}


def test_every_list_has_values():
    assert set(REFERENCES) == LISTS
    assert all(len(values) >= 4 for values in REFERENCES.values())


@pytest.mark.parametrize("name", sorted(LISTS))
def test_codes_and_labels_tell_the_values_of_a_list_apart(name):
    values = REFERENCES[name]
    assert len({value["code"] for value in values}) == len(values)
    for language in ("fr", "en"):
        labels = [value[language] for value in values]
        assert len(set(labels)) == len(labels)
        assert all(label == label.strip() != "" for label in labels)
    assert not any("'" in value["fr"] for value in values)


def test_a_label_means_one_value_whatever_its_language():
    for values in REFERENCES.values():
        for value in values:
            namesakes = [other for other in values if value["fr"] in (other["fr"], other["en"])]
            assert namesakes == [value]


def test_a_work_site_belongs_to_a_work_region():
    regions = {region["code"] for region in REFERENCES["work_region"]}
    assert {site["region"] for site in REFERENCES["work_site"]} == regions


def test_countries_are_named_in_both_languages():
    found = {country.code: country for country in countries()}
    assert len(found) == 249
    assert (found["DE"].label_fr, found["DE"].label_en) == ("Allemagne", "Germany")
    assert (found["CI"].label_fr, found["CI"].label_en) == ("Côte d’Ivoire", "Côte d’Ivoire")
    assert all(len(code) == 2 and country.label_fr and country.label_en for code, country in found.items())
    assert len({search_key(country.label_fr) for country in found.values()}) == 249


def test_subdivisions_belong_to_a_country_and_are_named_in_both_languages():
    found = {(subdivision.country, subdivision.abbreviation): subdivision for subdivision in subdivisions()}
    assert len(found) > 5_000
    assert found["CA", "BC"][2:] == ("Colombie-Britannique", "British Columbia")
    assert found["FR", "75C"].label_fr == "Paris"
    assert found["FR", "21"][2:] == ("Côte-d’Or", "Côte-d'Or")
    codes = {country.code for country in countries()}
    assert all(country in codes and abbreviation for country, abbreviation in found)
    assert sum(subdivision.label_fr.replace("’", "'") != subdivision.label_en for subdivision in found.values()) > 900
