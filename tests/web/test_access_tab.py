"""The tab Accès: to whom a record is open, what a change would do, and what is asked first (A1 to A4, C8, K7, D6)."""

from typing import Any

import pytest
from sqlalchemy import update

from tests import factories
from tests.client import Browser, Page
from tests.world import World
from webapp.extensions import db
from webapp.models import Resource
from webapp.services import favorites, sharing
from webapp.services.refusal import Refused

UP, DOWN, ADD, LOOK = "Autoriser", "Ne plus autoriser", "Ajouter une ressource autorisée", "Voir l’effet"


@pytest.fixture
def edit(bruno: Browser, world: World) -> Page:
    """The dialog of Durand & Fils, open to all, as Bruno sees it."""
    return bruno.get(f"/companies/{world.durand.id}/edit")


@pytest.fixture
def liked(world: World, db_session: Any) -> None:
    """Bruno keeps Anne and Chloé at hand."""
    for person in (world.anne, world.chloe):
        favorites.add(world.viewer("bruno"), person.id)
    db.session.commit()


def access_of(db_session: Any, company: Any) -> dict[str, Any]:
    db_session.rollback()
    return sharing.of_company(company.id)


def held(page: Page, name: str = "allowed_resources") -> list[str]:
    return [e["value"] for e in page.all("input", name=name)]


def effect(page: Page) -> str:
    return page.one(id="access-effect").text


def naming(name: str, field: str = "allowed_resources") -> dict[str, str]:
    return {f"{field}_text": name}


# --- the lists -----------------------------------------------------------------------------------------------------


def test_arrows_move_resources_and_keep_all_that_is_typed(
    liked: None, bruno: Browser, world: World, db_session: Any
) -> None:
    """C8: up adds, down takes away, scripts off; nothing is saved before « Enregistrer »."""
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    both = [world.anne.id, world.chloe.id]
    page = page.submit({"alias": "DF", "allowed_resources_up": both}, button=UP, status=200)
    assert page.field("alias")["value"] == "DF"
    assert held(page) == [str(one) for one in both], "in order of name"
    assert page.field("restrict_access").has("checked"), "who names somebody wants a restriction"
    assert "Dans la liste : Anne Lefèvre, Chloé Œuvrard." in page.one(id="access-said").text
    page = page.submit({"allowed_resources_down": [world.anne.id]}, button=DOWN, status=200)
    assert held(page) == [str(world.chloe.id)]
    assert "Hors de la liste : Anne Lefèvre." in page.one(id="access-said").text
    assert {e["value"] for e in page.all("input", name="allowed_resources_up")} == {str(world.anne.id)}
    assert access_of(db_session, world.durand) == sharing.OPEN_COMPANY


def test_an_arrow_says_when_there_is_nothing_to_move(edit: Page) -> None:
    page = edit.submit(button=UP, status=200)
    assert "Cochez d’abord les ressources à déplacer." in page.one(id="access-said").text


def test_htmx_gets_the_tab_alone(liked: None, bruno: Browser, world: World) -> None:
    page = bruno.hx_get(f"/companies/{world.durand.id}/edit")
    tab = page.submit({"allowed_resources_up": [world.chloe.id]}, button=UP, htmx=True)
    assert held(tab) == [str(world.chloe.id)]
    assert not tab.all("form")
    assert not tab.all("input", name="alias")


def test_enter_saves_and_presses_no_arrow(edit: Page, world: World, db_session: Any) -> None:
    edit.submit({"alias": "DF"})
    db_session.rollback()
    assert access_of(db_session, world.durand) == sharing.OPEN_COMPANY


def test_a_name_that_is_typed_joins_the_list_as_it_is_saved(edit: Page, world: World, db_session: Any) -> None:
    """C8: an empty list of favourites is no dead end, and « Ajouter » no trap."""
    page = edit.submit(naming("bruno masson"), button=ADD, status=200)
    assert held(page) == [str(world.bruno.id)]
    page.submit(naming("Chloé Œuvrard"))
    expected = {"restrict_access": True, "allowed_resources": {world.bruno.id, world.chloe.id}}
    assert access_of(db_session, world.durand) == {**expected, "billing_entities": frozenset()}


