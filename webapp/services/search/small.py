"""The same search in what is small, resources or the values of a list, where no index is needed (N2, C7).

Words that begin with those typed; then parts of words; and when nothing at all was found, words one typing error away.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, true

from webapp.extensions import db
from webapp.services.search.mending import differs_by_one_error
from webapp.services.search.sources import FRAGMENT
from webapp.text import search_key

#: Among so many the misspelt word is looked for.
MOST_READ = 5_000


def find(rows: Select[*tuple[Any, ...]], key: Any, order: Sequence[Any], typed: str, limit: int) -> list[Row[Any]]:
    """Return the first `limit` of `rows` whose folded `key` holds what was typed, the likeliest first.

    `rows` selects an `id` among its columns; nothing typed is found everywhere.
    """
    words = search_key(typed).split()
    found: dict[int, Row[Any]] = {}
    for condition in (words_start(key, words), _words_hold(key, words)):
        if len(found) < limit:
            for row in db.session.execute(rows.where(condition).order_by(*order).limit(limit)):
                found.setdefault(row.id, row)
    if not found and (mended := _mended(rows, key, words)):
        condition = or_(*(words_start(key, one) for one in mended))
        found = {row.id: row for row in db.session.execute(rows.where(condition).order_by(*order).limit(limit))}
    return list(found.values())[:limit]


def words_start(key: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that each word begins a word of the folded `key`."""
    return and_(true(), *((" " + key).contains(f" {word}", autoescape=True) for word in words))


def _words_hold(key: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that each word is a part of `key`; one too short to tell must begin a word."""
    parts = (word if len(word) >= FRAGMENT else f" {word}" for word in words)
    return and_(true(), *((" " + key).contains(part, autoescape=True) for part in parts))


def _mended(rows: Select[*tuple[Any, ...]], key: Any, words: Sequence[str]) -> list[list[str]]:
    """Return the words with one of them replaced by one that stands in the keys, an error away."""
    keys = db.session.scalars(rows.with_only_columns(key).limit(MOST_READ))
    known = {word for one in keys for word in one.split()}
    return list(_replaced(words, known))


def _replaced(words: Sequence[str], known: set[str]) -> Iterator[list[str]]:
    for place, word in enumerate(words):
        for other in sorted(known & differs_by_one_error(word)):
            yield [*words[:place], other, *words[place + 1 :]]
