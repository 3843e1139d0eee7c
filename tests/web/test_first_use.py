"""The first use: an organisation and its first admin, behind a link that serves once (R2)."""

from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.client import Browser, Page
from webapp.models import LinkPurpose, Resource
from webapp.services import links, organisation

VALUES = {
    "organisation": "Écluses & Cie",
    "country": "BE",
    "language": "fr",
    "timezone": "Europe/Brussels",
    "name": "Ève Chênaie",
    "email": "Eve@Ecluses.example",
    "password": "quatre péniches avant midi",
}


@pytest.fixture
def client(app: Any) -> Browser:
    return Browser(app, lambda name: None)


@pytest.fixture
def first_page(client: Browser, db_session: Any) -> Page:
    token = links.create(LinkPurpose.FIRST_USE, None, links.FIRST_USE_LIFETIME)
    db_session.commit()
    return client.get(f"/first-use/{token}")


def test_eve_founds_her_organisation(client: Browser, first_page: Page, db_session: Any) -> None:
    assert "première utilisation" in client.get("/login")
    assert first_page.submit(VALUES).location == "/"
    assert "Ève Chênaie" in client.get("/account")
    eve = db_session.scalars(select(Resource)).one()
    assert (eve.is_admin, eve.email, eve.timezone) == (True, "Eve@ecluses.example", "Europe/Brussels")
    settings = organisation.load()
    assert (settings.name, settings.country, settings.timezone) == ("Écluses & Cie", "BE", "Europe/Brussels")
    client.get(first_page.url, status=404)
    assert "première utilisation" not in Browser(client.app, lambda name: None).get("/login")


def test_what_is_refused_leaves_no_trace_and_nothing_typed_is_lost(
    client: Browser, first_page: Page, db_session: Any
) -> None:
    page = first_page.submit(VALUES | {"password": "motdepasse123"}, status=422)
    assert page.error("password")
    assert page.field("organisation")["value"] == "Écluses & Cie"
    assert db_session.scalars(select(Resource)).first() is None
    assert organisation.load().name == "Comptoir"
    page.submit({"password": VALUES["password"]})


def test_the_password_may_not_be_the_organisation(first_page: Page) -> None:
    assert first_page.submit(VALUES | {"password": "écluses & cie 2026"}, status=422).error("password")


def test_nothing_is_here_once_somebody_can_sign_in(client: Browser, first_page: Page, db_session: Any) -> None:
    factories.resource("Quelqu’un")
    client.get(first_page.url, status=404)
    client.post(first_page.url, VALUES, status=404)


def test_a_made_up_link_opens_nothing(client: Browser, db_session: Any) -> None:
    client.get("/first-use/inconnu", status=410)


def test_a_link_for_something_else_does_not_found_anything(client: Browser, first_page: Page) -> None:
    token = first_page.url.rsplit("/", 1)[1]
    client.get(f"/links/{token}", status=410)


@pytest.mark.parametrize("typed", ["", "\0", "😀", "\u202eà l’envers", "x" * 10_000])
@pytest.mark.parametrize("name", sorted(VALUES))
def test_whatever_is_typed_gets_an_answer(client: Browser, first_page: Page, name: str, typed: str) -> None:
    data = VALUES | {name: typed, "csrf_token": client.csrf_token}
    client.open("POST", first_page.url, data=data, status=(303, 422))
