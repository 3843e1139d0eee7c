"""The dialog of a company, told as those who use it live it: by keyboard, without scripts, with mistakes (C1 to C7)."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import func, select

from tests import factories
from tests.browser.steps import Open, has_focus, node, open_edit, press, tab_to
from tests.conftest import Complaints
from tests.world import World
from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import Company, ReferenceList

FRANCE, CANADA, UNITED_STATES = "FR", "CA", "US"


@pytest.fixture
def country(world: World, db_session: Any) -> Callable[[str], str]:
    """Return the value of a country in its list, by ISO code; no lock is held while the browser works."""

    def find(code: str) -> str:
        found = factories.reference(ReferenceList.COUNTRY, code)
        db.session.rollback()
        return str(found)

    return find


@pytest.fixture
def homonyms(world: World, db_session: Any) -> int:
    """A second Chloé among the resources."""
    return factories.resource("Chloé Martin", job_title="Télévente").id


def open_new(page: Page) -> Locator:
    """Open « Nouvelle société » from the home page."""
    page.goto("/")
    page.locator("summary", has_text="Nouveau").click()
    page.get_by_role("link", name="Société", exact=True).click()
    dialog = page.get_by_role("dialog", name="Nouvelle société")
    expect(dialog).to_be_visible()
    return dialog


def fill_in(dialog: Locator, name: str, status: str = "client") -> None:
    """Give a company all that every one must have."""
    dialog.locator("[name=name]").fill(name)
    dialog.get_by_label("Type de compte").select_option(label="Client")
    dialog.get_by_label("Statut commercial").select_option(status)


def save(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Enregistrer").click()


def open_tab(dialog: Locator, name: str) -> None:
    dialog.get_by_role("tab", name=name).click()


def lookup(dialog: Locator, field: str) -> Locator:
    return dialog.locator(f"[name={field}_text]")


def answers(dialog: Locator, name: str = "") -> Locator:
    """What a lookup offers, and no list of another kind."""
    return dialog.locator("li[role=option]", has_text=name)


def chosen(dialog: Locator, field: str) -> Locator:
    """The hidden input that holds the id of what was chosen."""
    return dialog.locator(f"input[type=hidden][name={field}]")


def error_of(dialog: Locator, field: Locator) -> Locator:
    return dialog.locator(f"[id='{field.get_attribute('id')}-errors']")


def choose_country(dialog: Locator, kind: str, value: str) -> None:
    """Choose a country and wait for the fields of its addresses, which take the place of the others."""
    before = dialog.locator(f"#address-{kind}-parts").element_handle()
    dialog.locator(f"[name={kind}_country]").select_option(value)
    before.wait_for_element_state("hidden")


def type_choice(page: Page, select_box: Locator, label: str) -> None:
    """Choose in a list by arrows, as `Île-de-France` begins with a letter few keyboards have."""
    tab_to(page, select_box)
    for _ in range(40):
        if select_box.evaluate("list => list.selectedOptions[0].text") == label:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the list has no {label}")


def companies_called(name: str) -> int:
    statement = unscoped(select(func.count()).select_from(Company).where(Company.name == name), "a test counts")
    found = db.session.scalar(statement)
    db.session.rollback()
    return int(found or 0)


# --- the whole story ------------------------------------------------------------------------------------------------


def test_a_prospect_becomes_a_client_by_keyboard_alone(
    new_listened_context: Callable[..., Any], world: World, db_session: Any
) -> None:
    """C1, C2, C7, N1, T1 to T4, T7: what the issue shows, without a mouse and without a reload."""
    page = new_listened_context().new_page()
    page.goto("/")
    tab_to(page, page.get_by_label("Adresse e-mail"))
    page.keyboard.type(world.bruno.email)
    tab_to(page, page.locator("input[name=password]"))
    page.keyboard.type(world.bruno.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Accueil")).to_be_visible()

    tab_to(page, page.locator("summary", has_text="Généralités"))
    press(page, "ArrowDown", "Enter")
    expect(page.get_by_role("tree")).to_be_visible()
    tab_to(page, page.locator("[role=treeitem][tabindex='0']"))
    press(page, "ArrowRight")
    expect(node(page, "Durand & Fils")).to_be_visible()
    # A reload from here on would forget it.
    page.evaluate("window.isTheSamePage = true")

    tab_to(page, page.locator("summary", has_text="Nouveau"), "Shift+Tab")
    press(page, "Enter", "ArrowDown", "Enter")
    dialog = page.get_by_role("dialog", name="Nouvelle société")
    expect(dialog).to_be_visible()
    assert has_focus(page, "[name=name]")
    page.keyboard.type("Écluse du Nord")
    tab_to(page, dialog.get_by_label("Type de compte"))
    page.keyboard.type("Client")
    tab_to(page, dialog.get_by_label("Statut commercial"))
    page.keyboard.type("Prospect")
    tab_to(page, dialog.get_by_role("tab", name="Généralités"), "Shift+Tab")
    press(page, "ArrowRight")
    city = dialog.locator("[name=main_city]")
    tab_to(page, city)
    page.keyboard.type("Dunkerque")
    press(page, "Enter")

    details = dialog.get_by_role("tab", name="Détails")
    expect(details).to_have_attribute("aria-selected", "true")
    telemarketer = lookup(dialog, "telemarketer")
    expect(telemarketer).to_be_focused()
    expect(telemarketer).to_be_in_viewport()
    expect(telemarketer).to_have_accessible_description("Le télémarketeur est obligatoire pour un prospect.")
    expect(dialog.locator("[name=name]")).to_have_value("Écluse du Nord")
    expect(dialog.locator("[name=commercial_status]")).to_have_value("prospect")
    expect(city).to_have_value("Dunkerque")

    page.keyboard.type("chlo")
    expect(answers(dialog, "Chloé Œuvrard")).to_be_visible()
    press(page, "ArrowDown", "Enter")
    expect(telemarketer).to_have_value("Chloé Œuvrard")
    press(page, "Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Société créée")
    expect(page.get_by_role("heading", level=1)).to_have_text("Écluse du Nord")

    expect(page.locator(".side-title a")).to_have_text("Prospects")
    expect(node(page, "Chloé Œuvrard").get_by_role("treeitem", name="Écluse du Nord")).to_have_attribute(
        "aria-selected", "true"
    )

    tab_to(page, page.get_by_role("link", name="Modifier"))
    press(page, "Enter")
    dialog = page.get_by_role("dialog", name="Modification de la société")
    expect(dialog).to_be_visible()
    tab_to(page, dialog.get_by_label("Statut commercial"))
    page.keyboard.type("Client")
    tab_to(page, dialog.get_by_role("tab", name="Généralités"), "Shift+Tab")
    press(page, "End", "ArrowLeft")
    type_choice(page, dialog.get_by_label("Région commerciale"), "Île-de-France")
    tab_to(page, dialog.get_by_role("button", name="Enregistrer"))
    press(page, "Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".side-title a")).to_have_text("Sociétés")
    expect(node(page, "Client").get_by_role("treeitem", name="Écluse du Nord")).to_have_attribute(
        "aria-selected", "true"
    )
    assert page.evaluate("window.isTheSamePage"), "all this needs no reload"

    switch_view_by_keyboard(page, "Par région")
    tab_to(page, page.locator("[role=treeitem][tabindex='0']"))
    press(page, "ArrowRight")
    expect(node(page, "Écluse du Nord")).to_be_visible()
    press(page, "End")
    expect(node(page, "Île-de-France").get_by_role("treeitem")).to_have_text(["Durand & Fils", "Écluse du Nord"])
    expect(node(page, "Écluse du Nord")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Écluse du Nord")

    page.evaluate("window.isTheSamePage = true")
    tab_to(page, page.get_by_role("link", name="Modifier"))
    press(page, "Enter")
    dialog = page.get_by_role("dialog", name="Modification de la société")
    tab_to(page, dialog.get_by_role("tab", name="Généralités"), "Shift+Tab")
    press(page, "End", "ArrowLeft")
    type_choice(page, dialog.get_by_label("Région commerciale"), "DACH")
    tab_to(page, dialog.get_by_role("button", name="Enregistrer"))
    press(page, "Enter")
    expect(dialog).to_have_count(0)
    expect(node(page, "DACH").get_by_role("treeitem", name="Écluse du Nord")).to_have_attribute("aria-selected", "true")
    expect(node(page, "Île-de-France").get_by_role("treeitem")).to_have_text(["Durand & Fils"])
    assert page.evaluate("window.isTheSamePage")


def switch_view_by_keyboard(page: Page, view: str) -> None:
    """`Options > Afficher`, then the view (N1)."""
    options = page.locator("#sidebar summary", has_text="Options")
    tab_to(page, options, "Shift+Tab")
    press(page, "Enter")
    expect(page.get_by_role("group", name="Afficher")).to_be_visible()
    choice = page.get_by_role("group", name="Afficher").get_by_role("link", name=view)
    tab_to(page, choice)
    press(page, "Enter")
    expect(page.locator(".side-title small")).to_have_text(view)


def test_a_prospect_becomes_a_client_without_scripts(no_script_page: Open, world: World, homonyms: int) -> None:
    """The same by links and forms, with a choice between two names, and lists completed on the way (C5, C7, D15)."""
    page = no_script_page("bruno")
    page.goto("/")
    page.locator("summary", has_text="Nouveau").click()
    page.get_by_role("link", name="Société", exact=True).click()
    form = page.locator("main form")
    fill_in(form, "Écluse du Nord", "prospect")
    lookup(form, "telemarketer").fill("Chloé")
    form.locator("[name=main_country]").select_option(label="Canada")
    form.locator("[name=main_city]").fill("Moncton")

    with page.context.expect_page() as opened:
        form.locator("#address-main").get_by_role("link", name="Ajout d’une province ou d’un état").click()
    province = opened.value
    province.get_by_label("Pays").select_option(label="Canada")
    province.get_by_role("button", name="Continuer").click()
    province.get_by_label("Abréviation").fill("AC")
    province.get_by_label("Province/État").fill("Acadie")
    province.get_by_role("button", name="Ajouter").click()
    expect(province.locator(".toast")).to_contain_text("« Acadie » a été ajoutée")
    province.close()
    form.locator("[name=main_subdivision_text]").fill("acadie")

    with page.context.expect_page() as opened:
        form.get_by_role("link", name="Ajout d’une source").click()
    source = opened.value
    source.get_by_role("textbox", name="Source").fill("Bouche à oreille")
    source.get_by_role("button", name="Ajouter").click()
    expect(source.locator(".toast")).to_contain_text("Bouche à oreille")
    source.close()

    save(form)
    several = form.get_by_role("group", name="Plusieurs correspondent. Lequel est-ce ?")
    expect(several.get_by_role("radio")).to_have_count(2)
    assert has_focus(page, "[name=telemarketer_text]"), "the page opens at the only thing to mend"
    expect(form.locator("[name=name]")).to_have_value("Écluse du Nord")
    expect(form.locator("[name=main_city]")).to_have_value("Moncton")
    several.get_by_label("Chloé Martin").check()
    form.locator("[name=source]").select_option(label="Bouche à oreille")
    save(form)
    expect(page.get_by_role("heading", level=1)).to_have_text("Écluse du Nord")
    expect(page.locator("#main")).to_contain_text("ACADIE")
    expect(page.locator("#main")).to_contain_text("Bouche à oreille")
    expect(node(page, "Chloé Martin").get_by_role("treeitem", name="Écluse du Nord")).to_be_visible()

    page.get_by_role("link", name="Modifier").click()
    form.get_by_label("Statut commercial").select_option("client")
    form.get_by_label("Région commerciale").select_option(label="DACH")
    save(form)
    expect(node(page, "Client").get_by_role("treeitem", name="Écluse du Nord")).to_be_visible()
    page.locator("#sidebar summary", has_text="Options").click()
    page.get_by_role("link", name="Par région").click()
    page.locator("#sidebar").get_by_role("link", name="DACH").click()
    page.locator("#main").get_by_role("link", name="Écluse du Nord").click()
    expect(node(page, "DACH").get_by_role("treeitem", name="Écluse du Nord")).to_be_visible()


# --- lookups --------------------------------------------------------------------------------------------------------


def test_a_list_is_walked_and_left_by_keyboard(browser_page: Open, world: World, homonyms: int) -> None:
    """C7: arrows go round through the text, Home and End move in the text, Escape keeps what is typed."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Détails")
    field = lookup(dialog, "account_manager")
    field.fill("ch")
    options = answers(dialog)
    expect(options).to_have_text(["Chloé MartinTélévente", "Chloé Œuvrard"])
    expect(field).to_have_attribute("aria-expanded", "true")

    def active() -> str:
        return str(
            page.evaluate("""() => {
              const id = document.activeElement.getAttribute("aria-activedescendant");
              return id ? document.getElementById(id)?.dataset.text ?? "nothing" : "";
            }""")
        )

    martin, oeuvrard = "Chloé Martin", "Chloé Œuvrard"
    walk = [active()]
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowUp", "Home"):
        press(page, key)
        walk.append(active())
    assert walk == ["", martin, oeuvrard, martin, "", oeuvrard, "", oeuvrard, ""]
    assert field.evaluate("input => input.selectionStart") == 0
    press(page, "End")
    assert field.evaluate("input => input.selectionStart") == 2

    press(page, "Enter")
    expect(chosen(dialog, "account_manager")).to_have_value("")
    expect(dialog).to_be_visible()
    press(page, "ArrowDown", "Enter")
    expect(field).to_have_value("Chloé Martin")
    expect(chosen(dialog, "account_manager")).to_have_value(str(homonyms))
    expect(field).to_have_attribute("aria-expanded", "false")

    press(page, "x", "x")
    expect(chosen(dialog, "account_manager")).to_have_value("")
    expect(dialog.get_by_text("Aucun résultat")).to_be_visible()
    press(page, "Escape")
    expect(dialog.get_by_text("Aucun résultat")).to_be_hidden()
    expect(field).to_have_value("Chloé Martinxx")
    expect(dialog).to_be_visible()


