"""Cells: how they become the values of a record, and values cells, by the kind of their column."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from webapp.i18n import _
from webapp.services.transfer.bulk import Stored
from webapp.services.transfer.columns import Column, Kind, read_flag, read_several, write_several
from webapp.services.transfer.names import Labels, Names
from webapp.text import clean_line, search_key

#: Reads a cell, given the value before and the values of the row so far.
Reader = Callable[[str, Any, Mapping[str, Any]], Any]

#: Kinds that are not read here: whoever imports looks other records up, in the file too.
_ELSEWHERE = (Kind.COMPANY, Kind.COMPANY_NUMBER, Kind.COMPUTED, Kind.IGNORED)


class RowReader:
    """Reads the rows of one file."""

    def __init__(self, header: Sequence[str], columns: Iterable[Column], names: Names):
        self._place = {name: index for index, name in enumerate(header)}
        named = {column.name: column for column in columns}
        #: Of each column: its place, its name, what reads it. One whose values belong to another's is read after it.
        self._readers = [
            (index, name, _reader(named[name], names))
            for index, name in sorted(enumerate(header), key=lambda one: bool(named[one[1]].within))
            if named[name].kind not in _ELSEWHERE
        ]

    def has(self, name: str) -> bool:
        """Whether the file has this column."""
        return name in self._place

    def text(self, cells: Sequence[str], name: str) -> str:
        """Return what stands in a column, in one line; nothing when the file has no such column."""
        place = self._place.get(name)
        return "" if place is None else clean_line(cells[place])

    def read(
        self, cells: Sequence[str], before: Mapping[str, Any], nothing: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the values of a record after a row, and what is wrong with its cells, by column.

        A column the file does not have leaves its value as it was before; an empty cell makes it that of `nothing`,
        or leaves it too where there must always be one.
        """
        values, errors = dict(before), {}
        for index, name, read in self._readers:
            if cell := cells[index]:
                try:
                    values[name] = read(cell, before.get(name), values)
                except ValueError as error:
                    errors[name] = str(error)
            elif name in nothing:
                values[name] = nothing[name]
        return values, errors


def _reader(column: Column, names: Names) -> Reader:
    """Return what reads the cells of a column."""
    match column.kind:
        case Kind.TEXT:
            return _plainly(column.clean)
        case Kind.FLAG:
            return _plainly(read_flag)
        case Kind.CHOICE:
            return _plainly(choice_reader(column))
        case Kind.REFERENCE if column.list:
            which, within = column.list, column.within
            return lambda cell, before, values: names.reference(
                which, clean_line(cell), values.get(within) if within else None, before
            )
        case Kind.RESOURCE:
            return lambda cell, before, values: names.resource(clean_line(cell), (before,))
        case Kind.RESOURCES:
            return lambda cell, before, values: frozenset(
                names.resource(one, before or ()) for one in read_several(cell)
            )
        case Kind.BILLING_ENTITIES:
            return lambda cell, before, values: frozenset(names.entity(one, before or ()) for one in read_several(cell))
        case _:
            raise TypeError(f"{column.name} has no reader")


def _plainly(read: Callable[[str], Any]) -> Reader:
    return lambda cell, before, values: read(cell)


def choice_reader(column: Column) -> Callable[[str], Any]:
    """Return what reads a member of an enum, by its value or its label in a language."""
    members = {member.value: member for labels in column.labels.values() for member in labels}
    members |= {search_key(label): member for labels in column.labels.values() for member, label in labels.items()}

    def read(cell: str) -> Any:
        member = members.get(cell) or members.get(search_key(cell))
        if member is None:
            shown = ", ".join(next(iter(column.labels.values())).values())
            raise ValueError(_("« %(text)s » n’est pas une de ces valeurs : %(labels)s.", text=cell[:60], labels=shown))
        return member

    return read


def cell_writers(columns: Iterable[Column], labels: Labels, language: str) -> list[Callable[[Stored], str]]:
    """Return what writes the cells of a record, column after column."""
    return [_writer(column, labels, language) for column in columns]


def _writer(column: Column, labels: Labels, language: str) -> Callable[[Stored], str]:
    name = column.name
    match column.kind:
        case Kind.COMPANY | Kind.COMPANY_NUMBER:
            return lambda one: one.shown[name]
        case Kind.COMPUTED if column.compute:
            compute = column.compute
            return lambda one: compute(one.values, labels.items)
        case Kind.FLAG:
            return lambda one: "1" if one.values[name] else "0"
        case Kind.CHOICE:
            members = column.labels[language]
            return lambda one: str(members[one.values[name]])
        case Kind.REFERENCE:
            return lambda one: labels.items.get(one.values[name], "")
        case Kind.RESOURCE:
            return lambda one: labels.people.get(one.values[name], "")
        case Kind.RESOURCES:
            return lambda one: write_several(labels.people[key] for key in one.values[name])
        case Kind.BILLING_ENTITIES:
            return lambda one: write_several(labels.entities[key] for key in one.values[name])
        case _:
            return lambda one: str(one.values[name] or "")
