"""How text is cleaned, sorted and searched, the same on every database.

Sort and search keys are computed here and stored beside the names, so that order and search need
nothing from the database but the comparison of bytes and of strings by code point.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from threading import Lock

from anyascii import anyascii
from pyuca.collator import Collator_10_0_0

KEY_VERSION = 1
"""Raised whenever a stored sort or search key would come out otherwise: stored keys are then rebuilt."""

MAX_KEY_BYTES = 512
"""A sort key is cut here, on a weight: names that agree on some 250 letters sort as equals."""

MAX_SORTED_CHARACTERS = 1024
"""Only so much of a text is looked at to sort it: far more than its key can hold."""

_MAX_KNOWN_CHARACTERS = 20_000


class _CharacterTable(dict[int, str]):
    """What each character becomes, for `str.translate`: worked out when first met, then kept.

    The bound keeps a visitor who types the whole of Unicode from filling the memory.
    """

    def __init__(self, work_out: Callable[[str], str]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, code: int) -> str:
        value = self._work_out(chr(code))
        if len(self) < _MAX_KNOWN_CHARACTERS:
            self[code] = value
        return value


# --- Sorting ---------------------------------------------------------------------------------------

_PRIMARY, _SECONDARY, _TERTIARY = range(3)
_COMMON_SECONDARY = "\x20"
_COMMON_TERTIARY = "\x02"
_SEPARATOR = b"\x00\x00"
_BEYOND_ALL = b"\xff\xff"
_NEEDS_NEIGHBOURS = "\x00"  # no weight is zero


class _Collation:
    """The weights of texts at the three levels of the Unicode collation algorithm (DUCET 10).

    A weight is held as the character of that number. Most characters weigh the same wherever they
    stand, so their weights are kept one by one; a text that, once composed, holds a character whose
    weight may depend on what precedes it (a combining mark, the second half of a contraction) goes to
    pyuca whole.
    """

    def __init__(self) -> None:
        self._collator = Collator_10_0_0()
        self._continuing = self._continuing_characters()
        self._tables = tuple(
            _CharacterTable(partial(self._weigh_alone, level)) for level in (_PRIMARY, _SECONDARY, _TERTIARY)
        )

    def primary(self, text: str) -> str:
        """Give the weights of the letters alone, blind to accents and case."""
        text = unicodedata.normalize("NFC", text)
        weights = text.translate(self._tables[_PRIMARY])
        return self._weigh(text)[_PRIMARY] if _NEEDS_NEIGHBOURS in weights else weights

    def levels(self, text: str) -> tuple[str, str, str]:
        """Give the weights of the letters, of the accents and of the case."""
        text = unicodedata.normalize("NFC", text)
        primary = text.translate(self._tables[_PRIMARY])
        if _NEEDS_NEIGHBOURS in primary:
            return self._weigh(text)
        # Plain ASCII has no accent, and the common weights at the end are dropped anyway.
        secondary = "" if text.isascii() else text.translate(self._tables[_SECONDARY])
        return primary, secondary, text.translate(self._tables[_TERTIARY])

    def _weigh(self, text: str) -> tuple[str, str, str]:
        elements = self._collator.collation_elements(unicodedata.normalize("NFD", text))
        primary, secondary, tertiary = (
            "".join(chr(element[level]) for element in elements if element[level]) for level in range(3)
        )
        return primary, secondary, tertiary

    def _weigh_alone(self, level: int, character: str) -> str:
        first = unicodedata.normalize("NFD", character)[0]
        if unicodedata.combining(first) or ord(first) in self._continuing:
            return _NEEDS_NEIGHBOURS
        return self._weigh(character)[level]

    def _continuing_characters(self) -> frozenset[int]:
        """Find every character that may be the second or later one of a contraction."""
        found: set[int] = set()
        nodes = list((self._collator.table.root.children or {}).values())
        while nodes:
            following = nodes.pop().children or {}
            found.update(following)
            nodes.extend(following.values())
        return frozenset(found)


_collation_lock = Lock()
_loaded_collation: _Collation | None = None


def _collation() -> _Collation:
    """Give the collation, read from its table once, by the first who sorts."""
    global _loaded_collation
    if _loaded_collation is None:
        with _collation_lock:
            if _loaded_collation is None:
                _loaded_collation = _Collation()
    return _loaded_collation


def _pack(weights: str) -> bytes:
    return weights.encode("utf-16-be", "surrogatepass")


def sort_key(text: str) -> bytes:
    """Give the bytes whose order is the order of `text` in a French or European list (T1, N4).

    Letters first, then accents, then capitals: 16-bit weights of the letters, two zero bytes, 16-bit
    weights of the accents, two zero bytes, 8-bit weights of the case. The common weight at the end of
    the last two levels is left out, which changes no comparison. Takes any string, gives at most
    `MAX_KEY_BYTES` bytes, never raises.
    """
    primary, secondary, tertiary = _collation().levels(text[:MAX_SORTED_CHARACTERS])
    key = b"".join(
        (
            _pack(primary),
            _SEPARATOR,
            _pack(secondary.rstrip(_COMMON_SECONDARY)),
            _SEPARATOR,
            tertiary.rstrip(_COMMON_TERTIARY).encode("latin-1"),
        )
    )
    return key[:MAX_KEY_BYTES]


def sort_prefix(text: str) -> tuple[bytes, bytes]:
    """Give `(low, high)`: exactly the names that begin with `text` have `low <= sort_key(name) < high`.

    Blind to accents and case, as only the weights of the letters tell. An empty text gives the whole range.
    """
    primary = _collation().primary(text[:MAX_SORTED_CHARACTERS])[: MAX_KEY_BYTES // 2]
    stem = primary.rstrip("\uffff")  # the highest weight has no next one: the one before it moves on
    after = _pack(stem[:-1] + chr(ord(stem[-1]) + 1)) if stem else _BEYOND_ALL
    return _pack(primary), after


# --- Searching -------------------------------------------------------------------------------------

# Points of Hebrew and Arabic (classes 10 to 36) and accents for which no composed letter exists (from 200):
# people leave them out when they search. Marks of other scripts are letters of their own.
_POINT_CLASSES = range(10, 37)
_ACCENT_CLASSES = range(200, 256)


def _fold(character: str) -> str:
    mark = unicodedata.combining(character)
    if mark in _POINT_CLASSES or mark in _ACCENT_CLASSES:
        return ""
    return "".join(c if c.isalnum() else " " for c in anyascii(character).casefold())


_FOLDED = _CharacterTable(_fold)


def search_key(text: str) -> str:
    """Give `text` as one searches for it: ASCII, lower case, words parted by single spaces (N2).

    Accents, ligatures, full-width forms and punctuation don't matter; other scripts are transliterated.
    A text that is punctuation only stands for itself, so that it can be found too.
    """
    words = unicodedata.normalize("NFKC", text).translate(_FOLDED).split()
    return " ".join(words) or clean_line(text)


def folded_places(text: str) -> tuple[str, list[int]]:
    """Give `text` folded as `search_key` does, and for each of its characters the place it comes from in `text`."""
    folded: list[str] = [" "]
    places = [0]
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).translate(_FOLDED):
            if letter != " " or folded[-1] != " ":
                folded.append(letter)
                places.append(place)
    return "".join(folded), places


# --- Cleaning --------------------------------------------------------------------------------------

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_DROPPED = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_IN_ONE_LINE = re.compile("[\t\n]+")
_EDGES = re.compile(r"\A[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+\Z")
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}

_DIRECTION_CLOSERS = {
    "\u202a": "\u202c",  # embeddings and overrides, closed by POP DIRECTIONAL FORMATTING
    "\u202b": "\u202c",
    "\u202d": "\u202c",
    "\u202e": "\u202c",
    "\u2066": "\u2069",  # isolates, closed by POP DIRECTIONAL ISOLATE
    "\u2067": "\u2069",
    "\u2068": "\u2069",
}
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean_line(text: str) -> str:
    """Give `text` as one line fit to be kept: as `clean_text`, with a space for line ends and tabs."""
    if text.isprintable():
        return unicodedata.normalize("NFC", text).strip()
    return _IN_ONE_LINE.sub(" ", clean_text(text))


def clean_text(text: str) -> str:
    """Give `text` fit to be kept: composed, trimmed, without what no database or page can hold.

    Control characters and lone surrogates go; line ends become "\\n"; a text with nothing to see
    becomes empty. Directions of right-to-left writing stay where they are closed in their line; a line
    that leaves one open, and would turn the rest of a page around, loses them.
    """
    text = _DROPPED.sub("", _LINE_ENDS.sub("\n", text))
    text = "\n".join(_close_directions(line) for line in text.split("\n"))
    text = _EDGES.sub("", unicodedata.normalize("NFC", text))
    return "" if all(unicodedata.category(character) in _INVISIBLE for character in text) else text


def read_id(value: object) -> int | None:
    """Give the id of a record from what a browser sent, or None when it can't be one."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _close_directions(line: str) -> str:
    awaited: list[str] = []
    for mark in _DIRECTIONS.findall(line):
        if mark in _DIRECTION_CLOSERS:
            awaited.append(_DIRECTION_CLOSERS[mark])
        elif not awaited or awaited.pop() != mark:
            return _DIRECTIONS.sub("", line)
    return _DIRECTIONS.sub("", line) if awaited else line
