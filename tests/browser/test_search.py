"""The search bar, by keyboard and as one types (N2)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.world import World

Open = Callable[..., Page]


def test_one_finds_by_keyboard_alone(browser_page: Open, world: World, axe: Callable[[Page], None]) -> None:
    page = browser_page("anne")
    page.goto("/companies")
    page.keyboard.press("Control+K")
    find = page.get_by_role("combobox", name="Rechercher partout")
    expect(find).to_be_focused()
    page.keyboard.type("duran")
    option = page.get_by_role("option", name=re.compile("Durand & Fils")).first
    expect(option).to_be_visible()
    expect(option.locator("mark")).to_have_text("Duran")
    axe(page)
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/companies/{world.durand.id}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Durand & Fils")
    # The tree is still there, and Back leads where one was.
    expect(page.get_by_role("tree")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/companies$"))


def test_enter_without_a_choice_goes_to_the_page_of_results(browser_page: Open, world: World) -> None:
    page = browser_page("anne")
    page.goto("/")
    page.keyboard.press("Control+K")
    page.keyboard.type("durand")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=durand$"))
    expect(page.locator("#search-results a").first).to_have_text("Durand & Fils")


def test_escape_closes_what_is_offered_and_keeps_what_is_typed(browser_page: Open, world: World) -> None:
    page = browser_page("anne")
    page.goto("/companies")
    find = page.get_by_role("combobox", name="Rechercher partout")
    find.fill("durand")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(find).to_have_value("durand")


def test_the_page_answers_as_one_types_and_its_address_follows(browser_page: Open, world: World) -> None:
    """N3: what is found can be sent to somebody else."""
    page = browser_page("anne")
    page.goto("/search")
    page.get_by_role("searchbox").fill("evr")
    expect(page.locator("#search-results a")).to_have_text(["Évrard"])
    expect(page).to_have_url(re.compile("q=evr"))
    page.get_by_label("Statut commercial").select_option("client")
    expect(page.get_by_text("Aucun résultat")).to_be_visible()
    expect(page).to_have_url(re.compile("status=client"))
    page.reload()
    expect(page.get_by_text("Aucun résultat")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390])
def test_the_page_is_accessible_and_fits(
    browser_page: Open, world: World, axe: Callable[[Page], None], scheme: Any, width: int
) -> None:
    page = browser_page("anne", color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto("/search?q=e")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_with_scripts_off_the_bar_is_a_form(no_script_page: Open, world: World) -> None:
    page = no_script_page("anne")
    page.goto("/companies")
    page.locator("#find").fill("nguyen")
    page.locator("#find").press("Enter")
    expect(page.locator("#search-results a")).to_have_text(["Mme Élise Nguyễn"])


def test_the_tree_is_filtered_and_comes_back_as_it_was(
    browser_page: Open, world: World, axe: Callable[[Page], None]
) -> None:
    """N2: « Filtrer », by keyboard, over all three trees."""
    page = browser_page("anne")
    page.goto("/companies")
    branch = page.locator("#sidebar > .scroll [role=treeitem]").first
    branch.locator("> .row").click()
    expect(branch).to_have_attribute("aria-expanded", "true")
    box = page.get_by_role("searchbox", name="Filtrer")
    box.press_sequentially("evr")
    found = page.locator("#found [role=treeitem]")
    expect(found.locator(".lab > bdi")).to_have_text(["Évrard"])
    expect(branch).to_be_hidden()
    axe(page)
    page.keyboard.press("ArrowDown")
    expect(found.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Évrard")
    expect(found.first).to_have_attribute("aria-selected", "true")
    box.fill("")
    expect(page.locator("#filter-found")).to_be_empty()
    expect(page.locator("#sidebar > .scroll [role=treeitem][aria-selected=true]")).to_have_count(1)


def test_what_the_filter_found_follows_a_save(browser_page: Open, world: World) -> None:
    page = browser_page("anne")
    page.goto(f"/companies/{world.durand.id}")
    page.get_by_role("searchbox", name="Filtrer").press_sequentially("dur")
    label = page.locator("#found .lab > bdi").first
    expect(label).to_have_text("Durand & Fils")
    page.get_by_role("link", name="Modifier").click()
    page.get_by_label("Société (obligatoire)").fill("Durance")
    page.get_by_role("button", name="Enregistrer").click()
    expect(label).to_have_text("Durance")
    expect(page.get_by_role("searchbox", name="Filtrer")).to_have_value("dur")
