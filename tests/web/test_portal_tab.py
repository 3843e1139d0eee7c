"""The tab « Portail Clients » through the pages: the guide's words, whose it is, drafts, conflicts (P1, P2, D10)."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests import factories
from tests.client import Browser, printed_values
from tests.web.test_saving import ANY, together
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.clock import now
from webapp.extensions import db
from webapp.models import Contact, FavoriteResource
from webapp.services import contacts, organisation
from webapp.services.portal import life
from webapp.services.portal.access import PortalState, state_of

LABELS = [
    *("Activer l’accès au Portail Clients", "Échéance"),
    *("Dossiers d’équipes", "Examen des projets", "Examen des factures", "Assistance en ligne"),
    *("Clôture des requêtes à tout moment", "Participation aux workflows", "Accès aux profils de ressources"),
    *("Accès à tous les profils de ressources", "Liste des ressources", "Nombre maximal de ressources"),
    *("Nombre de profils de ressources disponibles", "État", "Commanditaire", "Date d’activation", "Dernier accès"),
]
#: What the buttons of the dialog « Accès aux profils des ressources » are called.
ADD, REMOVE = "Ajouter aux ressources sélectionnées", "Supprimer des ressources sélectionnées"


def of(contact_id: int) -> Contact:
    db.session.rollback()
    db.session.expire_all()
    return get_visible(Contact, contact_id, SYSTEM)


def grant(world: World, by: str = "bruno", **values: Any) -> Contact:
    elise = of(world.elise.id)
    factories.portal_access(elise, world.viewer(by), **values)
    return elise


def tab(page: Any) -> str:
    return str(page.one(id="portal").text)


# --- P1: as the guide has it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bruno", "chloe"])
def test_the_tab_has_the_words_of_the_guide(client: Browser, world: World, db_session: Any, name: str) -> None:
    """P1: for the sponsor as fields, for the others as text that can be read."""
    grant(world)
    page = client.as_(name).get(f"/contacts/{world.elise.id}/edit")
    for label in LABELS:
        assert label in tab(page), label
    inputs = [e.get("name") for e in page.one(id="portal").all("input")]
    assert bool(inputs) == (name == "bruno")
    if name == "bruno":
        for words in ("Ajouter/Supprimer", "Accès aux profils des ressources", "Ressources favorites", "Supprimer"):
            assert words in tab(page)
    else:
        assert "Seul le commanditaire, Bruno Masson" in tab(page)


def test_a_contact_is_made_with_an_access(bruno: Any, world: World, db_session: Any) -> None:
    """P1 to P3, with scripts off: what was typed in the tab comes back on the page, with the end in one line."""
    page = bruno.get(f"/contacts/new?company={world.durand.id}")
    values = {"last_name": "Roux", "email1": "roux@durand.example", "portal_enabled": True}
    profile = page.submit(values | {"portal_online_support": True, "portal_expires_on": "2099-12-31"}).follow()
    card = profile.one("section", **{"aria-labelledby": "contact-portal"}).text
    for words in ("Actif", "Bruno Masson", "Assistance en ligne", "30 jours sans connexion y mettent fin"):
        assert words in card, words
    assert "Invitation au Portail Clients" in profile.one(id="history").text


def test_without_an_email_there_is_no_access(bruno: Any, world: World) -> None:
    """K3, D4: said beside the e-mail, and nothing is lost."""
    page = bruno.get(f"/contacts/new?company={world.durand.id}")
    refused = page.submit({"last_name": "Roux", "portal_enabled": True, "portal_max_resources": "7"}, status=422)
    assert "s’identifie avec lui" in refused.error("email1")
    assert refused.field("portal_max_resources")["value"] == "7"


@pytest.mark.parametrize("day", ["31/02/2099", "demain", "12/01", "2099-13-01"])
def test_an_end_is_a_day_or_is_refused(bruno: Any, world: World, day: str) -> None:
    """D20."""
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    refused = page.submit({"portal_enabled": True, "portal_expires_on": day}, status=422)
    assert "Exemple" in refused.error("portal_expires_on")


def test_an_end_that_is_past_is_refused(bruno: Any, world: World) -> None:
    """D2."""
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    refused = page.submit({"portal_enabled": True, "portal_expires_on": "01/01/2001"}, status=422)
    assert "déjà passée" in refused.error("portal_expires_on")


# --- P2: who may not ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["chloe", "anne"])
def test_a_forged_post_changes_nothing_and_says_so(client: Browser, world: World, db_session: Any, name: str) -> None:
    """P2: sent again as the page then shows it, the rest is saved."""
    grant(world, team_folders=True)
    other = client.as_(name)
    page = other.get(f"/contacts/{world.elise.id}/edit")
    forged = printed_values(page.form("/edit"), None)
    forged.update({"portal_enabled": "1", "portal_invoice_review": "1"})
    forged.setlist("nickname", ["Lili"])
    refused = other.post(f"/contacts/{world.elise.id}/edit", forged, status=422)
    assert "seul leur commanditaire, Bruno Masson, peut les modifier" in refused
    access = of(world.elise.id).portal_access
    assert access is not None
    assert (access.invoice_review, access.team_folders) == (False, True)
    assert "Lili" in refused.submit().follow()
    assert of(world.elise.id).portal_access.team_folders  # type: ignore[union-attr]


def test_others_save_the_contact_and_leave_the_access_as_it_is(client: Browser, world: World, db_session: Any) -> None:
    """P2: no tab, no change."""
    grant(world, team_folders=True, expires_on=date(2099, 1, 1))
    client.as_("chloe").get(f"/contacts/{world.elise.id}/edit").submit({"nickname": "Lili"})
    access = of(world.elise.id).portal_access
    assert access is not None
    assert (access.enabled, access.team_folders, access.expires_on) == (True, True, date(2099, 1, 1))


def test_who_becomes_the_sponsor_while_reading_takes_nothing_away(
    client: Browser, world: World, db_session: Any
) -> None:
    """P2: their form showed the rights as text; saved, it leaves them."""
    elise = grant(world, team_folders=True)
    page = client.as_("chloe").get(f"/contacts/{world.elise.id}/edit")
    life.hand_over([elise], world.chloe.id, "Départ", world.viewer("anne"))
    db_session.commit()
    page.submit({"nickname": "Lili"})
    access = of(world.elise.id).portal_access
    assert access is not None
    assert access.enabled
    assert access.team_folders


def test_a_hidden_contact_has_no_page_of_its_access(client: Browser, world: World, db_session: Any) -> None:
    """A2."""
    denis = of(world.denis.id)
    contacts.update(denis, {"email1": "denis@ecluse.example"}, SYSTEM)
    factories.portal_access(denis, world.viewer("bruno"))
    chloe = client.as_("chloe")
    for path in ("password", "reminder", "extension", "request"):
        chloe.get(f"/contacts/{world.denis.id}/portal/{path}", status=404)
        chloe.post(f"/contacts/{world.denis.id}/portal/{path}", {}, status=404)


# --- R4 ----------------------------------------------------------------------------------------------------------


def test_a_change_of_the_rights_meanwhile_is_merged(client: Browser, world: World, db_session: Any) -> None:
    """R4: what the sponsor changed in another window is kept, beside what they change here."""
    grant(world)
    bruno = client.as_("bruno")
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    bruno.get(f"/contacts/{world.elise.id}/edit").submit({"portal_team_folders": True, "portal_max_resources": "4"})
    saved = page.submit({"portal_invoice_review": True}).follow()
    assert "Dossiers d’équipes" in saved
    access = of(world.elise.id).portal_access
    assert access is not None
    assert (access.team_folders, access.invoice_review, access.max_resources) == (True, True, 4)


def test_who_only_reads_the_rights_never_clashes_with_the_sponsor(
    client: Browser, world: World, favorites: None, db_session: Any
) -> None:
    """R4, P2: what the sponsor changed meanwhile is no business of somebody else's save."""
    grant(world)
    page = client.as_("chloe").get(f"/contacts/{world.elise.id}/edit")
    given = {"portal_resource_profiles": True, "portal_profiles": {world.anne.id, world.chloe.id}}
    contacts.update(of(world.elise.id), given, world.viewer("bruno"))
    db_session.commit()
    assert page.submit({"nickname": "Lili"}).status == 303
    access = of(world.elise.id).portal_access
    assert access is not None
    assert len(access.profiles) == 2