def test_an_answer_that_comes_too_late_is_dropped(
    browser_page: Open, world: World, homonyms: int, complaints: Complaints
) -> None:
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Détails")
    late: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if late:
            route.continue_()
        else:
            late.append(route)

    page.route("**/lookups/resources?*", hold_the_first)
    field = lookup(dialog, "account_manager")
    with page.expect_request("**/lookups/resources?*"):
        field.press_sequentially("ch")
    while not late:
        page.wait_for_timeout(20)
    field.press_sequentially("loé m")
    options = answers(dialog)
    expect(options).to_have_text(["Chloé MartinTélévente"])
    late[0].fulfill(body='<li role="option" data-value="1" data-text="Trop tard">Trop tard</li>')
    page.wait_for_timeout(200)
    expect(options).to_have_text(["Chloé MartinTélévente"])


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("chloé oeuvrard", ""),
        ("CHLOÉ ŒUVRARD", ""),
        ("Chloé", "Plusieurs réponses sont possibles"),
        ("Personne", "Aucune réponse pour « Personne »"),
    ],
)
def test_a_name_typed_and_left_without_choosing(
    browser_page: Open, world: World, homonyms: int, typed: str, answer: str
) -> None:
    """Whole and alone, it is taken; else one is asked, and what is typed stays."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Détails")
    field = lookup(dialog, "account_manager")
    field.press_sequentially(typed)
    press(page, "Tab")
    expect(field).to_have_attribute("aria-expanded", "false")
    save(dialog)
    if answer:
        expect(error_of(dialog, field)).to_contain_text(answer)
        expect(field).to_have_value(typed)
        expect(dialog.get_by_role("radio")).to_have_count(2 if typed == "Chloé" else 0)
    else:
        expect(dialog).to_have_count(0)
        expect(page.locator("#main")).to_contain_text("Chloé Œuvrard")


def test_typing_again_in_place_of_a_choice_takes_the_candidates_away(
    browser_page: Open, world: World, homonyms: int
) -> None:
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Détails")
    field = lookup(dialog, "account_manager")
    field.fill("Chloé")
    save(dialog)
    expect(dialog.get_by_role("radio")).to_have_count(2)
    expect(field).to_be_focused()
    press(page, "End")
    page.keyboard.type(" m")
    expect(dialog.get_by_role("radio")).to_have_count(0)
    expect(answers(dialog)).to_have_count(1)
    press(page, "Enter")
    expect(field).to_have_value("Chloé Martin")


def test_a_subsidiary_is_no_parent(browser_page: Open, world: World, db_session: Any) -> None:
    """C3: no cycles, however long; and the company itself neither."""
    south = factories.company("Durand Sud", parent=world.durand.id)
    factories.company("Durand Marseille", parent=south.id)
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    field = lookup(dialog, "parent")
    for name in ("Durand Marseille", "Durand & Fils"):
        field.fill(name)
        expect(answers(dialog, name)).to_be_visible()
        press(page, "Enter")
        save(dialog)
        expect(error_of(dialog, field)).to_contain_text("elle-même une filiale")
        expect(field).to_have_value(name)
        expect(field).to_be_focused()


def test_a_province_is_one_of_its_country(browser_page: Open, world: World, country: Callable[[str], str]) -> None:
    """C4: nothing without a country, and nothing kept from another."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Adresses")
    field = lookup(dialog, "main_subdivision")
    field.fill("Québ")
    expect(dialog.locator("#address-main").get_by_text("Aucun résultat")).to_be_visible()
    choose_country(dialog, "main", country(CANADA))
    field.fill("Québ")
    expect(answers(dialog, "Québec")).to_be_visible()
    press(page, "ArrowDown", "Enter")
    expect(chosen(dialog, "main_subdivision")).not_to_have_value("")

    choose_country(dialog, "main", country(FRANCE))
    expect(chosen(dialog, "main_subdivision")).to_have_value("")
    expect(field).to_have_value("Québec")
    save(dialog)
    expect(error_of(dialog, field)).to_contain_text("Aucune réponse pour « Québec »")


