"""The tests' own tools do what the other tests count on."""

from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from webapp.models import Company, ReferenceItem, Resource


@pytest.mark.parametrize("run_number", [1, 2])
def test_each_test_has_a_database_of_its_own(db_session: Any, run_number: int) -> None:
    assert db_session.scalar(select(func.count()).select_from(Resource)) == 0
    assert db_session.scalar(select(func.count()).select_from(ReferenceItem)) > 5000
    factories.resource("Quelqu’un")


def test_the_people_of_the_world_are_signed_in(client: Any) -> None:
    page = client.as_("anne").get("/")
    assert "Anne Lefèvre" in page


def test_signing_in_by_the_form_works_as_by_the_shortcut(world: Any, client: Any) -> None:
    page = client.get("/login").submit({"email": world.bruno.email, "password": world.bruno.password})
    assert page.location == "/"
    assert "Bruno Masson" in page.follow()


def test_a_test_reads_what_a_request_stored(db_session: Any, world: Any, client: Any) -> None:
    company = factories.company("Avant")
    client.as_("anne").get("/")
    assert db_session.get(Company, company.id).name == "Avant"


def test_a_page_without_its_csrf_token_is_refused(client: Any) -> None:
    anne = client.as_("anne")
    anne.get("/")
    anne.open("POST", "/logout", data={}, status=400)


def test_statements_are_counted(client: Any, queries: Any) -> None:
    anne = client.as_("anne")
    with queries() as seen:
        anne.get("/")
    assert any("staff_session.token_hash = " in statement for statement in seen)
    with queries() as again:
        anne.get("/")
    assert len(again) == len(seen)


def test_a_page_of_chromium_is_signed_in_and_accessible(browser_page: Any, axe: Any) -> None:
    page = browser_page("bruno")
    page.goto("/")
    assert page.get_by_text("Bruno Masson").count()
    axe(page)


def test_a_browser_without_scripts_reads_the_same_page(no_script_page: Any) -> None:
    page = no_script_page("bruno")
    page.goto("/")
    assert page.locator("h1").inner_text()


def test_what_the_browser_complains_of_is_heard(browser_page: Any, complaints: Any) -> None:
    page = browser_page("bruno")
    page.goto("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.evaluate("setTimeout(() => { throw new Error('deliberate') })")
    page.wait_for_timeout(100)
    heard = "\n".join(complaints.left())
    assert "Content Security Policy" in heard
    assert "deliberate" in heard
    complaints.allow("Content Security Policy|deliberate")
