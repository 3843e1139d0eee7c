"""Where records may be found: each source gives ids, few and fast; the rule and the ranking come after (N2, F3).

A source is a select of ids with parameters, at most `budget` of them; an index is asked for at most `reach`, as what
it gives may not hold the words (a long word, fragments that stand apart):

    NAMES      names that begin with what was typed, in order of name
    STARTS     each word typed begins a word of the record's text
    CONTAINS   each word typed of three letters or more is a part of the text
    READ_*     the same as these two, for what is so common that the first rows of the table hold enough
    OWN        the same as CONTAINS, STARTS with it, in all the viewer may see: for who sees little of what is common

The two engines differ in STARTS and CONTAINS alone, here and in the migration that makes their indexes.
"""

from collections.abc import Sequence
from enum import Enum, StrEnum, auto
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.access import contact_rule_within_seen_company
from webapp.access.visibility import PRINCIPALS, linked_search_rule
from webapp.models import Company, CompanyGrant, CompanySearch, Contact, ContactSearch, LinkedSearch
from webapp.models.base import Id

#: Longer beginnings of words are looked up by so many letters, then compared whole.
LONGEST_START = 8
FRAGMENT = 3


class Source(Enum):
    NAMES = auto()
    STARTS = auto()
    CONTAINS = auto()
    READ_STARTS = auto()
    READ_CONTAINS = auto()
    OWN = auto()

    @property
    def pattern(self) -> str:
        """Which patterns the texts are compared with: beginnings of words, or parts of them."""
        return "part" if self in (Source.CONTAINS, Source.READ_CONTAINS, Source.OWN) else "start"


#: What is read row by row instead of asking an index.
READ = {Source.STARTS: Source.READ_STARTS, Source.CONTAINS: Source.READ_CONTAINS}

#: Rows read so, at most: what stands in the first may stand in no other.
ROWS_READ = 20_000


class Kind(StrEnum):
    """What is searched."""

    COMPANY = "company"
    CONTACT = "contact"
    #: What hangs on companies, of all kinds; its texts say all that is shown of it.
    LINKED = "linked"

    @property
    def model(self) -> type[Any]:
        return {Kind.COMPANY: Company, Kind.CONTACT: Contact, Kind.LINKED: LinkedSearch}[self]

    @property
    def text(self) -> Any:
        """The table of texts."""
        return {Kind.COMPANY: CompanySearch, Kind.CONTACT: ContactSearch, Kind.LINKED: LinkedSearch}[self]

    @property
    def text_id(self) -> Any:
        """Its key."""
        keys = {
            Kind.COMPANY: CompanySearch.company_id,
            Kind.CONTACT: ContactSearch.contact_id,
            Kind.LINKED: LinkedSearch.id,
        }
        return keys[self]

    @property
    def order(self) -> Any:
        """What comes first of those that fit alike: by name, or the last that were made."""
        return -LinkedSearch.id if self is Kind.LINKED else self.model.sort_key

    @property
    def name_key(self) -> Any:
        """The folded name, or what begins with it."""
        return func.ltrim(LinkedSearch.text) if self is Kind.LINKED else self.model.search_key

    def gives(self, source: Source) -> bool:
        """Whether it has such a source: what hangs on companies is in no order of names."""
        return self is not Kind.LINKED or source is not Source.NAMES


def ids(kind: Kind, source: Source, words: int, principals: int, is_postgres: bool) -> Select[Any]:
    """Return the select of a source, for so many words and principals."""
    budget = bindparam("budget", type_=Id)
    match source:
        case Source.NAMES:
            return _names(kind, principals).limit(budget)
        case Source.READ_STARTS | Source.READ_CONTAINS:
            first = select(kind.text_id.label("id"), kind.text.text).limit(ROWS_READ).subquery()
            return select(first.c.id).where(holds(first.c.text, source.pattern, words)).limit(budget)
        case _:
            index = _in_tokens(kind) if is_postgres else _in_full_text(kind, source)
            near = index.limit(bindparam("reach", type_=Id)).subquery()
            found = select(near.c.id).join_from(near, kind.text.__table__, kind.text_id == near.c.id)
            return found.where(has_words(kind, source, words)).limit(budget)


def has_words(kind: Kind, source: Source, words: int) -> ColumnElement[bool]:
    """Return the condition that the text holds each word, as the source looks for it."""
    return holds(kind.text.text, source.pattern, words)