def test_a_name_that_means_nobody_or_several_is_asked_about(edit: Page, db_session: Any, world: World) -> None:
    refused = edit.submit({"alias": "DF", **naming("Zorglub")}, status=422)
    assert "Aucune réponse pour « Zorglub »." in refused.error("allowed_resources_text")
    assert refused.field("alias")["value"] == "DF"
    twin = factories.resource("Chloé Œuvrard", email="autre.chloe@comptoir.example")
    several = edit.submit({"alias": "DF", **naming("Chloé Œuvrard")}, button=ADD, status=200)
    assert "Plusieurs réponses sont possibles" in several.error("allowed_resources_text")
    chosen = several.submit({"allowed_resources_choice": twin.id}, button=ADD, status=200)
    assert held(chosen) == [str(twin.id)]


def test_only_who_may_be_chosen_is_accepted(edit: Page, world: World, db_session: Any) -> None:
    """A5: an id that nobody offered is refused, and what is no id changes nothing."""
    page = edit.submit(naming("Bruno Masson"), button=ADD, status=200)
    refused = page.submit({"allowed_resources": [world.bruno.id, 999_999]}, status=422)
    assert "Choisissez des valeurs de la liste." in refused.error("allowed_resources_text")
    page.submit({"allowed_resources": [world.bruno.id, "x", "-1", "9" * 30]})
    assert access_of(db_session, world.durand)["allowed_resources"] == {world.bruno.id}


def test_who_has_left_stays_where_they_are_and_is_not_offered(
    bruno: Browser, liked: None, world: World, db_session: Any
) -> None:
    people = [world.bruno.id, world.chloe.id]
    company = factories.company("Vannerie", restrict_access=True, allowed_resources=people)
    db_session.execute(update(Resource).where(Resource.id == world.chloe.id).values(is_active=False))
    db_session.commit()
    page = bruno.get(f"/companies/{company.id}/edit")
    assert set(held(page)) == {str(one) for one in people}
    assert [e["value"] for e in page.all("input", name="allowed_resources_up")] == [str(world.anne.id)]
    page.submit({"alias": "Osier"})
    assert access_of(db_session, company)["allowed_resources"] == set(people)
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    assert [e["value"] for e in page.all("input", name="allowed_resources_up")] == [str(world.anne.id)]
    refused = page.submit(naming("Chloé Œuvrard"), status=422)
    assert "Aucune réponse" in refused.error("allowed_resources_text")


def test_billing_entities_are_chosen_by_name_and_taken_out_one_by_one(
    edit: Page, world: World, db_session: Any
) -> None:
    """A1, C8."""
    add = "Ajouter une entité de facturation"
    page = edit.submit(naming("comptoir paris", "billing_entities"), button=add, status=200)
    page = page.submit(naming("Comptoir Lyon", "billing_entities"), button=add, status=200)
    assert held(page, "billing_entities") == [str(world.paris), str(world.lyon)]
    page = page.submit(button="Retirer Comptoir Lyon", status=200)
    assert "Hors de la liste : Comptoir Lyon." in page.one(id="billing_entities-said").text
    page.submit({})
    assert access_of(db_session, world.durand)["billing_entities"] == {world.paris}
    entry = page.browser.get(f"/companies/{world.durand.id}").one(id="history").text
    assert "Entité de facturation" in entry
    assert "Comptoir Paris" in entry


# --- refusals and questions ------------------------------------------------------------------------------------------


def test_a_restriction_to_nobody_is_refused_beside_the_list(edit: Page, world: World) -> None:
    """A4."""
    refused = edit.submit({"alias": "DF", "restrict_access": True}, status=422)
    assert "Choisissez au moins une ressource" in refused.error("allowed_resources_text")
    assert refused.field("alias")["value"] == "DF"
    assert refused.one(id="tab-access-link").has("data-active")