def test_a_site_is_one_of_its_region(browser_page: Open, world: World) -> None:
    """C4."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Adresses")
    region, site = lookup(dialog, "billing_work_region"), lookup(dialog, "billing_work_site")
    region.fill("Amér")
    expect(answers(dialog, "Amériques")).to_be_visible()
    press(page, "Enter")
    site.focus()
    press(page, "ArrowDown")
    expect(answers(dialog)).to_have_text(["Montréal", "New York"])
    press(page, "ArrowDown", "Enter")
    expect(chosen(dialog, "billing_work_site")).not_to_have_value("")

    region.fill("Euro")
    expect(answers(dialog, "Europe")).to_be_visible()
    press(page, "Enter")
    expect(chosen(dialog, "billing_work_site")).to_have_value("")
    save(dialog)
    expect(error_of(dialog, site)).to_contain_text("Aucune réponse pour « Montréal »")


# --- what the dialog says while one works -------------------------------------------------------------------------


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_what_a_status_requires_is_said_at_once(browser_page: Open, world: World, java_script_enabled: bool) -> None:
    """C7, D14: live, by style sheet alone."""
    page = browser_page("bruno", java_script_enabled=java_script_enabled)
    page.goto("/companies/new")
    required = {
        name: page.locator(f"label[for={lookup(page.locator('main'), name).get_attribute('id')}] .req")
        for name in ("telemarketer", "sales_rep")
    }
    if java_script_enabled:
        page.get_by_role("tab", name="Détails").click()
        status = page.locator("[name=commercial_status]")
    for chosen_status, shown in (("prospect", "telemarketer"), ("lead", "sales_rep"), ("client", "")):
        status = page.locator("[name=commercial_status]")
        status.evaluate("(list, value) => { list.value = value }", chosen_status)
        for name, mark in required.items():
            expect(mark).to_be_visible(visible=name == shown)


def test_a_vat_number_that_is_wrong_is_kept_only_when_confirmed(
    browser_page: Open, world: World, country: Callable[[str], str]
) -> None:
    """C7: told with the tab open at the field; asked once, not again for the number already kept."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Détails")
    number = dialog.locator("[name=vat_number]")
    confirm = dialog.get_by_label("Enregistrer ce numéro quand même")
    expect(confirm).to_have_count(0)
    number.fill("FR 12 345")
    save(dialog)
    expect(error_of(dialog, number)).to_contain_text("ne suit pas les règles")
    expect(number).to_be_focused()
    expect(number).to_have_value("FR 12 345")
    confirm.check()
    save(dialog)
    expect(dialog).to_have_count(0)
    expect(page.locator("#main")).to_contain_text("à vérifier")

    dialog = open_edit(page, world)
    dialog.get_by_label("Alias").fill("Durand")
    save(dialog)
    expect(dialog).to_have_count(0)


