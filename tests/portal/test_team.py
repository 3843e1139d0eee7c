"""« Équipe »: the staff profiles a contact may read, and no others (P12, D10)."""

from typing import Any

import pytest
from sqlalchemy import update

from tests import factories
from tests.client import Browser
from tests.portal.conftest import Guest, access_of, invite
from tests.world import World
from webapp.extensions import db
from webapp.models import PortalProfile, Resource


@pytest.fixture
def visit(client: Browser, world: World, db_session: Any) -> Any:
    """Give Élise these rights, and return her browser."""

    def open_for(**rights: Any) -> Browser:
        guest = invite(world, world.elise.id, **rights)
        return client.as_contact(guest.id)

    return open_for


def names(browser: Browser, **query: Any) -> list[str]:
    page = browser.get("/portal/team", **query)
    return [link.one("bdi").text for link in page.all("a") if link["href"].startswith("/portal/team/")]


def test_all_the_staff_at_work_when_all_are_granted(visit: Any, world: World) -> None:
    factories.resource("Zoé Partie", is_active=False)
    browser = visit(resource_profiles=True, all_resource_profiles=True)
    assert names(browser) == [world.anne.name, world.bruno.name, world.chloe.name]


def test_those_listed_and_nobody_else(visit: Any, world: World) -> None:
    browser = visit(resource_profiles=True, profiles=frozenset({world.chloe.id, world.anne.id}))
    assert names(browser) == [world.anne.name, world.chloe.name]
    page = browser.get(f"/portal/team/{world.chloe.id}")
    assert page.heading == world.chloe.name
    assert world.chloe.email in page
    browser.get(f"/portal/team/{world.bruno.id}", status=404)


@pytest.mark.parametrize("resource_id", [0, 999_999, 2**63, 2**70])
def test_whoever_is_missing_is_not_found(visit: Any, resource_id: int) -> None:
    visit(resource_profiles=True, all_resource_profiles=True).get(f"/portal/team/{resource_id}", status=404)


@pytest.mark.parametrize("rights", [{}, {"all_resource_profiles": True}])
def test_without_the_right_there_is_no_such_page(visit: Any, world: World, rights: dict[str, bool]) -> None:
    """P1, P5: all profiles count only with profiles; neither page nor menu, nor their sponsor's."""
    browser = visit(**rights)
    browser.get("/portal/team", status=404)
    browser.get(f"/portal/team/{world.bruno.id}", status=404)
    home = browser.get("/portal/")
    assert "Équipe" not in home
    assert "Voir le profil" not in home


def test_the_profile_of_who_leaves_is_gone_at_once(visit: Any, world: World, db_session: Any) -> None:
    browser = visit(resource_profiles=True, profiles=frozenset({world.chloe.id, world.anne.id}))
    db_session.execute(update(Resource).where(Resource.id == world.chloe.id).values(is_active=False))
    db_session.commit()
    assert names(browser) == [world.anne.name]
    browser.get(f"/portal/team/{world.chloe.id}", status=404)


def test_never_more_than_the_maximum(visit: Any, world: World, db_session: Any) -> None:
    """P12, D10: who comes back to work after others were listed makes no more of them."""
    browser = visit(resource_profiles=True, max_resources=2, profiles=frozenset({world.anne.id, world.bruno.id}))
    db_session.add(PortalProfile(contact_id=world.elise.id, resource_id=world.chloe.id))
    db_session.commit()
    assert names(browser) == [world.anne.name, world.bruno.name]
    browser.get(f"/portal/team/{world.chloe.id}", status=404)


def test_a_right_taken_away_closes_the_page_at_once(visit: Any, world: World) -> None:
    browser = visit(resource_profiles=True, all_resource_profiles=True)
    browser.get("/portal/team")
    access_of(Guest(world.elise.id, "", "")).resource_profiles = False
    db.session.commit()
    browser.get("/portal/team", status=404)


def test_the_sponsor_s_profile_is_offered_when_it_may_be_read(visit: Any, world: World) -> None:
    browser = visit(resource_profiles=True, profiles=frozenset({world.bruno.id}))
    assert browser.get("/portal/").click("Voir le profil").heading == world.bruno.name


def test_nobody_is_sent_to_a_sponsor_who_has_left(visit: Any, world: World, db_session: Any) -> None:
    """P5: the first page names who answers for the access, while they are at work."""
    browser = visit()
    assert world.bruno.name in browser.get("/portal/")
    db_session.execute(update(Resource).where(Resource.id == world.bruno.id).values(is_active=False))
    db_session.commit()
    assert world.bruno.name not in browser.get("/portal/")


def test_a_long_list_is_read_a_page_at_a_time_and_searched(
    visit: Any, world: World, queries: Any, db_session: Any
) -> None:
    for number in range(30):
        factories.resource(f"Zoé Numéro{number:02}")
    browser = visit(resource_profiles=True, all_resource_profiles=True)
    with queries() as seen:
        first = browser.get("/portal/team")
    assert len(seen) <= 4, seen
    second = first.click("Suite")
    back = second.click("Précédents")
    people = [[link["href"] for link in page.all("a", class_="portal-card")] for page in (first, second, back)]
    assert (len(people[0]), len(people[1])) == (24, 9)
    assert not set(people[0]) & set(people[1])
    assert people[2] == people[0]
    assert names(browser, q="zoe numero07") == ["Zoé Numéro07"]
    assert "Personne de ce nom" in browser.get("/portal/team", q="zorglub")
    browser.get("/portal/team", after="n’importe quoi")
    assert "after=" in first.link("Suite")["href"]


def test_a_search_finds_only_what_may_be_read(visit: Any, world: World) -> None:
    browser = visit(resource_profiles=True, profiles=frozenset({world.anne.id}))
    assert names(browser, q="bruno") == []
    assert names(browser, q="lef") == ["Anne Lefèvre"]
    assert names(browser, q="fevre") == []
