"""Words one typing error away from what was typed (N2)."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from string import ascii_lowercase

from sqlalchemy import Select, String, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.extensions import db, on_postgres
from webapp.models import SearchWord
from webapp.services.search.texts import MENDED_LENGTHS

#: Neighbours tried of each word.
MOST = 6


def mended(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the words with one of them replaced by a known one that differs by one letter, or by two swapped."""
    for place, word in enumerate(words):
        for known in _known_neighbours(word):
            yield (*words[:place], known, *words[place + 1 :])


def differs_by_one_error(word: str) -> set[str]:
    """Return the words that a typing error may have turned into this one; of what is too short to tell, none."""
    return set(_neighbours(word)) - {word} if len(word) in MENDED_LENGTHS and word.isalpha() else set()


def _known_neighbours(word: str) -> list[str]:
    if not (wanted := differs_by_one_error(word)):
        return []
    is_postgres = on_postgres()
    known = db.session.scalars(
        _known(is_postgres), {"words": list(wanted) if is_postgres else json.dumps(list(wanted))}
    )
    # The first letter is rarely the wrong one.
    return sorted(known, key=lambda one: one[0] != word[0])[:MOST]


@cache
def _known(is_postgres: bool) -> Select[str]:
    """Build the reading of the known among some words, given as one parameter: hundreds would cost more."""
    words = bindparam("words", type_=ARRAY(Text) if is_postgres else String)
    given = func.unnest(words) if is_postgres else func.json_each(words)
    column = (
        given.table_valued("value").render_derived().c.value if is_postgres else given.table_valued("value").c.value
    )
    return select(SearchWord.word).where(SearchWord.word.in_(select(column))).order_by(SearchWord.word)


def _neighbours(word: str) -> Iterator[str]:
    """Yield what a letter left out, added, changed, or swapped with the next may have been."""
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        yield from (before + letter + after for letter in ascii_lowercase)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in ascii_lowercase)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
