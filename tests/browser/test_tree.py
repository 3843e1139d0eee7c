"""The tree in a real browser: by keyboard, by mouse, with and without scripts (T1, T5, T7, N3)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.steps import Open, node, press
from tests.world import World
from webapp.access import SYSTEM, get_visible, unscoped
from webapp.extensions import db
from webapp.models import Company, ReferenceList
from webapp.services import companies
from webapp.services.paging import PAGE


@pytest.fixture
def client_type(world: World, db_session: Any) -> int:
    return factories.reference(ReferenceList.ACCOUNT_TYPE, "client")


@pytest.fixture
def partners(world: World, db_session: Any) -> int:
    """A second branch, longer than a page."""
    kind = factories.reference(ReferenceList.ACCOUNT_TYPE, "partner")
    for letter in "BMS":
        for number in range(25):
            companies.create(
                {"name": f"{letter}{number:02} Conseil", "account_type": kind, "commercial_status": "client"}, SYSTEM
            )
    db.session.commit()
    return kind


def focused(page: Page) -> str:
    """Return the name of the node that has the focus."""
    return page.evaluate("document.activeElement.querySelector('.lab')?.textContent")  # type: ignore[no-any-return]


def enter_tree(page: Page) -> None:
    page.locator("[role=treeitem][tabindex='0']").focus()


def test_the_tree_is_walked_by_keyboard(browser_page: Open, world: World, client_type: int, partners: int) -> None:
    """T7: arrows, Home, End, letters, Enter, one stop for the Tab key."""
    page = browser_page("bruno")
    page.goto("/companies")
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1
    enter_tree(page)
    assert focused(page) == "Client"

    press(page, "ArrowRight")
    expect(node(page, "Durand & Fils")).to_be_visible()
    assert focused(page) == "Client"
    press(page, "ArrowRight")
    assert focused(page) == "Durand & Fils"
    press(page, "ArrowDown")
    assert focused(page) == "L’Écluse"
    press(page, "z")
    assert focused(page) == "Zéphyr"
    press(page, "Home")
    assert focused(page) == "Client"
    press(page, "End")
    assert focused(page) == "Partenaire"
    press(page, "ArrowUp", "ArrowUp", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("L’Écluse")
    expect(page).to_have_url(f"/companies/{world.ecluse.id}")
    expect(node(page, "L’Écluse")).to_have_attribute("aria-selected", "true")
    assert focused(page) == "L’Écluse"

    press(page, "ArrowLeft")
    assert focused(page) == "Client"
    press(page, "ArrowLeft")
    expect(node(page, "Durand & Fils")).to_be_hidden()
    expect(page.locator(f"#node-type-{client_type}")).to_have_attribute("aria-expanded", "false")


def test_what_is_open_stays_open(browser_page: Open, world: World, client_type: int, partners: int) -> None:
    """T5, N3: through a profile, Back, a reload, and in a new tab."""
    page = browser_page("bruno")
    page.goto("/companies")
    page.locator(f"#node-type-{client_type}-row").click()
    page.locator(f"#node-type-{partners}-row").click()
    expect(node(page, "B00 Conseil")).to_be_visible()
    node(page, "Durand & Fils").locator(".row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Durand & Fils")
    expect(node(page, "B00 Conseil")).to_be_visible()

    node(page, "B00 Conseil").locator(".row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("B00 Conseil")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Durand & Fils")
    expect(node(page, "Durand & Fils")).to_have_attribute("aria-selected", "true")
    expect(node(page, "B00 Conseil")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Durand & Fils")
    expect(node(page, "B00 Conseil")).to_be_visible()

    with page.context.expect_page() as opened:
        node(page, "Zéphyr").locator(".row").click(modifiers=["Control"])
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Zéphyr")
    expect(node(opened.value, "B00 Conseil")).to_be_visible()


def test_the_trees_remember_each_for_itself(browser_page: Open, client_type: int, world: World) -> None:
    page = browser_page("bruno")
    page.goto("/companies")
    page.locator(f"#node-type-{client_type}-row").click()
    expect(node(page, "Durand & Fils")).to_be_visible()
    page.goto("/leads")
    node(page, "Bruno Masson").locator(".row").click()
    expect(node(page, "Évrard")).to_be_visible()
    page.goto("/companies")
    expect(node(page, "Durand & Fils")).to_be_visible()


def test_a_long_branch_goes_on_as_one_walks(browser_page: Open, partners: int, axe: Callable[[Page], None]) -> None:
    """T1: what follows comes by itself, or by Enter; a letter leads into the middle."""
    page = browser_page("bruno")
    page.goto(f"/companies?open=type-{partners}")
    items = page.locator("[data-kind=company]")
    assert items.count() == PAGE
    node(page, "Suite").locator(".row").scroll_into_view_if_needed()
    expect(items).to_have_count(75)
    expect(node(page, "S24 Conseil")).to_have_attribute("aria-posinset", "75")

    node(page, "Aller à une lettre").locator(".row").click()
    expect(node(page, "M")).to_be_visible()
    axe(page)
    node(page, "S").focus()
    press(page, "Enter")
    expect(node(page, "B00 Conseil")).to_be_hidden()
    expect(node(page, "S00 Conseil")).to_be_focused()
    node(page, "Précédents").locator(".row").click()
    expect(node(page, "B00 Conseil")).to_be_visible()
    expect(items).to_have_count(75)


def test_a_name_that_is_cut_short_can_be_read(browser_page: Open, world: World, client_type: int) -> None:
    name = "Établissements Durand & Fils, successeurs de la Manufacture des Étoffes du Nord et de l’Est"
    companies.update(get_visible(Company, world.durand.id, SYSTEM), {"name": name}, SYSTEM)
    db.session.commit()
    page = browser_page("bruno")
    page.goto(f"/companies?open=type-{client_type}")
    for label, title in ((name, name), ("Zéphyr", None)):
        shown = node(page, label).locator(".lab")
        shown.hover()
        assert shown.get_attribute("title") == title


def test_the_view_is_chosen_in_the_options_of_the_tree(
    browser_page: Open, client_type: int, axe: Callable[[Page], None]
) -> None:
    """N1: `Options > Afficher`; on a profile too, and nowhere when there is nothing to choose."""
    page = browser_page("bruno")
    page.goto("/companies")
    options = page.locator("#sidebar summary", has_text="Options")
    options.focus()
    press(page, "ArrowDown")
    views = page.get_by_role("group", name="Afficher")
    expect(views.get_by_role("link", name="Par type de compte")).to_be_focused()
    expect(views.locator("[aria-current]")).to_have_text("Par type de compte")
    axe(page)
    press(page, "Escape")
    expect(views).to_be_hidden()
    expect(options).to_be_focused()

    press(page, "ArrowDown", "ArrowDown", "Enter")
    expect(page.locator(".side-title")).to_have_text("SociétésPar région")
    page.locator("[role=treeitem] .row", has_text="Île-de-France").click()
    node(page, "Durand & Fils").locator(".row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Durand & Fils")
    options.click()
    expect(views.locator("[aria-current]")).to_have_text("Par région")
    page.goto("/leads")
    expect(page.locator(".side-title")).to_have_text("LeadsPar commercial")
    expect(options).to_have_count(0)


def test_after_a_save_the_tree_shows_the_truth_where_one_was(
    browser_page: Open, world: World, client_type: int
) -> None:
    """Item 5: renamed, moved to another tree; open branches and the focus stay."""
    page = browser_page("bruno")
    page.goto(f"/companies/{world.durand.id}")
    enter_tree(page)
    assert focused(page) == "Durand & Fils"
    companies.update(get_visible(Company, world.durand.id, SYSTEM), {"name": "Zola"}, SYSTEM)
    db.session.commit()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('companyChanged'))")
    expect(page.locator("[data-kind=company] .lab")).to_have_text(["L’Écluse", "Zéphyr", "Zola"])
    assert focused(page) == "Zola"
    assert page.locator("[role=treeitem][tabindex='0'] .lab").all_text_contents() == ["Zola"]

    lead = {"commercial_status": "lead", "sales_rep": world.bruno.id}
    companies.update(get_visible(Company, world.durand.id, SYSTEM), lead, SYSTEM)
    db.session.commit()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('companyChanged'))")
    expect(page.locator(".side-title a")).to_have_text("Leads")
    expect(node(page, "Zola")).to_have_attribute("aria-selected", "true")


def test_a_record_that_is_not_in_the_tree_brings_its_path(browser_page: Open, world: World, partners: int) -> None:
    """T5: reached by another way than the tree, as after a creation."""
    page = browser_page("bruno")
    page.goto(f"/companies/{world.durand.id}")
    expect(node(page, "M12 Conseil")).to_have_count(0)
    target = db.session.scalar(
        unscoped(db.select(Company.id).where(Company.name == "M12 Conseil"), "a test looks it up")
    )
    page.evaluate(f"htmx.ajax('GET', '/companies/{target}', {{target: '#main', push: 'true'}})")
    expect(page.get_by_role("heading", level=1)).to_have_text("M12 Conseil")
    expect(node(page, "M12 Conseil")).to_have_attribute("aria-selected", "true")


def test_the_tree_with_scripts_off(no_script_page: Open, world: World, client_type: int, partners: int) -> None:
    """Links alone."""
    page = no_script_page("bruno")
    page.goto("/companies")
    page.locator(f"#node-type-{partners}-row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Partenaire")
    page.get_by_role("navigation", name="Aller à une lettre").get_by_role("link", name="S", exact=True).click()
    page.locator("#main").get_by_role("link", name="S01 Conseil").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("S01 Conseil")
    page.locator(f"#node-type-{client_type}-row").click()
    page.locator("#main").get_by_role("link", name="Durand & Fils", exact=True).click()
    expect(page.locator(f"#node-company-{world.durand.id}")).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Client")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/", "/companies", "/leads", "/companies?view=region", "branch"])
def test_the_pages_are_accessible(
    browser_page: Open, partners: int, axe: Callable[[Page], None], address: str, scheme: str
) -> None:
    page = browser_page("anne", color_scheme=scheme)
    page.goto(f"/trees/type/{partners}" if address == "branch" else address)
    axe(page)


def test_the_record_on_screen_is_in_sight_in_a_long_branch(browser_page: Open, world: World, partners: int) -> None:
    """T5: on its own page, and when another page's link led to it."""
    page = browser_page("bruno", viewport={"width": 1360, "height": 500})
    page.goto("/search?q=M20")
    page.locator("#search-results a").first.click()
    selected = page.locator("[role=treeitem][aria-selected=true] > .row")
    expect(selected).to_have_text("M20 Conseil")
    expect(selected).to_be_in_viewport()
