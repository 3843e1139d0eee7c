"""Invoices in a browser: sums as one types, lines added, validated; every page readable by anybody (S5, S9, P8)."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests import factories
from tests.client import Browser, sign_in
from tests.portal.conftest import invite
from tests.web.test_invoices import YEAR
from tests.world import World
from webapp.models import PortalSession

Open = Callable[..., Any]
Axe = Callable[[Any], None]


def test_one_types_lines_and_sees_what_they_come_to(
    browser_page: Open, world: World, db_session: Any, axe: Axe
) -> None:
    """S5: the sums follow as one types, and the cursor stays where it was."""
    invoice = factories.invoice(world.durand, name="Audit", contact=world.elise.id)
    page = browser_page("bruno", viewport={"width": 1360, "height": 900})
    page.goto(f"/invoices/{invoice.id}")
    axe(page)
    page.get_by_role("link", name="Modifier").click()
    dialog = page.get_by_role("dialog", name="Modification de la facture")
    dialog.get_by_label("Prix unitaire de la ligne 1").fill("333,335")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("status").filter(has_text="Total à payer")).to_contain_text("800,00")
    expect(dialog.get_by_label("Taxe de la ligne 1")).to_be_focused()
    dialog.get_by_role("button", name="Ajouter une ligne").click()
    expect(dialog.get_by_label("Désignation de la ligne 5")).to_be_visible()
    axe(page)
    dialog.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Valider").click()
    asked = page.get_by_role("dialog", name="Valider la facture")
    expect(asked).to_contain_text("elise.nguyen@durand.example")
    axe(page)
    asked.get_by_role("button", name="Valider").click()
    expect(page.locator("main").get_by_text(f"{YEAR}-00001").first).to_be_visible()


def test_its_pages_are_read_by_anybody_on_any_screen(
    app: Any,
    browser_page: Open,
    new_listened_context: Open,
    live_server: str,
    world: World,
    db_session: Any,
    axe: Axe,
) -> None:
    """S5, S9, P8: no defect of accessibility, nothing wider than the screen, in either theme."""
    invoice = factories.validate(factories.invoice(world.durand))
    draft = factories.invoice(world.durand)
    project = factories.project(world.durand, world.bruno, in_portal=True)
    sheet = factories.company("Holding", summary_consolidation=True)
    narrow = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
    page = browser_page("bruno", **narrow)
    for url in (
        "/invoices/",
        f"/invoices/{invoice.id}",
        f"/invoices/{draft.id}/edit",
        f"/invoices/{invoice.id}/pay",
        f"/invoices/{invoice.id}/print",
        f"/companies/{sheet.id}/summary",
        f"/projects/{project.id}/edit",
    ):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, url
        axe(page)
    guest = invite(world, world.elise.id, invoice_review=True, project_review=True)
    visitor = Browser(app, world.person)
    visitor.run(visitor.remember, sign_in(app, guest.id, PortalSession), "contact")
    name = app.config["SESSION_COOKIE_NAME"]
    context = new_listened_context(**narrow)
    context.add_cookies([{"name": name, "value": visitor.cookie(name), "url": live_server}])
    portal = context.new_page()
    for url in (
        "/portal/invoices",
        f"/portal/invoices/{invoice.id}",
        "/portal/projects",
        f"/portal/projects/{project.id}",
    ):
        portal.goto(url)
        assert portal.evaluate("document.documentElement.scrollWidth") <= 390, url
        axe(portal)
