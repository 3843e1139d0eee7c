"""Every viewer, every kind of restriction, every page: what is hidden is nowhere, and the explanation tells the truth.

The routes come from the application's own map, so that a new page is tried without anybody thinking of it (A1 to A5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.routing import Rule

from tests import factories
from tests.client import Browser
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Company, Contact, MyContact, ReferenceList, Resource, Role
from webapp.services import sharing

#: What all hidden things are looked for by; the rest of each name is its marker, which no page may show by echo.
COMMON = "Zorglub"

#: The parameters of addresses that say neither which company nor which contact, and what is tried for them.
TREE = {"tree": "type", "branch_id": 0, "name": "companies"}
#: Pages of other things, which show no company by their address; they are for admins, or for whoever has the link.
ELSEWHERE = {"action", "entity_id", "item_id", "mail_id", "resource_id", "token"}


@dataclass(frozen=True)
class Record:
    model: type[Any]
    id: int
    marker: str


@dataclass(frozen=True)
class Matrix:
    people: dict[str, Resource]
    records: list[Record]
    client_type: int

    def seen(self, person: Resource) -> set[Record]:
        """Return the records that the explanation says a person sees."""
        found = set()
        for record in self.records:
            kept = get_visible(record.model, record.id, SYSTEM)
            if any(one.sees for one in sharing.who_sees(kept, [person.id])):
                found.add(record)
        return found


@pytest.fixture
def matrix(app: Flask, db_session: Any) -> Matrix:
    db.session().expire_on_commit = False
    paris, lyon = factories.billing_entity("Entité Paris"), factories.billing_entity("Entité Lyon")
    people = {
        "admin": factories.resource("Ada", role=Role.ADMIN),
        "listed": factories.resource("Lise"),
        "by entity": factories.resource("Enzo", billing_entities=[paris]),
        "by both": factories.resource("Boris", billing_entities=[paris]),
        "of two entities": factories.resource("Dora", billing_entities=[paris, lyon]),
        "of another entity": factories.resource("Anouk", billing_entities=[lyon]),
        "neither": factories.resource("Nora"),
        "representative": factories.resource("Rémi"),
        "inactive": factories.resource("Ines", is_active=False),
    }
    listed = {"restrict_access": True, "allowed_resources": [people["listed"].id, people["by both"].id]}
    kinds: dict[str, dict[str, Any]] = {
        "Ouverte11": {},
        "Nommee22": listed,
        "Entite33": {"billing_entities": [paris.id]},
        "Union44": {**listed, "billing_entities": [lyon.id]},
        "Partie55": {"restrict_access": True, "allowed_resources": [people["inactive"].id]},
        "Commercial66": {**listed, "sales_rep": people["representative"].id},
    }
    narrowed = {
        "": {},
        "x": {"restrict_access": True, "allowed_resources": [people["listed"].id]},
        "y": {"restrict_access": True, "allowed_resources": [people["neither"].id]},
    }
    records = []
    for marker, access in kinds.items():
        company = factories.company(f"{COMMON} {marker}q", **access)
        records.append(Record(Company, company.id, f"{marker}q"))
        for suffix, own in narrowed.items():
            name = f"P{marker}{suffix}q"
            contact = factories.contact(f"{COMMON} {name}", company=company.id, **own)
            records.append(Record(Contact, contact.id, name))
    db.session.add_all(
        MyContact(resource_id=person.id, contact_id=record.id)
        for person in people.values()
        for record in records
        if record.model is Contact
    )
    db.session.commit()
    return Matrix(people, records, factories.reference(ReferenceList.ACCOUNT_TYPE, "client"))


def routes(app: Flask) -> tuple[list[Rule], list[Rule]]:
    """Return the GET routes about one company or contact, and those about many."""
    known = {"company_id", "contact_id", *TREE, *ELSEWHERE}
    ones, many = [], []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments & ELSEWHERE:
            continue
        assert rule.arguments <= known, (
            f"{rule.rule} takes {sorted(rule.arguments - known)}, of which this test knows nothing: "
            "say here what to try for it, or that it shows no company and no contact"
        )
        (ones if rule.arguments & {"company_id", "contact_id"} else many).append(rule)
    return ones, many


def address(app: Flask, rule: Rule, **values: Any) -> str:
    with app.test_request_context():
        return url_for(rule.endpoint, **{name: values.get(name, TREE.get(name)) for name in rule.arguments})


def get(browser: Browser, url: str, **options: Any) -> tuple[int, str]:
    answer = browser.run(lambda: browser._flask.get(url, **options))
    return answer.status_code, answer.get_data(as_text=True)


def assert_absent(body: str, hidden: Iterable[Record], where: str) -> None:
    shown = [record.marker for record in hidden if record.marker in body]
    assert not shown, f"{where} shows {shown}"


def expected_status(rule: Rule, who: str, is_seen: bool) -> int:
    """Return what a page of one record answers; nothing here is in the trash, which is emptied by admins alone."""
    if who == "inactive":
        return 302
    if rule.endpoint.startswith("trash."):
        return 404 if who == "admin" else 403
    if rule.endpoint.startswith("portal_access."):
        # Nobody gave any of them an access to the portal.
        return 404
    return 200 if is_seen else 404


VIEWERS = ("admin", "listed", "by entity", "by both", "of two entities", "of another entity", "neither")
ALL = (*VIEWERS, "representative", "inactive")


#: What each may see of companies, written by hand: the one answer that comes from nowhere else.
EXPECTED = {
    "admin": {"Ouverte11q", "Nommee22q", "Entite33q", "Union44q", "Partie55q", "Commercial66q"},
    "listed": {"Ouverte11q", "Nommee22q", "Union44q", "Commercial66q"},
    "by entity": {"Ouverte11q", "Entite33q"},
    "by both": {"Ouverte11q", "Nommee22q", "Entite33q", "Union44q", "Commercial66q"},
    "of two entities": {"Ouverte11q", "Entite33q", "Union44q"},
    "of another entity": {"Ouverte11q", "Union44q"},
    "neither": {"Ouverte11q"},
    "representative": {"Ouverte11q"},
    "inactive": set(),
}


def test_what_is_hidden_is_nowhere(app: Flask, matrix: Matrix) -> None:
    """A1 to A5: the status of each page of a record, and no trace of a hidden one on any page."""
    ones, many = routes(app)
    people = Browser(app, matrix.people.__getitem__)
    for who in ALL:
        seen = matrix.seen(matrix.people[who])
        assert {one.marker for one in seen if one.model is Company} == EXPECTED[who], who
        hidden = [one for one in matrix.records if one not in seen]
        browser = people.as_(who)
        for rule in ones:
            key, model = ("company_id", Company) if "company_id" in rule.arguments else ("contact_id", Contact)
            for record in matrix.records:
                if record.model is not model:
                    continue
                url = address(app, rule, **{key: record.id})
                status, body = get(browser, url)
                expected = expected_status(rule, who, record in seen)
                assert status == expected, f"{who}, {record.marker}: {url} gave {status}, not {expected}"
                assert_absent(body, hidden, f"{url}, to {who},")
        urls = [address(app, rule, branch_id=matrix.client_type) for rule in many]
        for url in urls:
            for asked, headers in ((url, {}), (f"{url}?q={COMMON}", {"HX-Request": "true"})):
                _status, body = get(browser, asked, headers=headers)
                assert_absent(body, hidden, f"{asked}, to {who},")


def test_what_is_seen_is_found(app: Flask, matrix: Matrix) -> None:
    """The other half: a page that showed nothing to anybody would pass the test above."""
    people = Browser(app, matrix.people.__getitem__)
    for who in VIEWERS:
        seen = matrix.seen(matrix.people[who])
        _status, tree = get(people.as_(who), f"/trees/type/{matrix.client_type}")
        _status, mine = get(people.as_(who), "/my-contacts.vcf")
        for record in seen:
            assert record.marker in (tree if record.model is Company else mine), f"{who}: {record.marker}"
