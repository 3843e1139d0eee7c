"""Mon compte: one's profile, password, second factor and sessions (R2)."""

import re
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from tests.client import Browser, Page
from tests.world import World
from webapp import vault
from webapp.models import Resource
from webapp.services import second_factor

NEW_PASSWORD = "quatre écluses avant midi"
HOSTILE = ["\0\0", "😀" * 50, "\u202eà l’envers", "x" * 10_000, "<script>alert(1)</script>", "e\u0301", "' OR 1=1 --"]


def signed_in(client: Browser, world: World, email: str, password: str) -> Browser:
    browser = Browser(client.app, world.person)
    browser.get("/login").submit({"email": email, "password": password}, form="/login")
    return browser


# --- profile -----------------------------------------------------------------------------------------------------


def test_bruno_changes_his_profile(client: Browser, world: World, db_session: Any) -> None:
    bruno = client.as_("bruno")
    values = {"name": "Bruno Masson-Leroy", "job_title": "Éclusier", "phone_mobile": "06 12 34 56 78"}
    page = bruno.get("/account").submit(values, form="/account").follow()
    assert "Votre profil est enregistré." in page
    assert page.field("job_title")["value"] == "Éclusier"
    assert "Bruno Masson-Leroy" in page
    assert db_session.get(Resource, world.bruno.id).search_key.startswith("bruno masson leroy")


def test_the_language_of_the_profile_is_that_of_the_pages(client: Browser, world: World) -> None:
    bruno = client.as_("bruno")
    page = bruno.get("/account").submit({"language": "en"}, form="/account").follow()
    assert page.one("html")["lang"] == "en"


def test_moments_are_in_the_zone_of_the_profile(client: Browser, world: World) -> None:
    bruno = client.as_("bruno")
    here = bruno.get("/account")
    there = here.submit({"timezone": "Asia/Tokyo"}, form="/account").follow()
    seen = [re.search(r"vue le (.+?)\s*$", page.one("main").text, re.M) for page in (here, there)]
    assert seen[0] != seen[1]
    assert there.field("timezone").all("option")[0]["value"] == "Asia/Tokyo"


@pytest.mark.parametrize("name", ["language", "timezone"])
def test_a_value_that_was_not_offered_is_refused(client: Browser, world: World, name: str) -> None:
    bruno = client.as_("bruno")
    bruno.get("/account")
    values = {"name": "Bruno", "language": "fr", "timezone": "Europe/Paris", name: "tlh"}
    answer = bruno.post("/account", values, status=422)
    assert answer.field(name)["aria-invalid"] == "true"


def test_nobody_promotes_themselves(client: Browser, world: World, db_session: Any) -> None:
    bruno = client.as_("bruno")
    bruno.get("/account")
    values = {"name": "Bruno", "language": "fr", "timezone": "UTC", "role": "admin", "email": "autre@x.example"}
    bruno.post("/account", values)
    stored = db_session.get(Resource, world.bruno.id)
    assert (stored.is_admin, stored.email) == (False, world.bruno.email)


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_is_typed_gets_an_answer(client: Browser, world: World, typed: str) -> None:
    bruno = client.as_("bruno")
    bruno.get("/account")
    for name in ("name", "job_title", "phone_office", "language", "timezone"):
        values = {"name": "Bruno", "language": "fr", "timezone": "UTC", name: typed}
        bruno.open("POST", "/account", data=values | {"csrf_token": bruno.csrf_token}, status=(303, 422))
    bruno.get("/account")


# --- password ----------------------------------------------------------------------------------------------------


def change_password(browser: Browser, current: str, new: str, status: int = 303) -> Page:
    page = browser.get("/account").click("Changer le mot de passe")
    return page.submit({"current_password": current, "password": new}, form="/password", status=status)


def test_changing_the_password_closes_the_other_sessions(client: Browser, world: World) -> None:
    anne, elsewhere = client.as_("anne"), client.as_("anne")
    elsewhere.get("/account")
    assert "est changé" in change_password(anne, world.anne.password, NEW_PASSWORD).follow()
    anne.get("/account")
    elsewhere.get("/account", status=302)
    signed_in(client, world, world.anne.email, NEW_PASSWORD)


def test_the_current_password_is_asked(client: Browser, world: World) -> None:
    anne = client.as_("anne")
    assert "actuel" in change_password(anne, "faux", NEW_PASSWORD, status=422).error("current_password")
    signed_in(client, world, world.anne.email, world.anne.password)


@pytest.mark.parametrize(
    "weak", ["court", "motdepasse123", "azertyuiop123", "aaaaaaaaaaaaaaaa", "annelefevre2026", "x" * 2000]
)
def test_a_weak_password_is_refused(client: Browser, world: World, weak: str) -> None:
    page = change_password(client.as_("anne"), world.anne.password, weak, status=422)
    assert page.error("password")
    assert weak not in page.one("main").text


def test_the_current_password_cannot_be_guessed_from_a_session_left_open(client: Browser, world: World) -> None:
    anne = client.as_("anne")
    for _ in range(5):
        change_password(anne, "faux", NEW_PASSWORD, status=422)
    page = change_password(anne, world.anne.password, NEW_PASSWORD, status=422)
    assert "Trop d’essais" in page.error("current_password")


# --- sessions ----------------------------------------------------------------------------------------------------


