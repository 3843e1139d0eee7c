"""The administration and the two small dialogs in Chromium: keyboard, focus, accessibility (R1, C5, C7)."""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from webapp.extensions import db
from webapp.models import ReferenceList

SOURCE = ReferenceList.SOURCE


def value(which: ReferenceList, code: str) -> int:
    """Return the id of a seeded value, and hold no lock while the browser works."""
    found = factories.reference(which, code)
    db.session.rollback()
    return found


@pytest.mark.usefixtures("db_session")
def test_values_are_moved_by_keyboard_without_losing_the_place(browser_page: Any) -> None:
    page = browser_page("anne")
    salon = value(SOURCE, "trade_show")
    page.goto("/admin/lists/source")
    order = page.locator("tbody th > bdi").all_inner_texts()
    up = page.locator(f"#up-{salon}")
    up.focus()
    for expected in ([order[0], order[2], order[1]], [order[2], order[0], order[1]]):
        page.keyboard.press("Enter")
        expect(page.locator("tbody th > bdi").nth(expected.index("Salon"))).to_have_text("Salon")
        assert page.locator("tbody th > bdi").all_inner_texts()[:3] == expected
        expect(up).to_be_focused()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    expect(up).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("tbody th > bdi").nth(1)).to_have_text("Salon")
    expect(page.locator(f"#down-{salon}")).to_be_focused()


@pytest.mark.usefixtures("db_session")
def test_the_filter_answers_while_one_types(browser_page: Any) -> None:
    page = browser_page("anne")
    page.goto("/admin/lists/source")
    page.get_by_role("searchbox").press_sequentially("SALO", delay=30)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("SALO")
    assert page.url.endswith("q=SALO")


@pytest.mark.usefixtures("db_session")
def test_a_value_is_added_in_a_dialog_and_a_retired_one_brought_back(browser_page: Any) -> None:
    page = browser_page("anne")
    salon = value(SOURCE, "trade_show")
    page.goto("/admin/lists/source")
    page.locator(f"#retire-{salon}").click()
    expect(page.locator(f"#value-{salon}")).to_have_count(0)
    page.get_by_role("link", name="Ajouter une valeur").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Libellé en français").fill("salon")
    page.keyboard.press("Enter")
    expect(dialog.locator(".field .err")).to_contain_text("a été retirée")
    dialog.get_by_role("button", name="Rétablir").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(f"#value-{salon}")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("de nouveau proposée")


@pytest.mark.usefixtures("db_session")
def test_a_province_and_a_source_are_added_beside_the_company_and_chosen(browser_page: Any, axe: Any) -> None:
    page = browser_page("bruno")
    page.goto("/")
    canada = value(ReferenceList.COUNTRY, "CA")
    page.get_by_text("Nouveau", exact=True).click()
    page.get_by_role("link", name="Société", exact=True).click()
    company = page.locator("dialog").first
    company.get_by_label("Société", exact=False).first.fill("Écluse du Nord")
    company.get_by_role("tab", name="Adresses").click()
    address = company.locator("#address-main")
    add = address.get_by_role("link", name="Ajout d’une province ou d’un état")
    small = page.locator("dialog#new-province")
    add.click()
    expect(small).to_contain_text("Choisissez d’abord le pays")
    axe(page)
    page.keyboard.press("Enter")
    expect(small).to_have_count(0)
    expect(add).to_be_focused()
    address.get_by_label("Pays").select_option(str(canada))
    expect(address.get_by_label("Pays")).to_have_value(str(canada))
    expect(add).to_have_attribute("href", re.compile(rf"country={canada}\b"))
    add.click()
    expect(small).to_contain_text("Canada")
    if shots := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{shots}/sub-dialog.png")
    axe(page)
    small.get_by_label("Abréviation").fill("QC")
    small.get_by_label("Province/État").fill("Acadie")
    small.get_by_role("button", name="Ajouter").click()
    expect(small.locator(".field .err")).to_contain_text("Québec")
    small.get_by_label("Abréviation").fill("AC")
    small.get_by_role("button", name="Ajouter").click()
    expect(small).to_have_count(0)
    subdivision = address.locator("[name=main_subdivision_text]")
    expect(subdivision).to_have_value("Acadie")
    expect(subdivision).to_be_focused()
    assert address.locator("[name=main_subdivision]").input_value()
    company.get_by_role("tab", name="Détails").click()
    company.get_by_role("link", name="Ajout d’une source").click()
    small = page.locator("dialog#new-source")
    small.get_by_label("Source").fill("Bouche à oreille")
    page.keyboard.press("Enter")
    expect(small).to_have_count(0)
    source = company.locator("select[name=source]")
    expect(source).to_be_focused()
    assert source.evaluate("element => element.selectedOptions[0].text") == "Bouche à oreille"
    expect(company.locator("[name=name]")).to_have_value("Écluse du Nord")


def test_a_link_is_copied(browser_page: Any, world: Any) -> None:
    page = browser_page("anne", permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/admin/resources/{world.bruno.id}")
    page.get_by_role("button", name="Créer un lien").click()
    link = page.locator("#link-text").input_value()
    page.get_by_role("button", name="Copier").click()
    expect(page.get_by_role("button", name="Copié")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link


@pytest.mark.usefixtures("db_session")
def test_the_example_of_a_number_follows_the_prefix(browser_page: Any) -> None:
    page = browser_page("anne")
    page.goto("/admin/settings")
    page.get_by_label("Préfixe des numéros").fill("CLI-")
    expect(page.locator("#number-example")).to_contain_text("CLI-000042")


PAGES = {
    "index": "/admin/",
    "lists": "/admin/lists/",
    "list": "/admin/lists/source",
    "provinces": "/admin/lists/province?parent={canada}",
    "provinces-first": "/admin/lists/province",
    "value": "/admin/lists/source/new",
    "resources": "/admin/resources/",
    "resource": "/admin/resources/{bruno}",
    "resource-edit": "/admin/resources/{bruno}/edit",
    "entities": "/admin/billing-entities/",
    "settings": "/admin/settings",
    "access": "/admin/access",
    "province": "/references/provinces/new",
}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1360), ("dark", 390)])
def test_every_page_is_accessible_and_fits(
    browser_page: Any, axe: Any, world: Any, db_session: Any, scheme: str, width: int
) -> None:
    page = browser_page("anne", color_scheme=scheme, viewport={"width": width, "height": 900})
    known = {"canada": value(ReferenceList.COUNTRY, "CA"), "bruno": world.bruno.id}
    factories.company(source=value(SOURCE, "trade_show"))
    for name, address in PAGES.items():
        page.goto(address.format(**known))
        if shots := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{shots}/{name}-{scheme}-{width}.png", full_page=name not in ("provinces",))
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow == 0, f"{name} is {overflow} px too wide at {width}"
        axe(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_dialog_is_accessible(browser_page: Any, axe: Any, world: Any, db_session: Any, scheme: str) -> None:
    page = browser_page("anne", color_scheme=scheme)
    salon = value(SOURCE, "trade_show")
    for address, opener in (
        ("/admin/lists/source", "#new-value"),
        ("/admin/lists/source", f"#edit-{salon}"),
        ("/admin/lists/source", f"#delete-{salon}"),
        ("/admin/billing-entities/", "#new-entity"),
        ("/admin/resources/", "#new-resource"),
        (f"/admin/resources/{world.anne.id}", "#edit-resource"),
    ):
        page.goto(address)
        page.locator(opener).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        if shots := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{shots}/dialog-{opener[1:].split('-')[0]}-{address.split('/')[2]}-{scheme}.png")
        axe(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator(opener)).to_be_focused()
