"""One's activities in one's own calendar program: a secret address, what it gives and to whom (S1)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.client import Browser
from tests.portal.conftest import invite
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import AuditEntry, AuditKind, CalendarFeed, Company, Contact, Resource
from webapp.services import companies, contacts, organisation, resources
from webapp.services.activities import ACTIVITIES

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def stranger(app: Any, world: World) -> Browser:
    """A calendar program: a browser in which nobody is signed in."""
    return Browser(app, world.person)


def address(browser: Browser) -> str:
    """Have one's address made, and return its path, as it is shown once."""
    page = browser.get("/account").submit(form="/account/calendar", status=200)
    return "/calendar/" + page.one("input", id="calendar-address")["value"].partition("/calendar/")[2]


def raw(browser: Browser, url: str) -> str:
    """Return what a program is sent, its lines ended as they are."""
    answer = browser.run(lambda: browser._flask.get(url))
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    return str(answer.get_data().decode())


def read(browser: Browser, url: str) -> list[dict[str, str]]:
    """Return the events of a calendar, lines unfolded."""
    found: list[dict[str, str]] = []
    for line in raw(browser, url).replace("\r\n ", "").split("\r\n"):
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            found[-1][name] = value
    return found


def test_my_calendar_shows_what_i_have_to_do_on_a_day(bruno: Any, world: World, stranger: Browser) -> None:
    """All day or at an hour of the organisation's zone, in winter and in summer; what is done, has no day or is
    somebody else's is not there."""
    organisation.save({"timezone": "Europe/Paris"})
    db.session.commit()
    made = factories.activity(
        world.durand,
        world.bruno,
        name="Rappeler ; vite, très vite",
        contact=world.elise.id,
        due_on=date(2026, 12, 3),
        comments="Deux\nlignes \\ fin",
    )
    factories.activity(world.durand, world.bruno, name="Hiver", due_on=date(2026, 12, 4), due_time="09:00")
    factories.activity(world.durand, world.bruno, name="Été", due_on=date(2027, 7, 1), due_time="09:00")
    factories.activity(world.durand, world.bruno, name="Sans jour")
    factories.activity(world.durand, world.chloe, name="De Chloé", due_on=date(2026, 12, 3))
    done = factories.activity(world.durand, world.bruno, name="Faite", due_on=date(2026, 12, 3))
    ACTIVITIES.complete(done, world.viewer("bruno"))
    db.session.commit()
    url = address(bruno)
    first, winter, summer = read(stranger, url)
    assert first["SUMMARY"] == "Rappeler \\; vite\\, très vite (Durand & Fils)"
    assert first["DESCRIPTION"] == "Durand & Fils · Élise Nguyễn\\n\\nDeux\\nlignes \\\\ fin"
    assert (first["DTSTART;VALUE=DATE"], first["DTEND;VALUE=DATE"]) == ("20261203", "20261204")
    assert first["URL"].endswith(f"/activities/{made.id}")
    assert (winter["DTSTART"], winter["DTEND"]) == ("20261204T080000Z", "20261204T083000Z")
    assert summer["DTSTART"] == "20270701T070000Z"
    before = first["UID"]
    bruno.get(f"/activities/{made.id}/edit").submit({"name": "Autre nom"})
    again = read(stranger, url)[0]
    assert again["UID"] == before, "the same event, changed"
    assert int(again["SEQUENCE"]) == int(first["SEQUENCE"]) + 1


def test_lines_are_as_the_standard_wants_them(bruno: Any, world: World, stranger: Browser) -> None:
    """RFC 5545: CRLF everywhere, no more than 75 octets a line, no letter cut in two."""
    factories.activity(world.durand, world.bruno, name="é😀" * 70, due_on=date(2026, 12, 3), comments="x\r\n\0y" * 99)
    text = raw(stranger, address(bruno))
    lines = text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert not any("\n" in line or "\r" in line or "\0" in line for line in lines)
    assert max(len(line.encode()) for line in lines) == 75
    assert "é😀" * 70 in text.replace("\r\n ", "")


