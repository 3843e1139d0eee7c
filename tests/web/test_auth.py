"""Signing in and out (R2)."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from sqlalchemy import select, update

from tests.client import Browser, Page
from tests.world import World
from webapp import create_app, passwords, vault
from webapp.clock import now
from webapp.config import Settings
from webapp.extensions import db
from webapp.models import Resource, SignInAttempt, StaffSession
from webapp.services import second_factor

WRONG = "L’adresse e-mail ou le mot de passe est incorrect."


@pytest.fixture
def clock() -> Iterator[Any]:
    """The time, which only passes when the test says so."""
    with time_machine.travel(now(), tick=False) as traveller:
        yield traveller


def try_to_sign_in(browser: Browser, email: str, password: str, status: int = 303, **values: Any) -> Page:
    page = browser.get("/login", **values)
    return page.submit({"email": email, "password": password}, form="/login", status=status)


def alert(page: Page) -> str:
    """Return what the page says went wrong."""
    return page.one("main").one(role="alert").text


# --- by password -------------------------------------------------------------------------------------------------


def test_anne_signs_in_and_lands_where_she_wanted_to_go(client: Browser, world: World) -> None:
    page = client.get("/account", status=302)
    assert page.location == "/login?next=/account"
    answer = page.follow().submit({"email": world.anne.email, "password": world.anne.password}, form="/login")
    assert answer.location == "/account"
    assert world.anne.name in answer.follow()


def test_the_address_is_read_without_regard_to_capitals_and_spaces(client: Browser, world: World) -> None:
    try_to_sign_in(client, f"  {world.anne.email.upper()} ", world.anne.password)


def test_a_wrong_password_keeps_the_address_and_not_the_password(client: Browser, world: World) -> None:
    page = try_to_sign_in(client, world.anne.email, "pas le bon", status=422)
    assert WRONG in page
    assert page.field("email")["value"] == world.anne.email
    assert "pas le bon" not in page.text


def test_nobody_learns_which_accounts_exist(
    client: Browser, world: World, db_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown, inactive and without a password: the same words, and the same work (R2)."""
    worked: list[str] = []
    real = passwords.verify_nothing
    monkeypatch.setattr(passwords, "verify_nothing", lambda password: worked.append(password) or real(password))
    db_session.execute(update(Resource).where(Resource.id == world.bruno.id).values(is_active=False))
    db_session.execute(update(Resource).where(Resource.id == world.chloe.id).values(password_hash=None))
    db_session.commit()
    answers = {
        alert(try_to_sign_in(client, email, world.bruno.password, status=422))
        for email in (world.bruno.email, world.chloe.email, "personne@comptoir.example")
    }
    assert len(worked) == 3
    assert answers == {alert(try_to_sign_in(client, world.anne.email, "faux", status=422))}


def test_a_hash_of_the_past_is_renewed_by_signing_in(client: Browser, world: World, db_session: Any) -> None:
    hash_now = select(Resource.password_hash).where(Resource.id == world.anne.id)
    before = db_session.scalar(hash_now)
    try_to_sign_in(client, world.anne.email, world.anne.password)
    after = db_session.scalar(hash_now)
    assert after != before
    assert passwords.verify_password(after, world.anne.password) == (True, False)


def test_who_is_signed_in_is_not_asked_again(client: Browser, world: World) -> None:
    assert client.as_("anne").get("/login?next=/account", status=303).location == "/account"


@pytest.mark.parametrize(
    "target",
    [
        "https://ailleurs.example/",
        "//ailleurs.example/",
        "/\\ailleurs.example/",
        "\\\\ailleurs.example",
        "/\t/ailleurs.example/",
        "\n//ailleurs.example",
        "///ailleurs.example",
        "javascript:alert(1)",
        "http:ailleurs.example",
        " /account",
        "/account\r\nSet-Cookie: a=b",
        "account",
        "",
    ],
)
def test_signing_in_never_leads_elsewhere(client: Browser, world: World, target: str) -> None:
    client.get("/login")
    data = {"email": world.anne.email, "password": world.anne.password, "next": target}
    assert client.post("/login", data).headers["Location"] == "/"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "\0",
        "a\0b@c.example",
        "😀@😀.example",
        "\u202egro.elpmaxe@x",
        "x" * 10_000,
        "é" * 254 + "@x.example",
        "' OR 1=1 --",
    ],
)
def test_whatever_is_typed_gets_an_answer(client: Browser, world: World, typed: str) -> None:
    client.get("/login")
    client.post("/login", {"email": typed, "password": typed}, status=422)
    client.post("/login", {"email": world.anne.email, "password": typed}, status=422)
    client.post("/login", {}, status=422)