def holds(text: Any, pattern: str, words: int) -> ColumnElement[bool]:
    """Return the condition that a text meets the pattern of each word."""
    return and_(*(text.like(bindparam(f"{pattern}{number}", type_=String)) for number in range(words)))


def patterns(source: Source, words: Sequence[str]) -> dict[str, Any]:
    """Return the parameters for some words: what each must look like in a text, and what the indexes are asked."""
    starts = {f"start{number}": f"% {word}%" for number, word in enumerate(words)}
    parts = {f"part{number}": f"%{word if len(word) >= FRAGMENT else ' ' + word}%" for number, word in enumerate(words)}
    if source is Source.CONTAINS:
        tokens = sorted({fragment for word in words for fragment in _fragments(word)})
        # SQLite takes long to bring together what many hold: there the longest word leads, the others are compared.
        match = " AND ".join(f'"{part}"' for part in sorted(set(_fragments(max(words, key=len)))))
    else:
        # So many words begin with one letter that it only narrows what longer ones give; alone, the first leads.
        keys = sorted({word[:LONGEST_START] for word in words if len(word) > 1} or {words[0]})
        tokens, match = [f"^{key}" for key in keys], " AND ".join(f'"{key}"*' for key in keys)
    return {**starts, **parts, "match": match, "tokens": tokens}


def can_give(source: Source, words: Sequence[str]) -> bool:
    """Whether there is anything to ask a source: parts are looked for of words long enough."""
    return source is not Source.CONTAINS or any(len(word) >= FRAGMENT for word in words)


def _fragments(word: str) -> list[str]:
    """Return fragments that cover a word: enough to find it, few enough to be read fast."""
    last = len(word) - FRAGMENT
    if last < 0:
        return []
    covering = [word[place : place + FRAGMENT] for place in sorted({*range(0, last + 1, FRAGMENT), last})]
    # Numbers begin alike and end each their own way.
    return covering[-2:] if any(letter.isdigit() for letter in word) else covering


def _in_tokens(kind: Kind) -> Select[Any]:
    tokens = func.search_tokens(kind.text.text, type_=ARRAY(Text))
    return select(kind.text_id.label("id")).where(tokens.contains(bindparam("tokens", type_=ARRAY(Text))))


def _in_full_text(kind: Kind, source: Source) -> Select[Any]:
    name = f"{kind.value}_{'words' if source is Source.STARTS else 'fragments'}"
    found = literal_column(name).op("MATCH")(bindparam("match", type_=String))
    return select(column("rowid", Id).label("id")).select_from(table(name)).where(found)


def _names(kind: Kind, principals: int) -> Select[Any]:
    low, high = (bindparam(name, type_=Company.sort_key.type) for name in ("low", "high"))
    if kind is Kind.CONTACT:
        return (
            select(Contact.id.label("id"))
            .where(Contact.sort_key >= low, Contact.sort_key < high)
            .order_by(Contact.sort_key, Contact.id)
        )
    legs = [
        select(CompanyGrant.sort_key, CompanyGrant.company_id)
        .where(CompanyGrant.principal_id == bindparam(f"principal{number}", type_=Id))
        .where(CompanyGrant.sort_key >= low, CompanyGrant.sort_key < high)
        .order_by(CompanyGrant.sort_key, CompanyGrant.company_id)
        .limit(bindparam("budget", type_=Id))
        .subquery()
        for number in range(principals)
    ]
    merged = union_all(*(select(leg) for leg in legs)).subquery()
    return select(merged.c.company_id.label("id")).order_by(merged.c.sort_key, merged.c.company_id)


def own(kind: Kind, words: int) -> Select[Any]:
    """Return the select of OWN, which reads grants itself: what is found in all the viewer may see."""
    mine = select(CompanyGrant.company_id).where(CompanyGrant.principal_id.in_(PRINCIPALS))
    found = select(kind.model.id)
    if kind is Kind.LINKED:
        found = found.where(LinkedSearch.company_id.in_(mine), linked_search_rule(PRINCIPALS))
        return found.where(has_words(kind, Source.OWN, words))
    found = found.join(kind.text, kind.text_id == kind.model.id)
    if kind is Kind.COMPANY:
        found = found.where(Company.id.in_(mine), Company.deleted_at.is_(None))
    else:
        found = found.where(Contact.company_id.in_(mine), contact_rule_within_seen_company())
    return found.where(has_words(kind, Source.OWN, words))
