"""The outbox in Chromium: read, done with by keyboard, narrow, and with no defect of accessibility (N3, N6)."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.mail.server import MailServer
from tests.mail.test_delivery import deliver
from tests.world import World
from webapp.clock import now
from webapp.extensions import db
from webapp.models import MailKind

Write = Callable[..., int]

pytestmark = pytest.mark.usefixtures("db_session")

LINK = "https://comptoir.example/links/jeton-secret"


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page, where PICTURES says."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def no_wider_than_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def password_mail(write: Write, world: World) -> int:
    return write(kind=MailKind.RESOURCE_PASSWORD, link=LINK, email=world.bruno.email, until=now())


@pytest.mark.parametrize("width", [1360, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_and_a_mail_are_readable(
    browser_page: Any, axe: Any, server: MailServer, write: Write, world: World, width: int, scheme: str
) -> None:
    password_mail(write, world)
    write("chloe")
    server.refuse(world.chloe.email, "550 5.1.1 <chloe.oeuvrard@comptoir.example>: Recipient address rejected")
    deliver()
    mail_id = password_mail(write, world)
    db.session.remove()
    page = browser_page("anne", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto("/admin/mail/")
    expect(page.locator("tbody tr")).to_have_count(3)
    axe(page)
    assert no_wider_than_the_window(page)
    picture(page, f"mail-list-{width}-{scheme}")
    page.get_by_role("link", name="Choisir un nouveau mot de passe").first.click()
    expect(page.frame_locator("iframe").get_by_text("Bonjour Bruno Masson,")).to_be_visible()
    axe(page)
    assert no_wider_than_the_window(page)
    assert page.url.endswith(f"/admin/mail/{mail_id}")
    picture(page, f"mail-{width}-{scheme}")


def test_the_framed_mail_leads_nowhere(browser_page: Any, write: Write, world: World) -> None:
    mail_id = password_mail(write, world)
    db.session.remove()
    page = browser_page("anne")
    page.goto(f"/admin/mail/{mail_id}")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Choisir un mot de passe")).to_be_visible()
    assert frame.locator("a[href]").count() == 0
    assert "jeton-secret" not in page.content()


def test_a_link_is_shown_and_copied(browser_page: Any, axe: Any, write: Write, world: World) -> None:
    mail_id = password_mail(write, world)
    db.session.remove()
    page = browser_page("anne", permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/admin/mail/{mail_id}")
    axe(page)
    picture(page, "mail-no-server")
    page.get_by_role("button", name="Montrer le lien").click()
    expect(page.get_by_role("textbox", name="Lien de cet e-mail")).to_have_value(LINK)
    axe(page)
    page.get_by_role("button", name="Copier").click()
    expect(page.get_by_role("button", name="Copié")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == LINK


def test_the_test_mail_tells_its_fate_where_one_asked(browser_page: Any, axe: Any, server: MailServer) -> None:
    page = browser_page("anne")
    page.goto("/admin/settings")
    name = page.get_by_label("Nom de l’organisation")
    name.fill("Un nom pas encore enregistré")
    page.get_by_role("button", name="Envoyer un e-mail d’essai").click()
    part = page.locator("#test-mail")
    expect(part).to_contain_text("Il part dans un instant")
    deliver()
    expect(part).to_contain_text("Envoyé Le")
    expect(name).to_have_value("Un nom pas encore enregistré")
    axe(page)
    picture(page, "mail-test")


def test_with_scripts_off_all_of_it_works(no_script_page: Any, server: MailServer, write: Write) -> None:
    mail_id = write()
    db.session.remove()
    page = no_script_page("anne")
    page.goto("/admin/settings")
    page.get_by_role("button", name="Envoyer un e-mail d’essai").click()
    expect(page.locator("#test-mail")).to_contain_text("Il part dans un instant")
    page.goto(f"/admin/mail/{mail_id}")
    page.get_by_role("button", name="Annuler l’envoi").click()
    expect(page.get_by_text("Cet e-mail ne partira pas.")).to_be_visible()
    page.get_by_role("button", name="Réessayer maintenant").click()
    deliver()
    page.reload()
    expect(page.locator("main .badge")).to_have_text("Envoyé")


def test_who_forgot_a_password_asks_by_keyboard(browser_page: Any, context: Any, axe: Any, world: World) -> None:
    page = context.new_page()
    page.goto("/login")
    page.get_by_role("link", name="Mot de passe oublié").click()
    axe(page)
    page.get_by_label("Adresse e-mail").fill(world.bruno.email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Consultez votre messagerie")).to_be_visible()
    axe(page)
    picture(page, "mail-forgotten")