# --- the form's token, and other sites ---------------------------------------------------------------------------


def test_a_form_without_its_token_is_refused(client: Browser, world: World) -> None:
    client.get("/login")
    values = {"email": world.anne.email, "password": world.anne.password, "csrf_token": "faux"}
    assert "n’est plus valable" in client.post("/login", values, status=400)


def test_what_another_site_posts_is_refused(client: Browser, world: World) -> None:
    anne = client.as_("anne")
    anne.get("/account")
    anne.post("/logout", status=403, headers={"Sec-Fetch-Site": "cross-site"})
    anne.post("/logout", headers={"Sec-Fetch-Site": "same-origin"})


# --- sessions ----------------------------------------------------------------------------------------------------


def test_each_sign_in_opens_another_session(client: Browser, world: World, db_session: Any) -> None:
    """A session fixed in somebody's browser beforehand is worth nothing after they sign in (R2)."""
    client.get("/login")
    before = client.cookie("comptoir")
    try_to_sign_in(client, world.anne.email, world.anne.password)
    assert client.cookie("comptoir") != before
    client.get("/").submit(form="/logout")
    try_to_sign_in(client, world.anne.email, world.anne.password)
    hashes = db_session.scalars(select(StaffSession.token_hash)).all()
    assert len(set(hashes)) == 2


def test_what_the_browser_held_before_is_forgotten(client: Browser, world: World) -> None:
    """A form prepared in the browser before somebody signed in does nothing in their name (R2)."""
    client.get("/login")
    before = client.csrf_token
    try_to_sign_in(client, world.anne.email, world.anne.password)
    client.post("/logout", {"csrf_token": before}, status=400)
    client.get("/account")


def test_the_session_ends_in_the_table_too(client: Browser, world: World) -> None:
    """A copy of the cookie opens nothing once its owner has signed out."""
    try_to_sign_in(client, world.anne.email, world.anne.password)
    copy = Browser(client.app, world.person)
    copy._flask.set_cookie("comptoir", client.cookie("comptoir"))
    copy.get("/account")
    assert client.get("/").submit(form="/logout").location == "/login"
    client.get("/account", status=302)
    copy.get("/account", status=302)


def test_htmx_is_sent_to_sign_in_when_the_session_is_over(client: Browser, world: World, db_session: Any) -> None:
    anne = client.as_("anne")
    anne.get("/account")
    db_session.execute(update(StaffSession).values(ended_at=now()))
    db_session.commit()
    current = {"HX-Current-URL": "http://localhost/account?a=1"}
    answer = anne.open("GET", "/account", status=401, htmx=True, headers=current)
    assert answer.headers["HX-Redirect"] == "/login?next=/account?a%3D1"
    assert anne.hx_post("/account", {"name": "Autre"}, status=401).headers["HX-Redirect"].startswith("/login")


def test_a_session_is_over_when_it_is_not_used(client: Browser, world: World, clock: Any) -> None:
    lifetime = client.app.config["PERMANENT_SESSION_LIFETIME"]
    try_to_sign_in(client, world.anne.email, world.anne.password)
    for _ in range(3):
        clock.shift(lifetime * 0.6)
        client.get("/account")
    clock.shift(lifetime + timedelta(seconds=1))
    client.get("/account", status=302)


def test_a_deactivated_resource_is_out_at_once(client: Browser, world: World, db_session: Any) -> None:
    bruno = client.as_("bruno")
    bruno.get("/account")
    db_session.execute(update(Resource).where(Resource.id == world.bruno.id).values(is_active=False))
    db_session.commit()
    bruno.get("/account", status=302)


# --- too many attempts -------------------------------------------------------------------------------------------


