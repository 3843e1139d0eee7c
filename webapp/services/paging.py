"""Reading a long order a page at a time: from a gap between two entries on, or back from it, never by counting.

The order is by (sort key, id); both engines compare the keys as bytes, so a page is one range of an index.
"""

import base64
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy import ColumnElement, LargeBinary, Select, bindparam, literal, select, tuple_, union_all

from webapp.models.base import Id
from webapp.text import sort_prefix

#: Entries in a page.
PAGE = 50


class BadCursor(ValueError):
    """What came as a cursor is none of ours."""


_CURSOR_HEAD = struct.Struct(">qi")


class Cursor(NamedTuple):
    """A gap between two entries of an order by (sort key, id): after the entry of this key and id."""

    sort_key: bytes = b""
    id: int = 0
    #: How many entries stand before the gap, when that is known.
    position: int | None = None

    def __str__(self) -> str:
        head = _CURSOR_HEAD.pack(self.id, -1 if self.position is None else self.position)
        return base64.urlsafe_b64encode(head + self.sort_key).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read a cursor that came back from a browser; raises BadCursor."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            row_id, position = _CURSOR_HEAD.unpack_from(raw)
        except (ValueError, struct.error) as error:
            raise BadCursor(text) from error
        return cls(raw[_CURSOR_HEAD.size :], row_id, position if position >= 0 else None)


START = Cursor(position=0)


@dataclass(frozen=True)
class Place:
    """Which part of an order to read: some entries up to a gap, and some from there.

    None for `back` or `ahead`: nothing is read that way. Zero: only whether there is anything.
    """

    cursor: Cursor = START
    back: int | None = None
    ahead: int | None = PAGE

    @classmethod
    def after(cls, cursor: str) -> "Place":
        return cls(Cursor.parse(cursor))

    @classmethod
    def before(cls, cursor: str) -> "Place":
        return cls(Cursor.parse(cursor), back=PAGE, ahead=None)

    @classmethod
    def at(cls, prefix: str) -> "Place":
        """The first names that begin with `prefix`, or come after."""
        low, _high = sort_prefix(prefix)
        return cls(Cursor(low), back=0)

    @classmethod
    def around(cls, sort_key: bytes, row_id: int) -> "Place":
        """Half a page before a record and half a page from it on."""
        return cls(Cursor(sort_key, row_id - 1), back=PAGE // 2, ahead=PAGE - PAGE // 2)


class Entry(Protocol):
    """What every level's rows have."""

    @property
    def id(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def sort_key(self) -> bytes: ...


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class Page(Generic[E]):
    """Entries that follow each other, and whether there are others on either side."""

    entries: Sequence[E]
    has_before: bool = False
    has_after: bool = False
    #: How many entries stand before these, when that is known.
    offset: int | None = 0

    @property
    def is_whole(self) -> bool:
        return not self.has_before and not self.has_after

    @property
    def before(self) -> Cursor | None:
        """Return the gap before the first entry, if something stands before it."""
        if not self.has_before or not self.entries:
            return None
        return Cursor(self.entries[0].sort_key, self.entries[0].id - 1, self.offset)

    @property
    def after(self) -> Cursor | None:
        """Return the gap after the last entry, if something comes after it."""
        if not self.has_after or not self.entries:
            return None
        position = None if self.offset is None else self.offset + len(self.entries)
        return Cursor(self.entries[-1].sort_key, self.entries[-1].id, position)

    @classmethod
    def cut(cls, place: Place, back: Sequence[E], ahead: Sequence[E]) -> "Page[E]":
        """Make the page of a place from what was read on both sides of its gap, one more than wanted each."""
        before = list(back[-place.back :]) if place.back else []
        has_before = len(back) > place.back if place.back is not None else place.cursor != START
        position = place.cursor.position
        if position is None and not has_before:
            # What was read begins the order.
            position = len(before)
        return cls(
            entries=before + list(ahead[: place.ahead] if place.ahead else []),
            has_before=has_before,
            has_after=len(ahead) > place.ahead if place.ahead is not None else True,
            offset=None if position is None else max(position - len(before), 0),
        )


# --- several levels at once ----------------------------------------------------------------------------------------


class Window(NamedTuple):
    """What is read on one side of a place: so many entries of a level, back from a gap or on from it."""

    level: int
    cursor: Cursor
    is_back: bool
    limit: int


def windows(places: Mapping[int, Place]) -> list[Window]:
    """Return what to read for a page of each of several levels: one entry more than wanted, each way."""
    return [
        Window(level, place.cursor, is_back, wanted + 1)
        for level, place in places.items()
        for is_back, wanted in ((True, place.back), (False, place.ahead))
        if wanted is not None
    ]


def bounds(windows: Sequence[Window]) -> dict[str, Any]:
    """Return the parameters that say which windows a statement of several reads."""
    parameters: dict[str, Any] = {}
    for number, (level, cursor, _is_back, limit) in enumerate(windows):
        parameters |= {
            f"level{number}": level,
            f"key{number}": cursor.sort_key,
            f"id{number}": cursor.id,
            f"limit{number}": limit,
        }
    return parameters


def sides(windows: Sequence[Window]) -> tuple[bool, ...]:
    """Return which of the windows read back: all that a statement of several must know to be built."""
    return tuple(window.is_back for window in windows)


def select_windows(of_level: Callable[[ColumnElement[int]], Select[Any]], sides: Sequence[bool]) -> Select[Any]:
    """Select what stands in several windows, in order: the window's number, then the columns of `of_level`.

    `of_level` selects all the entries of a level, their sort key and their id first. Wants the `bounds`.
    """
    legs = []
    for number, is_back in enumerate(sides):
        entries = of_level(bindparam(f"level{number}", type_=Id))
        order = tuple(entries.selected_columns)[:2]
        here, gap = tuple_(*order), gap_of(number)
        entries = entries.where(here <= gap if is_back else here > gap).limit(bindparam(f"limit{number}", type_=Id))
        entries = entries.order_by(*(column.desc() for column in order) if is_back else order)
        legs.append(select(literal(number, Id).label("window"), entries.subquery()))
    read = union_all(*legs).subquery()
    return select(read).order_by(*tuple(read.c)[:3])


def gap_of(number: int) -> ColumnElement[Any]:
    """Return the gap of a window, from its `bounds`."""
    return tuple_(bindparam(f"key{number}", type_=LargeBinary), bindparam(f"id{number}", type_=Id))


def pages(places: Mapping[int, Place], windows: Sequence[Window], rows: Iterable[tuple[int, E]]) -> dict[int, Page[E]]:
    """Make the page of each level from what its windows gave: pairs of a window's number and an entry, in order."""
    found: list[list[E]] = [[] for _window in windows]
    for number, entry in rows:
        found[number].append(entry)
    found_at = {(window.level, window.is_back): entries for window, entries in zip(windows, found, strict=True)}
    return {
        level: Page.cut(place, found_at.get((level, True), []), found_at.get((level, False), []))
        for level, place in places.items()
    }
