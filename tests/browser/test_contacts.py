"""Contacts in a real browser: « Nom complet », the tabs, a change of company, by keyboard and with scripts off."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.test_dialogs import THEMES, Open, has_focus
from tests.world import World


def open_edit(page: Page, world: World) -> Any:
    """Open the dialog of Élise from her profile."""
    page.goto(f"/contacts/{world.elise.id}")
    page.locator(".head").get_by_role("link", name="Modifier").click()
    dialog = page.get_by_role("dialog", name="Modification du contact")
    expect(dialog).to_be_visible()
    return dialog


def test_a_contact_is_made_by_keyboard_alone(browser_page: Open, world: World, axe: Callable[[Page], None]) -> None:
    """K1, K2: Nom complet opens beside the dialog, Enter is OK, and the name is seen as it is typed."""
    page = browser_page("bruno")
    page.goto(f"/companies/{world.durand.id}")
    page.locator("#company-contacts ~ a").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Nouveau contact")
    expect(dialog).to_be_visible()
    assert has_focus(page, "[data-opens]"), "one begins at the name"
    page.keyboard.press("Enter")
    name = page.get_by_role("dialog", name="Nom complet")
    expect(name).to_be_visible()
    axe(page)
    assert has_focus(page, "[name=title]")
    page.keyboard.type("Mme")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Zoé")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("N’Diaye")
    expect(name.locator("[data-full-name]")).to_have_text("Mme Zoé N’Diaye")
    page.keyboard.press("Enter")
    expect(name).to_be_hidden()
    expect(dialog).to_be_visible()
    assert has_focus(page, "[data-opens]"), "the focus goes back"
    expect(dialog.locator("#full_name")).to_have_text("Mme Zoé N’Diaye")
    page.keyboard.press("Tab")
    page.keyboard.type("Directrice")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Mme Zoé N’Diaye")
    expect(page.locator("#main")).to_contain_text("Directrice")


def test_escape_leaves_the_name_as_it_was(browser_page: Open, world: World) -> None:
    """K2: and closes nothing else."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    dialog.get_by_role("button", name="Nom complet").click()
    name = page.get_by_role("dialog", name="Nom complet")
    name.get_by_label("Titre honorifique").fill("Maître")
    expect(dialog.locator("#full_name")).to_have_text("Maître Élise Nguyễn")
    page.keyboard.press("Escape")
    expect(name).to_be_hidden()
    expect(dialog).to_be_visible()
    assert has_focus(page, "[data-opens]")
    expect(dialog.locator("#full_name")).to_have_text("Mme Élise Nguyễn")
    page.keyboard.press("Enter")
    expect(name.get_by_label("Titre honorifique")).to_have_value("")
    name.get_by_label("Prénom", exact=True).fill("Lise")
    name.get_by_role("button", name="Annuler").click()
    expect(dialog.locator("#full_name")).to_have_text("Mme Élise Nguyễn")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)


def test_a_name_that_is_missing_opens_its_dialog(browser_page: Open, world: World, axe: Callable[[Page], None]) -> None:
    """K2: the cursor is in the field that is wrong, also from the summary."""
    page = browser_page("bruno")
    page.goto("/")
    page.locator("summary", has_text="Nouveau").click()
    page.get_by_role("link", name="Contact", exact=True).click()
    dialog = page.get_by_role("dialog", name="Nouveau contact")
    dialog.get_by_label("Poste occupé").fill("Acheteuse")
    dialog.get_by_role("button", name="Enregistrer").click()
    name = page.get_by_role("dialog", name="Nom complet")
    expect(name).to_be_visible()
    assert has_focus(page, "[name=last_name]")
    axe(page)
    page.keyboard.press("Escape")
    summary = dialog.get_by_role("alert")
    expect(summary).to_contain_text("2 champs")
    summary.get_by_role("link", name="Nom", exact=True).click()
    expect(name).to_be_visible()
    assert has_focus(page, "[name=last_name]")
    page.keyboard.type("Roux")
    page.keyboard.press("Enter")
    dialog.get_by_role("combobox", name="Société").press_sequentially("duran")
    dialog.get_by_role("option", name="Durand & Fils").click()
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Roux")


