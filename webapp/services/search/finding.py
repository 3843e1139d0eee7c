"""The search: what was typed is looked for in turns, until enough is found (N2, F3).

Names that begin with it, of companies and contacts; beginnings of words, in any order; parts of words; and when nothing
at all was found, words one typing error away. Each turn reads a bounded number of candidates, applies the rule of
access, and ranks the rest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, Subquery, bindparam, case, func, literal, select, true

from webapp.access import Viewer, granted, seen_by, visible_to_all
from webapp.access.visibility import PRINCIPALS
from webapp.extensions import db, on_postgres
from webapp.i18n import language
from webapp.models import (
    CommercialStatus,
    Company,
    CompanyGrant,
    CompanyPhone,
    Contact,
    ContactPhone,
    LinkedSearch,
    Noun,
)
from webapp.models.base import Id
from webapp.phones import kept_phone, spellings
from webapp.services import contacts
from webapp.services.search import sources
from webapp.services.search.mending import mended
from webapp.services.search.sources import Kind, Source
from webapp.services.search.typed import Typed
from webapp.text import search_key, sort_prefix

#: The fields one may find a record by besides its name and numbers, in the order they are told.
FIELDS = {
    Kind.COMPANY: ("alias", "company_number", "vat_number", "website"),
    Kind.CONTACT: ("nickname", "email1", "email2", "email3", "contact_number"),
    Kind.LINKED: (),
}

#: Candidates read in a turn: at first, how many times more each time they give too little, and at last.
FIRST_BUDGET, WIDER, LAST_BUDGET = 200, 6, 7_200
#: The same at first, for each result wanted, where names are read in order or the first rows of a table.
OF_NAMES, OF_ROWS = 3, 6

#: What an index is asked for at most, for each result wanted: as one types one looks near, on the page far.
REACH = 300

#: Who sees fewer companies than this is searched whole where an index gives too much.
FEW = 2_000

#: What stands in so many of the first texts is found by reading on, not through an index.
SAMPLE, COMMON = 2_000, 10


@dataclass(frozen=True)
class Filters:
    """What the results are narrowed to; ids of lists, each None for all."""

    account_type: int | None = None
    business_region: int | None = None
    commercial_status: CommercialStatus | None = None

    @property
    def given(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Found:
    """A record that was found; `why` is the field that matched, when it isn't in the name.

    `status` is that of its company, `noun` says which kind of record it is that hangs on one.
    """

    kind: Kind
    id: int
    label: str
    detail: str
    why: str
    status: CommercialStatus
    noun: Noun | None = None
    words: tuple[str, ...] = field(compare=False, default=())


def find(kind: Kind, typed: Typed, viewer: Viewer, limit: int, filters: Filters | None = None) -> list[Found]:
    """Return the first `limit` records of a kind that `viewer` may see, the likeliest first."""
    if not typed:
        return []
    search = _Search(kind, typed, viewer, limit, (filters or Filters()).given)
    for source in (Source.NAMES, Source.STARTS, Source.CONTAINS):
        for words in typed.ways[: 1 if source is Source.NAMES else None]:
            search.look(source, words)
    if not search.found:
        for words in mended(typed.words):
            search.look(Source.STARTS, words)
    return search.result()


class _Search:
    """One search for one kind of record, as its turns go by."""

    def __init__(self, kind: Kind, typed: Typed, viewer: Viewer, limit: int, filters: Mapping[str, Any]):
        self.kind, self.typed, self.viewer, self.limit, self.filters = kind, typed, viewer, limit, filters
        #: Rows by id, and the words by which each was found.
        self.found: dict[int, tuple[Row[Any], tuple[str, ...]]] = {}
        #: The words by which all that the viewer may see has been looked through.
        self._looked_whole: set[tuple[str, ...]] = set()
        self._is_postgres = on_postgres()

    def look(self, source: Source, words: tuple[str, ...]) -> None:
        """Take a turn, unless enough is found; look further and further while a turn's candidates give too little."""
        if self._is_done(words) or not self.kind.gives(source) or not sources.can_give(source, words):
            return
        if self._looked_whole:
            # What is common for one turn is for the next.
            self._look_whole(words)
            return
        if self._is_common(source, words):
            self._look_further(sources.READ[source], words, OF_ROWS * self.limit)
        if not self._is_done(words):
            self._look_further(source, words, OF_NAMES * self.limit if source is Source.NAMES else FIRST_BUDGET)

    def _look_further(self, source: Source, words: tuple[str, ...], budget: int) -> None:
        """Read more and more of what a source gives, until enough is found or there is no more."""
        while self._take(source, words, budget) and not self._is_full and budget < LAST_BUDGET:
            if self._sees_little:
                self._look_whole(words)
                return
            budget *= WIDER

    def _look_whole(self, words: tuple[str, ...]) -> None:
        """Look through all that the viewer may see, for beginnings and parts of words at once."""
        self._take(Source.OWN, words, LAST_BUDGET)
        self._looked_whole.add(words)

    def result(self) -> list[Found]:
        rows = list(self.found.values())[: self.limit]
        return list(_described(self.kind, rows))

    def _take(self, source: Source, words: tuple[str, ...], budget: int) -> bool:
        """Read what a source gives; return whether it had more candidates than it was let give."""
        statement = _statement(
            self.kind,
            source,
            len(words),
            len(self.viewer.principal_ids),
            tuple(sorted(self.filters)),
            language(),
            self._is_postgres,
        )
        candidates = 0
        for row in db.session.execute(statement, self._parameters(source, words, budget)):
            candidates = row.candidates
            if row.id is not None:
                self.found.setdefault(row.id, (row, words))
        return candidates >= budget

    def _parameters(self, source: Source, words: tuple[str, ...], budget: int) -> dict[str, Any]:
        low, high = sort_prefix(self.typed.text)
        whole = " ".join(words)
        return {
            **sources.patterns(source, words),
            **{f"principal{number}": one for number, one in enumerate(self.viewer.principal_ids)},
            **self.filters,
            **seen_by(self.viewer),
            "low": low,
            "high": high,
            "budget": budget,
            "reach": max(budget, REACH * self.limit),
            "limit": self.limit,
            "whole": whole,
            "whole_line": f"{whole}\n%",
            "whole_words": f"{whole} %",
            "beginning": f"{whole}%",
        }

    def _is_done(self, words: tuple[str, ...]) -> bool:
        """Whether there is nothing left to look for by these words."""
        return self._is_full or words in self._looked_whole

    @property
    def _is_full(self) -> bool:
        return len(self.found) >= self.limit

    @cached_property
    def _sees_little(self) -> bool:
        count = db.session.scalar(_few_grants(), {**seen_by(self.viewer), "few": FEW + 1})
        return bool(count <= FEW)

    def _is_common(self, source: Source, words: tuple[str, ...]) -> bool:
        """Whether PostgreSQL had better read on: its index gives all there is before it gives any."""
        if not self._is_postgres or source not in sources.READ:
            return False
        common = _common(self.kind, source, len(words))
        return bool(db.session.scalar(common, sources.patterns(source, words)) >= COMMON)


