"""The whole life of an access, told once from end to end, in browsers and through a mail server (P1 to P6, D2, H2)."""

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from tests.mail.server import MailServer
from tests.mail.test_delivery import deliver
from tests.world import World
from webapp.clock import now, today
from webapp.i18n import day

FIRST, SECOND = "quatre écluses avant midi", "sept péniches après la pluie"

pytestmark = pytest.mark.usefixtures("db_session")


def path_in(message: EmailMessage) -> str:
    """Return the address in the text of a mail by which one chooses a password, without the host."""
    body = message.get_body(("plain",))
    assert body is not None
    [path] = re.findall(r"https?://[^/\s]+(/portal/password/\S+)", body.get_content())
    return str(path)


def choose(page: Page, message: EmailMessage, password: str) -> None:
    page.goto(path_in(message))
    page.get_by_label("Nouveau mot de passe").fill(password)
    page.get_by_role("button", name="Choisir et se connecter").click()
    expect(page.get_by_role("heading", name="Bonjour Élise Nguyễn")).to_be_visible()


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/portal/login")
    page.get_by_label("Adresse e-mail").fill(email)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def test_an_access_from_the_sponsor_s_dialog_to_its_second_life(
    page: Page, browser_page: Callable[..., Page], server: MailServer, world: World, db_session: Any
) -> None:
    contact, email = f"/contacts/{world.elise.id}", "elise.nguyen@durand.example"
    last_day = today("Europe/Paris") + timedelta(days=1)
    db_session.remove()

    # Bruno enables the access: a mail leaves.
    bruno = browser_page("bruno")
    bruno.goto(contact)
    bruno.locator(".head").get_by_role("link", name="Modifier").click()
    dialog = bruno.get_by_role("dialog", name="Modification du contact")
    dialog.get_by_role("tab", name="Portail Clients").click()
    dialog.get_by_role("checkbox", name="Activer l’accès au Portail Clients").check()
    dialog.get_by_label("Échéance").fill(last_day.isoformat())
    dialog.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(bruno.get_by_role("region", name="Portail Clients")).to_contain_text("Actif")
    assert deliver() == 1
    [invitation] = server.inbox(email)

    # Élise chooses a password by its link, comes in with it, and changes a number.
    choose(page, invitation, FIRST)
    page.get_by_text("Élise Nguyễn").first.click()
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page, email, FIRST)
    page.get_by_role("navigation", name="Principal").get_by_role("link", name="Mes coordonnées").click()
    page.get_by_role("link", name="Modifier").click()
    page.get_by_label("Mobile").fill("06 98 76 54 32")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Vos coordonnées sont enregistrées.")).to_be_visible()

    # Bruno reads of it in a mail, and in the history, between what he did himself.
    assert deliver() == 1
    assert "Mobile" in server.inbox(world.bruno.email)[-1].as_string()
    bruno.goto(contact)
    changed = bruno.locator(".event").first
    expect(changed).to_contain_text("Élise Nguyễn")
    expect(changed).to_contain_text("06 98 76 54 32")
    expect(bruno.locator(".event").nth(1)).to_contain_text("Invitation au Portail Clients")

    # Anne resets the password: Élise is out at once, and the former password opens nothing.
    anne = browser_page("anne")
    anne.goto(contact)
    anne.get_by_role("link", name="Réinit. mot de passe").click()
    anne.get_by_role("dialog").get_by_role("button", name="Réinit. mot de passe").click()
    expect(anne.get_by_text("Mot de passe réinitialisé")).to_be_visible()
    page.get_by_role("navigation", name="Principal").get_by_role("link", name="Accueil").click()
    expect(page.get_by_role("heading", name="Votre espace client")).to_be_visible()
    sign_in(page, email, FIRST)
    expect(page.get_by_role("alert")).to_contain_text("incorrect")
    assert deliver() == 1
    choose(page, server.inbox(email)[-1], SECOND)

    # The access ends: Élise is told when it did, and whom to ask; Bruno prolongs it, and she is in again.
    with time_machine.travel(now() + timedelta(days=2)):
        page.reload()
        expect(page.get_by_role("heading", name="Votre espace client")).to_be_visible()
        sign_in(page, email, SECOND)
        expect(page.get_by_role("alert")).to_contain_text(f"a pris fin le {day(last_day, 'long')}")
        expect(page.get_by_role("alert")).to_contain_text(world.bruno.name)
        bruno = browser_page("bruno")
        bruno.goto(contact)
        part = bruno.get_by_role("region", name="Portail Clients")
        expect(part).to_contain_text("Expiré")
        part.get_by_role("link", name="Prolonger").click()
        bruno.get_by_role("dialog").get_by_role("button", name="Prolonger").click()
        expect(bruno.get_by_role("region", name="Portail Clients")).to_contain_text("Actif")
        sign_in(page, email, SECOND)
        expect(page.get_by_role("heading", name="Bonjour Élise Nguyễn")).to_be_visible()
