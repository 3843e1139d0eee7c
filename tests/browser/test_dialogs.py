"""Dialogs, tabs, lookups, menus and messages in a real browser: what the scripts add (C1, C2, N1)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import Open, has_focus, open_edit
from tests.conftest import Complaints
from tests.world import World

THEMES = pytest.mark.parametrize("color_scheme", ["light", "dark"])


@THEMES
def test_every_tab_of_the_dialog_is_accessible(
    browser_page: Open, world: World, axe: Callable[[Page], None], color_scheme: str
) -> None:
    page = browser_page("bruno", color_scheme=color_scheme)
    dialog = open_edit(page, world)
    tabs = dialog.get_by_role("tab")
    assert tabs.count() == 5
    for index in range(5):
        tabs.nth(index).click()
        expect(dialog.get_by_role("tabpanel")).to_have_count(1)
        axe(page)


def test_the_tabs_are_walked_by_keyboard_and_keep_what_is_typed(browser_page: Open, world: World) -> None:
    """C1: a switch of tab loses nothing typed."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    assert has_focus(page, "[name=name]"), "one begins at the first field"
    dialog.get_by_label("Alias").fill("Dupont")
    dialog.get_by_role("tab", name="Généralités").focus()
    for key, name in [
        ("ArrowLeft", "Accès"),
        ("ArrowRight", "Généralités"),
        ("End", "Accès"),
        ("Home", "Généralités"),
    ]:
        page.keyboard.press(key)
        expect(dialog.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        assert has_focus(page, "[aria-selected=true]")
    expect(dialog.get_by_label("Alias")).to_have_value("Dupont")


def test_a_dialog_asks_before_it_drops_what_was_typed(
    browser_page: Open, world: World, axe: Callable[[Page], None]
) -> None:
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.evaluate("document.activeElement.textContent.trim()") == "Modifier", "the focus goes back"

    dialog = open_edit(page, world)
    dialog.get_by_label("Alias").fill("Dupont")
    page.keyboard.press("Escape")
    question = page.get_by_role("dialog", name="Abandonner les modifications ?")
    expect(question).to_be_visible()
    assert has_focus(page, "[value=stay]"), "the answer that loses nothing is the first"
    axe(page)
    question.get_by_role("button", name="Continuer la saisie").click()
    expect(dialog.get_by_label("Alias")).to_have_value("Dupont")

    dialog.get_by_role("link", name="Annuler").click()
    question.get_by_role("button", name="Abandonner").click()
    expect(page.locator("dialog")).to_have_count(0)


def test_a_refusal_opens_the_tab_of_the_error_and_a_save_closes_the_dialog(
    browser_page: Open, world: World, axe: Callable[[Page], None]
) -> None:
    """C1: a prospect has a telemarketer, which is said in Détails; C7."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    dialog.get_by_label("Statut commercial").select_option("prospect")
    dialog.get_by_role("button", name="Enregistrer").click()
    summary = dialog.get_by_role("alert")
    expect(summary).to_be_visible()
    assert has_focus(page, "[name=telemarketer_text]"), "one can mend it at once"
    expect(dialog.get_by_role("tab", name="Détails")).to_have_attribute("aria-selected", "true")
    axe(page)

    dialog.get_by_role("tab", name="Généralités").click()
    summary.get_by_role("link", name="Télémarketeur").click()
    assert has_focus(page, "[name=telemarketer_text]")
    dialog.get_by_role("tab", name="Généralités").click()
    dialog.get_by_label("Statut commercial").select_option("client")
    dialog.get_by_label("Alias").fill("Dupont")
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("enregistrée")
    expect(page.locator("#main")).to_contain_text("Dupont")


def test_a_record_is_chosen_by_keyboard(browser_page: Open, world: World, axe: Callable[[Page], None]) -> None:
    """C3: the parent is found as one types; Escape closes the list, not the dialog."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    dialog.get_by_role("combobox", name="Société parente").press_sequentially("zeph")
    option = dialog.get_by_role("option", name="Zéphyr")
    expect(option).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    expect(dialog).to_be_visible()

    page.keyboard.press("ArrowDown")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog.locator("[name=parent]")).to_have_value(str(world.zephyr.id))
    expect(dialog.get_by_role("combobox", name="Société parente")).to_have_value("Zéphyr")
    page.keyboard.press("Backspace")
    expect(dialog.locator("[name=parent]")).to_have_value("")


