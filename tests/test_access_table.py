"""Every address says who it is for, the page that lists them is right, and the door keeps to it (A5, R3)."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from webapp.access import ADMIN, PORTAL, PORTAL_DOOR, PUBLIC, STAFF, STAFF_DOOR
from webapp.access.guard import Area, area_of
from webapp.cli.docs import ACCESS_PAGE, access_page


def rules(app: Flask, area: Area) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if area_of(app.view_functions[rule.endpoint]) is area]


def address(app: Flask, rule: Rule) -> str:
    """Return an address of this shape; nobody knows whether there is a record behind it."""
    arguments = {
        name: 1 if isinstance(converter, IntegerConverter) else "x" for name, converter in rule._converters.items()
    }
    with app.test_request_context():
        built = app.url_map.bind("").build(rule.endpoint, arguments, method=next(iter(rule.methods or {"GET"})))
    return built if built.startswith("/") else rule.rule


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


def test_every_view_is_marked(session_app: Flask) -> None:
    unmarked = [r.rule for r in session_app.url_map.iter_rules() if not area_of(session_app.view_functions[r.endpoint])]
    assert not unmarked, f"these views need @access(...): {unmarked}"


def test_views_answer_get_and_post_only(session_app: Flask) -> None:
    others = {
        rule.rule: rule.methods
        for rule in session_app.url_map.iter_rules()
        if not (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS", "POST"}
    }
    assert not others


def test_the_page_of_the_documentation_is_up_to_date(session_app: Flask) -> None:
    written = ACCESS_PAGE.read_text("utf-8") if ACCESS_PAGE.exists() else ""
    assert written == access_page(session_app), "run: ./run flask docs access"


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(app: Flask, client: Any) -> None:
    for rule in [*rules(app, STAFF), *rules(app, ADMIN)]:
        for method in methods(rule):
            answer = client.open(method, address(app, rule), status=302)
            assert answer.location.startswith("/login"), f"{method} {rule.rule} leads to {answer.location}"


def test_htmx_is_sent_there_too(app: Flask, client: Any) -> None:
    for rule in [*rules(app, STAFF), *rules(app, ADMIN)]:
        for method in methods(rule):
            answer = client.open(method, address(app, rule), status=401, htmx=True)
            assert answer.headers["HX-Redirect"].startswith("/login")


def test_each_side_has_its_own_sign_in_page(app: Flask, client: Any) -> None:
    """P5"""
    for rule in rules(app, PORTAL):
        for method in methods(rule):
            answer = client.open(method, address(app, rule), status=302)
            assert answer.location.startswith("/portal/login"), f"{method} {rule.rule} leads to {answer.location}"
            answer = client.open(method, address(app, rule), status=401, htmx=True)
            assert answer.headers["HX-Redirect"].startswith("/portal/login")


def test_all_that_is_under_the_portal_is_the_portal_s(session_app: Flask) -> None:
    """P5: what an address looks like and whom its view is for agree, but for what pages of both sides show."""
    for rule in session_app.url_map.iter_rules():
        area = area_of(session_app.view_functions[rule.endpoint])
        if area is not PUBLIC:
            assert rule.rule.startswith("/portal/") == (area in (PORTAL, PORTAL_DOOR)), rule.rule


def test_resources_do_not_enter_administration(app: Flask, client: Any) -> None:
    bruno = client.as_("bruno")
    for rule in rules(app, ADMIN):
        for method in methods(rule):
            bruno.open(method, address(app, rule), status=403)


@pytest.mark.usefixtures("world")
def test_public_addresses_ask_nobody_to_sign_in(app: Flask, client: Any) -> None:
    for rule in [*rules(app, PUBLIC), *rules(app, STAFF_DOOR), *rules(app, PORTAL_DOOR)]:
        if "GET" in methods(rule) and rule.endpoint != "static":
            answer = client.open("GET", address(app, rule), status=range(200, 505))
            wants = answer.headers.get("Location", "")
            assert "/login?next=" not in wants, f"{rule.rule} is public, yet leads to {wants}"
