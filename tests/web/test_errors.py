"""Errors say what happened and how to go on, as a page or as a message in the page; never what happened inside."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from tests.client import Browser
from webapp.services import viewers

HTMX = {"HX-Request": "true"}


def test_a_page_that_is_not_there_shows_the_ways_on(client: Browser) -> None:
    page = client.as_("bruno").get("/nowhere", status=404)
    assert "Page introuvable" in page.text
    assert 'href="/companies"' in page.html


@pytest.fixture
def visitor(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Somebody with a session, on the day when the database does not answer."""

    def unreachable(*args: object) -> None:
        raise OperationalError("SELECT secret", {}, Exception("unable to open database file"))

    monkeypatch.setattr(viewers, "by_session", unreachable)
    visitor = app.test_client()
    with visitor.session_transaction() as session:
        session["_user_id"] = "resource:token"
    return visitor


def test_a_database_that_does_not_answer_is_told_in_one_sentence(visitor: FlaskClient) -> None:
    """Who is signed in can't be known either: the page does without."""
    answer = visitor.get("/companies")
    assert answer.status_code == 503
    assert "La base de données ne répond pas" in answer.text
    assert "secret" not in answer.text


def test_htmx_shows_that_sentence_in_the_page_it_is_on(visitor: FlaskClient) -> None:
    answer = visitor.get("/companies", headers=HTMX)
    assert answer.status_code == 503
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert answer.text.lstrip().startswith('<div class="toast error" role="alert">')