def test_a_server_that_is_gone_is_told_in_the_dialog_and_loses_nothing(
    browser_page: Open, world: World, complaints: Complaints
) -> None:
    complaints.allow("502")
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    dialog.get_by_label("Alias").fill("Dupont")
    page.route(
        "**/edit", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>", content_type="text/html")
    )
    dialog.get_by_role("button", name="Enregistrer").click()
    message = dialog.get_by_text("Le serveur ne répond pas")
    expect(message).to_be_visible()
    expect(page.get_by_text("Bad Gateway")).to_have_count(0)
    expect(dialog.get_by_label("Alias")).to_have_value("Dupont")


def test_the_menus_open_close_and_are_walked_by_keyboard(browser_page: Open, axe: Callable[[Page], None]) -> None:
    """N1."""
    page = browser_page("anne")
    page.goto("/companies")
    general = page.locator("summary", has_text="Généralités")
    general.focus()
    page.keyboard.press("ArrowDown")
    assert has_focus(page, "a[href='/companies'][aria-current=page]")
    axe(page)
    page.keyboard.press("ArrowDown")
    assert has_focus(page, "a[href='/leads']")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Leads")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('summary')")
    general.click()
    page.locator("#main").click()
    expect(page.get_by_role("link", name="Prospects").first).to_be_hidden()


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_on_a_telephone_the_menu_and_the_tree_are_drawers(
    browser_page: Open, world: World, java_script_enabled: bool
) -> None:
    """They open with no script at all."""
    page = browser_page("anne", viewport={"width": 390, "height": 844}, java_script_enabled=java_script_enabled)
    page.goto("/companies")
    assert page.locator("body").bounding_box()["width"] <= 390  # type: ignore[index]
    expect(page.locator("#side")).to_be_hidden()
    page.get_by_role("button", name="Arborescence").click()
    expect(page.locator("#side")).to_be_visible()
    page.locator("#side").get_by_role("button", name="Fermer").click()
    expect(page.locator("#side")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Administration")).to_be_visible()


def test_messages_leave_by_themselves_but_not_while_they_are_read(browser_page: Open, world: World) -> None:
    page = browser_page("bruno")
    page.clock.install()
    dialog = open_edit(page, world)
    dialog.get_by_label("Alias").fill("Dupont")
    dialog.get_by_role("button", name="Enregistrer").click()
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    toast.hover()
    page.clock.run_for(20_000)
    expect(toast).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.run_for(9_000)
    expect(toast).to_have_count(0)


def test_with_no_script_a_message_is_the_first_thing_of_the_page(browser_page: Open, world: World) -> None:
    page = browser_page("bruno", java_script_enabled=False)
    page.goto(f"/companies/{world.durand.id}/edit")
    page.get_by_label("Alias").fill("Dupont")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".toast")).to_be_visible()
    message, heading = page.locator(".toast").bounding_box(), page.get_by_role("heading", level=1).bounding_box()
    assert message
    assert heading
    assert message["y"] < heading["y"]
    expect(page.locator(".toast button")).to_be_hidden()


def test_a_page_left_with_changes_asks_first(browser_page: Open, world: World) -> None:
    """The dialog as a page of its own, as opened in another tab: links go the plain way, and the browser asks."""
    page = browser_page("bruno")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"/companies/{world.durand.id}/edit")
    page.get_by_label("Alias").fill("Dupont")
    page.get_by_role("link", name="Comptoir").click()
    page.wait_for_url("**/")
    assert asked == ["beforeunload"]