@pytest.fixture
def leaving(edit: Page) -> Page:
    """The question asked of Bruno, who gives access to Chloé alone."""
    return edit.submit({"alias": "DF", **naming("Chloé Œuvrard")}, status=422)


def test_who_leaves_themselves_out_is_asked_first(leaving: Page, world: World, db_session: Any) -> None:
    """A4: what it does is said; nothing is saved, nothing typed is lost."""
    assert "Vous ne verrez plus cette société" in leaving
    assert "Bruno Masson vous-même" in leaving
    assert "Une ressource ne verra plus cette fiche : Bruno Masson" in leaving
    assert access_of(db_session, world.durand) == sharing.OPEN_COMPANY
    back = leaving.submit(button="Revenir à la saisie", status=200)
    assert back.field("alias")["value"] == "DF"
    assert held(back) == [str(world.chloe.id)]
    assert back.one(id="tab-access-link").has("data-active")
    assert "Vous ne verrez plus cette société" not in back


def test_who_goes_all_the_same_is_told_where_they_are(leaving: Page, bruno: Browser, client: Any, world: World) -> None:
    """A2, A4: in the list, with a notice; and what they have left is not there any more."""
    tree = leaving.submit(button="Enregistrer quand même").follow()
    assert tree.url.endswith("/companies")
    assert "Société enregistrée : Durand & Fils. Vous n’y avez pas accès." in tree
    for path in ("", "/edit", "/delete", "/contacts"):
        bruno.get(f"/companies/{world.durand.id}{path}", status=404)
    bruno.get(f"/contacts/{world.elise.id}", status=404)
    assert "DF" in client.as_("chloe").get(f"/companies/{world.durand.id}")


def test_who_stays_is_added_by_the_same_press(leaving: Page, world: World, db_session: Any) -> None:
    profile = leaving.submit(button="M’ajouter et enregistrer").follow()
    assert "Société enregistrée : Durand & Fils" in profile
    assert access_of(db_session, world.durand)["allowed_resources"] == {world.bruno.id, world.chloe.id}


def test_an_answer_answers_what_was_asked(leaving: Page, world: World, db_session: Any) -> None:
    """A4: an answer given to another question saves nothing."""
    again = leaving.submit({"access_asked": world.anne.id}, button="Enregistrer quand même", status=422)
    assert "Vous ne verrez plus cette société" in again
    assert access_of(db_session, world.durand) == sharing.OPEN_COMPANY


def test_nobody_is_added_who_was_not_asked_about(leaving: Page, world: World, db_session: Any) -> None:
    leaving.submit({"access_add": [world.bruno.id, world.anne.id]}, button="M’ajouter et enregistrer")
    assert world.anne.id not in access_of(db_session, world.durand)["allowed_resources"]


def test_an_administrator_leaves_nobody_out_by_not_being_listed(client: Any, world: World) -> None:
    """A1: admins see all."""
    edit = client.as_("anne").get(f"/companies/{world.durand.id}/edit")
    assert "Société enregistrée" in edit.submit(naming("Chloé Œuvrard")).follow()


