"""The trash in a real browser: the notice takes a deletion back, by keyboard too (R3)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_dialogs import THEMES, Open
from tests.world import World


def test_the_notice_takes_a_deletion_back(browser_page: Open, world: World, axe: Callable[[Page], None]) -> None:
    """R3: from the notice, while one looks at something else."""
    page = browser_page("bruno")
    page.goto(f"/companies/{world.durand.id}")
    page.locator(".head").get_by_role("link", name="Modifier").click()
    page.get_by_role("dialog").get_by_role("link", name="Supprimer").click()
    dialog = page.get_by_role("dialog", name="Supprimer la société")
    expect(dialog).to_contain_text("Son contact y va et en revient avec elle.")
    dialog.get_by_role("button", name="OK").click()
    notice = page.locator(".toast", has_text="Société supprimée")
    expect(notice).to_be_visible()
    axe(page)
    notice.get_by_role("button", name="Annuler").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast", has_text="Société restaurée")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Durand & Fils")
    expect(page.locator("#tree")).to_contain_text("Durand & Fils")


@THEMES
@pytest.mark.parametrize("width", [1360, 390])
def test_the_trash_is_readable_by_everybody(
    browser_page: Open, world: World, axe: Callable[[Page], None], color_scheme: str, width: int
) -> None:
    page = browser_page("anne", viewport={"width": width, "height": 800}, color_scheme=color_scheme)
    for path in (f"/companies/{world.durand.id}", f"/contacts/{world.denis.id}"):
        page.goto(f"{path}/delete")
        page.get_by_role("button", name="OK").click()
    page.goto("/trash/")
    expect(page.get_by_role("row", name="Durand")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Effacer pour de bon Durand & Fils").click()
    expect(page.get_by_role("dialog", name="Effacer pour de bon")).to_be_visible()
    axe(page)
