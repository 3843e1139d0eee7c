"""Twelve viewers, every kind of restriction, every page: what is hidden is nowhere, and the explanation is true.

The routes come from the application's own map, so that a new page is tried without anybody thinking of it, and a new
kind of record from the table of keepers. What each viewer may see is written here by hand: it is the one answer that
comes from nowhere else (A1 to A5, D6, D7, D16).

There are many records that hang on companies. Each is asked of the rule and looked for in the lists; a page of them is
asked for one that is seen and one that is hidden: for the next route and viewer for another one, for another reason.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, cycle, product
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from tests import factories, pdf, restricted_world
from tests.client import HTMX, Browser
from tests.markup import read
from tests.restricted_world import COMMON, GONE, GONE_ALONE, OWNED, STATUS
from webapp.access import LINKED, PORTAL, PORTAL_DOOR, Viewer, get_visible, unscoped, visible
from webapp.access.guard import area_of
from webapp.blueprints.home import KEPT, RECENT_COOKIE
from webapp.blueprints.linked import SOURCES
from webapp.extensions import db
from webapp.models import (
    NO_BRANCH,
    CommercialStatus,
    Company,
    Contact,
    HistoryEvent,
    Noun,
    Opportunity,
    ReferenceList,
    Resource,
    Tree,
)
from webapp.services import sight, viewers
from webapp.services.history import reading
from webapp.services.linked.words import WORDS
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
#: The same of what was deleted by itself, by the end of its marker; it is about a contact hidden from who deleted it.
TAKES_BACK_ALONE = {"admin": {"gq", "gxq", "g2q"}, "neither": {"gq"}, "listed": {"g2q"}}
VIEWERS = tuple(SEES)
SIGNED_IN = VIEWERS[:-2]

SECTION = {
    CommercialStatus.CLIENT: "/companies",
    CommercialStatus.LEAD: "/leads",
    CommercialStatus.PROSPECT: "/prospects",
}


@dataclass(frozen=True)
class Record:
    """A record, with the marker of its name, that of its company, and a word that finds it alone."""

    model: type[Any]
    id: int
    marker: str
    company: str
    key: str

    @property
    def noun(self) -> Noun | None:
        """Of what hangs on a company, what it is."""
        return getattr(self.model, "noun", None)

    @property
    def root(self) -> str:
        return f"/{WORDS[self.noun].pages if self.noun else _ROOTS[self.model][0]}/{self.id}"

    @property
    def argument(self) -> str:
        """What addresses call its id."""
        return "record_id" if self.noun else _ROOTS[self.model][1]

    @property
    def end(self) -> str | None:
        """The end of its marker, when it was deleted by itself."""
        return next((end for end in GONE_ALONE if self.noun and self.marker.endswith(end)), None)

    @property
    def is_gone(self) -> bool:
        return self.company in GONE or self.end is not None

    def is_seen_by(self, who: str) -> bool:
        """Whether the table says so; of what is in the trash, before it went there."""
        return self.company in SEES[who] and who in SEES_CONTACT.get(self.marker.removesuffix("q")[-1], VIEWERS)

    def is_taken_back_by(self, who: str) -> bool:
        """Whether the table says that they find it in the trash by itself."""
        if self.end:
            return self.company not in GONE and self.end in TAKES_BACK_ALONE.get(who, ())
        return self.model is Company and self.marker in TAKES_BACK.get(who, ())

    def reason(self, who: str) -> str:
        """Why somebody finds it, or does not."""
        if self.is_gone:
            return f"gone {self.end or ''}"
        return "seen" if self.is_seen_by(who) else "contact" if self.company in SEES[who] else "company"


_ROOTS = {Company: ("companies", "company_id"), Contact: ("contacts", "contact_id")}


@dataclass(frozen=True)
class Matrix:
    app: Flask
    people: dict[str, Resource]
    records: list[Record]
    #: Those in the trash, by themselves or with their company.
    gone: list[Record]
    #: What is tried for the parts of addresses that say neither which company nor which contact.
    parts: dict[str, list[Any]]
    _turns: Iterator[int] = field(default_factory=count)

    def browser(self, who: str) -> Browser:
        visitor = Browser(self.app, self.people.__getitem__)
        return visitor if who == "stranger" else visitor.as_(who)

    def viewer(self, who: str) -> Viewer:
        """Return one of the people as services know who is asking."""
        person = self.people[who]
        held = viewers.holding().subquery()
        mine = select(held.c.principal_id).where(held.c.resource_id == person.id).distinct()
        return replace(restricted_world.viewer(person), principal_ids=tuple(db.session.scalars(mine)))

    def seen(self, who: str) -> list[Record]:
        return [one for one in self.records if one.is_seen_by(who)]

    def hidden(self, who: str) -> list[Record]:
        return [one for one in (*self.records, *self.gone) if one.is_gone or not one.is_seen_by(who)]

    def untold(self, who: str) -> list[Record]:
        """Return what is hidden from somebody, except what the history tells them: what they saw before the trash."""
        return [one for one in self.hidden(who) if not (one.end and one.is_seen_by(who))]

    def some(self, records: Iterable[Record], who: str) -> list[Record]:
        """Return all companies and contacts, and of each noun one that is seen and one that is hidden.

        The next time it is another one, hidden for another reason.
        """
        turn = next(self._turns) + VIEWERS.index(who)
        kept: list[Record] = []
        of_noun: dict[Any, dict[str, list[Record]]] = {}
        for one in records:
            if one.noun:
                of_noun.setdefault(one.noun, {}).setdefault(one.reason(who), []).append(one)
            else:
                kept.append(one)
        for by_reason in of_noun.values():
            seen, hidden = by_reason.pop("seen", []), list(by_reason.values())
            for several in (seen, hidden[turn % len(hidden)] if hidden else []):
                kept += several[turn % len(several) :][:1] if several else []
        return kept

    def addresses(self, rule: Rule, **ids: int) -> Iterator[str]:
        """Yield the addresses of a route, with each value that is tried for its other parts."""
        names = sorted(rule.arguments - ids.keys())
        with self.app.test_request_context():
            for values in product(*(self.parts[name] for name in names)):
                yield url_for(rule.endpoint, **dict(zip(names, values, strict=True)), **ids)

    def addresses_of(self, rule: Rule, record: Record) -> Iterator[str]:
        """Yield the addresses of a route about a record; what it owns bears its id."""
        ids = dict.fromkeys(rule.arguments & {record.argument, *OWNED}, record.id)
        yield from self.addresses(rule, **ids)


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
    for model in LINKED:
        for one in db.session.scalars(unscoped(select(model).order_by(model.id), "a test")):
            _common, marker, key = one.name.split()
            records.append(Record(model, one.id, marker, markers[one.company_id], key))
    gone = [one for one in records if one.is_gone]
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

ABOUT_ONE = {"company_id", "contact_id", "record_id", *OWNED}
#: Routes about other things show no company by their address; they are for admins, or for whoever has the link.
ELSEWHERE = {"action", "entity_id", "item_id", "mail_id", "resource_id", "session_id", "kind", "token"}
ELSEWHERE |= {"workflow_id", "state_id", "step_id"}
#: The portal, where nobody of the staff is let in, has a matrix of its own.
ELSEWHERE |= {"folder_id", "request_id", "project_id", "invoice_id"}

#: The pages every noun has; what others of them answer to who sees the record, depends on where it stands.
COMMON_PAGES = {"show", "edit", "delete", "history", "purge"}

#: What is looked up within a company.
WITHIN = ("contacts", "opportunities", "engagements", "projects", "requests")

PAGES = {words.pages: noun for noun, words in WORDS.items()}


def routes(matrix: Matrix, method: str, about_one: bool) -> list[Rule]:
    """Return the routes of a method about one company or contact, or those about none in particular."""
    found = []
    for rule in matrix.app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.arguments & ELSEWHERE:
            continue
        if about_one and area_of(matrix.app.view_functions[rule.endpoint]) in (PORTAL, PORTAL_DOOR):
            # The portal has a matrix of its own.
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
    if answer.mimetype == "application/pdf":
        return answer.status_code, " ".join(pdf.pages(answer.get_data()))
    return answer.status_code, answer.get_data(as_text=True)


MARKER = re.compile(r"[A-Z][a-z]+[0-9]{2}[a-z0-9]*q")


def assert_absent(body: str, hidden: Iterable[Record], where: str) -> None:
    shown = {record.marker for record in hidden} & set(MARKER.findall(body))
    assert not shown, f"{where} shows {sorted(shown)}"


def of_record(rule: Rule, records: Iterable[Record]) -> list[Record]:
    """Return the records that a route may be about."""
    if "company_id" in rule.arguments:
        return [one for one in records if one.model is Company]
    if "contact_id" in rule.arguments:
        return [one for one in records if one.model is Contact]
    noun = PAGES.get(rule.endpoint.partition(".")[0]) or next(OWNED[one][1] for one in rule.arguments & OWNED.keys())
    return [one for one in records if one.noun is noun]


def is_purge(rule: Rule) -> bool:
    return rule.endpoint.startswith("trash.purge") or rule.endpoint.endswith(".purge")


def expected(rule: Rule, who: str, record: Record, matrix: Matrix) -> set[int]:
    """Return what a page of one record may answer."""
    if who in ("inactive", "stranger"):
        return {302}
    if is_purge(rule):
        return {403} if who != "admin" else {200} if record.is_gone else {404}
    if record.is_gone or not record.is_seen_by(who):
        return {404}
    if record.noun and rule.endpoint.partition(".")[2] not in COMMON_PAGES:
        return {200, 302, 303, 404}
    if rule.endpoint.startswith("portal_access."):
        # Nobody gave any of them an access to the portal.
        return {404}
    # A company that stands in another tree sends there.
    return {200, 302} if "tree" in rule.arguments else {200}


# --- the tests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", VIEWERS)
def test_each_page_of_a_record_answers_as_the_table_says(matrix: Matrix, who: str) -> None:
    """A1 to A4: the status of each page, no trace of anything hidden on any, and the same from the explanation."""
    browser, untold = matrix.browser(who), matrix.untold(who)
    for rule in routes(matrix, "GET", about_one=True):
        for record in matrix.some(of_record(rule, [*matrix.records, *matrix.gone]), who):
            for url in matrix.addresses_of(rule, record):
                # What is not there is said in few words to htmx.
                is_missing = record.noun and who in SIGNED_IN and not record.is_seen_by(who)
                status, body = get(browser, url, HTMX if is_missing else None)
                wanted = expected(rule, who, record, matrix)
                assert status in wanted, f"{who}, {record.marker}: {url} gave {status}, not {wanted}"
                erased = record if is_purge(rule) and status == 200 else None
                assert_absent(body, [one for one in untold if one != erased], f"{url}, to {who},")
    if who != "stranger":
        for record in (*matrix.records, *matrix.gone):
            if record.noun:
                continue
            kept = db.session.scalar(unscoped(select(record.model).where(record.model.id == record.id), "a test"))
            told = any(one.sees for one in sight.who_sees(kept, [matrix.people[who].id]))
            assert told is (record.is_seen_by(who) and not record.is_gone), (
                f"the explanation is wrong of {who} and {record.marker}"
            )


@pytest.mark.parametrize("who", SIGNED_IN)
def test_each_record_that_hangs_on_a_company_is_seen_as_the_table_says(matrix: Matrix, who: str) -> None:
    """A2, A3: every one by itself, from the rule, by its address as a view fetches it, and in the list of its kind;
    it is found by a word of its name alone, and so is what stands in the trash."""
    browser, viewer, hidden = matrix.browser(who), matrix.viewer(who), matrix.hidden(who)
    for model in LINKED:
        of_kind = [one for one in (*matrix.records, *matrix.gone) if one.model is model]
        wanted = {one.marker for one in of_kind if one not in hidden}
        rows = {name.split()[1] for name in db.session.scalars(visible(model, viewer, model.name))}
        assert rows == wanted, f"{model.__name__}, to {who}"
        for record in of_kind:
            if record in hidden:
                with pytest.raises(NotFound):
                    get_visible(model, record.id, viewer)
        listed = get(browser, f"/{WORDS[model.noun].pages}/", HTMX)[1]
        assert set(MARKER.findall(listed)) & {one.marker for one in of_kind} == wanted, f"the list, to {who}"
        record = matrix.some([one for one in of_kind if one not in hidden], who)[0]
        found = get(browser, f"/{WORDS[model.noun].pages}/?q={record.key}", HTMX)[1]
        assert set(MARKER.findall(found)) & {one.marker for one in of_kind} == {record.marker}, f"{record}, to {who}"
    trashed = set(MARKER.findall(get(browser, "/trash/")[1]))
    assert trashed & {one.marker for one in matrix.gone if one.noun} == {
        one.marker for one in matrix.gone if one.noun and one.is_taken_back_by(who)
    }, f"the trash, to {who}"


@pytest.mark.parametrize("who", SIGNED_IN)
def test_no_entry_of_the_history_tells_of_what_is_hidden(matrix: Matrix, who: str) -> None:
    """A2, D17: however far back one reads."""
    viewer, untold = matrix.viewer(who), matrix.untold(who)
    for record in matrix.seen(who):
        if record.model in (Company, Contact, Opportunity):
            of, before = get_visible(record.model, record.id, viewer), None
            while True:
                read = reading.of(of, viewer, before=before)
                assert_absent(repr(read), untold, f"the history of {record.marker}, to {who},")
                if (before := read.before) is None:
                    break


@pytest.mark.parametrize("who", VIEWERS)
def test_what_is_hidden_is_on_no_page_at_all(matrix: Matrix, who: str) -> None:
    """A2: trees, lookups, search, files, history, home, drafts, trash; whole pages and what htmx fetches."""
    browser, hidden = matrix.browser(who), matrix.hidden(who)
    for rule in routes(matrix, "GET", about_one=False):
        shown = hidden
        if rule.endpoint == "trash.show":
            shown = [one for one in hidden if one.company not in TAKES_BACK.get(who, ()) or one not in matrix.gone]
            shown = [one for one in shown if not one.is_taken_back_by(who)]
        if rule.endpoint == "admin.mail_list":
            # What was mailed stays so, whatever became of what it was about.
            shown = [one for one in hidden if not one.is_gone]
        is_of_noun = rule.endpoint.partition(".")[0] in PAGES
        for url in matrix.addresses(rule):
            # Pages that all kinds have in common are made of the same parts, whole or not.
            found = f"{url}?q={COMMON}"
            ways = ((url, None), (found, HTMX)) if is_of_noun else product((url, found), (None, HTMX))
            for asked, headers in ways:
                assert_absent(get(browser, asked, headers)[1], shown, f"{asked}, to {who},")


@pytest.mark.parametrize("who", VIEWERS)
def test_addresses_and_cookies_that_name_a_record_do_not_tell_of_it(matrix: Matrix, who: str) -> None:
    """A2: what is asked for besides the page: a parent to begin with, a draft, a place in a list, what was opened."""
    browser, hidden = matrix.browser(who), matrix.hidden(who)
    open_company = next(one for one in matrix.records if one.marker == "Ouverte11q")
    pages, lookups = cycle(PAGES), cycle(WITHIN)
    for record in matrix.some(hidden, who):
        asked = [f"{record.root}/edit?draft=1"] if not record.is_gone else []
        if record.model is Company:
            asked += [f"/companies/new?parent={record.id}", f"/contacts/new?company={record.id}"]
            asked += [f"{open_company.root}/subsidiaries?after={record.id}"]
            asked += [f"/lookups/{next(lookups)}?q={COMMON}&depends=in&in={record.id}"]
        elif record.model is Contact:
            asked += [f"{open_company.root}/contacts?after={record.id}"]
        # What is made from it, or listed of it.
        from_it = next((name for name, model in SOURCES.items() if model is record.model), "")
        asked += [f"/{next(pages)}/{page}?{from_it}={record.id}" for page in ("new", "") if from_it]
        trees = () if record.noun else Tree
        beside = {**HTMX, "HX-Current-URL": f"http://localhost{record.root}"}
        for url, headers in [*((url, None) for url in asked), *((f"/trees/{tree}", beside) for tree in trees)]:
            status, body = get(browser, url, headers)
            if who in SIGNED_IN and (url.endswith(("draft=1", f"after={record.id}")) or f"?{from_it}=" in url):
                assert status == 404 or url.startswith("/contacts/new"), f"{url}, to {who}, gave {status}"
            assert_absent(body, hidden, f"{url}, to {who},")
    for record in (one for one in matrix.seen(who) if one.model is Company):
        for name in WITHIN:
            url = f"/lookups/{name}?q={COMMON}&depends=in&in={record.id}"
            assert_absent(get(browser, url)[1], hidden, f"{url}, to {who},")
    owner = 0 if who == "stranger" else matrix.people[who].id
    everything = [one for one in (*matrix.records, *matrix.gone) if not one.noun]
    for some in (everything[start : start + KEPT] for start in range(0, len(everything), KEPT)):
        opened = (f"{one.model.__tablename__}-{one.id}" for one in some)
        browser._flask.set_cookie(RECENT_COOKIE, ".".join([str(owner), *opened]))
        assert_absent(get(browser, "/")[1], hidden, f"home after opening {[one.marker for one in some]}, to {who},")


@pytest.mark.parametrize("who", VIEWERS)
def test_what_is_hidden_cannot_be_written_to(matrix: Matrix, who: str) -> None:
    """A2, A5: every form of a hidden record is as missing as its page, and nothing changes."""
    browser, hidden, before = matrix.browser(who), matrix.hidden(who), _entries()
    signed_out = who in ("inactive", "stranger")
    token = browser.get("/login" if signed_out else "/account/password").form().one("input", name="csrf_token")["value"]
    for rule in routes(matrix, "POST", about_one=True):
        for record in matrix.some(of_record(rule, [one for one in matrix.records if not one.is_seen_by(who)]), who):
            for url in matrix.addresses_of(rule, record):
                headers = None if signed_out else HTMX
                status, body = get(browser, url, headers, method="POST", data={"csrf_token": token})
                wanted = 302 if signed_out else 403 if is_purge(rule) else 404
                assert status == wanted, f"{who}, {record.marker}: {url} gave {status}, not {wanted}"
                assert_absent(body, hidden, f"{url}, to {who},")
    assert _entries() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_hidden_record_owns_is_not_had_through_one_that_is_seen(matrix: Matrix, method: str) -> None:
    """A2: a document, a message or an attachment of another, under the address of one's own."""
    browser, who = matrix.browser("neither"), "neither"
    token = browser.get("/account/password").form().one("input", name="csrf_token")["value"]
    for rule in routes(matrix, method, about_one=True):
        if "record_id" in rule.arguments and (owned := rule.arguments & OWNED.keys()):
            records = of_record(rule, matrix.records)
            mine = next(one for one in records if one.is_seen_by(who))
            other = next(one for one in records if not one.is_seen_by(who))
            for url in matrix.addresses(rule, record_id=mine.id, **dict.fromkeys(owned, other.id)):
                status, body = get(browser, url, method=method, data={"csrf_token": token})
                assert status == 404, f"{url} gave {status}"
                assert_absent(body, matrix.hidden(who), url)