# --- statements, built once ------------------------------------------------------------------------------------------


@lru_cache
def _statement(
    kind: Kind,
    source: Source,
    words: int,
    principals: int,
    filters: tuple[str, ...],
    in_language: str,
    is_postgres: bool,
) -> Select[Any]:
    """Build a turn: the first of what it finds and what is shown of them; each row tells the number of candidates."""
    if source is Source.OWN:
        # All of them are looked at: how many there are matters to nobody.
        candidates = select(literal(0).label("candidates")).subquery()
        seen = sources.own(kind, words)
    else:
        hits = sources.ids(kind, source, words, principals, is_postgres).cte("hits")
        candidates = select(func.count().label("candidates")).select_from(hits).subquery()
        seen = visible_to_all(kind.model).join_from(hits, kind.model, kind.model.id == hits.c.id)
        if source is Source.NAMES:
            # The others have looked. Names are read by the weights of their letters, which are blind to more.
            seen = seen.join(kind.text, kind.text_id == kind.model.id).where(sources.has_words(kind, source, words))
    return granted(_shown(kind, candidates, _first(kind, source, words, seen, filters), in_language), "visible")


def _first(kind: Kind, source: Source, words: int, seen: Select[Any], filters: Iterable[str]) -> Subquery:
    """Rank what the viewer may see of the candidates, and keep the first."""
    model = kind.model
    rank = literal(0) if source is Source.NAMES else _rank(kind, source, words)
    seen = seen.with_only_columns(model.id.label("id"), kind.order.label("place"), rank.label("rank"))
    if filters:
        seen = seen if kind is Kind.COMPANY else seen.join(Company, Company.id == model.company_id)
        seen = seen.where(*(_filter(name) for name in filters))
    return seen.order_by("rank", kind.order, model.id).limit(bindparam("limit", type_=Id)).subquery()


def _shown(kind: Kind, candidates: Subquery, first: Subquery, in_language: str) -> Select[Any]:
    """Read what is shown of the first ones; a row comes even if there is none, so that candidates are always told."""
    rows = select(candidates.c.candidates, *_columns(kind)).select_from(candidates).outerjoin(first, true())
    rows = rows.outerjoin(kind.model, kind.model.id == first.c.id)
    if kind is Kind.CONTACT:
        rows = contacts.with_names(rows.outerjoin(Company, Company.id == Contact.company_id), in_language)
    if kind is Kind.LINKED:
        rows = rows.outerjoin(Company, Company.id == LinkedSearch.company_id)
    return rows.order_by(first.c.rank, first.c.place, first.c.id)


