"""Every route of both sides, for contacts of each right and none, and everybody else: who gets in, what they read.

The routes come from the application's own map, so that a new page is tried without anybody thinking of it (P5, D11).
What hangs on companies is made in `things.py`: of each kind one that may be read, among those that may not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g, url_for
from sqlalchemy import select, update
from werkzeug.routing import IntegerConverter, Rule

from tests import factories, pdf
from tests.client import Browser
from tests.conftest import Starts
from tests.portal import things
from tests.portal.conftest import Guest, invite
from tests.portal.things import MARK
from tests.world import World
from webapp.access import (
    ADMIN,
    PORTAL,
    PORTAL_DOOR,
    PUBLIC,
    STAFF,
    STAFF_DOOR,
    SYSTEM,
    PortalViewer,
    closed,
    granted,
    visible,
    visible_in_portal,
)
from webapp.access.guard import area_of, right_of
from webapp.clock import now
from webapp.extensions import db
from webapp.models import (
    AddressKind,
    Company,
    Contact,
    HistoryEvent,
    PortalAccess,
    PortalRight,
    Resource,
)
from webapp.services import contacts

STAFF_SIDE = {STAFF, ADMIN, STAFF_DOOR}
PORTAL_SIDE = {PORTAL, PORTAL_DOOR}

#: What the parameters of the portal's addresses stand for; each is tried with every value.
VALUES: dict[str, Any] = {
    "kind": list(AddressKind),
    "name": ["provinces", "companies", "resources"],
    "session_id": [1],
    "token": ["x"],
    "resource_id": [],
    **dict.fromkeys(things.IDS),
}

#: The rights of the contacts who are not named after the one they have.
RIGHTS: dict[str, set[str]] = {
    "none": set(),
    "listed profiles": {PortalRight.RESOURCE_PROFILES},
    "all profiles": {PortalRight.RESOURCE_PROFILES, PortalRight.ALL_RESOURCE_PROFILES},
}


@dataclass(frozen=True)
class Places:
    """Who is tried, and what of the world each of them may read in the portal."""

    contacts: dict[str, Guest]
    #: What each must not read, whatever the page.
    marks: dict[str, list[str]]
    resource_ids: list[int]
    #: Of each kind of record, the ids of those one of the contacts may read.
    readable: dict[str, set[int]] = field(default_factory=dict)


@pytest.fixture
def places(world: World, db_session: Any, starts: Starts) -> Places:
    return starts.give("places", lambda: build(world))


def build(world: World) -> Places:
    """Contacts of each right and of none, and of each state; everything else bears the mark."""
    by = world.viewer("bruno")
    listed = factories.resource("Lise Montrée", job_title="Montrée1")
    hidden = factories.resource(f"{MARK} Cachée", job_title="Cachée1", phone_office="+33 1 23 45 67 80")
    gone = factories.resource(f"{MARK} Partie", job_title="Partie1")
    parent = factories.company(f"{MARK} Holding")
    own = factories.company("Durand Montrée", parent=parent.id, comments=f"{MARK} remarque", alias=f"{MARK} alias")
    factories.company(f"{MARK} Filiale", parent=own.id)
    factories.contact(f"{MARK} Collègue", company=own.id, email1="zorglub@durand.example")
    rights: dict[str, dict[str, Any]] = {
        "none": {},
        **{right: {right: True} for right in PortalRight},
        "listed profiles": {"resource_profiles": True, "profiles": frozenset({listed.id, gone.id})},
        "all profiles": {"resource_profiles": True, "all_resource_profiles": True},
    }
    guests = {}
    for name, given in rights.items():
        person = factories.contact(f"Ada {name}", company=own.id, email1=f"{name.replace(' ', '.')}@durand.example")
        contacts.update(person, {"comments": f"{MARK} commentaire", "manager": f"{MARK} chef"}, by)
        guests[name] = invite(world, person.id, **given)
    for name, values in {
        "pending": {"activated_at": None},
        "rejected": {"rejected_at": now()},
        "expired": {"activated_at": now() - timedelta(days=31)},
        "disabled": {"enabled": False},
    }.items():
        guests[name] = invite(world, factories.contact("Ada", email1=f"{name}@durand.example").id)
        db.session.execute(update(PortalAccess).where(PortalAccess.contact_id == guests[name].id).values(**values))
    guests["trashed"] = invite(world, factories.contact("Ada", email1="trashed@durand.example").id)
    db.session.execute(update(Contact).where(Contact.id == guests["trashed"].id).values(deleted_at=now()))
    db.session.execute(update(Resource).where(Resource.id == gone.id).values(is_active=False))
    db.session.commit()
    made = things.build(own, {name: guest.id for name, guest in guests.items()}, world.bruno)
    all_marks = [MARK, "Montrée1", "Cachée1", "Partie1", *things.SHOWN_TO]
    shown = {"listed profiles": ["Montrée1"], "all profiles": [MARK, "Montrée1", "Cachée1"]}
    for mark, rights in things.SHOWN_TO.items():
        for right in rights:
            shown.setdefault(right, []).append(mark)
    marks = {name: [mark for mark in all_marks if mark not in shown.get(name, [])] for name in guests}
    return Places(guests, marks, [listed.id, hidden.id, gone.id], made)


ACTIVE = ("none", *PortalRight, "listed profiles", "all profiles")
INACTIVE = ("pending", "rejected", "expired", "disabled", "trashed")


def area(app: Flask, rule: Rule) -> Any:
    return area_of(app.view_functions[rule.endpoint])


def requests(app: Flask, places: Places) -> Iterator[tuple[Rule, str, str]]:
    """Yield each route of the map, with each of its methods and an address."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            for url in addresses(app, rule, places):
                yield rule, method, url