def test_a_number_nobody_can_read_is_kept_as_typed(browser_page: Open, world: World) -> None:
    """C6."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Coordonnées")
    dialog.get_by_label("Téléphone principal").fill("demander Odile, poste 12")
    dialog.get_by_label("Télécopie").fill("04 65 71 00 01")
    dialog.locator("[name=name]").evaluate("input => { input.value = '' }")
    save(dialog)
    open_tab(dialog, "Coordonnées")
    expect(dialog.get_by_label("Téléphone principal")).to_have_accessible_description(
        "Numéro non reconnu : il est gardé tel quel."
    )
    expect(dialog.get_by_label("Télécopie")).to_have_accessible_description("")
    open_tab(dialog, "Généralités")
    dialog.locator("[name=name]").fill("Durand & Fils")
    save(dialog)
    expect(dialog).to_have_count(0)
    numbers = page.locator("[aria-labelledby=profile-phones]")
    expect(numbers).to_contain_text("demander Odile, poste 12")
    expect(numbers).to_contain_text("non reconnu")
    expect(numbers.get_by_role("link", name="+33 4 65 71 00 01")).to_have_attribute("href", "tel:+33465710001")


def test_the_parts_of_an_address_follow_its_country(
    browser_page: Open, world: World, country: Callable[[str], str]
) -> None:
    """C4: as typed, in the new order, with the cursor still in the country."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Adresses")
    address = dialog.locator("#address-shipping")

    def order() -> list[str]:
        names = address.locator("[name$=_street], [name$=_city], [name$=_subdivision_text], [name$=_postal_code]")
        return [name.removeprefix("shipping_") for name in names.evaluate_all("all => all.map(one => one.name)")]

    address.get_by_label("Localité").fill("Springfield")
    address.get_by_label("Code postal").fill("62701")
    list_of_countries = address.get_by_label("Pays")
    choose_country(dialog, "shipping", country(FRANCE))
    assert order() == ["street", "postal_code", "city", "subdivision_text"]
    list_of_countries.focus()
    choose_country(dialog, "shipping", country(UNITED_STATES))
    assert order() == ["street", "city", "subdivision_text", "postal_code"]
    expect(address.get_by_label("Localité")).to_have_value("Springfield")
    expect(address.get_by_label("Code postal")).to_have_value("62701")
    expect(list_of_countries).to_be_focused()
    choose_country(dialog, "shipping", country("JP"))
    assert order() == ["postal_code", "subdivision_text", "city", "street"]