def fail(browser: Browser, email: str, times: int, status: int = 422) -> Page:
    browser.get("/login")
    for _ in range(times):
        page = browser.post("/login", {"email": email, "password": "faux"}, status=status)
    return page


def test_an_account_waits_longer_after_each_failure(client: Browser, world: World, clock: Any) -> None:
    fail(client, world.anne.email, 5)
    page = fail(client, world.anne.email, 1, status=429)
    assert "Réessayez dans une minute" in page
    assert page.headers["Retry-After"] == "60"
    assert page.field("email")["value"] == world.anne.email
    clock.shift(timedelta(seconds=60))
    fail(client, world.anne.email, 1)
    assert "Réessayez dans 2 minutes" in fail(client, world.anne.email, 1, status=429)
    clock.shift(timedelta(minutes=2))
    client.post("/login", {"email": world.anne.email, "password": world.anne.password})


def test_many_at_once_are_no_more_than_one_after_the_other(client: Browser, world: World) -> None:
    """Whoever sends twelve passwords in the same instant has five tries, as anybody."""
    browsers = [Browser(client.app, world.person) for _ in range(12)]
    for browser in browsers:
        browser.get("/login")
    values = {"email": world.anne.email, "password": "faux"}
    with ThreadPoolExecutor(len(browsers)) as pool:
        pages = list(pool.map(lambda browser: browser.post("/login", values, status=(422, 429)), browsers))
    assert [page.status for page in pages].count(422) == 5


def test_the_right_password_waits_too(client: Browser, world: World) -> None:
    fail(client, world.anne.email, 5)
    client.post("/login", {"email": world.anne.email, "password": world.anne.password}, status=429)
    # Others aren't concerned.
    client.post("/login", {"email": world.bruno.email, "password": world.bruno.password})


def test_a_success_forgives_the_failures(client: Browser, world: World, db_session: Any) -> None:
    fail(client, world.anne.email, 4)
    client.post("/login", {"email": world.anne.email, "password": world.anne.password})
    other = Browser(client.app, world.person)
    fail(other, world.anne.email, 5)


def test_an_address_waits_whatever_the_accounts(client: Browser, world: World) -> None:
    client.get("/login")
    for number in range(30):
        client.post("/login", {"email": f"essai{number}@x.example", "password": "faux"}, status=422)
    client.post("/login", {"email": world.anne.email, "password": world.anne.password}, status=429)


def test_a_restart_forgives_nothing(client: Browser, world: World, settings: Settings, database: Any) -> None:
    fail(client, world.anne.email, 5)
    restarted = create_app(settings)
    with restarted.app_context():
        database.redirect(db.engine)
    fail(Browser(restarted, world.person), world.anne.email, 1, status=429)
    with restarted.app_context():
        db.engine.dispose()


def test_unknown_accounts_wait_like_the_others(client: Browser, world: World) -> None:
    known = fail(client, world.anne.email, 5) and fail(client, world.anne.email, 1, status=429)
    unknown = fail(client, "personne@x.example", 5) and fail(client, "personne@x.example", 1, status=429)
    assert alert(known) == alert(unknown)


def test_attempts_are_kept_unreadable_and_not_for_long(
    client: Browser, world: World, db_session: Any, clock: Any
) -> None:
    fail(client, "mon-mot-de-passe@x.example", 1)
    subjects = set(db_session.scalars(select(SignInAttempt.subject)))
    assert hashlib.sha256(b"account:mon-mot-de-passe@x.example").hexdigest() in subjects
    assert not any("mot-de-passe" in subject for subject in subjects)
    clock.shift(timedelta(hours=2))
    fail(client, "autre@x.example", 1)
    assert len(db_session.scalars(select(SignInAttempt.id)).all()) == 2


# --- the second factor -------------------------------------------------------------------------------------------


@pytest.fixture
def secret(world: World, db_session: Any) -> str:
    """Anne's secret: her sign-ins ask for a code."""
    value = second_factor.new_secret()
    db_session.execute(update(Resource).where(Resource.id == world.anne.id).values(totp_secret=vault.seal(value)))
    db_session.commit()
    return value


def code_at(secret: str, shift: int = 0) -> str:
    return pyotp.TOTP(secret).at(now(), counter_offset=shift)


