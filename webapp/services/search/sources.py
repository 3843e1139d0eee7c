"""Where records may be found: each source gives ids, few and fast; the rule and the ranking come after (N2, F3).

A source is a select of ids with parameters, at most `budget` of them:

    NAMES      names that begin with what was typed, in order of name
    STARTS     each word typed begins a word of the record's text
    CONTAINS   each word typed of three letters or more is a part of the text
    SCAN       the same as STARTS, for what is so common that the first rows of the table hold enough
    OWN        everything the viewer may see: for those who see little, when what they type is common

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

from webapp.access.visibility import PRINCIPALS
from webapp.models import Company, CompanyGrant, CompanySearch, Contact, ContactSearch
from webapp.models.base import Id

#: Longer beginnings of words are looked up by so many letters, then compared whole.
LONGEST_START = 8
FRAGMENT = 3


class Source(Enum):
    NAMES = auto()
    STARTS = auto()
    CONTAINS = auto()
    SCAN = auto()
    OWN = auto()


class Kind(StrEnum):
    """What is searched."""

    COMPANY = "company"
    CONTACT = "contact"

    @property
    def model(self) -> type[Any]:
        return Company if self is Kind.COMPANY else Contact

    @property
    def text(self) -> Any:
        """The table of texts, with its key named `id`."""
        return CompanySearch if self is Kind.COMPANY else ContactSearch

    @property
    def text_id(self) -> Any:
        return CompanySearch.company_id if self is Kind.COMPANY else ContactSearch.contact_id


def ids(kind: Kind, source: Source, words: int, principals: int, is_postgres: bool) -> Select[Any]:
    """Return the select of a source, for so many words and principals."""
    budget = bindparam("budget", type_=Id)
    match source:
        case Source.NAMES:
            return _names(kind, principals).limit(budget)
        case Source.OWN:
            return _own(kind)
        case Source.SCAN:
            return select(kind.text_id.label("id")).where(has_words(kind, words)).limit(budget)
        case _ if is_postgres:
            tokens = func.search_tokens(kind.text.text, type_=ARRAY(Text))
            found = tokens.contains(bindparam("tokens", type_=ARRAY(Text)))
            return select(kind.text_id.label("id")).where(found, has_words(kind, words)).limit(budget)
        case _:
            return _full_text(kind, source, words).limit(budget)


def has_words(kind: Kind, words: int) -> ColumnElement[bool]:
    """Return the condition that the text holds each word, where the pattern of each says."""
    return and_(*(kind.text.text.like(bindparam(f"word{number}", type_=String)) for number in range(words)))


def patterns(source: Source, words: Sequence[str]) -> dict[str, Any]:
    """Return the parameters for some words: what each must look like in a text, and what the indexes are asked."""
    starts = source is not Source.CONTAINS
    shapes = {
        f"word{number}": f"%{word if _is_fragment(source, word) else ' ' + word}%" for number, word in enumerate(words)
    }
    keys = {word[:LONGEST_START] for word in words} if starts else set()
    fragments = set() if starts else {part for word in words for part in _fragments(word)}
    match_all = [f'"{key}"*' for key in sorted(keys)] + [f'"{part}"' for part in sorted(fragments)]
    return shapes | {
        "match": " AND ".join(match_all),
        "tokens": [f"^{key}" for key in sorted(keys)] + sorted(fragments),
    }


def can_contain(words: Sequence[str]) -> bool:
    """Whether some word is long enough to be looked for inside others."""
    return any(len(word) >= FRAGMENT for word in words)


def _is_fragment(source: Source, word: str) -> bool:
    return source is Source.CONTAINS and len(word) >= FRAGMENT


def _fragments(word: str) -> list[str]:
    """Return fragments that cover a word: enough to find it, few enough to be read fast."""
    last = len(word) - FRAGMENT
    return (
        [word[place : place + FRAGMENT] for place in sorted({*range(0, last + 1, FRAGMENT), last})] if last >= 0 else []
    )


def _full_text(kind: Kind, source: Source, words: int) -> Select[Any]:
    name = f"{kind.value}_{'words' if source is Source.STARTS else 'fragments'}"
    index = table(name, column("rowid", Id))
    found = literal_column(name).op("MATCH")(bindparam("match", type_=String))
    return (
        select(index.c.rowid.label("id"))
        .join_from(index, kind.text.__table__, kind.text_id == index.c.rowid)
        .where(found, has_words(kind, words))
    )


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


def _own(kind: Kind) -> Select[Any]:
    mine = select(CompanyGrant.company_id.label("id")).where(CompanyGrant.principal_id.in_(PRINCIPALS))
    if kind is Kind.COMPANY:
        return mine
    return select(Contact.id.label("id")).where(Contact.company_id.in_(mine))
