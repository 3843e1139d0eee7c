"""From a company's dialog: « Ajout d’une province ou d’un état », « Ajout d’une source » (C5, C7, D15)."""

from typing import Any

import pytest

from tests import factories
from webapp.models import ReferenceList
from webapp.services import references


@pytest.fixture
def canada(db_session: Any) -> int:
    return factories.reference(ReferenceList.COUNTRY, "CA")


def test_a_resource_adds_a_province_and_it_is_chosen(bruno: Any, canada: int) -> None:
    dialog = bruno.hx_get("/references/provinces/new", country=canada, field="main_subdivision")
    assert dialog.one("dialog").one("h2").text == "Ajout d’une province ou d’un état"
    assert "Canada" in dialog
    added = dialog.submit({"abbreviation": "AC", "label": "Acadie"}, htmx=True)
    assert added.html == ""
    chosen = added.events["referenceAdded"]
    assert (chosen["field"], chosen["text"]) == ("main_subdivision", "Acadie")
    province = references.find(ReferenceList.PROVINCE, chosen["id"])
    assert province is not None
    assert (province.parent_id, province.code) == (canada, "AC")


def test_what_exists_is_named_beside_the_field(bruno: Any, canada: int) -> None:
    dialog = bruno.hx_get("/references/provinces/new", country=canada, field="main_subdivision")
    refused = dialog.submit({"abbreviation": "ac", "label": "quebec"}, htmx=True, status=422)
    assert "« Québec » existe déjà" in refused.error("label")
    assert refused.field("abbreviation")["value"] == "ac"
    assert dialog.submit({}, htmx=True, status=422).error("abbreviation")


@pytest.mark.parametrize("country", ["", "x", "0", str(10**30)])
def test_without_a_country_the_dialog_says_so(bruno: Any, db_session: Any, country: str) -> None:
    dialog = bruno.hx_get("/references/provinces/new", country=country, field="main_subdivision")
    assert "Choisissez d’abord le pays de l’adresse" in dialog
    assert not [e for e in dialog.all("input") if e.get("name") == "label"]


def test_a_source_is_one_country_of_no_province(bruno: Any, db_session: Any) -> None:
    source = factories.reference(ReferenceList.SOURCE, "partner")
    assert "Choisissez d’abord" in bruno.hx_get("/references/provinces/new", country=source)


def test_with_scripts_off_the_page_asks_for_the_country_first(bruno: Any, canada: int) -> None:
    page = bruno.get("/references/provinces/new").submit({"country": canada})
    again = page.submit({"abbreviation": "AC", "label": "Acadie"}).follow()
    assert "« Acadie » a été ajoutée." in again
    assert "Canada" in again, "one may add another"
    bruno.post("/references/provinces/new", {"abbreviation": "BC", "label": "Sans pays"}, status=422)


def test_a_source_is_added_and_chosen(bruno: Any, db_session: Any) -> None:
    dialog = bruno.hx_get("/references/sources/new", field="source")
    chosen = dialog.submit({"label_fr": "Œuvre caritative ☕"}, htmx=True).events["referenceAdded"]
    assert (chosen["field"], chosen["text"]) == ("source", "Œuvre caritative ☕")
    options = {o["value"]: o.text for o in bruno.get("/companies/new").field("source").all("option")}
    assert options[str(chosen["id"])] == "Œuvre caritative ☕"


def test_a_source_that_exists_is_refused(bruno: Any, db_session: Any) -> None:
    refused = bruno.get("/references/sources/new").submit({"label_fr": "salon"}, status=422)
    assert "« Salon » existe déjà" in refused.error("label_fr")


@pytest.mark.parametrize("hostile", ['"><script>', "a\r\nSet-Cookie: x=1", "x" * 5000, "\x00", "🤷"])
def test_the_name_of_the_field_is_only_text(bruno: Any, db_session: Any, hostile: str) -> None:
    dialog = bruno.hx_get("/references/sources/new", field=hostile)
    added = dialog.submit({"label_fr": "Annuaire"}, htmx=True)
    assert added.events["referenceAdded"]["text"] == "Annuaire"
    assert "Set-Cookie" not in added.headers


def test_strangers_sign_in_first(client: Any) -> None:
    assert client.get("/references/sources/new", status=302).location.startswith("/login")
    assert client.open("GET", "/references/sources/new", status=401, htmx=True).headers["HX-Redirect"]