def test_those_who_work_with_a_company_are_offered_in_one_step(
    edit: Page, bruno: Browser, world: World, db_session: Any
) -> None:
    """D6: with whoever saves, when they are left out too; each may be unticked."""
    nina, omar = factories.resource("Nina Faure"), factories.resource("Omar Quai")
    with_parts = {"sales_rep_text": "Nina Faure", "telemarketer_text": "Chloé Œuvrard"}
    asked = edit.submit({**with_parts, **naming("Omar Quai")}, status=422)
    people = [e.text for e in asked.one(class_="question").all("label")]
    assert people == ["Bruno Masson vous-même", "Chloé Œuvrard Télémarketeur", "Nina Faure Commercial"]
    asked.submit({"access_add": [world.bruno.id, nina.id]}, button="Ajouter et enregistrer")
    assert access_of(db_session, world.durand)["allowed_resources"] == {world.bruno.id, nina.id, omar.id}
    # Chloé was left out knowingly: a save of something else, or of the list, does not ask again.
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    page.submit({"alias": "DF"})
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    page.submit(naming("Anne Lefèvre"))
    # One who gets a part is.
    paul = factories.resource("Paul Rives")
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    asked = page.submit({"account_manager_text": paul.name}, status=422)
    assert "Des ressources qui s’en occupent ne verront pas cette société" in asked
    asked.submit(button="Enregistrer sans les ajouter")
    assert paul.id not in access_of(db_session, world.durand)["allowed_resources"]


def test_a_restriction_to_billing_entities_asks_too(edit: Page, world: World, db_session: Any) -> None:
    """A1, D6: who is added is named; the union is what they see by."""
    asked = edit.submit(naming("Comptoir Lyon", "billing_entities"), status=422)
    assert "Vous ne verrez plus cette société" in asked
    asked.submit(button="M’ajouter et enregistrer")
    expected = {"restrict_access": True, "allowed_resources": {world.bruno.id}, "billing_entities": {world.lyon}}
    assert access_of(db_session, world.durand) == expected


# --- what if -------------------------------------------------------------------------------------------------------


def test_the_rehearsal_says_what_the_save_then_does(edit: Page, client: Any, world: World, db_session: Any) -> None:
    """Issue 4: who loses, who gains, what goes with it, whether one keeps it."""
    assert effect(edit) == "Toutes les ressources voient cette société."
    page = edit.submit(naming("Bruno Masson"), button=ADD, status=200)
    assert "Une ressource ne verra plus cette fiche : Chloé Œuvrard" in effect(page)
    assert "Son contact suit, avec tout ce qui lui est lié." in effect(page)
    assert "Vous la verrez." in effect(page)
    client.as_("chloe").get(f"/companies/{world.durand.id}")
    page.submit({})
    client.as_("chloe").get(f"/companies/{world.durand.id}", status=404)
    page = edit.browser.get(f"/companies/{world.durand.id}/edit")
    assert effect(page) == "L’accès reste tel qu’il est."
    page = page.submit(naming("Chloé Œuvrard"), button=ADD, status=200)
    assert "Une ressource de plus la verra : Chloé Œuvrard" in effect(page)


def test_the_first_dozen_is_named_and_the_others_counted(edit: Page, world: World, db_session: Any) -> None:
    for number in range(14):
        factories.resource(f"Ressource {number:02}")
    page = edit.submit(naming("Bruno Masson"), button=ADD, status=200)
    assert "15 ressources ne verront plus cette fiche : Chloé Œuvrard, Ressource 00, " in effect(page)
    assert "Ressource 10 et 3 autres" in effect(page)


def test_a_new_company_says_who_will_see_it(bruno: Browser, world: World, db_session: Any) -> None:
    new = bruno.get("/companies/new")
    assert effect(new) == "Toutes les ressources voient cette société."
    page = new.submit({"name": "Vannerie", **naming("Chloé Œuvrard")}, button=ADD, status=200)
    assert page.field("name")["value"] == "Vannerie"
    assert "2 ressources verront cette fiche : Anne Lefèvre, Chloé Œuvrard" in effect(page)
    assert "Vous ne la verrez pas." in effect(page)
    client_type = {e.text: e["value"] for e in page.field("account_type").all("option")}["Client"]
    asked = page.submit({"account_type": client_type, "commercial_status": "client"}, status=422)
    assert "Vous ne verrez pas cette société" in asked
    tree = asked.submit(button="Enregistrer quand même").follow()
    assert "Société créée : Vannerie. Vous n’y avez pas accès." in tree