def test_what_is_typed_is_kept_as_a_draft(bruno: Any, world: World) -> None:
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    content = "version=1&last_name=X&portal_enabled=1&portal_expires_on=2099-01-01&portal_max_resources=3"
    token = page.form("/edit").one("input", name="csrf_token")["value"]
    bruno.post(
        "/drafts", {"path": f"/contacts/{world.elise.id}/edit", "content": content, "csrf_token": token}, status=204
    )
    taken = bruno.get(f"/contacts/{world.elise.id}/edit?draft=1")
    assert taken.field("portal_expires_on")["value"] == "2099-01-01"
    assert taken.field("portal_enabled").get("checked") is not None
    assert taken.field("portal_max_resources")["value"] == "3"


# --- P12, D10: the list ------------------------------------------------------------------------------------------


@pytest.fixture
def favorites(world: World, db_session: Any) -> None:
    rows = [FavoriteResource(resource_id=world.bruno.id, favorite_id=one) for one in (world.anne.id, world.chloe.id)]
    db_session.add_all(rows)
    db_session.commit()


def test_resources_are_added_and_removed_with_scripts_off(
    bruno: Any, world: World, favorites: None, db_session: Any
) -> None:
    """P12: in a half-typed dialog, which stays as it is typed; the remaining profiles are counted."""
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    typed = {"portal_enabled": True, "portal_resource_profiles": True, "portal_max_resources": "2", "nickname": "Lili"}
    page = page.submit(typed | {"portal_profiles_up": world.chloe.id}, button=ADD, status=200)
    assert page.field("nickname")["value"] == "Lili"
    assert page.one(id="portal-remaining").text == "1"
    assert "Chloé Œuvrard" in page.one(id="portal_profiles-down-list").text
    assert "Chloé Œuvrard" not in page.one(id="portal_profiles-up-list").text
    page = page.submit({"portal_profiles_down": world.chloe.id}, button=REMOVE, status=200)
    assert page.one(id="portal-remaining").text == "2"
    page = page.submit({"portal_profiles_up": world.anne.id}, button=ADD, status=200)
    assert page.submit().status == 303
    access = of(world.elise.id).portal_access
    assert access is not None
    assert [one.resource_id for one in access.profiles] == [world.anne.id]


