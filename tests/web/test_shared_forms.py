"""Two admins at the same settings, list, entity or resource: neither overwrites the other unasked (R4)."""

from typing import Any

import pytest

from tests import factories
from tests.client import Browser
from tests.world import World
from webapp.extensions import db
from webapp.models import BillingEntity, ReferenceItem, ReferenceList, Resource, Role

SETTINGS = "/admin/settings"


@pytest.fixture
def anne(client: Any) -> Browser:
    browser: Browser = client.as_("anne")
    return browser


@pytest.fixture
def chloe(client: Any, world: World, db_session: Any) -> Browser:
    db.session.get_one(Resource, world.chloe.id).role = Role.ADMIN
    db.session.commit()
    browser: Browser = client.as_("chloe")
    return browser


def shown(browser: Browser, url: str, *names: str) -> list[str]:
    page = browser.get(url)
    return [page.field(name).get("value") for name in names]


def test_different_settings_both_survive_and_the_second_is_told(anne: Browser, chloe: Browser) -> None:
    mine = anne.get(SETTINGS)
    chloe.get(SETTINGS).submit({"trash_days": "12", "auto_numbering": False}, form="/settings")
    page = mine.submit({"portal_inactivity_days": "45"}, form="/settings").follow()
    assert "Ont été modifiés entre-temps, et sont gardés : Numérotation automatique des sociétés, Jours dans" in page
    assert shown(anne, SETTINGS, "trash_days", "portal_inactivity_days") == ["12", "45"]
    assert not page.field("auto_numbering").has("checked")


@pytest.mark.parametrize(("choice", "kept"), [("mine", "45"), ("theirs", "60")])
def test_of_the_same_setting_one_chooses(anne: Browser, chloe: Browser, choice: str, kept: str) -> None:
    mine = anne.get(SETTINGS)
    chloe.get(SETTINGS).submit({"portal_inactivity_days": "60", "trash_days": "12"}, form="/settings")
    conflict = mine.submit({"portal_inactivity_days": "45", "number_prefix": "C-"}, form="/settings", status=409)
    assert "Jours d’inactivité : quelle valeur garder ?" in conflict
    conflict.submit({"keep_portal_inactivity_days": choice}, form="/settings")
    found = shown(anne, SETTINGS, "portal_inactivity_days", "trash_days", "number_prefix")
    assert found == [kept, "12", "C-"]


def test_the_same_by_both_and_a_refused_value_are_no_conflict(anne: Browser, chloe: Browser) -> None:
    mine = anne.get(SETTINGS)
    chloe.get(SETTINGS).submit({"trash_days": "12"}, form="/settings")
    refused = mine.submit({"trash_days": "12", "name": ""}, form="/settings", status=422)
    assert "obligatoire" in refused.error("name")
    refused.submit({"name": "Quai Nord"}, form="/settings")
    assert shown(anne, SETTINGS, "trash_days", "name") == ["12", "Quai Nord"]


def test_a_form_that_does_not_say_what_it_showed_asks_wherever_it_differs(anne: Browser) -> None:
    conflict = anne.get(SETTINGS).submit({"was": "[1]", "trash_days": "12"}, form="/settings", status=409)
    assert "Jours dans la corbeille : quelle valeur garder ?" in conflict


def test_a_value_of_a_list_is_merged_too(anne: Browser, chloe: Browser, db_session: Any) -> None:
    """Its labels one by one; and its place, which others may move, stays theirs when one didn’t touch it."""
    item_id = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    edit = f"/admin/lists/account_type/{item_id}/edit"
    mine, other = anne.get(edit), anne.get(edit)
    chloe.get(edit).submit({"label_en": "Customer firm", "rank": "2"})
    mine.submit({"label_fr": "Clientèle"})
    found = shown(anne, edit, "label_fr", "label_en", "rank")
    assert found == ["Clientèle", "Customer firm", "2"]
    conflict = other.submit({"label_en": "Purchaser"}, status=409)
    assert "Libellé en anglais : quelle valeur garder ?" in conflict
    conflict.submit({"keep_label_en": "theirs"})
    db_session.expire_all()
    assert db_session.get(ReferenceItem, item_id).label_en == "Customer firm"


def test_a_billing_entity_renamed_by_two(anne: Browser, chloe: Browser, world: World, db_session: Any) -> None:
    edit = f"/admin/billing-entities/{world.lyon}/edit"
    mine = anne.get(edit)
    chloe.get(edit).submit({"name": "Comptoir Rhône"})
    conflict = mine.submit({"name": "Comptoir Saône"}, status=409)
    conflict.submit({"keep_name": "mine"})
    db_session.expire_all()
    assert db_session.get(BillingEntity, world.lyon).name == "Comptoir Saône"


def test_a_resource_is_merged_and_both_are_told(anne: Browser, chloe: Browser, world: World) -> None:
    edit = f"/admin/resources/{world.bruno.id}/edit"
    mine = anne.get(edit)
    chloe.get(edit).submit({"phone_office": "04 72 00 00 01", "billing_entities": [world.lyon, world.paris]})
    page = mine.submit({"job_title": "Vendeur"}).follow()
    assert "sont gardés : Téléphone (bureau), Entités de facturation." in page
    assert shown(anne, edit, "job_title", "phone_office") == ["Vendeur", "04 72 00 00 01"]
    ticked = [e["value"] for e in anne.get(edit).all("input", name="billing_entities") if e.has("checked")]
    assert ticked == [str(world.paris), str(world.lyon)]


@pytest.mark.parametrize(("choice", "kept"), [("mine", "Vendeur"), ("theirs", "Acheteur")])
def test_of_what_both_changed_of_a_resource_one_chooses(
    anne: Browser, chloe: Browser, world: World, choice: str, kept: str
) -> None:
    """What was merged besides is told at once: it is no change any more when one has chosen."""
    edit = f"/admin/resources/{world.bruno.id}/edit"
    mine = anne.get(edit)
    chloe.get(edit).submit({"job_title": "Acheteur", "language": "en"})
    conflict = mine.submit({"job_title": "Vendeur"}, status=409)
    assert "Fonction : quelle valeur garder ? Ce que vous avez saisi : Vendeur" in conflict
    assert "Ont été modifiés entre-temps, et sont gardés : Langue." in conflict
    conflict.submit({"keep_job_title": choice})
    assert shown(anne, edit, "job_title") == [kept]
    assert [o["value"] for o in anne.get(edit).field("language").all("option", selected=True)] == ["en"]


def test_entities_both_changed_are_chosen_as_a_whole(anne: Browser, chloe: Browser, world: World) -> None:
    edit = f"/admin/resources/{world.bruno.id}/edit"
    mine = anne.get(edit)
    chloe.get(edit).submit({"billing_entities": [world.paris, world.lyon]})
    conflict = mine.submit({"billing_entities": []}, status=409)
    conflict.submit({"keep_billing_entities": "theirs"})
    ticked = [e["value"] for e in anne.get(edit).all("input", name="billing_entities") if e.has("checked")]
    assert sorted(ticked) == sorted([str(world.paris), str(world.lyon)])
