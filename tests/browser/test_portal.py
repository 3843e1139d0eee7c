"""The life of a contact in the portal, in a browser: invited, in, at work, out (P3 to P6, P12)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.steps import has_focus, press, tab_to
from tests.client import Browser, sign_in
from tests.portal.conftest import Guest, access_of, invite
from tests.world import World
from webapp.clock import now, today
from webapp.extensions import db
from webapp.models import LinkPurpose, PortalSession
from webapp.services import links, organisation, sessions

NEW_PASSWORD = "quatre écluses avant midi"


@pytest.fixture
def elise(world: World, db_session: Any) -> Guest:
    """Élise, of Durand & Fils, who may read all staff profiles, in a portal of its own colour."""
    organisation.save({"name": "Atelier Beaumanoir", "accent": "#1f6f54"})
    return invite(world, world.elise.id, resource_profiles=True, all_resource_profiles=True)


@pytest.fixture
def portal_page(
    app: Any, world: World, elise: Guest, new_listened_context: Callable[..., Any], live_server: str
) -> Any:
    """Open a page of a browser in which Élise is signed in to the portal."""

    def open_for(**options: Any) -> Any:
        context = new_listened_context(**options)
        visitor = Browser(app, world.person)
        visitor.run(visitor.remember, sign_in(app, elise.id, PortalSession), "contact")
        cookie = visitor.cookie(app.config["SESSION_COOKIE_NAME"])
        context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": live_server}])
        return context.new_page()

    return open_for


def test_from_the_link_in_the_mail_to_the_end_of_the_access(
    page: Any, browser_page: Callable[..., Any], elise: Guest, world: World, live_server: str
) -> None:
    token = links.create(LinkPurpose.PORTAL_PASSWORD, access_of(elise), links.PORTAL_PASSWORD_LIFETIME)
    db.session.commit()

    # The link: a weak password keeps it, a good one signs in.
    page.goto(f"/portal/password/{token}")
    page.get_by_label("Nouveau mot de passe").fill("motdepasse123")
    page.get_by_role("button", name="Choisir et se connecter").click()
    expect(page.get_by_role("alert")).to_contain_text("parmi les plus courants")
    page.get_by_label("Nouveau mot de passe").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Choisir et se connecter").click()
    expect(page.get_by_role("heading", name="Bonjour Élise Nguyễn")).to_be_visible()

    # Out, and in again with the password.
    page.get_by_text("Élise Nguyễn").first.click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_label("Adresse e-mail").fill(elise.email)
    page.locator("#password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Bonjour Élise Nguyễn")).to_be_visible()

    # A number changes; her sponsor sees who changed it, from what, to what.
    page.get_by_role("navigation", name="Principal").get_by_role("link", name="Mes coordonnées").click()
    page.get_by_role("link", name="Modifier").click()
    page.get_by_label("Mobile").fill("06 98 76 54 32")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Vos coordonnées sont enregistrées.")).to_be_visible()
    expect(page.get_by_text("+33 6 98 76 54 32")).to_be_visible()
    bruno = browser_page("bruno")
    bruno.goto(f"/contacts/{elise.id}")
    entry = bruno.locator(".event").filter(has_text="Mobile").first
    expect(entry).to_contain_text("Élise Nguyễn")
    expect(entry).to_contain_text("06 98 76 54 32")

    # The staff's side is closed to her.
    page.goto("/companies")
    expect(page).to_have_url(f"{live_server}/portal/")

    # Her session is ended from another browser: the next click leads to the door, and back after it.
    with_session = select(PortalSession.id).where(
        PortalSession.contact_id == elise.id, PortalSession.ended_at.is_(None)
    )
    sessions.portal.end(db.session.scalars(with_session).one(), elise.id)
    db.session.commit()
    page.get_by_role("navigation", name="Principal").get_by_role("link", name="Équipe").click()
    expect(page.get_by_role("heading", name="Votre espace client")).to_be_visible()
    page.get_by_label("Adresse e-mail").fill(elise.email)
    page.locator("#password").fill(NEW_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Équipe")).to_be_visible()
    expect(page.get_by_role("link", name="Chloé Œuvrard")).to_be_visible()

    # The clock passes the end: out at once, and told politely whom to ask.
    access_of(elise).expires_on = today("Europe/Paris")
    db.session.commit()
    with time_machine.travel(now() + timedelta(days=1)):
        page.get_by_role("link", name="Chloé Œuvrard").click()
        expect(page.get_by_role("heading", name="Votre espace client")).to_be_visible()
        page.get_by_label("Adresse e-mail").fill(elise.email)
        page.locator("#password").fill(NEW_PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        expect(page.get_by_role("alert")).to_contain_text("a pris fin le")
        expect(page.get_by_role("alert")).to_contain_text(world.bruno.name)


def test_the_same_with_scripts_off(portal_page: Callable[..., Any], elise: Guest, world: World) -> None:
    page = portal_page(java_script_enabled=False)
    page.goto("/portal/coordinates/edit")
    page.get_by_label("Mobile").fill("06 98 76 54 32")
    page.locator("summary").filter(has_text="Adresse de livraison").click()
    page.locator("#shipping_city").fill("Lyon")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("+33 6 98 76 54 32")).to_be_visible()
    expect(page.get_by_text("LYON")).to_be_visible()
    page.goto("/portal/team")
    page.get_by_label("Rechercher un nom").fill("chloe")
    page.keyboard.press("Enter")
    expect(page.locator(".portal-people li")).to_have_count(1)
    page.get_by_text("Élise Nguyễn").first.click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Votre espace client")).to_be_visible()


def test_a_country_chosen_brings_its_own_order_and_its_provinces(portal_page: Callable[..., Any]) -> None:
    """C4, C5: what is typed meanwhile stays."""
    page = portal_page()
    page.goto("/portal/coordinates/edit")
    page.locator("#main_city").fill("Laval")
    with page.expect_response("**/portal/addresses/main"):
        page.locator("#main_country").select_option(label="Canada")
    expect(page.locator("#main_city")).to_have_value("Laval")
    page.locator("#main_subdivision").press_sequentially("queb")
    page.get_by_role("option", name="Québec").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Vos coordonnées sont enregistrées.")).to_be_visible()
    expect(page.get_by_text("Laval", exact=False).first).to_be_visible()


def test_by_keyboard_alone(portal_page: Callable[..., Any]) -> None:
    page = portal_page()
    page.goto("/portal/")
    press(page, "Tab")
    assert has_focus(page, ".skip")
    tab_to(page, page.get_by_role("navigation", name="Principal").get_by_role("link", name="Équipe"))
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Équipe")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Bruno Masson"))
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Bruno Masson")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1360])
def test_every_page_is_accessible_and_fits(
    portal_page: Callable[..., Any],
    new_listened_context: Callable[..., Any],
    complaints: Any,
    axe: Callable[[Any], None],
    world: World,
    width: int,
    scheme: str,
) -> None:
    """Mobile first: nothing wider than the screen, in either theme, with the organisation's colour."""
    complaints.allow("status of 404")
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    inside = ("", "coordinates", "coordinates/edit", "account", "account/second-factor", "team", "nowhere")
    visits = [
        (portal_page(**options), [f"/portal/{path}" for path in (*inside, f"team/{world.bruno.id}")]),
        (new_listened_context(**options).new_page(), ["/portal/login", "/portal/forgotten"]),
    ]
    for page, addresses in visits:
        for address in addresses:
            page.goto(address)
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_bruno_looks_at_the_portal_and_comes_back(
    browser_page: Callable[..., Any], axe: Callable[[Any], None], elise: Guest, live_server: str
) -> None:
    page = browser_page("bruno")
    page.goto(f"/contacts/{elise.id}")
    page.get_by_text("Actions", exact=True).click()
    page.get_by_role("button", name="Voir le portail comme ce contact").click()
    expect(page.get_by_text("Vous voyez le portail comme Élise Nguyễn.")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Quitter l’aperçu").click()
    expect(page).to_have_url(f"{live_server}/contacts/{elise.id}")