def test_beyond_the_maximum_both_numbers_are_told(bruno: Any, world: World, favorites: None, db_session: Any) -> None:
    """D10: at once in the list, and by the save."""
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    typed = {"portal_enabled": True, "portal_resource_profiles": True, "portal_max_resources": "1"}
    both = typed | {"portal_profiles_up": [world.anne.id, world.chloe.id]}
    page = page.submit(both, button=ADD, status=200)
    told = "Le nombre maximal de ressources est de 1 ; 2 sont sélectionnées."
    assert told in page.one(id="portal-count").text
    refused = page.submit(status=422)
    assert told in refused.one(id="portal").text
    assert of(world.elise.id).portal_access is None


def test_htmx_shows_the_tab_alone(bruno: Any, world: World, favorites: None) -> None:
    page = bruno.hx_get(f"/contacts/{world.elise.id}/edit")
    answer = page.submit({"portal_profiles_up": world.chloe.id}, button=ADD, htmx=True)
    assert answer.status == 200
    assert answer.one(id="portal")
    assert not answer.all("form")


def test_two_saves_at_once_do_not_pass_the_maximum(
    client: Browser, world: World, favorites: None, db_session: Any
) -> None:
    """D10: each adds one where one is left; one of them passes."""
    grant(world, resource_profiles=True, max_resources=1)
    page = client.as_("bruno").get(f"/contacts/{world.elise.id}/edit")
    one, other = (
        page.submit({"portal_profiles_up": resource_id}, button=ADD, status=200)
        for resource_id in (world.anne.id, world.chloe.id)
    )
    saved, refused = together(lambda: one.submit(status=ANY), lambda: other.submit(status=ANY))
    assert (saved.status, refused.status) == (303, 422)
    assert "Le nombre maximal de ressources est de 1 ; 2 sont sélectionnées." in refused
    access = of(world.elise.id).portal_access
    assert access is not None
    assert len(access.profiles) == 1


