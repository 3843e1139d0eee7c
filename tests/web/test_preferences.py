"""Language and theme, for anybody (N4)."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.client import Browser
from tests.world import World
from webapp.models import Resource


def test_a_visitor_chooses_a_language_and_comes_back(client: Browser) -> None:
    answer = client.get("/login?next=/account").submit(form="/preferences", button="English")
    assert answer.location == "/login?next=/account"
    assert answer.follow().one("html")["lang"] == "en"


def test_the_language_of_a_resource_follows_them(client: Browser, world: World, db_session: Any) -> None:
    anne = client.as_("anne")
    anne.get("/account").submit(form="/preferences", button="English")
    assert db_session.scalar(select(Resource.language).where(Resource.id == world.anne.id)) == "en"
    assert client.as_("anne").get("/account").one("html")["lang"] == "en"


def test_a_theme_stays_in_the_browser(client: Browser) -> None:
    client.get("/login").submit(form="/preferences", button="Sombre")
    assert client.get("/login").one("html")["data-theme"] == "dark"


@pytest.mark.parametrize(
    "values", [{"language": "xx"}, {"theme": "</script>"}, {"language": "\0", "theme": "é" * 9999}, {}]
)
def test_what_is_not_offered_is_left_aside(client: Browser, values: dict[str, str]) -> None:
    client.get("/login")
    answer = client.post("/preferences", values | {"next": "//ailleurs.example/"})
    assert answer.location == "/"
    assert "Set-Cookie" not in answer.headers or "comptoir=" in answer.headers["Set-Cookie"]
