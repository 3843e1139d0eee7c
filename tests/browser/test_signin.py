"""Signing in and Mon compte in Chromium: no complaint, no defect of accessibility, with and without scripts (R2)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from tests.world import World
from webapp.models import LinkPurpose, Resource
from webapp.services import links

THEMES = pytest.mark.parametrize("color_scheme", ["light", "dark"])


def sign_in(page: Any, world: World, password: str) -> None:
    page.get_by_label("Adresse e-mail").fill(world.anne.email)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Se connecter").click()


@THEMES
def test_anne_signs_in(
    new_listened_context: Callable[..., Any], world: World, axe: Callable[[Any], None], color_scheme: str
) -> None:
    page = new_listened_context(color_scheme=color_scheme).new_page()
    page.goto("/account")
    axe(page)
    sign_in(page, world, "faux")
    page.get_by_role("alert").get_by_text("incorrect").wait_for()
    axe(page)
    sign_in(page, world, world.anne.password)
    page.wait_for_url("**/account")
    axe(page)


@THEMES
@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_anne_turns_her_second_factor_on(
    browser_page: Callable[..., Any],
    axe: Callable[[Any], None],
    color_scheme: str,
    java_script_enabled: bool,
) -> None:
    page = browser_page("anne", color_scheme=color_scheme, java_script_enabled=java_script_enabled)
    check = axe if java_script_enabled else lambda page: None
    page.goto("/account")
    page.get_by_role("link", name="Activer la double authentification").click()
    check(page)
    assert page.locator("svg.qr").bounding_box()["width"] > 150
    secret = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("Code affiché").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Activer").click()
    page.get_by_role("heading", name="Codes de secours").wait_for()
    check(page)
    page.get_by_role("link", name="J’ai gardé ces codes").click()
    page.get_by_role("link", name="Gérer la double authentification").click()
    check(page)


@THEMES
def test_pages_of_links(
    new_listened_context: Callable[..., Any],
    world: World,
    db_session: Any,
    complaints: Any,
    axe: Callable[[Any], None],
    color_scheme: str,
) -> None:
    complaints.allow("status of 410")
    bruno = db_session.get(Resource, world.bruno.id)
    tokens = [links.create(purpose, bruno, timedelta(hours=1)) for purpose in list(LinkPurpose)[1:]]
    db_session.commit()
    page = new_listened_context(color_scheme=color_scheme).new_page()
    for token in (*tokens, "inconnu"):
        page.goto(f"/links/{token}")
        axe(page)


@THEMES
def test_the_first_use(
    new_listened_context: Callable[..., Any], db_session: Any, axe: Callable[[Any], None], color_scheme: str
) -> None:
    token = links.create(LinkPurpose.FIRST_USE, None, timedelta(hours=1))
    db_session.commit()
    page = new_listened_context(color_scheme=color_scheme).new_page()
    page.goto(f"/first-use/{token}")
    axe(page)
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("alert").wait_for()
    axe(page)