def test_the_password_alone_no_longer_opens(client: Browser, world: World, secret: str, clock: Any) -> None:
    answer = try_to_sign_in(client, world.anne.email, world.anne.password, next="/account")
    assert answer.location == "/login/code"
    client.get("/account", status=302)
    page = answer.follow()
    assert page.submit({"code": "000 000"}, form="/login/code", status=422).error("code")
    assert page.submit({"code": code_at(secret)}, form="/login/code").location == "/account"
    client.get("/account")


@pytest.mark.parametrize(("shift", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_clocks_may_differ_by_half_a_minute(
    client: Browser, world: World, secret: str, clock: Any, shift: int, status: int
) -> None:
    page = try_to_sign_in(client, world.anne.email, world.anne.password).follow()
    page.submit({"code": code_at(secret, shift)}, form="/login/code", status=status)


def test_a_code_serves_once(client: Browser, world: World, secret: str, clock: Any) -> None:
    code = code_at(secret)
    try_to_sign_in(client, world.anne.email, world.anne.password).follow().submit({"code": code}, form="/login/code")
    thief = Browser(client.app, world.person)
    page = try_to_sign_in(thief, world.anne.email, world.anne.password).follow()
    page.submit({"code": code}, form="/login/code", status=422)
    page.submit({"code": code_at(secret, -1)}, form="/login/code", status=422)
    clock.shift(30)
    page.submit({"code": code_at(secret)}, form="/login/code")


def test_a_recovery_code_replaces_the_phone_once(client: Browser, world: World, secret: str, db_session: Any) -> None:
    codes = second_factor.renew_recovery_codes(db_session.get(Resource, world.anne.id))
    db_session.commit()
    page = try_to_sign_in(client, world.anne.email, world.anne.password).follow()
    answer = page.submit({"code": codes[0].upper().replace("-", " ")}, form="/login/code")
    assert "9 codes de secours" in answer.follow()
    again = try_to_sign_in(Browser(client.app, world.person), world.anne.email, world.anne.password).follow()
    again.submit({"code": codes[0]}, form="/login/code", status=422)


def test_when_the_key_has_changed_recovery_codes_still_open(
    client: Browser, world: World, secret: str, db_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sealed with another SECRET_KEY cannot be read: one is told the way back in."""
    codes = second_factor.renew_recovery_codes(db_session.get(Resource, world.anne.id))
    db_session.commit()
    monkeypatch.setitem(client.app.config, "SECRET_KEY", "another one")
    page = try_to_sign_in(client, world.anne.email, world.anne.password).follow()
    assert "Saisissez un code de secours" in page
    assert "Saisissez un code de secours" in page.submit({"code": code_at(secret)}, form="/login/code", status=422)
    page.submit({"code": codes[0]}, form="/login/code")
    off = client.get("/account/second-factor").submit(
        {"current_password": world.anne.password}, button="Désactiver la double authentification"
    )
    assert "désactivée" in off.follow()


def test_codes_are_throttled_as_well(client: Browser, world: World, secret: str) -> None:
    page = try_to_sign_in(client, world.anne.email, world.anne.password).follow()
    for _ in range(5):
        page.submit({"code": "123456"}, form="/login/code", status=422)
    page.submit({"code": "123456"}, form="/login/code", status=429)


def test_the_code_is_not_awaited_for_ever(client: Browser, world: World, secret: str, clock: Any) -> None:
    page = try_to_sign_in(client, world.anne.email, world.anne.password).follow()
    clock.shift(timedelta(minutes=5, seconds=1))
    assert page.submit({"code": code_at(secret)}, form="/login/code").location == "/login"
    client.get("/account", status=302)


def test_nobody_reaches_the_code_without_the_password(client: Browser, world: World) -> None:
    assert client.get("/login/code", status=303).location == "/login"


@pytest.mark.parametrize("typed", ["", "\0", "😀" * 6, "١٢٣٤٥٦", "1" * 10_000, "12345\u200b6"])
def test_whatever_code_is_typed_gets_an_answer(client: Browser, world: World, secret: str, typed: str) -> None:
    try_to_sign_in(client, world.anne.email, world.anne.password).follow()
    client.post("/login/code", {"code": typed}, status=422)
