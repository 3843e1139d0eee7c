"""The tab « Portail Clients » in a real browser: by keyboard, in both themes, on a phone, with scripts off (P1)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.steps import Open, has_focus, press, tab_to
from tests.browser.test_dialogs import THEMES
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.models import Contact, FavoriteResource


@pytest.fixture
def favorites(world: World, db_session: Any) -> None:
    rows = [FavoriteResource(resource_id=world.bruno.id, favorite_id=one) for one in (world.anne.id, world.chloe.id)]
    db_session.add_all(rows)
    db_session.commit()


def access_of(world: World, db_session: Any) -> Any:
    db_session.rollback()
    db_session.expire_all()
    return get_visible(Contact, world.elise.id, SYSTEM).portal_access


def open_tab(page: Page, world: World) -> Any:
    """Open the dialog of Élise at the tab."""
    page.goto(f"/contacts/{world.elise.id}")
    page.locator(".head").get_by_role("link", name="Modifier").click()
    dialog = page.get_by_role("dialog", name="Modification du contact")
    dialog.get_by_role("tab", name="Portail Clients").click()
    return dialog


def test_an_access_is_given_by_keyboard_alone(
    browser_page: Open, world: World, favorites: None, axe: Callable[[Page], None], db_session: Any
) -> None:
    """P1, P12, D10: the list in its dialog, all and remaining as one types."""
    page = browser_page("bruno")
    dialog = open_tab(page, world)
    expect(dialog.get_by_label("Échéance")).to_be_hidden()
    tab_to(page, dialog.get_by_role("checkbox", name="Activer l’accès au Portail Clients"))
    press(page, "Space")
    expect(dialog.get_by_label("Échéance")).to_be_visible()
    axe(page)
    profiles = dialog.get_by_role("checkbox", name="Accès aux profils de ressources")
    opener = dialog.get_by_role("button", name="Ajouter/Supprimer")
    everything = dialog.get_by_role("checkbox", name="Accès à tous les profils de ressources")
    assert everything.evaluate("element => element.matches(':disabled') || Boolean(element.closest('[inert]'))")
    tab_to(page, profiles)
    press(page, "Space")
    tab_to(page, everything)
    press(page, "Space")
    expect(page.locator("[data-grey=list]")).to_have_attribute("inert", "")
    press(page, "Space")
    expect(page.locator("[data-grey=list]")).not_to_have_attribute("inert", "")
    tab_to(page, opener)
    press(page, "Enter")
    part = page.get_by_role("dialog", name="Accès aux profils des ressources")
    expect(part).to_be_visible()
    axe(page)
    tab_to(page, part.get_by_role("checkbox", name="Chloé Œuvrard"))
    press(page, "Space")
    tab_to(page, part.get_by_role("button", name="Ajouter aux ressources sélectionnées"))
    press(page, "Enter")
    expect(part.locator("#portal_profiles-down-list")).to_contain_text("Chloé Œuvrard")
    expect(part.locator("#portal-count")).to_contain_text("1 ressource sélectionnée.")
    expect(part).to_be_visible()
    press(page, "Escape")
    expect(part).to_be_hidden()
    expect(dialog).to_be_visible()
    assert has_focus(page, "#portal-profiles-open")
    expect(dialog.locator(".chips")).to_contain_text("Chloé Œuvrard")
    maximum = dialog.get_by_label("Nombre maximal de ressources")
    tab_to(page, maximum)
    page.keyboard.type("4")
    expect(dialog.locator("#portal-remaining")).to_have_text("3")
    press(page, "Enter")
    expect(dialog).to_have_count(0)
    card = page.get_by_role("region", name="Portail Clients")
    expect(card).to_contain_text("Actif")
    expect(card).to_contain_text("30 jours sans connexion y mettent fin")
    access = access_of(world, db_session)
    assert [one.resource_id for one in access.profiles] == [world.chloe.id]
    assert access.max_resources == 4


def test_the_maximum_is_told_at_once(browser_page: Open, world: World, favorites: None) -> None:
    """D10: both numbers, in the dialog and at the save, which opens the tab at the field."""
    page = browser_page("bruno")
    dialog = open_tab(page, world)
    dialog.get_by_role("checkbox", name="Activer l’accès au Portail Clients").check()
    dialog.get_by_role("checkbox", name="Accès aux profils de ressources").check()
    dialog.get_by_label("Nombre maximal de ressources").fill("1")
    dialog.get_by_role("button", name="Ajouter/Supprimer").click()
    part = page.get_by_role("dialog", name="Accès aux profils des ressources")
    for name in ("Anne Lefèvre", "Chloé Œuvrard"):
        part.get_by_role("checkbox", name=name).check()
    part.get_by_role("button", name="Ajouter aux ressources sélectionnées").click()
    told = "Le nombre maximal de ressources est de 1\u00a0; 2 sont sélectionnées."
    expect(part.locator("#portal-count")).to_contain_text(told)
    part.get_by_role("button", name="OK").click()
    expect(dialog.locator("#portal-remaining")).to_have_text("-1")
    dialog.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(dialog.get_by_role("tab", name=re.compile("Portail Clients"))).to_have_attribute("aria-selected", "true")
    expect(dialog.get_by_role("alert").first).to_contain_text(told)


def test_the_sponsor_resets_a_password_beside_a_half_typed_form(
    browser_page: Open, world: World, axe: Callable[[Page], None], db_session: Any
) -> None:
    """P4: the confirmation opens above the dialog, and what was typed stays."""
    factories.portal_access(get_visible(Contact, world.elise.id, SYSTEM), world.viewer("bruno"))
    page = browser_page("bruno")
    dialog = open_tab(page, world)
    dialog.get_by_role("checkbox", name="Dossiers d’équipes").check()
    dialog.get_by_role("link", name="Réinit. mot de passe").click()
    question = page.get_by_role("dialog", name="Réinitialiser le mot de passe")
    expect(question).to_be_visible()
    axe(page)
    question.get_by_role("button", name="Réinit. mot de passe").click()
    expect(question).to_have_count(0)
    expect(page.get_by_text("Mot de passe réinitialisé")).to_be_visible()
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("checkbox", name="Dossiers d’équipes")).to_be_checked()
    dialog.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("region", name="Portail Clients")).to_contain_text("Dossiers d’équipes")


def test_with_scripts_off_the_tab_and_its_list_stand_open(no_script_page: Open, world: World, favorites: None) -> None:
    """P12: the same buttons, the same words."""
    page = no_script_page("bruno")
    page.goto(f"/contacts/{world.elise.id}/edit")
    page.get_by_role("checkbox", name="Activer l’accès au Portail Clients").check()
    page.get_by_role("checkbox", name="Accès aux profils de ressources").check()
    page.get_by_role("checkbox", name="Chloé Œuvrard").first.check()
    page.get_by_role("button", name="Ajouter aux ressources sélectionnées").click()
    expect(page.locator("#portal .chips")).to_contain_text("Chloé Œuvrard")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("region", name="Portail Clients")).to_contain_text("Chloé Œuvrard")


@THEMES
@pytest.mark.parametrize("width", [1360, 390])
def test_sponsor_and_others_read_it_in_both_themes(
    browser_page: Open, world: World, axe: Callable[[Page], None], color_scheme: str, width: int, db_session: Any
) -> None:
    """P2: nothing overflows, nothing is unreadable; also the page, and the list of the administration."""
    elise = get_visible(Contact, world.elise.id, SYSTEM)
    profiles = {world.anne.id, world.chloe.id}
    factories.portal_access(elise, world.viewer("bruno"), resource_profiles=True, profiles=profiles, max_resources=5)
    for name in ("bruno", "anne"):
        page = browser_page(name, color_scheme=color_scheme, viewport={"width": width, "height": 900})
        dialog = open_tab(page, world)
        expect(dialog.get_by_role("tabpanel", name="Portail Clients")).to_be_visible()
        axe(page)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.goto(f"/contacts/{world.elise.id}")
        axe(page)
    page.goto("/admin/portal/")
    axe(page)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("checkbox", name="Choisir Élise Nguyễn").check()
    page.get_by_role("button", name="Changer de commanditaire").click()
    expect(page.get_by_role("dialog", name="Changer de commanditaire")).to_be_visible()
    axe(page)


def test_it_reads_in_english(browser_page: Open, world: World) -> None:
    """N4."""
    page = browser_page("bruno")
    page.goto("/")
    page.locator("summary.me").click()
    page.get_by_role("button", name="English").click()
    page.goto(f"/contacts/{world.elise.id}/edit#tab-portal")
    page.get_by_role("tab", name="Client Portal").click()
    page.get_by_role("checkbox", name="Enable access to the Client Portal").check()
    for label in ("Expiry date", "Team folders", "Close requests at any time", "Maximum number of resources"):
        expect(page.get_by_label(label)).to_be_visible()
