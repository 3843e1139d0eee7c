"""Companies through the pages: by plain forms, by htmx, and by people who may not."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.world import World
from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import Company, ReferenceList

#: What nobody types by accident.
HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{0} ${7*7} #{7*7} <%= 7 %>",
    "' OR 1=1 --",
    "a\x00b",
    "\u202eevil",
    "🦊" * 40,
    "x" * 5000,
    "ﷺ",
    "e\u0301te\u0301",
)


def new_client(bruno: Any, status: int = 303, **values: Any) -> Any:
    page = bruno.get("/companies/new")
    kind = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    typed = {"name": "Évrard & Fils", "account_type": kind, "commercial_status": "client", **values}
    return page.submit(typed, status=status)


def stored(name: str) -> Company:
    statement = unscoped(select(Company).where(Company.name == name), "a test")
    return db.session.scalars(statement).one()


def test_a_strange_postal_code_is_warned_of_by_an_example(bruno: Any, db_session: Any) -> None:
    """C4: the warning shows how the country writes them."""
    france = factories.reference(ReferenceList.COUNTRY, "FR")
    page = new_client(
        bruno, name="Loin", main_country=france, main_postal_code="ABC", commercial_status="prospect", status=422
    )
    assert "Exemple : 33380" in page


# --- C1: create --------------------------------------------------------------------------------------------------


def test_a_company_is_created_and_shown(bruno: Any, db_session: Any) -> None:
    """C1, C9."""
    profile = new_client(bruno, alias="Évrard", main_city="Lyon", phone_main="04 65 71 00 01").follow()
    assert profile.heading == "Évrard & Fils"
    assert "Société créée" in profile
    assert "+33 4 65 71 00 01" in profile
    assert "Lyon" in profile.text or "LYON" in profile.text
    assert "SOC-000" in profile


def test_htmx_closes_the_dialog_and_tells_the_tree(bruno: Any, db_session: Any) -> None:
    kind = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    page = bruno.hx_get("/companies/new")
    answer = page.submit({"name": "Évrard", "account_type": kind, "commercial_status": "client"}, htmx=True)
    assert set(answer.events) == {"saved", "companyChanged"}
    assert json.loads(answer.headers["HX-Location"])["target"] == "#main"


def test_an_error_in_another_tab_opens_it_and_keeps_what_was_typed(bruno: Any, db_session: Any) -> None:
    """C1, C7: a prospect without telemarketer."""
    kind = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    page = bruno.get("/companies/new")
    values = {"name": "Sans voix", "account_type": kind, "commercial_status": "prospect", "main_city": "Brest"}
    refused = page.submit(values, status=422)
    assert "télémarketeur est obligatoire" in refused
    assert refused.one("a", id="tab-details-link").has("data-active")
    assert refused.field("name")["value"] == "Sans voix"
    assert refused.field("main_city")["value"] == "Brest"
    assert refused.field("telemarketer_text").has("autofocus")
    mended = refused.submit({"telemarketer_text": "Chloé Œuvrard"})
    assert mended.follow().heading == "Sans voix"


def test_of_several_errors_the_summary_has_the_focus(bruno: Any, db_session: Any) -> None:
    """C1."""
    refused = bruno.get("/companies/new").submit({"name": "Sans type"}, status=422)
    assert refused.one(class_="errors").has("autofocus")
    assert not refused.field("account_type").has("autofocus")


# --- C2: change, conflict, delete --------------------------------------------------------------------------------


def test_a_change_is_saved_and_said(bruno: Any, world: World) -> None:
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    profile = page.submit({"name": "Durand et Filles"}).follow()
    assert profile.heading == "Durand et Filles"
    assert "Société enregistrée" in profile


def test_a_second_save_overwrites_nothing_unseen(client: Any, world: World) -> None:
    """R4: the second is told, and sees what the first saved."""
    bruno, chloe = client.as_("bruno"), client.as_("chloe")
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    chloe.get(f"/companies/{world.durand.id}/edit").submit({"alias": "Par Chloé"})
    conflict = page.submit({"alias": "Par Bruno"}, status=409)
    assert conflict.field("alias")["value"] == "Par Bruno"
    assert "Par Chloé" in conflict
    assert "Par Bruno" in conflict.submit().follow()


def test_deletion_asks_first_and_hides_afterwards(bruno: Any, world: World) -> None:
    page = bruno.get(f"/companies/{world.durand.id}/delete")
    assert world.durand.name in page
    page.submit(button="OK").follow()
    bruno.get(f"/companies/{world.durand.id}", status=404)


# --- A1, A2: who may not -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/edit", "/delete", "/subsidiaries"])
def test_a_hidden_company_is_not_there(client: Any, world: World, path: str) -> None:
    """A2: 404, as for one that never was."""
    client.as_("bruno").get(f"/companies/{world.ecluse.id}{path}")
    stranger = client.as_("chloe")
    assert world.ecluse.name not in stranger.get(f"/companies/{world.ecluse.id}{path}", status=404)
    stranger.get(f"/companies/{2**70}{path}", status=404)


def test_a_hidden_parent_keeps_its_name_to_itself(client: Any, world: World, db_session: Any) -> None:
    """D7: neither on the profile nor in the dialog; and a save does not lose it."""
    child = factories.company("Enfant", parent=world.ecluse.id)
    chloe = client.as_("chloe")
    profile = chloe.get(f"/companies/{child.id}")
    assert world.ecluse.name not in profile
    assert "Société à accès restreint" in profile
    page = chloe.get(f"/companies/{child.id}/edit")
    assert world.ecluse.name not in page
    page.submit({"alias": "Petit"})
    db_session.rollback()
    assert stored("Enfant").parent_id == world.ecluse.id


def test_an_autocomplete_finds_only_what_one_may_see(client: Any, world: World) -> None:
    """A2, C3; blind to accents and case."""
    found = client.as_("bruno").hx_get("/lookups/companies", q="ZEPH")
    assert "Zéphyr" in found
    assert "Zéphyr" not in client.as_("chloe").hx_get("/lookups/companies", q="ZEPH")
    client.as_("chloe").hx_get("/lookups/nothing", q="a", status=404)


def test_an_id_one_may_not_see_cannot_be_posted(client: Any, world: World) -> None:
    chloe = client.as_("chloe")
    page = chloe.get(f"/companies/{world.durand.id}/edit")
    refused = page.submit({"parent": world.ecluse.id, "parent_text": world.ecluse.name}, status=422)
    assert refused.error("parent_text")


# --- C4, C7: numbers that must be confirmed ----------------------------------------------------------------------


def test_a_wrong_vat_number_is_kept_only_when_confirmed(bruno: Any, db_session: Any) -> None:
    """C7."""
    kind = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    page = bruno.get("/companies/new")
    values = {"name": "Fausse", "account_type": kind, "commercial_status": "client", "vat_number": "FR00123456789"}
    refused = page.submit(values, status=422)
    assert "ne suit pas les règles" in refused.error("vat_number")
    profile = refused.submit({"vat_confirmed": "1"}).follow()
    assert "FR00123456789" in profile
    assert "à vérifier" in profile


def test_an_address_follows_the_order_of_its_country(bruno: Any, db_session: Any) -> None:
    """C4: what was typed stays."""
    japan = factories.reference(ReferenceList.COUNTRY, "JP")
    bruno.get("/companies/new")
    answer = bruno.hx_post("/addresses/main", {"main_country": japan, "main_city": "東京"})
    html = answer.html
    assert html.index('name="main_postal_code"') < html.index('name="main_city"') < html.index('name="main_street"')
    assert answer.field("main_city")["value"] == "東京"
    bruno.hx_post("/addresses/moon", {}, status=404)


# --- Bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_beside_the_field_or_kept_as_it_is(bruno: Any, db_session: Any, text: str) -> None:
    page = bruno.get("/companies/new")
    kind = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    names = [
        f["name"] for f in page.form("/companies/new").elements if f.tag in ("input", "textarea") and f.has("name")
    ]
    typed = {name: text for name in names if name not in ("csrf_token",) and not name.endswith("_enabled")}
    page.submit({**typed, "account_type": kind, "commercial_status": "client"}, status=422)
    kept = bruno.get("/companies/new").submit(
        {"name": text[:200], "comments": text, "account_type": kind, "commercial_status": "client"}
    )
    kept.follow()


def test_selects_take_nothing_that_is_not_in_their_list(bruno: Any, world: World) -> None:
    bruno.get("/companies/new")
    for value in ("999999", "-1", "abc", "9" * 30, "²"):
        data = {"name": "X", "account_type": value, "commercial_status": "client"}
        refused = bruno.post("/companies/new", data, status=422)
        assert "Choisissez une valeur de la liste" in refused.error("account_type")


# --- F6 ----------------------------------------------------------------------------------------------------------


def test_a_profile_asks_few_questions(bruno: Any, world: World, queries: Any, db_session: Any) -> None:
    """F6: at most twelve, whatever there is to show."""
    group = factories.company("Groupe", main_city="Lyon", phone_main="04 65 71 00 01", sales_rep=world.bruno.id)
    for number in range(25):
        factories.company(f"Filiale {number:02}", parent=group.id)
    with queries() as seen:
        profile = bruno.hx_get(f"/companies/{group.id}")
    assert "Filiales suivantes" in profile
    assert len(seen) <= 12, "\n".join(seen)


def test_a_save_asks_nothing_twice(bruno: Any, world: World, queries: Any, db_session: Any) -> None:
    """F4: of what it does not change, it reads what the form shows; a number that stays is not looked for."""
    group = factories.company("Groupe", main_city="Lyon", phone_main="04 65 71 00 01", sales_rep=world.bruno.id)
    page = bruno.hx_get(f"/companies/{group.id}/edit")
    with queries() as seen:
        page.submit({"phone_other": "04 65 71 00 02"}, htmx=True)
    assert len(seen) == len(set(seen)) <= 13, "\n".join(seen)
    page = bruno.hx_get(f"/companies/{group.id}/edit")
    with queries() as seen:
        page.submit({"name": "Groupement"}, htmx=True)
    assert len(seen) == len(set(seen)) <= 17, "\n".join(seen)
