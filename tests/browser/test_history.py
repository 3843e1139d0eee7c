"""The history in a real browser: narrowed, unrolled and added to without leaving the profile (H1, H2)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_dialogs import THEMES, Open
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Company
from webapp.services import companies


@pytest.fixture
def changed(db_session: object, world: World) -> World:
    """A company that has been through more than a page of changes."""
    company = get_visible(Company, world.durand.id, SYSTEM)
    for number in range(12):
        companies.update(company, {"alias": f"Alias {number:02}", "comments": "mot " * (60 + number)}, by=SYSTEM)
    db.session.commit()
    return world


@THEMES
@pytest.mark.parametrize("width", [1360, 390])
def test_it_is_read_narrowed_and_added_to(
    browser_page: Open, changed: World, axe: Callable[[Page], None], color_scheme: str, width: int
) -> None:
    page = browser_page("bruno", viewport={"width": width, "height": 800}, color_scheme=color_scheme)
    page.goto(f"/companies/{changed.durand.id}")
    history = page.locator("#history")
    events = history.locator(".event")
    expect(events).to_have_count(10)
    axe(page)
    history.get_by_role("link", name="Plus ancien").click()
    expect(events).to_have_count(14)
    expect(history.get_by_role("link", name="Plus ancien")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"

    history.get_by_text("Ajouter un commentaire").click()
    history.get_by_role("button", name="Ajouter").click()
    expect(history.locator("textarea")).to_have_attribute("aria-invalid", "true")
    axe(page)
    history.locator("textarea").fill("À rappeler lundi")
    history.get_by_role("button", name="Ajouter").click()
    expect(events.first).to_contain_text("À rappeler lundi")
    history.get_by_role("combobox").select_option("commented")
    expect(events).to_have_count(1)
    expect(page).to_have_url(re.compile(rf"/companies/{changed.durand.id}$"))