def _entries() -> int:
    return db.session.scalar(unscoped(select(func.count()).select_from(HistoryEvent), "a test")) or 0


@pytest.mark.parametrize("who", SIGNED_IN)
def test_what_is_seen_is_found_and_counted(matrix: Matrix, who: str) -> None:
    """The other half: pages that showed nothing to anybody would pass the tests above. No more is counted (A2)."""
    browser = matrix.browser(who)
    for record in matrix.some((*matrix.records, *matrix.gone), who):
        is_seen = record.is_seen_by(who) and not record.is_gone
        where = ["/search", "/search/offers"] + ["/search/tree"] * (record.noun is None)
        where += ["/lookups/companies"] * (record.model is Company)
        for url in where:
            found = record.marker in get(browser, f"{url}?q={record.key}", HTMX)[1]
            assert found is is_seen, f"{who}, {record.marker}: {url} {'finds' if found else 'does not find'} it"
    cards = get(browser, "/my-contacts.vcf")[1]
    for record in (one for one in (*matrix.records, *matrix.gone) if one.model is Contact):
        is_seen = record.is_seen_by(who) and not record.is_gone
        assert (record.marker in cards) is is_seen, f"{who}, {record.marker}: vCards"
    seen = [one for one in matrix.seen(who) if one.model is Company]
    for status, section in SECTION.items():
        of_status = sum(STATUS.get(one.marker, CommercialStatus.CLIENT) is status for one in seen)
        assert _counted(get(browser, section)[1]) == of_status, f"{section}, to {who}"
    with_mine = {one.company for one in matrix.seen(who) if one.model is Contact}
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
    for record in (one for one in matrix.seen("admin") if not one.noun):
        rows = read(get(browser, f"{record.root}/access")[1])[0].one("tbody").all("tr")
        told = {names[row.one("th").text]: row.all("td")[0].text for row in rows}
        assert told == {who: "voit" if record.is_seen_by(who) else "ne voit pas" for who in SIGNED_IN}, record.marker


def test_what_is_in_the_trash_is_shown_to_who_may_take_it_back(matrix: Matrix) -> None:
    """R3: admins, and whoever deleted it as long as they would see it."""
    for who in SIGNED_IN:
        body = get(matrix.browser(who), "/trash/")[1]
        for record in matrix.gone:
            if record.model is Company:
                assert (record.marker in body) is record.is_taken_back_by(who), f"{who}: {record.marker}"
