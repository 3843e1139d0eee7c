"""Twelve viewers, every kind of restriction, every page: what is hidden is nowhere, and the explanation is true.

The routes come from the application's own map, so that a new page is tried without anybody thinking of it. What each
viewer may see is written here by hand: it is the one answer that comes from nowhere else (A1 to A5, D6, D7, D16).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select
from werkzeug.routing import Rule

from tests import factories, restricted_world
from tests.client import HTMX, Browser
from tests.markup import read
from tests.restricted_world import COMMON, STATUS
from webapp.access import unscoped
from webapp.blueprints.home import KEPT, RECENT_COOKIE
from webapp.extensions import db
from webapp.models import (
    NO_BRANCH,
    CommercialStatus,
    Company,
    Contact,
    HistoryEvent,
    ReferenceList,
    Resource,
    Tree,
)
from webapp.services import sight
from webapp.services.lookups import LOOKUPS

# --- who sees what, by hand ----------------------------------------------------------------------------------------

EVERYONE_S = {"Ouverte11q", "Filiale77q"}
SEES = {
    "admin": EVERYONE_S | {"Nommee22q", "Entite33q", "Union44q", "Partie55q", "Suivie66q", "Cachee88q"},
    "listed": EVERYONE_S | {"Nommee22q", "Union44q", "Suivie66q", "Cachee88q"},
    "by entity": EVERYONE_S | {"Entite33q"},
    "by both": EVERYONE_S | {"Nommee22q", "Entite33q", "Union44q", "Suivie66q", "Cachee88q"},
    "of two entities": EVERYONE_S | {"Entite33q", "Union44q"},
    "of another entity": EVERYONE_S | {"Union44q"},
    "neither": EVERYONE_S,
    # Working with a company opens nothing (D6), nor being somebody's favourite, nor being named on a contact alone.
    "account manager": EVERYONE_S,
    "favourite": EVERYONE_S,
    "named on a contact": EVERYONE_S,
    "inactive": set(),
    "stranger": set(),
}
#: Who sees the contacts of a company they see, by the last letter of the contact's marker.
SEES_CONTACT = {"x": {"admin", "listed"}, "y": {"admin", "named on a contact"}}
#: Of what is in the trash, who may take what back: admins all, others what they deleted and would see.
TAKES_BACK = {"admin": {"Jetee99q", "Perdue10q"}, "neither": {"Jetee99q"}}
VIEWERS = tuple(SEES)
SIGNED_IN = VIEWERS[:-2]

SECTION = {
    CommercialStatus.CLIENT: "/companies",
    CommercialStatus.LEAD: "/leads",
    CommercialStatus.PROSPECT: "/prospects",
}


@dataclass(frozen=True)
class Record:
    """A company or a contact, with the marker of its name, that of its company, and a word that finds it alone."""

    model: type[Any]
    id: int
    marker: str
    company: str
    key: str

    @property
    def is_company(self) -> bool:
        return self.model is Company

    @property
    def root(self) -> str:
        return f"/companies/{self.id}" if self.is_company else f"/contacts/{self.id}"

    def is_seen_by(self, who: str) -> bool:
        """Whether the table says so."""
        return self.company in SEES[who] and who in SEES_CONTACT.get(self.marker.removesuffix("q")[-1], VIEWERS)


@dataclass(frozen=True)
class Matrix:
    app: Flask
    people: dict[str, Resource]
    records: list[Record]
    #: The companies in the trash; their contacts went with them.
    gone: list[Record]
    #: What is tried for the parts of addresses that say neither which company nor which contact.
    parts: dict[str, list[Any]]

    def browser(self, who: str) -> Browser:
        visitor = Browser(self.app, self.people.__getitem__)
        return visitor if who == "stranger" else visitor.as_(who)

    def seen(self, who: str) -> list[Record]:
        return [one for one in self.records if one.is_seen_by(who)]

    def hidden(self, who: str) -> list[Record]:
        return [one for one in (*self.records, *self.gone) if one in self.gone or not one.is_seen_by(who)]

    def addresses(self, rule: Rule, **ids: int) -> Iterator[str]:
        """Yield the addresses of a route, with each value that is tried for its other parts."""
        names = sorted(rule.arguments - ids.keys())
        with self.app.test_request_context():
            for values in product(*(self.parts[name] for name in names)):
                yield url_for(rule.endpoint, **dict(zip(names, values, strict=True)), **ids)


@pytest.fixture
def matrix(app: Flask, db_session: Any, database: Any) -> Matrix:
    """The records and the people, made once for all the tests, which only look at them."""

    def leave() -> None:
        """Close what is open on the database: it is copied, or another takes its place."""
        db.session.commit()
        db.session.remove()
        db.engine.dispose()

    def fill() -> None:
        restricted_world.build()
        leave()

    database.build_template(fill, "comptoir_restricted")
    leave()
    database.renew("comptoir_restricted")
    db.session().expire_on_commit = False
    return _read(app)


def _read(app: Flask) -> Matrix:
    companies = {one.id: one for one in db.session.scalars(unscoped(select(Company).order_by(Company.id), "a test"))}
    contacts = db.session.scalars(unscoped(select(Contact).order_by(Contact.id), "a test")).all()
    markers = {one.id: one.name.removeprefix(f"{COMMON} ") for one in companies.values()}
    records = [Record(Company, one.id, markers[one.id], markers[one.id], one.alias) for one in companies.values()]
    records += [Record(Contact, one.id, one.last_name, markers[one.company_id], one.nickname) for one in contacts]
    gone = [one for one in records if one.company in restricted_world.GONE]
    named = {one.name: one for one in db.session.scalars(select(Resource))}
    people = {who: named[name] for who, name in restricted_world.NAMES.items()}
    client = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    parts = {
        "tree": list(Tree),
        "branch_id": [NO_BRANCH, client, people["account manager"].id],
        "name": list(LOOKUPS),
    }
    return Matrix(app, people, [one for one in records if one not in gone], gone, parts)


# --- asking --------------------------------------------------------------------------------------------------------

ABOUT_ONE = {"company_id", "contact_id"}
#: Routes about other things show no company by their address; they are for admins, or for whoever has the link.
ELSEWHERE = {"action", "entity_id", "item_id", "mail_id", "resource_id", "session_id", "kind", "token"}


def routes(matrix: Matrix, method: str, about_one: bool) -> list[Rule]:
    """Return the routes of a method about one company or contact, or those about none in particular."""
    found = []
    for rule in matrix.app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.arguments & ELSEWHERE:
            continue
        unknown = rule.arguments - ABOUT_ONE - matrix.parts.keys()
        assert not unknown, (
            f"{rule.rule} takes {sorted(unknown)}, of which this test knows nothing: "
            "say here what to try for it, or that it shows no company and no contact"
        )
        if bool(rule.arguments & ABOUT_ONE) is about_one:
            found.append(rule)
    return found


def get(browser: Browser, url: str, headers: Any = None, method: str = "GET", data: Any = None) -> tuple[int, str]:
    answer = browser.run(lambda: browser._flask.open(url, method=method, headers=headers, data=data))
    return answer.status_code, answer.get_data(as_text=True)


def assert_absent(body: str, hidden: Iterable[Record], where: str) -> None:
    shown = [record.marker for record in hidden if record.marker in body]
    assert not shown, f"{where} shows {shown}"


def of_record(rule: Rule, records: Iterable[Record]) -> list[Record]:
    model = Company if "company_id" in rule.arguments else Contact
    return [one for one in records if one.model is model]


def expected(rule: Rule, who: str, record: Record, matrix: Matrix) -> set[int]:
    """Return what a page of one record may answer."""
    if who in ("inactive", "stranger"):
        return {302}
    if rule.endpoint.startswith("trash."):
        return {403} if who != "admin" else {200} if record in matrix.gone else {404}
    if record in matrix.gone or not record.is_seen_by(who):
        return {404}
    if rule.endpoint.startswith("portal_access."):
        # Nobody gave any of them an access to the portal.
        return {404}
    # A company that stands in another tree sends there.
    return {200, 302} if "tree" in rule.arguments else {200}


# --- the tests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", VIEWERS)
def test_each_page_of_a_record_answers_as_the_table_says(matrix: Matrix, who: str) -> None:
    """A1 to A4: the status of each page, no trace of anything hidden on any, and the same from the explanation."""
    browser, hidden = matrix.browser(who), matrix.hidden(who)
    for rule in routes(matrix, "GET", about_one=True):
        for record in of_record(rule, [*matrix.records, *matrix.gone]):
            for url in matrix.addresses(rule, **{"company_id" if record.is_company else "contact_id": record.id}):
                status, body = get(browser, url)
                wanted = expected(rule, who, record, matrix)
                assert status in wanted, f"{who}, {record.marker}: {url} gave {status}, not {wanted}"
                is_purge = rule.endpoint.startswith("trash.") and status == 200
                assert_absent(body, [one for one in hidden if not (is_purge and one == record)], f"{url}, to {who},")
    if who != "stranger":
        for record in (*matrix.records, *matrix.gone):
            kept = db.session.scalar(unscoped(select(record.model).where(record.model.id == record.id), "a test"))
            told = any(one.sees for one in sight.who_sees(kept, [matrix.people[who].id]))
            assert told is (record not in hidden), f"the explanation is wrong of {who} and {record.marker}"


@pytest.mark.parametrize("who", VIEWERS)
def test_what_is_hidden_is_on_no_page_at_all(matrix: Matrix, who: str) -> None:
    """A2: trees, lookups, search, files, history, home, drafts, trash; whole pages and what htmx fetches."""
    browser, hidden = matrix.browser(who), matrix.hidden(who)
    for rule in routes(matrix, "GET", about_one=False):
        shown = hidden
        if rule.endpoint == "trash.show":
            shown = [one for one in hidden if one.company not in TAKES_BACK.get(who, ()) or one not in matrix.gone]
        for url in matrix.addresses(rule):
            for asked, headers in ((url, None), (url, HTMX), (f"{url}?q={COMMON}", HTMX), (f"{url}?q={COMMON}", None)):
                assert_absent(get(browser, asked, headers)[1], shown, f"{asked}, to {who},")


@pytest.mark.parametrize("who", VIEWERS)
def test_addresses_and_cookies_that_name_a_record_do_not_tell_of_it(matrix: Matrix, who: str) -> None:
    """A2: what is asked for besides the page: a parent to begin with, a draft, a place in a list, what was opened."""
    browser, hidden = matrix.browser(who), matrix.hidden(who)
    open_company = next(one for one in matrix.records if one.marker == "Ouverte11q")
    for record in hidden:
        asked = [f"{record.root}/edit?draft=1"] if record not in matrix.gone else []
        if record.is_company:
            asked += [f"/companies/new?parent={record.id}", f"/contacts/new?company={record.id}"]
            asked += [f"{open_company.root}/subsidiaries?after={record.id}"]
        else:
            asked += [f"{open_company.root}/contacts?after={record.id}"]
        beside = {**HTMX, "HX-Current-URL": f"http://localhost{record.root}"}
        for url, headers in [*((url, None) for url in asked), *((f"/trees/{tree}", beside) for tree in Tree)]:
            status, body = get(browser, url, headers)
            if who in SIGNED_IN and url.endswith(("draft=1", f"after={record.id}")):
                assert status == 404, f"{url}, to {who}, gave {status}"
            assert_absent(body, hidden, f"{url}, to {who},")
    owner = 0 if who == "stranger" else matrix.people[who].id
    everything = [*matrix.records, *matrix.gone]
    for some in (everything[start : start + KEPT] for start in range(0, len(everything), KEPT)):
        opened = (f"{'company' if one.is_company else 'contact'}-{one.id}" for one in some)
        browser._flask.set_cookie(RECENT_COOKIE, ".".join([str(owner), *opened]))
        assert_absent(get(browser, "/")[1], hidden, f"home after opening {[one.marker for one in some]}, to {who},")


@pytest.mark.parametrize("who", VIEWERS)
def test_what_is_hidden_cannot_be_written_to(matrix: Matrix, who: str) -> None:
    """A2, A5: every form of a hidden record is as missing as its page, and nothing changes."""
    browser, before = matrix.browser(who), _entries()
    signed_out = who in ("inactive", "stranger")
    token = browser.get("/login" if signed_out else "/account").form().one("input", name="csrf_token")["value"]
    for rule in routes(matrix, "POST", about_one=True):
        for record in of_record(rule, [one for one in matrix.records if not one.is_seen_by(who)]):
            for url in matrix.addresses(rule, **{"company_id" if record.is_company else "contact_id": record.id}):
                status, body = get(browser, url, method="POST", data={"csrf_token": token})
                wanted = 302 if signed_out else 403 if rule.endpoint.startswith("trash.purge") else 404
                assert status == wanted, f"{who}, {record.marker}: {url} gave {status}, not {wanted}"
                assert_absent(body, matrix.hidden(who), f"{url}, to {who},")
    assert _entries() == before


def _entries() -> int:
    return db.session.scalar(unscoped(select(func.count()).select_from(HistoryEvent), "a test")) or 0


@pytest.mark.parametrize("who", SIGNED_IN)
def test_what_is_seen_is_found_and_counted(matrix: Matrix, who: str) -> None:
    """The other half: pages that showed nothing to anybody would pass the tests above. No more is counted (A2)."""
    browser = matrix.browser(who)
    for record in (*matrix.records, *matrix.gone):
        is_seen = record in matrix.seen(who)
        where = ["/search", "/search/offers", "/search/tree"] + (["/lookups/companies"] if record.is_company else [])
        for url in where:
            found = record.marker in get(browser, f"{url}?q={record.key}", HTMX)[1]
            assert found is is_seen, f"{who}, {record.marker}: {url} {'finds' if found else 'does not find'} it"
        if not record.is_company:
            assert (record.marker in get(browser, "/my-contacts.vcf")[1]) is is_seen, f"{who}, {record.marker}: vCards"
    seen = [one for one in matrix.seen(who) if one.is_company]
    for status, section in SECTION.items():
        of_status = sum(STATUS.get(one.marker, CommercialStatus.CLIENT) is status for one in seen)
        assert _counted(get(browser, section)[1]) == of_status, f"{section}, to {who}"
    with_mine = {one.company for one in matrix.seen(who) if not one.is_company}
    assert _counted(get(browser, "/my-contacts")[1]) == len(with_mine), f"/my-contacts, to {who}"


def _counted(page: str) -> int:
    """Return how many companies the branches of the tree on a page say they hold."""
    root = read(page)[0]
    return sum(
        int(one.text)
        for node in root.all("li", **{"data-kind": "branch"})
        for one in node.all("span", **{"class": "n"})
    )


def test_the_page_that_explains_says_what_the_table_says(matrix: Matrix) -> None:
    """Issue 4: « Qui voit cette société, et pourquoi » as an admin reads it, of each record and each resource."""
    browser = matrix.browser("admin")
    names = {matrix.people[who].name: who for who in SIGNED_IN}
    for record in matrix.seen("admin"):
        rows = read(get(browser, f"{record.root}/access")[1])[0].one("tbody").all("tr")
        told = {names[row.one("th").text]: row.all("td")[0].text for row in rows}
        assert told == {who: "voit" if record.is_seen_by(who) else "ne voit pas" for who in SIGNED_IN}, record.marker


def test_what_is_in_the_trash_is_shown_to_who_may_take_it_back(matrix: Matrix) -> None:
    """R3: admins, and whoever deleted it as long as they would see it."""
    for who in SIGNED_IN:
        body = get(matrix.browser(who), "/trash/")[1]
        for record in matrix.gone:
            if record.is_company:
                assert (record.marker in body) is (record.marker in TAKES_BACK.get(who, ())), f"{who}: {record.marker}"