@THEMES
def test_every_tab_of_the_dialog_is_accessible(
    browser_page: Open, world: World, axe: Callable[[Page], None], color_scheme: str
) -> None:
    page = browser_page("bruno", color_scheme=color_scheme)
    page.goto(f"/contacts/{world.elise.id}")
    axe(page)
    dialog = open_edit(page, world)
    names = ["Généralités", "Adresses", "Coordonnées", "Détails", "Portail Clients", "Accès"]
    assert [text.strip() for text in dialog.get_by_role("tab").all_inner_texts()] == names
    for name in names:
        dialog.get_by_role("tab", name=name).click()
        expect(dialog.get_by_role("tabpanel", name=name)).to_be_visible()
        axe(page)
    dialog.get_by_role("tab", name="Généralités").click()
    dialog.get_by_role("button", name="Nom complet").click()
    axe(page)


def test_a_change_of_company_is_said_as_it_is_chosen(
    browser_page: Open, world: World, db_session: Any, axe: Callable[[Page], None]
) -> None:
    """K1, D12: what follows is read before the save, and confirmed once; what was typed stays."""
    reference = factories.company("Référence SA", is_reference=True, surveys_enabled=True)
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    expect(dialog.get_by_label("Référence commerciale")).to_be_disabled()
    dialog.get_by_label("E-mail 2").fill("elise@ailleurs.example")
    company = dialog.get_by_role("combobox", name="Société")
    company.select_text()
    company.press_sequentially("refer")
    expect(dialog.get_by_role("option", name="Référence SA")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    effects = dialog.get_by_role("group", name="Changement de société")
    expect(effects).to_contain_text("rejoint")
    assert has_focus(page, "[name=company_text]"), "one goes on from where one is"
    expect(dialog.get_by_label("E-mail 2")).to_have_value("elise@ailleurs.example")
    expect(dialog.get_by_label("Référence commerciale")).to_be_enabled()
    expect(dialog.locator("label[for=email1]")).to_contain_text("enquêtes")
    axe(page)
    dialog.get_by_label("Référence commerciale").check()
    effects.get_by_label("Changer ce contact de société").check()
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#main")).to_contain_text(reference.name)
    expect(page.locator(".badge", has_text="Référence commerciale")).to_be_visible()


def test_the_actions_are_reached_by_keyboard(browser_page: Open, world: World, axe: Callable[[Page], None]) -> None:
    """K8, T6."""
    page = browser_page("bruno")
    page.goto(f"/contacts/{world.elise.id}")
    page.locator("summary", has_text="Actions").focus()
    page.keyboard.press("ArrowDown")
    assert has_focus(page, "a[href='mailto:elise.nguyen@durand.example']")
    axe(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Ajouté à la liste de mes contacts")
    expect(page.locator(".badge", has_text="Mes contacts")).to_be_visible()
    with page.expect_download() as download:
        page.locator("summary", has_text="Actions").click()
        page.get_by_role("link", name="Télécharger la vCard").click()
    assert download.value.suggested_filename == "elise-nguyen.vcf"


def test_the_next_contacts_come_below(browser_page: Open, world: World, db_session: Any) -> None:
    """C9."""
    for number in range(30):
        factories.contact(f"Ana Zola{number:02}", company=world.lead.id)
    page = browser_page("bruno")
    page.goto(f"/companies/{world.lead.id}")
    expect(page.locator("tbody tr")).to_have_count(21)
    page.get_by_role("link", name="Contacts suivants").click()
    expect(page.locator("tbody tr")).to_have_count(30)
    page.get_by_role("table").get_by_role("link", name="Ana Zola29").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Zola29")


def test_with_scripts_off_the_parts_of_the_name_are_in_the_form(no_script_page: Open, world: World) -> None:
    """K2."""
    page = no_script_page("bruno")
    page.goto(f"/contacts/new?company={world.durand.id}")
    expect(page.get_by_role("button", name="Nom complet")).to_be_hidden()
    expect(page.get_by_role("button", name="OK")).to_be_hidden()
    page.get_by_label("Titre honorifique").fill("Maître")
    page.get_by_label(re.compile("^Nom [(]")).fill("Roux")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Maître Roux")


@pytest.mark.parametrize("width", [390, 1360])
def test_no_page_of_contacts_is_wider_than_its_window(browser_page: Open, world: World, width: int) -> None:
    page = browser_page("bruno", viewport={"width": width, "height": 844})
    for address in (f"/contacts/{world.elise.id}", f"/companies/{world.durand.id}", "/contacts/new"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