def addresses(app: Flask, rule: Rule, places: Places) -> list[str]:
    """Return addresses of a route: of the portal all there are to try, of the staff any."""
    if area(app, rule) in PORTAL_SIDE:
        assert rule.arguments <= VALUES.keys(), f"{rule.rule}: say in VALUES what to try for it"
        tried: list[dict[str, Any]] = [{}]
        for name in rule.arguments:
            values = places.resource_ids if name == "resource_id" else things.tried(name, VALUES[name])
            tried = [{**one, name: value} for one in tried for value in values]
    else:
        tried = [{n: 1 if isinstance(c, IntegerConverter) else "x" for n, c in rule._converters.items()}]
    with app.test_request_context():
        return [url_for(rule.endpoint, **values) for values in tried]


def open_(browser: Browser, method: str, url: str, **headers: str) -> tuple[int, str, Any]:
    answer = browser.run(lambda: browser._flask.open(url, method=method, headers=headers))
    body = answer.get_data()
    text = " ".join(pdf.pages(body)) if answer.mimetype == "application/pdf" else body.decode()
    return answer.status_code, text, answer.headers


def test_a_contact_reaches_no_address_of_the_staff(app: Flask, client: Browser, places: Places) -> None:
    """P5: each is sent home from every one of them, by a link, a form or htmx alike."""
    for who in ("none", "all profiles"):
        browser = client.as_contact(places.contacts[who].id)
        tried = 0
        for rule, method, url in requests(app, places):
            if area(app, rule) not in STAFF_SIDE:
                continue
            status, body, headers = open_(browser, method, url)
            assert (status, headers.get("Location")) == (303, "/portal/"), f"{who}: {method} {url} gave {status}"
            status, body, headers = open_(browser, method, url, **{"HX-Request": "true"})
            assert (status, headers.get("HX-Redirect"), body) == (403, "/portal/", ""), f"{who}: {method} {url}"
            tried += 1
        assert tried > 80


@pytest.mark.parametrize("person", ["anne", "bruno", "chloe"])
def test_a_resource_reaches_no_address_of_the_portal(app: Flask, client: Browser, places: Places, person: str) -> None:
    """P5: admins included."""
    browser = client.as_(person)
    for rule, method, url in requests(app, places):
        if area(app, rule) in PORTAL_SIDE:
            status, _body, headers = open_(browser, method, url)
            assert (status, headers.get("Location")) == (303, "/"), f"{method} {url} gave {status}"
            status, body, headers = open_(browser, method, url, **{"HX-Request": "true"})
            assert (status, headers.get("HX-Redirect"), body) == (403, "/", ""), f"{method} {url}"


