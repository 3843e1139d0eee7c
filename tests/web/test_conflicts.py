"""Two people at the same record: nothing of either is lost, and nobody types anything twice (R4)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.client import Page
from tests.world import World
from webapp.access import SYSTEM, unscoped
from webapp.models import Company, ReferenceList
from webapp.services import companies, references

Edit = Callable[..., Page]
FRANCE, CANADA = "FR", "CA"


@pytest.fixture
def company(world: World, db_session: Any) -> int:
    """A company with something to change everywhere."""
    france = factories.reference(ReferenceList.COUNTRY, FRANCE)
    lyon = {"main_country": france, "main_city": "Lyon", "main_street": "1 quai Perrache"}
    made = factories.company("Vannerie", alias="Osier", phone_main="04 72 00 00 01", comments="Avant", **lyon)
    return int(made.id)


@pytest.fixture
def meanwhile(client: Any, company: int) -> Callable[..., Page]:
    """Open the dialog as Bruno, save other values as Chloé, and give Bruno's dialog."""

    def happen(**theirs: Any) -> Page:
        mine: Page = client.as_("bruno").get(f"/companies/{company}/edit")
        client.as_("chloe").get(f"/companies/{company}/edit").submit(theirs)
        return mine

    return happen


def values(db_session: Any, company: int) -> dict[str, Any]:
    db_session.rollback()
    db_session.expire_all()
    statement = unscoped(select(Company).where(Company.id == company), "a test looks")
    return companies.SHAPE.read(db_session.scalar(statement))


def test_different_fields_both_survive_and_the_second_is_told(meanwhile: Any, company: int, db_session: Any) -> None:
    page = meanwhile(alias="Rotin", main_city="Villeurbanne", phone_fax="04 72 00 00 09", phone_main="")
    profile = page.submit({"comments": "Après", "main_street": "2 quai Perrache"}).follow()
    said = "Chloé Œuvrard a modifié entre-temps : Alias, Localité, Téléphone principal, Télécopie."
    assert f"{said} Ces modifications sont gardées." in profile
    now = values(db_session, company)
    expected = {"alias": "Rotin", "main_city": "Villeurbanne", "phone_fax": "04 72 00 00 09", "phone_main": ""}
    expected |= {"comments": "Après", "main_street": "2 quai Perrache", "name": "Vannerie"}
    assert {name: now[name] for name in expected} == expected


def test_the_same_change_by_both_is_no_conflict(meanwhile: Any) -> None:
    profile = meanwhile(alias="Rotin").submit({"alias": "Rotin"}).follow()
    assert "Aucune modification à enregistrer" in profile


@pytest.mark.parametrize(("choice", "kept"), [("mine", "Jonc"), ("theirs", "Rotin")])
def test_of_the_same_field_one_chooses_and_saves_once(
    meanwhile: Any, company: int, db_session: Any, choice: str, kept: str
) -> None:
    page = meanwhile(alias="Rotin", phone_fax="04 72 00 00 09")
    conflict = page.submit({"alias": "Jonc", "comments": "Après"}, status=409)
    assert "Alias : quelle valeur garder ? Ce que vous avez saisi : Jonc Chloé Œuvrard, le " in conflict
    assert " : Rotin Valeur précédente : Osier" in conflict
    assert "Chloé Œuvrard a modifié entre-temps : Télécopie." in conflict
    conflict.submit({"keep_alias": choice})
    now = values(db_session, company)
    assert (now["alias"], now["comments"], now["phone_fax"]) == (kept, "Après", "04 72 00 00 09")


def test_a_third_save_in_between_is_asked_about_too(client: Any, meanwhile: Any, company: int, db_session: Any) -> None:
    conflict = meanwhile(alias="Rotin").submit({"alias": "Jonc"}, status=409)
    client.as_("anne").get(f"/companies/{company}/edit").submit({"alias": "Bambou"})
    again = conflict.submit({"keep_alias": "mine"}, status=409)
    assert "Anne Lefèvre, le " in again
    assert " : Bambou Valeur précédente : Rotin" in again
    again.submit({"keep_alias": "theirs"})
    assert values(db_session, company)["alias"] == "Bambou"


def test_who_gives_way_takes_what_was_saved_last(client: Any, meanwhile: Any, company: int, db_session: Any) -> None:
    conflict = meanwhile(alias="Rotin").submit({"alias": "Jonc"}, status=409)
    client.as_("anne").get(f"/companies/{company}/edit").submit({"alias": "Bambou"})
    assert "Anne Lefèvre a modifié entre-temps : Alias." in conflict.submit({"keep_alias": "theirs"}).follow()
    assert values(db_session, company)["alias"] == "Bambou"