def test_the_tab_costs_the_same_whatever_the_number_of_resources(
    bruno: Browser, world: World, queries: Any, db_session: Any
) -> None:
    """F4: favourites are few, and people are counted by the database."""
    counts = []
    for _more in range(2):
        page = bruno.hx_get(f"/companies/{world.durand.id}/edit")
        with queries() as seen:
            page.submit(naming("Bruno Masson"), button=ADD, htmx=True)
        counts.append(len(seen))
        for number in range(30):
            factories.resource(f"Ressource {len(counts)}-{number}")
    assert counts[0] == counts[1] <= 20, "\n".join(seen)


# --- contacts ------------------------------------------------------------------------------------------------------


def test_a_contact_is_restricted_further(bruno: Browser, client: Any, world: World) -> None:
    """A3, K7: to named resources, without billing entities; who is not on the list gets 404."""
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    assert not page.all("input", name="billing_entities_text")
    assert effect(page) == "Toutes les ressources qui voient la société voient ce contact."
    page = page.submit(naming("Bruno Masson"), button=ADD, status=200)
    assert "Une ressource ne verra plus cette fiche : Chloé Œuvrard" in effect(page)
    assert "Vous la verrez." in effect(page)
    page.submit({})
    client.as_("chloe").get(f"/contacts/{world.elise.id}", status=404)
    assert "Élise" not in client.as_("chloe").get(f"/companies/{world.durand.id}")
    refused = bruno.get(f"/contacts/{world.elise.id}/edit")
    refused.submit({"allowed_resources_down": [world.bruno.id]}, button=DOWN, status=200).submit({}, status=422)


def test_who_leaves_a_contact_finds_themselves_at_its_company(bruno: Browser, world: World) -> None:
    asked = bruno.get(f"/contacts/{world.elise.id}/edit").submit(naming("Chloé Œuvrard"), status=422)
    assert "Vous ne verrez plus ce contact" in asked
    company = asked.submit(button="Enregistrer quand même").follow()
    assert company.heading == "Durand & Fils"
    assert "Vous n’y avez pas accès." in company
    bruno.get(f"/contacts/{world.elise.id}", status=404)


def test_naming_who_does_not_see_the_company_is_said_to_be_without_effect(bruno: Browser, world: World) -> None:
    """A3: never wider than its company."""
    page = bruno.get(f"/contacts/{world.denis.id}/edit")
    page = page.submit(naming("Chloé Œuvrard"), button=ADD, status=200)
    assert "Sans effet, faute d’accès à la société : Chloé Œuvrard" in effect(page)


def test_a_new_contact_waits_for_its_company(bruno: Browser, world: World) -> None:
    page = bruno.get("/contacts/new").submit(naming("Bruno Masson"), button=ADD, status=200)
    assert effect(page) == "Choisissez d’abord la société du contact."
    page = page.submit({"company_text": "Durand & Fils"}, button=LOOK, status=200)
    assert "2 ressources verront cette fiche : Anne Lefèvre, Bruno Masson" in effect(page)


# --- favourites ------------------------------------------------------------------------------------------------------


def test_favourites_are_kept_with_scripts_off(bruno: Browser, client: Any, world: World) -> None:
    """C8: added by name, taken out, one's own alone."""
    page = bruno.get("/favorites")
    assert "Aucune ressource favorite" in page
    page = page.submit({"favorite_text": "chloé œuvrard"}).follow()
    assert "Chloé Œuvrard fait partie de vos favorites." in page
    assert "fait déjà partie" in page.submit({"favorite_text": "Chloé Œuvrard"}, status=200)
    assert "Aucune réponse" in page.submit({"favorite_text": "Zorglub"}, status=422).error("favorite_text")
    assert "Tapez le nom" in page.submit({}, status=422).error("favorite_text")
    assert "Aucune ressource favorite" in client.as_("chloe").get("/favorites")
    page = page.submit(button="Retirer Chloé Œuvrard").follow()
    assert "Aucune ressource favorite" in page