def test_a_country_is_found_by_typing_its_name(browser_page: Open, world: World) -> None:
    """C4: the list stays the same one, letter after letter, while what depends on it is fetched."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Adresses")
    countries = dialog.locator("[name=main_country]")
    countries.focus()
    page.keyboard.type("Canada", delay=120)
    expect(countries).to_be_focused()
    assert countries.evaluate("list => list.selectedOptions[0].text") == "Canada"
    expect(dialog.locator("#address-main [name$=_city]")).to_have_count(1)


def test_what_is_typed_while_an_address_is_fetched_stays(
    browser_page: Open, world: World, country: Callable[[str], str]
) -> None:
    """C1, on a slow line: nothing typed is ever lost."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Adresses")
    slow: list[Route] = []
    page.route("**/addresses/*", lambda route: slow.append(route))
    street, city = dialog.locator("[name=main_street]"), dialog.locator("[name=main_city]")
    street.fill("12 quai Vauban")
    with page.expect_request("**/addresses/*"):
        dialog.locator("[name=main_country]").select_option(country(CANADA))
    before = dialog.locator("#address-main-parts").element_handle()
    street.fill("14 quai Vauban")
    city.focus()
    page.keyboard.type("Gaspé")
    while not slow:
        page.wait_for_timeout(20)
    slow[0].continue_()
    before.wait_for_element_state("hidden")
    expect(city).to_be_focused()
    page.keyboard.type("sie")
    expect(city).to_have_value("Gaspésie")
    expect(street).to_have_value("14 quai Vauban")


