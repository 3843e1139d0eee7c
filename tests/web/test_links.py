"""One-time links: opening one uses nothing up, and each serves once (D5)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from tests.client import Browser
from tests.world import World
from webapp import vault
from webapp.clock import now
from webapp.models import LinkPurpose, OneTimeLink, Resource
from webapp.services import links, second_factor

NEW_PASSWORD = "quatre écluses avant midi"


@pytest.fixture
def link(world: World, db_session: Any) -> str:
    """The address that lets Bruno choose a password."""
    return make_link(db_session, world, LinkPurpose.CHOOSE_PASSWORD)


def make_link(db_session: Any, world: World, purpose: LinkPurpose) -> str:
    token = links.create(purpose, db_session.get(Resource, world.bruno.id), timedelta(hours=1))
    db_session.commit()
    return f"/links/{token}"


def test_bruno_chooses_a_password_and_is_signed_in(client: Browser, world: World, link: str) -> None:
    elsewhere = client.as_("bruno")
    answer = client.get(link).submit({"password": NEW_PASSWORD}, form=link)
    assert answer.location == "/"
    client.get("/account")
    elsewhere.get("/account", status=302)
    again = Browser(client.app, world.person)
    again.get("/login").submit({"email": world.bruno.email, "password": NEW_PASSWORD}, form="/login")


def test_opening_a_link_uses_nothing_up(client: Browser, link: str) -> None:
    for _ in range(3):
        Browser(client.app, client._people).get(link)
    client.get(link).submit({"password": NEW_PASSWORD}, form=link)


def test_a_refused_password_keeps_the_link(client: Browser, link: str) -> None:
    page = client.get(link).submit({"password": "motdepasse123"}, form=link, status=422)
    assert page.error("password")
    page.submit({"password": NEW_PASSWORD}, form=link)


def test_a_link_serves_once(client: Browser, world: World, link: str) -> None:
    client.get(link).submit({"password": NEW_PASSWORD}, form=link)
    other = Browser(client.app, world.person)
    assert "Lien périmé" in other.get(link, status=410)
    other.post(link, {"password": NEW_PASSWORD, "csrf_token": other.csrf_token}, status=410)


def test_who_found_the_link_before_it_was_used_comes_too_late(db_session: Any, link: str) -> None:
    found = links.find(link.rsplit("/", 1)[1])
    assert found is not None
    assert [links.use(found), links.use(found)] == [True, False]


def test_of_two_at_once_one_wins(client: Browser, world: World, link: str) -> None:
    browsers = [Browser(client.app, world.person) for _ in range(4)]
    for browser in browsers:
        browser.get(link)

    def choose(browser: Browser) -> int:
        data = {"password": NEW_PASSWORD, "csrf_token": browser.csrf_token}
        return browser.open("POST", link, data=data, status=(303, 410)).status

    with ThreadPoolExecutor(len(browsers)) as pool:
        assert sorted(pool.map(choose, browsers)) == [303, 410, 410, 410]


def test_a_newer_link_ends_the_older(client: Browser, world: World, db_session: Any, link: str) -> None:
    newer = make_link(db_session, world, LinkPurpose.CHOOSE_PASSWORD)
    client.get(link, status=410)
    client.get(newer)


def test_a_link_ends_with_its_time(client: Browser, link: str) -> None:
    with time_machine.travel(now() + timedelta(hours=1, seconds=1)):
        client.get(link, status=410)


def test_a_link_ends_with_the_resource(client: Browser, world: World, db_session: Any, link: str) -> None:
    db_session.execute(update(Resource).where(Resource.id == world.bruno.id).values(is_active=False))
    db_session.commit()
    client.get(link, status=410)


def test_a_chosen_password_does_not_replace_the_second_factor(
    client: Browser, world: World, db_session: Any, link: str
) -> None:
    secret = second_factor.new_secret()
    db_session.execute(update(Resource).where(Resource.id == world.bruno.id).values(totp_secret=vault.seal(secret)))
    db_session.commit()
    assert client.get(link).submit({"password": NEW_PASSWORD}, form=link).location == "/login/code"
    client.get("/account", status=302)


def test_a_sign_in_link_asks_before_it_signs_in(client: Browser, world: World, db_session: Any) -> None:
    address = make_link(db_session, world, LinkPurpose.DEMO_SIGN_IN)
    page = client.get(address)
    assert world.bruno.name in page
    client.get("/account", status=302)
    page.submit(form=address, button="Se connecter")
    assert world.bruno.name in client.get("/account")
    Browser(client.app, world.person).get(address, status=410)


@pytest.mark.parametrize("token", ["x", "%00", "%F0%9F%98%80", "a" * 5000, "..%5c..", "%ff%fe"])
def test_a_made_up_link_opens_nothing(client: Browser, world: World, token: str) -> None:
    client.get(f"/links/{token}", status=410)


def test_the_database_holds_no_token(link: str, db_session: Any) -> None:
    token = link.rsplit("/", 1)[1]
    for row in db_session.query(OneTimeLink):
        assert token not in (row.token_hash, *map(str, vars(row).values()))


def test_the_address_of_a_link_is_told_to_no_page(client: Browser, link: str) -> None:
    assert client.get(link).headers["Referrer-Policy"] == "no-referrer"