def _columns(kind: Kind) -> Iterable[Any]:
    fields = (getattr(kind.model, name) for name in FIELDS[kind])
    status = Company.commercial_status.label("status")
    if kind is Kind.COMPANY:
        return (Company.id, Company.name, status, *fields)
    if kind is Kind.LINKED:
        found = LinkedSearch
        company = Company.name.label("company")
        return (found.id.label("id"), found.noun, found.record_id, found.name, company, status)
    return (Contact.id, Contact.name, Company.name.label("company"), status, *fields)


def _rank(kind: Kind, source: Source, words: int) -> ColumnElement[int]:
    """Order what is found (N2).

    The very name; names that begin so; names that hold each word; other fields that do; then the same of parts.
    """
    key = kind.name_key
    in_name = " " + key
    orders = [
        key.like(bindparam("whole_line", type_=String))
        if kind is Kind.LINKED
        else key == bindparam("whole", type_=String),
        key.like(bindparam("whole_words", type_=String)),
        key.like(bindparam("beginning", type_=String)),
        sources.holds(in_name, "start", words),
    ]
    if source is Source.OWN:
        orders.append(sources.holds(kind.text.text, "start", words))
    if source.pattern == "part":
        orders.append(sources.holds(in_name, "part", words))
    return case(*((condition, place) for place, condition in enumerate(orders)), else_=len(orders))


def _filter(name: str) -> ColumnElement[bool]:
    column = {
        "account_type": Company.account_type_id,
        "business_region": Company.business_region_id,
        "commercial_status": Company.commercial_status,
    }[name]
    return column == bindparam(name, type_=column.type)


@lru_cache
def _few_grants() -> Select[Any]:
    grants = select(CompanyGrant.company_id).where(CompanyGrant.principal_id.in_(PRINCIPALS))
    return granted(select(func.count()).select_from(grants.limit(bindparam("few", type_=Id)).subquery()), "grants")


@lru_cache
def _common(kind: Kind, source: Source, words: int) -> Select[Any]:
    first = select(kind.text.text).limit(SAMPLE).subquery()
    count = select(func.count()).where(sources.holds(first.c.text, source.pattern, words))
    return granted(count, "a number of candidates, which is not shown")


# --- what is shown ---------------------------------------------------------------------------------------------------


def _described(kind: Kind, rows: Sequence[tuple[Row[Any], tuple[str, ...]]]) -> Iterator[Found]:
    """Name each record found, and say which of its fields matched when its name doesn't tell."""
    if kind is Kind.LINKED:
        for row, words in rows:
            yield Found(kind, row.record_id, row.name, row.company, "", row.status, row.noun, words)
        return
    reasons = {row.id: _reason(kind, row, words) for row, words in rows}
    phones = _phones(kind, {row.id: words for row, words in rows if reasons[row.id] is None})
    for row, words in rows:
        label, detail = _names_of(kind, row)
        why = reasons[row.id]
        why = phones.get(row.id, "") if why is None else why
        yield Found(kind, row.id, label, detail, why, row.status, words=words)


def _names_of(kind: Kind, row: Row[Any]) -> tuple[str, str]:
    if kind is Kind.COMPANY:
        return row.name, row.company_number or ""
    return contacts.listed_name(row), row.company


def _reason(kind: Kind, row: Row[Any], words: tuple[str, ...]) -> str | None:
    """Return the field that matched: nothing when it is the name, None when it must be a phone number."""
    name = search_key(row.name)
    missing = [word for word in words if word not in name]
    if not missing:
        return ""
    for text in filter(None, (getattr(row, name) for name in FIELDS[kind])):
        key = search_key(text)
        if any(word in key or word in key.replace(" ", "") for word in missing):
            return str(text)
    return None


def _phones(kind: Kind, sought: Mapping[int, tuple[str, ...]]) -> dict[int, str]:
    """Return for each record the number that holds one of the words."""
    if not sought:
        return {}
    model, key = (
        (CompanyPhone, CompanyPhone.company_id) if kind is Kind.COMPANY else (ContactPhone, ContactPhone.contact_id)
    )
    numbers = select(key, model.typed, model.e164).where(key.in_(sought))
    found: dict[int, str] = {}
    for record_id, typed, e164 in db.session.execute(granted(numbers, "of records found by the rule")):
        digits = " ".join(spellings(e164, typed))
        if any(word in digits for word in sought[record_id]):
            found.setdefault(record_id, kept_phone(typed, e164).shown)
    return found
