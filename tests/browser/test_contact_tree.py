"""Contacts in the tree and « Mes contacts » in a real browser: by keyboard, by mouse, scripts on and off (T5 to T7)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.steps import Open, node, press
from tests.browser.test_tree import enter_tree, focused
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Contact, MyContact, ReferenceList
from webapp.services import contacts
from webapp.services.paging import PAGE


@pytest.fixture
def client_type(world: World, db_session: Any) -> int:
    return factories.reference(ReferenceList.ACCOUNT_TYPE, "client")


@pytest.fixture
def team(world: World, db_session: Any) -> None:
    """Colleagues of Élise’s."""
    for name in ("Zoé Aubin", "Ana Zola"):
        factories.contact(name, company=world.durand.id)


@pytest.fixture
def mine(world: World, db_session: Any) -> None:
    """Bruno’s own list."""
    db.session.add_all(MyContact(resource_id=world.bruno.id, contact_id=one.id) for one in (world.elise, world.denis))
    db.session.commit()


def changed(page: Page) -> None:
    """Say that a contact changed, as a save does."""
    page.evaluate("document.body.dispatchEvent(new CustomEvent('contactChanged'))")


def test_the_third_level_is_walked_by_keyboard(browser_page: Open, world: World, client_type: int, team: None) -> None:
    """T7: arrows, Home, End, letters, Enter; a company opens without leaving its place, Enter shows its page."""
    page = browser_page("bruno")
    page.goto("/companies")
    enter_tree(page)
    press(page, "ArrowRight")
    expect(node(page, "Durand & Fils")).to_be_visible()
    press(page, "ArrowRight")
    expect(node(page, "Durand & Fils")).to_have_attribute("aria-expanded", "false")

    press(page, "ArrowRight")
    expect(node(page, "Mme Élise Nguyễn")).to_be_visible()
    assert focused(page) == "Durand & Fils"
    press(page, "ArrowRight")
    assert focused(page) == "Zoé Aubin"
    item = node(page, "Zoé Aubin")
    assert [item.get_attribute(f"aria-{name}") for name in ("level", "setsize", "posinset")] == ["3", "3", "1"]
    assert item.get_attribute("aria-expanded") is None
    press(page, "m")
    assert focused(page) == "Mme Élise Nguyễn"
    press(page, "ArrowDown")
    assert focused(page) == "Ana Zola"
    press(page, "ArrowDown")
    assert focused(page) == "L’Écluse"
    press(page, "ArrowUp", "ArrowLeft")
    assert focused(page) == "Durand & Fils"
    press(page, "ArrowLeft")
    expect(node(page, "Ana Zola")).to_be_hidden()

    press(page, "ArrowRight", "ArrowRight", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoé Aubin")
    expect(node(page, "Zoé Aubin")).to_have_attribute("aria-selected", "true")
    assert focused(page) == "Zoé Aubin"


def test_the_arrow_opens_a_company_and_its_name_shows_it(
    browser_page: Open, world: World, client_type: int, team: None
) -> None:
    """T5: by mouse; what is open stays open, through a profile and a reload."""
    page = browser_page("bruno")
    page.goto(f"/companies?open=type-{client_type}")
    node(page, "Durand & Fils").locator(".tw").first.click()
    expect(node(page, "Ana Zola")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sociétés")
    node(page, "L’Écluse").locator(".row").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("L’Écluse")
    expect(node(page, "Ana Zola")).to_be_visible()
    page.reload()
    expect(node(page, "Ana Zola")).to_be_visible()
    node(page, "Ana Zola").locator(".row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana Zola")
    page.go_back()
    expect(node(page, "L’Écluse")).to_have_attribute("aria-selected", "true")


def test_after_a_save_the_tree_shows_the_truth(browser_page: Open, world: World, client_type: int, team: None) -> None:
    """Renamed, moved, deleted, while it is on screen."""
    page = browser_page("bruno")
    page.goto(f"/contacts/{world.elise.id}")
    people = page.locator("[data-kind=contact] .lab")
    expect(people).to_have_text(["Zoé Aubin", "Mme Élise Nguyễn", "Ana Zola"])
    enter_tree(page)
    elise = get_visible(Contact, world.elise.id, SYSTEM)
    contacts.update(elise, {"last_name": "Zorn"}, SYSTEM)
    db.session.commit()
    changed(page)
    expect(people).to_have_text(["Zoé Aubin", "Ana Zola", "Mme Élise Zorn"])
    assert focused(page) == "Mme Élise Zorn"

    contacts.update(elise, {"company": world.ecluse.id}, SYSTEM)
    db.session.commit()
    changed(page)
    expect(node(page, "L’Écluse")).to_have_attribute("aria-expanded", "true")
    expect(node(page, "Mme Élise Zorn")).to_have_attribute("aria-selected", "true")


def test_a_company_of_many_goes_on_as_one_walks(browser_page: Open, world: World, client_type: int) -> None:
    for number in range(PAGE + 20):
        contacts.create({"last_name": f"Nom {number:02}", "company": world.lead.id}, SYSTEM)
    db.session.commit()
    page = browser_page("bruno")
    page.goto(f"/companies/{world.lead.id}")
    node(page, "Évrard").locator(".tw").first.click()
    items = page.locator("[data-kind=contact]")
    expect(items).to_have_count(PAGE)
    node(page, "Suite").locator(".row").scroll_into_view_if_needed()
    expect(items).to_have_count(PAGE + 20)
    expect(node(page, "Nom 69")).to_have_attribute("aria-posinset", "70")


def test_my_contacts_keep_their_tree(browser_page: Open, world: World, team: None, mine: None) -> None:
    """T5, T6: from the menu to a contact, its company, and the reload of a page."""
    page = browser_page("bruno")
    page.goto("/")
    page.get_by_text("Généralités", exact=True).click()
    page.get_by_role("link", name="Mes contacts").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes contacts")
    enter_tree(page)
    press(page, "ArrowRight")
    expect(node(page, "Durand & Fils")).to_be_visible()
    press(page, "ArrowRight", "ArrowRight")
    expect(node(page, "Mme Élise Nguyễn")).to_be_visible()
    expect(node(page, "Ana Zola")).to_have_count(0)
    press(page, "ArrowRight", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mme Élise Nguyễn")
    page.reload()
    expect(page.locator(".side-title a")).to_have_text("Mes contacts")
    expect(node(page, "Mme Élise Nguyễn")).to_have_attribute("aria-selected", "true")

    # Taken off the list, it is shown where its company stands; the list goes on without it.
    db.session.execute(db.delete(MyContact).where(MyContact.contact_id == world.elise.id))
    db.session.commit()
    changed(page)
    expect(page.locator(".side-title a")).to_have_text("Sociétés")
    page.goto("/my-contacts")
    expect(page.locator("[data-kind=company]")).to_have_text(["L’Écluse"])


def test_contacts_with_scripts_off(
    no_script_page: Open, world: World, client_type: int, team: None, mine: None
) -> None:
    """Links alone: down to a contact, and through one's own list."""
    page = no_script_page("bruno")
    page.goto("/companies")
    page.locator(f"#node-type-{client_type}-row").click()
    page.get_by_role("link", name="Contacts : Durand & Fils").click()
    expect(page.locator("[data-kind=contact]")).to_have_count(3)
    page.locator("#main").get_by_role("link", name="Zoé Aubin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoé Aubin")
    expect(node(page, "Zoé Aubin")).to_have_attribute("aria-selected", "true")

    page.goto("/my-contacts")
    page.locator("#main").get_by_role("link", name="Denis Écluse").click()
    expect(page.locator(".side-title a")).to_have_text("Mes contacts")
    expect(node(page, "Denis Écluse")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/my-contacts", "contact", "company", "/", "empty"])
def test_the_pages_are_accessible(
    browser_page: Open, world: World, team: None, mine: None, axe: Callable[[Page], None], address: str, scheme: str
) -> None:
    page = browser_page("anne" if address == "empty" else "bruno", color_scheme=scheme)
    where = {
        "contact": f"/contacts/{world.elise.id}",
        "company": f"/trees/type/company/{world.durand.id}",
        "empty": "/my-contacts",
    }
    if address == "/":
        page.goto(f"/contacts/{world.elise.id}")
    page.goto(where.get(address, address))
    axe(page)