def test_a_province_that_addresses_of_its_country_leave_out_is_read_on_the_profile(
    browser_page: Open, world: World, country: Callable[[str], str]
) -> None:
    """C4, C9: France prints none, Canada does."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    open_tab(dialog, "Adresses")
    for kind, where, city, province in (
        ("main", FRANCE, "Rennes", "Bretagne"),
        ("billing", CANADA, "Gaspé", "Québec"),
    ):
        choose_country(dialog, kind, country(where))
        dialog.locator(f"[name={kind}_city]").fill(city)
        lookup(dialog, f"{kind}_subdivision").fill(province)
    save(dialog)
    expect(dialog).to_have_count(0)
    addresses = page.locator("[aria-labelledby=profile-addresses]")
    expect(addresses.get_by_text("Province/État : Bretagne")).to_be_visible()
    expect(addresses.locator("address", has_text="Canada")).to_contain_text("QUÉBEC")
    expect(addresses.get_by_text("Province/État :")).to_have_count(1)


# --- mistakes ---------------------------------------------------------------------------------------------------------


def make_mistakes(dialog: Locator) -> None:
    """Leave one thing wrong in each of the tabs that can have any; a number that cannot be read is only a warning."""
    dialog.get_by_label("Statut commercial").select_option("lead")
    dialog.locator("[name=name]").fill("")
    open_tab(dialog, "Adresses")
    dialog.get_by_label("URL").fill("javascript:alert(1)")
    open_tab(dialog, "Coordonnées")
    dialog.get_by_label("Nº vert").fill("aucun")
    open_tab(dialog, "Détails")
    dialog.locator("[name=vat_number]").fill("FR 12 345")
    save(dialog)
    expect(dialog.get_by_role("alert")).to_be_visible()


def test_mistakes_in_several_tabs_are_counted_and_reached(browser_page: Open, world: World) -> None:
    """C1: the first tab with one opens; the summary has the focus and leads to each."""
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    make_mistakes(dialog)
    summary = dialog.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("4 champs sont à corriger")
    expect(dialog.get_by_role("tab")).to_have_text(
        [
            "Généralités 1(un champ à corriger)",
            "Adresses 1(un champ à corriger)",
            "Coordonnées",
            "Détails 2(2 champs à corriger)",
            "Accès",
        ]
    )
    expect(dialog.get_by_role("tab", name="Généralités")).to_have_attribute("aria-selected", "true")
    for link, field in (
        ("Société", "name"),
        ("URL", "website"),
        ("Commercial", "sales_rep_text"),
        ("Nº TVA intracommunautaire", "vat_number"),
    ):
        tab_to(page, summary.get_by_role("link", name=link, exact=True), "Shift+Tab")
        press(page, "Enter")
        expect(dialog.locator(f"[name={field}]")).to_be_focused()
        expect(dialog.locator(f"[name={field}]")).to_be_in_viewport()
        expect(dialog.locator(f"[name={field}]")).to_have_attribute("aria-invalid", "true")


def test_two_clicks_make_one_company(browser_page: Open, world: World, db_session: Any) -> None:
    page = browser_page("bruno")
    dialog = open_new(page)
    fill_in(dialog, "Une seule fois")
    dialog.get_by_role("button", name="Enregistrer").dblclick()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Une seule fois")
    assert companies_called("Une seule fois") == 1


def test_two_clicks_on_a_page_of_its_own_make_one_company(browser_page: Open, world: World, db_session: Any) -> None:
    page = browser_page("bruno")
    page.goto("/companies/new")
    form = page.locator("main form")
    fill_in(form, "Une seule fois")
    sent: list[Route] = []
    page.route("**/companies/new", lambda route: sent.append(route))
    place = form.get_by_role("button", name="Enregistrer").bounding_box()
    assert place
    for _ in range(2):
        # By coordinates: a click on the button itself would wait until the page is there.
        page.mouse.click(place["x"] + 5, place["y"] + 5)
        page.wait_for_timeout(300)
    assert len(sent) == 1
    sent[0].continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Une seule fois")
    assert companies_called("Une seule fois") == 1


# --- for everybody's eyes ---------------------------------------------------------------------------------------------

LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "telephone": {"viewport": {"width": 390, "height": 844}},
    "twice-as-large": {"viewport": {"width": 680, "height": 450}, "device_scale_factor": 2},
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_tab_with_mistakes_is_accessible(
    browser_page: Open, world: World, axe: Callable[[Page], None], look: str
) -> None:
    """Nothing sticks out, and nothing is told by colour alone."""
    page = browser_page("bruno", **LOOKS[look])
    dialog = open_edit(page, world)
    make_mistakes(dialog)
    for index in range(4):
        dialog.get_by_role("tab").nth(index).click()
        picture(page, f"mistakes-{index}-{look}")
        body = dialog.locator(".body")
        assert body.evaluate("body => body.scrollWidth - body.clientWidth") == 0
        expect(dialog.get_by_role("button", name="Enregistrer")).to_be_in_viewport(ratio=1)
        axe(page)


#: Names nobody chose for their length or their direction, but which exist.
HARD_NAMES = {
    "word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3,
    "words": " ".join(["Compagnie générale des bateaux et des péniches"] * 6),
    "rtl": "شركة النقل النهري الدولية المحدودة",
    "emoji": "🛶🚢⚓️ L’Écluse 👩🏽‍🔧👨‍👩‍👧‍👦",
}


@pytest.mark.parametrize("width", [1360, 390])
@pytest.mark.parametrize("kind", HARD_NAMES)
def test_a_name_that_is_hard_to_show_breaks_nothing(
    browser_page: Open, world: World, db_session: Any, kind: str, width: int
) -> None:
    """The page, its tree, its dialog and the question before deleting stay in their place."""
    parent = factories.company(HARD_NAMES[kind])
    company = factories.company(f"Filiale {HARD_NAMES[kind]}"[:300], parent=parent.id, alias=HARD_NAMES[kind])
    page = browser_page("bruno", viewport={"width": width, "height": 844})

    def check(what: str) -> None:
        picture(page, f"{kind}-{what}-{width}")
        too_wide = page.evaluate("""() =>
          [document.documentElement, ...document.querySelectorAll("dialog, dialog .body, .pop:not([hidden])")]
            .map(one => one.scrollWidth - one.clientWidth)""")
        assert not any(too_wide), f"{what} is too wide"

    page.goto(f"/companies/{company.id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(HARD_NAMES[kind][:20])
    check("profile")
    page.get_by_role("link", name="Modifier").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    check("dialog")
    lookup(dialog, "parent").fill(HARD_NAMES[kind][:12])
    expect(answers(dialog).first).to_be_visible()
    check("options")
    press(page, "Escape")
    dialog.get_by_role("link", name="Supprimer").click()
    expect(page.get_by_role("dialog", name="Supprimer la société")).to_be_visible()
    check("deletion")
    page.goto("/")
    check("home")


def picture(page: Page, name: str) -> None:
    if shots := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{shots}/{name}.png")
