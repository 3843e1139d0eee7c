"""The tab Accès in a browser: arrows, favourites, the rehearsal, what is asked first (A3, A4, C8, K7, D6)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import Open, has_focus, open_edit, tab_to
from tests.world import World
from webapp.extensions import db
from webapp.services import favorites, sharing

Axe = Callable[[Page], None]


@pytest.fixture(autouse=True)
def liked(world: World, db_session: Any) -> None:
    """Bruno keeps Anne and Chloé at hand."""
    for person in (world.anne, world.chloe):
        favorites.add(world.viewer("bruno"), person.id)
    db.session.commit()


def open_tab(page: Page, world: World) -> Any:
    dialog = open_edit(page, world)
    dialog.get_by_role("tab", name="Accès").click()
    return dialog


def allowed(dialog: Locator) -> Locator:
    return dialog.locator("#allowed_resources-down-list").get_by_role("checkbox")


def liked_ones(dialog: Locator) -> Locator:
    return dialog.locator("#allowed_resources-up-list").get_by_role("checkbox")


def effect(dialog: Locator) -> Locator:
    return dialog.locator("#access-effect")


def add(dialog: Locator, name: str, field: str = "#allowed_resources") -> None:
    """Choose somebody by typing."""
    dialog.locator(field).fill(name)
    dialog.page.locator(".pop:visible [role=option]").first.click()


def save(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Enregistrer", exact=True).click()


def access_of(db_session: Any, company: int) -> dict[str, Any]:
    db_session.rollback()
    return sharing.of_company(company)


def test_by_keyboard_alone(browser_page: Open, world: World, db_session: Any, axe: Axe) -> None:
    """C8, A4: tick, press the arrow, hear what moved, read the effect, stay oneself."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    dialog.get_by_role("tab", name="Généralités").focus()
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_role("tab", name="Accès")).to_have_attribute("aria-selected", "true")
    axe(page)
    tab_to(page, liked_ones(dialog).nth(1))
    page.keyboard.press("Space")
    tab_to(page, dialog.locator("#allowed-up"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status").filter(has_text="Dans la liste : Chloé Œuvrard.")).to_be_visible()
    assert has_focus(page, "#allowed-up"), "one may press it again"
    expect(dialog.locator("[name=restrict_access]")).to_be_checked()
    expect(effect(dialog)).to_contain_text("Vous ne la verrez plus.")
    axe(page)
    tab_to(page, dialog.get_by_role("button", name="Enregistrer", exact=True))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Vous ne verrez plus cette société")
    assert has_focus(page, ".question"), "the question is read first"
    axe(page)
    tab_to(page, dialog.get_by_role("button", name="M’ajouter et enregistrer"))
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    people = {world.bruno.id, world.chloe.id}
    assert access_of(db_session, world.durand.id)["allowed_resources"] == people


def test_who_goes_finds_the_list_and_a_notice(browser_page: Open, world: World) -> None:
    """A2, A4."""
    page = browser_page("bruno")
    dialog = open_tab(page, world)
    liked_ones(dialog).nth(1).check()
    dialog.locator("#allowed-up").click()
    expect(allowed(dialog)).to_have_count(1)
    save(dialog)
    dialog.get_by_role("button", name="Revenir à la saisie").click()
    expect(dialog.get_by_role("tab", name="Accès")).to_have_attribute("aria-selected", "true")
    expect(allowed(dialog)).to_have_count(1)
    save(dialog)
    dialog.get_by_role("button", name="Enregistrer quand même").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Durand & Fils. Vous n’y avez pas accès.")).to_be_visible()
    expect(page).to_have_url("/companies")
    expect(page.get_by_role("treeitem", name="Durand & Fils")).to_have_count(0)


def test_favourites_are_chosen_from_a_half_typed_dialog(browser_page: Open, world: World, axe: Axe) -> None:
    """C8: nothing typed is lost, and the list below is up to date."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    dialog.locator("[name=alias]").fill("DF")
    dialog.get_by_role("tab", name="Accès").click()
    dialog.get_by_role("link", name="Gérer les ressources").click()
    mine = page.get_by_role("dialog", name="Gérer les ressources")
    expect(mine.get_by_role("listitem")).to_have_count(2)
    axe(page)
    mine.get_by_role("button", name="Retirer Chloé Œuvrard").click()
    expect(mine.get_by_role("listitem")).to_have_count(1)
    mine.get_by_role("combobox").fill("brun")
    page.locator(".pop:visible [role=option]").first.click()
    expect(mine.get_by_role("status").filter(has_text="Bruno Masson fait partie de vos favorites.")).to_be_visible()
    expect(mine.get_by_role("combobox")).to_have_value("")
    page.keyboard.press("Escape")
    expect(mine).to_have_count(0)
    expect(dialog.get_by_role("link", name="Gérer les ressources")).to_be_focused()
    expect(liked_ones(dialog)).to_have_count(2)
    expect(dialog.locator("#allowed_resources-up-list")).to_contain_text("Bruno Masson")
    expect(dialog.locator("[name=alias]")).to_have_value("DF")


def test_what_is_typed_while_an_answer_is_on_its_way_stays(browser_page: Open, world: World) -> None:
    page = browser_page("bruno")
    dialog = open_tab(page, world)
    held: list[Any] = []
    page.route("**/edit", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    dialog.locator("[name=restrict_access]").check()
    dialog.locator("#allowed_resources").press_sequentially("chl")
    page.wait_for_timeout(200)
    assert held
    for route in held:
        route.continue_()
    expect(effect(dialog)).to_contain_text("Choisissez au moins une ressource")
    expect(dialog.locator("#allowed_resources")).to_have_value("chl")


def test_enter_in_a_field_saves(browser_page: Open, no_script_page: Open, world: World, db_session: Any) -> None:
    """C1: the arrows are buttons too, and come first in the page."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    dialog.locator("[name=alias]").fill("DF")
    dialog.locator("[name=alias]").press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#main")).to_contain_text("DF")
    page = no_script_page("bruno")
    page.goto(f"/companies/{world.durand.id}/edit")
    page.locator("[name=alias]").fill("Durand")
    page.locator("[name=alias]").press("Enter")
    expect(page).to_have_url(f"/companies/{world.durand.id}")


def test_with_scripts_off(no_script_page: Open, world: World, db_session: Any) -> None:
    """A4, C8, D6: the same, page after page."""
    page = no_script_page("bruno")
    page.goto(f"/companies/{world.durand.id}/edit")
    page.locator("[name=alias]").fill("DF")
    page.locator("#sales_rep").fill("Chloé Œuvrard")
    page.get_by_label("Anne Lefèvre").check()
    page.get_by_role("button", name="Autoriser", exact=True).click()
    expect(page.locator("#allowed_resources-down-list")).to_contain_text("Anne Lefèvre")
    page.locator("#billing_entities").fill("comptoir lyon")
    page.get_by_role("button", name="Voir l’effet").click()
    expect(page.locator("#access-effect")).to_contain_text("2 ressources ne verront plus cette fiche")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Bruno Masson vous-même")
    expect(page.get_by_role("alert")).to_contain_text("Chloé Œuvrard Commercial")
    page.get_by_role("button", name="Ajouter et enregistrer").click()
    expect(page).to_have_url(f"/companies/{world.durand.id}")
    access = access_of(db_session, world.durand.id)
    assert access["allowed_resources"] == {world.anne.id, world.bruno.id, world.chloe.id}
    assert access["billing_entities"] == {world.lyon}


def test_the_list_two_people_change_keeps_both_changes(browser_page: Open, world: World, db_session: Any) -> None:
    """R4."""
    bruno, anne = browser_page("bruno"), browser_page("anne")
    mine, theirs = open_tab(bruno, world), open_tab(anne, world)
    add(theirs, "bruno")
    expect(allowed(theirs)).to_have_count(1)
    add(theirs, "chl")
    expect(allowed(theirs)).to_have_count(2)
    save(theirs)
    expect(theirs).to_be_hidden()
    add(mine, "anne")
    expect(allowed(mine)).to_have_count(1)
    save(mine)
    expect(mine).to_be_hidden()
    expect(bruno.get_by_text("Anne Lefèvre a modifié entre-temps :")).to_be_visible()
    people = {world.anne.id, world.bruno.id, world.chloe.id}
    assert access_of(db_session, world.durand.id)["allowed_resources"] == people


def test_a_draft_keeps_what_the_arrows_moved(browser_page: Open, world: World) -> None:
    """R4."""
    page = browser_page("bruno")
    dialog = open_tab(page, world)
    add(dialog, "lyon", "#billing_entities")
    expect(dialog.locator(".chip")).to_have_count(1)
    liked_ones(dialog).first.check()
    expect(dialog.get_by_text("Brouillon enregistré")).to_be_visible()
    with page.expect_response("**/drafts"):
        dialog.locator("#allowed-up").click()
    context = page.context
    page.close(run_before_unload=False)
    page = context.new_page()
    page.goto(f"/companies/{world.durand.id}/edit?draft=1")
    page.get_by_role("tab", name="Accès").click()
    expect(page.locator("#allowed_resources-down-list")).to_contain_text("Anne Lefèvre")
    expect(page.locator(".chip")).to_contain_text("Comptoir Lyon")


def test_a_contact_on_a_phone(browser_page: Open, world: World, axe: Axe) -> None:
    """A3, K7: in a narrow window nothing sticks out; there are no billing entities."""
    page = browser_page("bruno", viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(f"/contacts/{world.elise.id}")
    page.locator(".head").get_by_role("link", name="Modifier").click()
    dialog = page.get_by_role("dialog", name="Modification du contact")
    dialog.get_by_role("tab", name="Accès").click()
    add(dialog, "bruno")
    expect(effect(dialog)).to_contain_text("Une ressource ne verra plus cette fiche")
    expect(dialog.locator("#billing_entities")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert dialog.locator("form > .body").evaluate("body => body.scrollWidth <= body.clientWidth")
    axe(page)
    save(dialog)
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("path", ["/companies/new", "/contacts/new"])
def test_a_page_of_its_own_does_the_same(browser_page: Open, world: World, path: str, axe: Axe) -> None:
    """N3: at its own address, with scripts on."""
    page = browser_page("bruno")
    page.goto(path)
    page.get_by_role("tab", name="Accès").click()
    liked_ones(page.locator("#main")).first.check()
    page.locator("#allowed-up").click()
    expect(allowed(page.locator("#main"))).to_have_count(1)
    axe(page)
