"""Team folders and what one has to do, in a browser: by keyboard, on narrow screens, with scripts off (S1, S8, P7)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.steps import press, tab_to
from tests.client import Browser, sign_in
from tests.portal.conftest import invite
from tests.world import World
from webapp.clock import today
from webapp.models import PortalSession
from webapp.services.folders import FOLDERS

pytestmark = pytest.mark.usefixtures("db_session")

NARROW = {"width": 390, "height": 844}
PLAN = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"un"}
PLAN_AGAIN = {"name": "PLAN.txt", "mimeType": "text/plain", "buffer": b"deux"}


def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_folder_is_made_and_filled(browser_page: Callable[..., Page], axe: Callable[..., None], world: World) -> None:
    """The dialog by keyboard: a member is chosen as one types, and stands there at once; another leaves."""
    page = browser_page("bruno")
    page.goto(f"/companies/{world.durand.id}")
    page.get_by_role("link", name="Nouveau dossier d’équipe").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nom du dossier").fill("Plans")
    contacts = dialog.get_by_role("combobox", name="Contacts membres")
    tab_to(page, contacts)
    page.keyboard.type("élise")
    expect(dialog.get_by_role("option", name="Élise Nguyễn")).to_be_visible()
    press(page, "ArrowDown", "Enter")
    expect(dialog.get_by_role("button", name="Retirer Élise Nguyễn")).to_be_visible()
    expect(dialog.get_by_text("Dans la liste : Élise Nguyễn.")).to_be_visible()
    expect(dialog.get_by_label("Nom du dossier")).to_have_value("Plans")
    tab_to(page, dialog.get_by_role("button", name="Retirer Bruno Masson"), "Shift+Tab")
    press(page, "Enter")
    expect(dialog.get_by_text("Hors de la liste : Bruno Masson.")).to_be_visible()
    axe(page)
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Plans", level=1)).to_be_visible()

    page.get_by_label("Ajouter des fichiers").set_input_files([PLAN, PLAN_AGAIN])
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("2 fichiers ajoutés.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="plan.txt", exact=True).click()
    assert download.value.path().read_bytes() == b"deux"
    axe(page)

    page.get_by_role("button", name="Retirer plan.txt").click()
    expect(page.get_by_text("Aucun document", exact=True)).to_be_visible()
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("Document rétabli : plan.txt")).to_be_visible()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert fits(page)
    axe(page)
    page.get_by_role("link", name="plan.txt : les 2 versions").click()
    expect(page.get_by_role("heading", name="plan.txt", level=1)).to_be_visible()
    axe(page)


def test_the_same_with_scripts_off(no_script_page: Callable[..., Page], world: World) -> None:
    page = no_script_page("bruno")
    page.goto(f"/folders/new?company={world.durand.id}")
    page.get_by_label("Nom du dossier").fill("Plans")
    page.get_by_role("combobox", name="Contacts membres").fill("Élise Nguyễn")
    page.get_by_role("button", name="Ajouter un contact").click()
    expect(page.get_by_role("button", name="Retirer Élise Nguyễn")).to_be_visible()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_label("Ajouter des fichiers").set_input_files([PLAN])
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("1 fichier ajouté.")).to_be_visible()
    page.get_by_role("button", name="Retirer plan.txt").click()
    page.get_by_role("link", name="Documents retirés").click()
    page.get_by_role("button", name="Rétablir plan.txt").click()
    expect(page.get_by_text("Document rétabli : plan.txt")).to_be_visible()


def test_a_contact_opens_their_folder(
    app: Any,
    world: World,
    new_listened_context: Callable[..., Any],
    live_server: str,
    axe: Callable[..., None],
) -> None:
    """In the portal, on a phone, in English."""
    member = invite(world, world.elise.id, team_folders=True)
    factories.linked(FOLDERS, world.durand, world.viewer("bruno"), name="Plans", contacts={member.id})
    context = new_listened_context()
    visitor = Browser(app, world.person)
    visitor.run(visitor.remember, sign_in(app, member.id, PortalSession), "contact")
    name = app.config["SESSION_COOKIE_NAME"]
    cookies = {name: visitor.cookie(name), "language": "en"}
    context.add_cookies([{"name": key, "value": value, "url": live_server} for key, value in cookies.items()])
    page = context.new_page()
    page.set_viewport_size(NARROW)
    page.goto("/portal/folders")
    axe(page)
    page.get_by_role("link", name="Plans").click()
    page.get_by_label("Add files").set_input_files([PLAN])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("1 file added.")).to_be_visible()
    expect(page.get_by_role("link", name="plan.txt", exact=True)).to_be_visible()
    assert fits(page)
    axe(page)


def test_what_is_done_leaves_the_first_page(
    browser_page: Callable[..., Page], axe: Callable[..., None], world: World
) -> None:
    """S1: by keyboard, and one stays there; what was done can be taken back."""
    factories.activity(world.durand, world.bruno, name="Rappeler", due_on=today("Europe/Paris"), due_time="10:00")
    page = browser_page("bruno")
    page.goto("/")
    axe(page)
    tab_to(page, page.get_by_role("button", name="Achever Rappeler"))
    press(page, "Enter")
    expect(page.get_by_text("Activité achevée : Rappeler")).to_be_visible()
    expect(page.get_by_text("Rien à faire pour l’instant")).to_be_visible()
    expect(page.get_by_role("heading", name="Accueil", level=1)).to_be_visible()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.goto("/activities/")
    assert fits(page)
    axe(page)
    page.goto("/account")
    page.get_by_role("button", name="Créer une adresse").click()
    assert ".ics" in page.get_by_label("Adresse de votre calendrier").input_value()
    assert fits(page)
    axe(page)