def test_the_address_is_shown_once_and_a_new_one_ends_it(bruno: Any, world: World, stranger: Browser) -> None:
    """The database knows its hash; the audit knows when."""
    url = address(bruno)
    token = url.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in bruno.get("/account")
    assert db.session.scalars(select(CalendarFeed.token_hash)).one() != token
    assert read(stranger, url) == []
    newer = address(bruno)
    stranger.get(url, status=404)
    assert read(stranger, newer) == []
    assert "ne donne plus rien" in bruno.get("/account").submit(form="/account/calendar/end").follow()
    stranger.get(newer, status=404)
    told = db.session.scalars(select(AuditEntry.kind).order_by(AuditEntry.id)).all()
    opened, closed = AuditKind.CALENDAR_OPENED, AuditKind.CALENDAR_CLOSED
    assert [kind for kind in told if kind in (opened, closed)] == [opened, opened, closed]


@pytest.mark.parametrize("token", ["x", "é" * 300, "%00", "..", "a" * 43])
def test_any_other_address_is_not_found(bruno: Any, stranger: Browser, token: str) -> None:
    address(bruno)
    stranger.get(f"/calendar/{token}.ics", status=404)


def test_it_shows_only_what_its_owner_may_see_now(client: Browser, bruno: Any, world: World, stranger: Browser) -> None:
    """A2, A3: not what became restricted, nor a contact in the trash."""
    factories.activity(world.durand, world.bruno, name="Ouverte", contact=world.elise.id, due_on=date(2026, 12, 3))
    factories.activity(world.ecluse, world.bruno, name="Restreinte", due_on=date(2026, 12, 4))
    url = address(bruno)
    assert len(read(stranger, url)) == 2
    values = {"restrict_access": True, "allowed_resources": [world.chloe.id]}
    companies.update(get_visible(Company, world.ecluse.id, SYSTEM), values, SYSTEM)
    contacts.update(get_visible(Contact, world.elise.id, SYSTEM), values, SYSTEM)
    db.session.commit()
    assert read(stranger, url) == []


def test_whoever_left_has_no_calendar(bruno: Any, world: World, stranger: Browser) -> None:
    """R2: nor when they come back."""
    url = address(bruno)
    person = db.session.get_one(Resource, world.bruno.id)
    for is_active in (False, True):
        resources.update_resource(person, {"is_active": is_active}, world.viewer("anne"))
        db.session.commit()
        stranger.get(url, status=404)


def test_whoever_is_inactive_reads_nothing_even_with_a_row_left(bruno: Any, world: World, stranger: Browser) -> None:
    url = address(bruno)
    db.session.get_one(Resource, world.bruno.id).is_active = False
    db.session.commit()
    stranger.get(url, status=404)


def test_a_contact_of_the_portal_is_answered_as_if_it_were_not_there(client: Browser, bruno: Any, world: World) -> None:
    """P5."""
    url = address(bruno)
    client.as_contact(invite(world, world.elise.id).id).get(url, status=404)


def test_it_speaks_its_owner_s_language(client: Browser, world: World, stranger: Browser) -> None:
    """N4."""
    db.session.get_one(Resource, world.bruno.id).language = "en"
    db.session.commit()
    factories.activity(world.durand, world.bruno, name="A", due_on=date(2026, 12, 3))
    url = address(client.as_("bruno"))
    assert "X-WR-CALNAME:My activities" in raw(stranger, url)
    assert read(stranger, url)[0]["CATEGORIES"] == "Task"


def test_it_costs_few_queries(bruno: Any, world: World, stranger: Browser, queries: Any) -> None:
    for number in range(30):
        factories.activity(world.durand, world.bruno, due_on=date(2026, 12, 1 + number), due_time="10:00")
    url = address(bruno)
    with queries() as seen:
        assert len(read(stranger, url)) == 30
    assert len(seen) <= 3