def test_one_sees_and_closes_ones_sessions(client: Browser, world: World) -> None:
    anne, phone = client.as_("anne"), client.as_("anne")
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36"
    laptop = Browser(client.app, world.person)
    page = laptop.get("/login")
    values = {"email": world.anne.email, "password": world.anne.password, "csrf_token": laptop.csrf_token}
    laptop.open("POST", "/login", data=values, status=303, headers={"User-Agent": agent})
    page = anne.get("/account")
    assert "Chrome, Android" in page
    assert page.one("main").text.count("Cette session") == 1
    ends = [form["action"] for form in page.all("form") if form.get("action").endswith("/end")]
    assert len(ends) == 2
    assert "La session est fermée." in page.submit(form=ends[0]).follow()
    assert [browser.open("GET", "/account", status=(200, 302)).status for browser in (anne, phone, laptop)].count(
        302
    ) == 1


def test_signing_out_everywhere_leaves_this_browser(client: Browser, world: World) -> None:
    anne, others = client.as_("anne"), [client.as_("anne"), client.as_("anne")]
    bruno = client.as_("bruno")
    anne.get("/account").submit(form="/end-others", button="Se déconnecter partout")
    anne.get("/account")
    for other in others:
        other.get("/account", status=302)
    bruno.get("/account")


def test_nobody_closes_the_session_of_somebody_else(client: Browser, world: World) -> None:
    anne, other = client.as_("anne"), client.as_("anne")
    page = anne.get("/account")
    end = next(form["action"] for form in page.all("form") if form.get("action").endswith("/end"))
    bruno = client.as_("bruno")
    bruno.get("/account")
    bruno.post(end, status=404)
    bruno.post("/account/sessions/99999999999999999999/end", status=404)
    other.get("/account")


# --- second factor -----------------------------------------------------------------------------------------------


def turn_on(browser: Browser) -> tuple[str, list[str]]:
    """Turn the second factor on; return the secret and the recovery codes."""
    page = browser.get("/account").click("Activer la double authentification")
    assert page.one("main").one("svg", **{"class": "qr"})
    secret = page.one("code").text.replace(" ", "")
    answer = page.submit({"code": pyotp.TOTP(secret).now()}, form="/second-factor", status=200)
    return secret, [code.text for code in answer.one("ol").all("code")]


def test_anne_turns_her_second_factor_on_and_off(client: Browser, world: World, db_session: Any) -> None:
    anne = client.as_("anne")
    secret, codes = turn_on(anne)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    stored = db_session.scalar(select(Resource.totp_secret).where(Resource.id == world.anne.id))
    assert secret not in stored
    assert vault.unseal(stored) == secret
    page = anne.get("/account").click("Gérer la double authentification")
    assert "valables : 10" in page
    assert codes[0] not in page
    assert page.submit({"current_password": "faux"}, button="Désactiver la double authentification", status=422).error(
        "current_password"
    )
    button = "Désactiver la double authentification"
    answer = page.submit({"current_password": world.anne.password}, button=button)
    assert "désactivée" in answer.follow()
    signed_in(client, world, world.anne.email, world.anne.password).get("/account")


def test_a_wrong_code_turns_nothing_on_and_keeps_the_secret(client: Browser, world: World, db_session: Any) -> None:
    anne = client.as_("anne")
    page = anne.get("/account/second-factor")
    answer = page.submit({"code": "000000"}, form="/second-factor", status=422)
    assert answer.error("code")
    assert answer.one("code").text == page.one("code").text
    assert db_session.scalar(select(Resource.totp_secret).where(Resource.id == world.anne.id)) is None


def test_new_recovery_codes_replace_the_old_ones(client: Browser, world: World, db_session: Any) -> None:
    anne = client.as_("anne")
    _secret, old = turn_on(anne)
    page = anne.get("/account/second-factor")
    values = {"current_password": world.anne.password}
    answer = page.submit(values, button="Créer de nouveaux codes de secours", status=200)
    new = [code.text for code in answer.one("ol").all("code")]
    resource = db_session.get(Resource, world.anne.id)
    assert second_factor.accept(resource, old[0]) is None
    assert second_factor.accept(resource, new[0]) is second_factor.Accepted.RECOVERY_CODE
    db_session.rollback()


def test_the_secret_is_not_shown_once_it_serves(client: Browser, world: World) -> None:
    anne = client.as_("anne")
    secret, _codes = turn_on(anne)
    assert secret not in anne.get("/account/second-factor").text.replace(" ", "")


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_code_is_typed_gets_an_answer(client: Browser, world: World, typed: str) -> None:
    anne = client.as_("anne")
    anne.get("/account/second-factor")
    anne.post("/account/second-factor", {"code": typed}, status=422)


def test_turning_off_what_is_off_is_not_found(client: Browser, world: World) -> None:
    anne = client.as_("anne")
    anne.get("/account")
    anne.post("/account/second-factor/disable", {"current_password": world.anne.password}, status=404)
    anne.post("/account/second-factor/recovery-codes", {"current_password": world.anne.password}, status=404)


def test_the_pages_are_fragments_for_htmx(client: Browser, world: World) -> None:
    anne = client.as_("anne")
    for address in ("/account", "/account/password", "/account/second-factor"):
        assert anne.hx_get(address).one(id="account")