# --- F6 ----------------------------------------------------------------------------------------------------------


def test_the_access_costs_few_questions(bruno: Any, world: World, queries: Any, db_session: Any) -> None:
    """F6: a save of a contact at most 17 statements, the page at most 12, with an access and a list of profiles."""
    grant(world, resource_profiles=True, profiles={world.anne.id, world.chloe.id})
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    with queries() as seen:
        page.submit({"nickname": "Lili"})
    assert len(seen) <= 17, "\n".join(seen)
    with queries() as seen:
        bruno.hx_get(f"/contacts/{world.elise.id}")
    assert len(seen) <= 12, "\n".join(seen)


# --- what else one does with it ----------------------------------------------------------------------------------


def test_the_sponsor_helps_and_prolongs_from_the_page(bruno: Any, world: World, db_session: Any) -> None:
    """P2, P4, D2: each asks first; a GET changes nothing."""
    elise = grant(world, expires_on=now().date() + timedelta(days=2))
    version = elise.version
    for action, done in (
        ("Réinit. mot de passe", "Mot de passe réinitialisé"),
        ("Envoyer un rappel", "Rappel envoyé"),
        ("Prolonger", "prolongé"),
    ):
        asked = bruno.get(f"/contacts/{world.elise.id}").click(action)
        assert of(world.elise.id).version == version
        assert done in asked.submit(button=action).follow()
    access = of(world.elise.id).portal_access
    assert access is not None
    assert access.expires_on > now().date() + timedelta(days=60)  # type: ignore[operator]


def test_others_find_no_such_buttons_and_are_refused(client: Browser, world: World, db_session: Any) -> None:
    """P2: an administrator helps in, and does not prolong."""
    grant(world)
    chloe, anne = client.as_("chloe"), client.as_("anne")
    for name in ("Réinit. mot de passe", "Envoyer un rappel", "Prolonger"):
        assert name not in chloe.get(f"/contacts/{world.elise.id}").one(id="main").text
    for path in ("password", "reminder", "extension", "request"):
        chloe.get(f"/contacts/{world.elise.id}/portal/{path}", status=403)
        chloe.post(f"/contacts/{world.elise.id}/portal/{path}", {}, status=403)
    assert "Réinit. mot de passe" in anne.get(f"/contacts/{world.elise.id}")
    anne.get(f"/contacts/{world.elise.id}/portal/extension", status=403)


def test_what_was_rejected_is_asked_again(bruno: Any, world: World, db_session: Any) -> None:
    """D3."""
    organisation.save({"portal_approval": True})
    db_session.commit()
    elise = grant(world)
    life.reject(elise, "Pas de contrat.", world.viewer("anne"))
    db_session.commit()
    home = bruno.get("/")
    assert "Pas de contrat." in home
    page = bruno.get(f"/contacts/{world.elise.id}")
    assert "Motif : Pas de contrat." in page
    assert "redemandé" in page.click("Redemander").submit(button="Redemander").follow()
    assert state_of(of(world.elise.id).portal_access) is PortalState.PENDING


@pytest.mark.parametrize("name", ["bruno", "anne"])
def test_who_lost_their_phone_is_let_in_without_it(client: Browser, world: World, db_session: Any, name: str) -> None:
    """P2, P4: by the sponsor or an administrator, who may reset the password; and it is told on the contact's page."""
    grant(world)
    helper = client.as_(name)
    address = f"/contacts/{world.elise.id}/portal/password"
    assert "double authentification" not in helper.get(address)
    of(world.elise.id).portal_access.totp_secret = "sealed"  # type: ignore[union-attr]
    db_session.commit()
    helper.get(address).submit()
    assert of(world.elise.id).portal_access.totp_secret  # type: ignore[union-attr]
    page = helper.get(address).submit({"without_second_factor": "1"}).follow()
    assert of(world.elise.id).portal_access.totp_secret is None  # type: ignore[union-attr]
    [line] = [one for one in page.all("dt") if one.text == "Double authentification"]
    assert "Double authentification Oui devient Non" in line.parent.text  # type: ignore[union-attr]
