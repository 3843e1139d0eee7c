"""The board and the dialogs of opportunities and engagements in a real browser (S2, S3)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.steps import Open, has_focus, press, tab_to
from tests.world import World
from webapp.extensions import db
from webapp.models import ReferenceList

THEMES = pytest.mark.parametrize("color_scheme", ["light", "dark"])


@pytest.fixture
def hopes(app: Flask, world: World) -> dict[str, int]:
    """Some opportunities in two states, one late, one of a prospect; their ids by name."""
    with app.app_context():
        db.session().expire_on_commit = False
        proposal = factories.reference(ReferenceList.OPPORTUNITY_STATE, "proposal")
        made = [
            factories.opportunity(
                world.durand, world.bruno, name="Audit", amount=Decimal(1200), contact=world.elise.id
            ),
            factories.opportunity(world.durand, world.chloe, name="Retard", initial_close_on=date(2020, 1, 1)),
            factories.opportunity(world.prospect, world.bruno, name="Espoir", amount=Decimal(50), state=proposal),
        ]
        return {one.name: one.id for one in made}


@THEMES
@pytest.mark.parametrize("width", [1360, 390])
def test_the_board_the_pipeline_and_the_list_are_accessible(
    browser_page: Open, hopes: dict[str, int], axe: Callable[[Page], None], color_scheme: str, width: int
) -> None:
    page = browser_page("bruno", color_scheme=color_scheme, viewport={"width": width, "height": 900})
    for path in ("board", "pipeline", "", str(hopes["Audit"])):
        page.goto(f"/opportunities/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the window"


@THEMES
def test_the_dialogs_are_accessible(
    browser_page: Open, hopes: dict[str, int], world: World, axe: Callable[[Page], None], color_scheme: str
) -> None:
    page = browser_page("bruno", color_scheme=color_scheme)
    page.goto(f"/opportunities/{hopes['Espoir']}")
    for name in ("Gagnée", "Perdue", "Modifier"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        axe(page)
        page.get_by_role("dialog").get_by_role("link", name="Annuler").click()
        expect(page.locator("dialog")).to_have_count(0)
    page.goto(f"/companies/{world.durand.id}")
    page.get_by_role("link", name="Nouvel engagement").click()
    expect(page.get_by_role("dialog")).to_contain_text("n’autorise pas les engagements")
    axe(page)
    page.get_by_role("dialog").get_by_role("link", name="Fermer").click()
    expect(page.locator("dialog")).to_have_count(0)


def test_a_card_is_moved_by_keyboard_and_keeps_the_focus(browser_page: Open, hopes: dict[str, int]) -> None:
    """S2: no mouse, no drag; what was done is said, and one stands where one was: on the card that moved."""
    page = browser_page("bruno")
    page.goto("/opportunities/board?owner=me")
    choice = page.get_by_label("Passer « Audit » à")
    tab_to(page, choice)
    choice.select_option(label="Négociation")
    press(page, "Tab", "Enter")
    expect(page.get_by_role("status").first).to_contain_text("« Audit » passe à : Négociation.")
    expect(page.get_by_role("region", name="Négociation")).to_contain_text("Audit")
    expect(page.get_by_role("region", name="Identifiée")).not_to_contain_text("Audit")
    assert page.url.endswith("/opportunities/board?owner=me"), "narrowed as it was"
    expect(page.locator(f"#move-{hopes['Audit']}-go")).to_be_focused()


def test_winning_closes_the_dialog_and_the_company_is_a_client(browser_page: Open, hopes: dict[str, int]) -> None:
    page = browser_page("bruno")
    page.goto(f"/opportunities/{hopes['Espoir']}")
    page.get_by_role("link", name="Gagnée", exact=True).click()
    dialog = page.get_by_role("dialog", name="Opportunité gagnée")
    expect(dialog.get_by_label("Passer la société au statut client")).to_be_checked()
    dialog.get_by_role("button", name="Clore").click()
    expect(dialog.get_by_label("Raison")).to_have_attribute("aria-invalid", "true")
    assert has_focus(page, "[role=alert]")
    dialog.get_by_label("Raison").select_option(label="Confiance")
    dialog.get_by_role("button", name="Clore").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Confiance")
    page.get_by_role("link", name="Péniche Bleue").first.click()
    expect(page.locator("#company .badge").first).to_have_text("Client")