@pytest.mark.parametrize("who", ["stranger", *INACTIVE])
def test_nobody_else_reaches_the_inside(app: Flask, client: Browser, places: Places, who: str) -> None:
    """D1, D2: whatever session they may hold."""
    browser = client if who == "stranger" else client.as_contact(places.contacts[who].id)
    for rule, method, url in requests(app, places):
        if area(app, rule) is PUBLIC or area(app, rule) in (PORTAL_DOOR, STAFF_DOOR):
            continue
        door = "/portal/login" if area(app, rule) is PORTAL else "/login"
        status, body, headers = open_(browser, method, url)
        assert status == 302, f"{who}: {method} {url} gave {status}"
        assert headers["Location"].startswith(door), f"{who}: {method} {url} leads to {headers['Location']}"
        assert MARK not in body
        status, _body, headers = open_(browser, method, url, **{"HX-Request": "true"})
        assert status == 401
        assert headers["HX-Redirect"].startswith(door)


@pytest.mark.parametrize("who", ACTIVE)
def test_what_was_not_granted_is_nowhere(app: Flask, client: Browser, places: Places, who: str) -> None:
    """P1, P5, P12, D11: a page that needs a right one has not is as if it were not there; no page has a trace of other
    companies, one's parent and subsidiaries among them, of other contacts, of what the staff writes, of other staff."""
    guest = places.contacts[who]
    browser = client.as_contact(guest.id)
    seen = ""
    for rule, method, url in requests(app, places):
        if area(app, rule) not in PORTAL_SIDE or method != "GET":
            continue
        right = right_of(app.view_functions[rule.endpoint])
        status, body, _headers = open_(browser, method, url)
        is_granted = right is None or right in RIGHTS.get(who, {who})
        assert status < 500, f"{who}: {url}"
        if not is_granted or not things.may_read(rule, url, places.readable):
            assert status == 404, f"{who}: {url} gave {status}"
        shown = [mark for mark in places.marks[who] if mark in body]
        assert not shown, f"{url} shows {shown} to {who}"
        _status, part, _headers = open_(browser, method, f"{url}?q={MARK[:4]}", **{"HX-Request": "true"})
        assert not [mark for mark in places.marks[who] if mark in part], f"{url} by htmx, to {who}"
        seen += body
    assert guest.name in seen
    if who in ("listed profiles", "all profiles"):
        assert "Montrée1" in seen
    there = [rule.rule for rule in app.url_map.iter_rules() if area(app, rule) in PORTAL_SIDE]
    for mark, (path, *_rest) in things.PAGES.items():
        if who in things.SHOWN_TO[mark] and any(f"/{path}" in rule for rule in there):
            assert mark in seen, f"{who} does not read {mark}"


@pytest.mark.parametrize("who", ACTIVE)
def test_what_was_not_granted_cannot_be_written_to(app: Flask, client: Browser, places: Places, who: str) -> None:
    """P5, P7 to P11: every form of a record one may not read is as missing as its page."""
    browser = client.as_contact(places.contacts[who].id)
    token = browser.get("/portal/account/password").form().one("input", name="csrf_token")["value"]
    for rule, method, url in requests(app, places):
        if area(app, rule) is not PORTAL or method != "POST" or not things.names_a_record(rule):
            continue
        is_granted = right_of(app.view_functions[rule.endpoint]) in RIGHTS.get(who, {who})
        if not is_granted or not things.may_read(rule, url, places.readable):
            answer = browser.run(lambda url=url: browser._flask.post(url, data={"csrf_token": token}))
            assert answer.status_code == 404, f"{who}: {url} gave {answer.status_code}"


def test_no_statement_reads_for_a_contact_but_by_a_rule_of_theirs(app: Flask, places: Places) -> None:
    """A5: they are refused before they run, whatever a view would like to show."""
    guest = places.contacts["all profiles"]
    contact = PortalViewer(
        contact_id=guest.id,
        company_id=1,
        name=guest.name,
        email=guest.email,
        rights=frozenset(PortalRight),
        max_profiles=None,
        language=None,
        timezone="UTC",
    )
    by_the_staff_s_rules = (visible(Company, SYSTEM), granted(select(Contact), "some other way"))
    with app.test_request_context("/portal/"):
        for statement in (select(Resource), *by_the_staff_s_rules):
            db.session.execute(statement).all()
            g.viewer = contact
            with pytest.raises(closed.UnmarkedSelect):
                db.session.execute(statement)
            g.viewer = None
        g.viewer = contact
        with pytest.raises(KeyError):
            visible_in_portal(HistoryEvent, contact)
        assert db.session.scalars(visible_in_portal(Resource, contact)).all()