def test_a_province_is_never_put_in_another_country(meanwhile: Any, company: int, db_session: Any) -> None:
    """C4: what depends on each other is chosen together."""
    canada = factories.reference(ReferenceList.COUNTRY, CANADA)
    page = meanwhile(main_country=canada)
    france = factories.reference(ReferenceList.COUNTRY, FRANCE)
    zone = references.add_province(france, "ZZ", "Zone", SYSTEM).id
    db_session.commit()
    conflict = page.submit({"main_subdivision": zone, "main_subdivision_text": "Zone"}, status=409)
    assert "Pays : quelle valeur garder ? Ce que vous avez saisi : France, Zone" in conflict
    conflict.submit({"keep_main_country": "theirs"})
    now = values(db_session, company)
    assert (now["main_country"], now["main_subdivision"]) == (canada, None)


def test_a_rule_that_only_both_changes_break_is_told_beside_the_field(
    world: World, meanwhile: Any, company: int, db_session: Any
) -> None:
    """D14: one makes it a lead, having a salesperson; the other takes them away."""
    with_sales = {"sales_rep": world.bruno.id, "sales_rep_text": world.bruno.name}
    client_page = meanwhile(**with_sales)
    client_page.submit({"comments": "Après"})
    page = meanwhile(sales_rep="", sales_rep_text="")
    refused = page.submit({"commercial_status": "lead"}, status=422)
    assert "obligatoire pour un lead" in refused.error("sales_rep_text")
    assert "Chloé Œuvrard a modifié entre-temps : Commercial." in refused


def test_what_is_no_value_is_kept_as_typed_beside_theirs(client: Any, world: World) -> None:
    page = client.as_("bruno").get(f"/contacts/{world.elise.id}/edit")
    client.as_("chloe").get(f"/contacts/{world.elise.id}/edit").submit({"birthday": "12/01"})
    conflict = page.submit({"birthday": "le 31 février"}, status=409)
    assert conflict.field("birthday")["value"] == "le 31 février"
    assert "Ce que vous avez saisi : le 31 février" in conflict
    conflict.submit({"keep_birthday": "theirs"})


@pytest.mark.parametrize("version", ["", "0", "-1", "99", "x", "1" * 40])
def test_a_version_that_never_was_overwrites_nothing_unseen(
    client: Any, company: int, db_session: Any, version: str
) -> None:
    page = client.as_("bruno").get(f"/companies/{company}/edit")
    conflict = page.submit({"version": version, "alias": "Jonc"}, status=409)
    assert "Valeur enregistrée entre-temps : Osier" in conflict
    assert values(db_session, company)["alias"] == "Osier"


def test_what_was_typed_about_a_deleted_company_is_saved_as_new(client: Any, company: int, db_session: Any) -> None:
    bruno = client.as_("bruno")
    page = bruno.get(f"/companies/{company}/edit")
    client.as_("anne").get(f"/companies/{company}/delete").submit(form="/delete")
    kept = page.submit({"alias": "Jonc"}, status=409)
    assert "Anne Lefèvre a supprimé cette fiche le " in kept
    assert kept.field("alias")["value"] == "Jonc"
    profile = kept.submit().follow()
    assert profile.heading == "Vannerie"
    assert "Jonc" in profile
    assert bruno.get(f"/companies/{company}/edit", status=404)


def test_what_was_typed_about_a_deleted_contact_is_kept(client: Any, world: World) -> None:
    page = client.as_("bruno").get(f"/contacts/{world.elise.id}/edit")
    client.as_("anne").get(f"/contacts/{world.elise.id}/delete").submit(form="/delete")
    kept = page.submit({"nickname": "Lili"}, status=409)
    assert "Anne Lefèvre a supprimé cette fiche le " in kept
    assert "Lili" in kept.submit().follow()


def test_nothing_is_told_of_a_deleted_record_one_never_saw(client: Any, world: World, db_session: Any) -> None:
    """A5."""
    hidden = factories.company("Cachée", restrict_access=True, allowed_resources=[world.chloe.id])
    db_session.commit()
    form = client.as_("bruno").get(f"/companies/{world.durand.id}/edit")
    client.as_("anne").get(f"/companies/{hidden.id}/delete").submit(form="/delete")
    assert form.browser.post(f"/companies/{hidden.id}/edit", {"name": "Essai"}, status=404)