def test_the_dialog_below_hears_of_a_new_favourite(bruno: Browser, world: World) -> None:
    answer = bruno.hx_get("/favorites").submit({"favorite_text": "Chloé Œuvrard"}, htmx=True)
    assert "favoritesChanged" in answer.headers["HX-Trigger"]
    assert "Chloé Œuvrard" in answer


def test_a_full_list_takes_no_more(bruno: Browser, world: World, db_session: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(favorites, "MOST", 1)
    page = bruno.get("/favorites").submit({"favorite_text": "Anne Lefèvre"}).follow()
    assert "La liste est pleine" in page
    with pytest.raises(Refused) as refusal:
        favorites.add(world.viewer("bruno"), world.chloe.id)
    assert refusal.value.errors == {"favorite": "1 ressources favorites au plus."}


# --- with what else a dialog does ----------------------------------------------------------------------------------


def test_two_people_change_the_list_and_both_changes_stay(
    client: Any, bruno: Browser, world: World, db_session: Any
) -> None:
    """R4: lists merge by element, and the second is told."""
    nina = factories.resource("Nina Faure")
    people = [world.bruno.id, world.chloe.id]
    company = factories.company("Vannerie", restrict_access=True, allowed_resources=people)
    mine = bruno.get(f"/companies/{company.id}/edit")
    client.as_("anne").get(f"/companies/{company.id}/edit").submit(naming("Nina Faure"))
    mine = mine.submit({"allowed_resources_down": [world.chloe.id]}, button=DOWN, status=200)
    profile = mine.submit({}).follow()
    assert "Anne Lefèvre a modifié entre-temps : Ressources autorisées." in profile
    assert access_of(db_session, company)["allowed_resources"] == {world.bruno.id, nina.id}


def test_a_step_neither_merges_nor_forgets_what_others_saved(client: Any, edit: Page, world: World) -> None:
    """R4: the arrows of a form that was overtaken save nothing over what overtook it."""
    client.as_("chloe").get(f"/companies/{world.durand.id}/edit").submit({"alias": "Rotin"})
    page = edit.submit({"alias": "Jonc"}, button=LOOK, status=200)
    assert page.field("alias")["value"] == "Jonc"
    conflict = page.submit({}, status=409)
    assert "Alias : quelle valeur garder ?" in conflict
    # What one chose stands, whatever button is pressed next.
    stepped = conflict.submit({"keep_alias": "theirs"}, button=LOOK, status=200)
    assert stepped.field("alias")["value"] == "Rotin"


def test_the_history_names_them(edit: Page, bruno: Browser, world: World) -> None:
    """H1."""
    edit.submit(naming("Bruno Masson"))
    told = bruno.get(f"/companies/{world.durand.id}").one(id="history").text
    assert "Restreindre l’accès aux ressources suivantes" in told
    assert "Ressources autorisées" in told
    assert "Bruno Masson" in told


def test_a_draft_keeps_the_lists(bruno: Browser, edit: Page, world: World) -> None:
    """R4."""
    page = edit.submit(naming("Chloé Œuvrard"), button=ADD, status=200)
    page = page.submit(
        naming("Comptoir Lyon", "billing_entities"), button="Ajouter une entité de facturation", status=200
    )
    path = f"/companies/{world.durand.id}/edit"
    posted = f"version=1&restrict_access=1&allowed_resources={world.chloe.id}&allowed_resources_text=Bruno+Masson"
    content = f"{posted}&billing_entities={world.lyon}&billing_entities_text="
    bruno.post("/drafts", {"path": path, "content": content}, status=204, htmx=True)
    taken_up = bruno.get(f"{path}?draft=1")
    assert held(taken_up) == [str(world.bruno.id), str(world.chloe.id)]
    assert held(taken_up, "billing_entities") == [str(world.lyon)]
    assert taken_up.field("restrict_access").has("checked")
