"""Companies from files: under the rules of a single save, at the pace of thousands (R5, D14, D18).

A row whose `company_number` is known changes that company, and only in the columns the file has; any other row is a
new company. Rows are written as they are read, in the caller's transaction: whoever calls commits when nothing was
refused, and rolls back otherwise. Trying without writing is the same with a rollback.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from webapp.access import Viewer
from webapp.i18n import _
from webapp.models import Company
from webapp.services import companies, organisation
from webapp.services.companies import REQUIRED
from webapp.services.transfer import stored
from webapp.services.transfer.bulk import BATCH, Row, Writer, batches, give_numbers, reserve_ids
from webapp.services.transfer.columns import Column, Kind, read_flag, read_several
from webapp.services.transfer.names import Names
from webapp.services.transfer.parents import Link, Parents, number_key
from webapp.services.transfer.reading import Table, check_header, even_rows
from webapp.services.transfer.report import Report, UnusableFile
from webapp.services.transfer.stored import NOTHING, Stored
from webapp.text import clean_line, search_key
from webapp.vat import check_vat

#: What the dialog does not hold (yet): whom a company is open to (C8).
ACCESS_COLUMNS = (
    Column(name="restrict_access", kind=Kind.FLAG),
    Column(name="allowed_resources", kind=Kind.RESOURCES),
    Column(name="billing_entities", kind=Kind.BILLING_ENTITIES),
)

#: Reads a cell, given the value before and the values of the row so far.
Reader = Callable[[str, Any, Mapping[str, Any]], Any]


def all_columns(fields: Iterable[Column]) -> list[Column]:
    """Return the columns of a file of companies, in order, from those of the dialog."""
    by_name = {column.name: column for column in fields}
    number = by_name.pop("company_number")
    parent_number = Column(name="parent_number", kind=Kind.COMPANY_NUMBER)
    ordered = [number]
    for column in by_name.values():
        ordered += [parent_number, column] if column.kind is Kind.COMPANY else [column]
    return ordered + [column for column in ACCESS_COLUMNS if column.name not in by_name]


def import_companies(
    table: Table,
    fields: Iterable[Column],
    by: Viewer,
    create_missing: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Write the companies of a file and return what was done; errors in the report mean: roll back.

    Raises UnusableFile when the file as a whole can't be read, or its columns are not those of companies.
    """
    columns = all_columns(fields)
    check_header(table.header, [column.name for column in columns])
    if "company_number" not in table.header and (missing := [name for name in REQUIRED if name not in table.header]):
        raise UnusableFile(_("Colonnes obligatoires absentes : %(names)s.", names=", ".join(missing)))
    report = Report(notes=list(table.notes))
    run = _Import(table.header, columns, report, by, create_missing)
    for rows in batches(even_rows(table, report), BATCH):
        run.take(rows)
        progress(*table.progress())
    run.finish()
    return report


class _Import:
    """One import under way."""

    def __init__(self, header: list[str], columns: list[Column], report: Report, by: Viewer, create_missing: bool):
        self._report = report
        self._names = Names(report, by, create_missing)
        self._writer = Writer(self._names, report, by)
        self._settings = organisation.load()
        self._place = {name: index for index, name in enumerate(header)}
        named = {column.name: column for column in columns}
        #: Of each column the file has: its place, its name, what reads it. One whose values belong to another's is
        #: read after it.
        self._readers = [
            (index, name, self._reader(named[name]))
            for index, name in sorted(enumerate(header), key=lambda one: bool(named[one[1]].within))
            if named[name].kind not in (Kind.COMPANY, Kind.COMPANY_NUMBER)
        ]
        #: The numbers met so far, and where.
        self._lines: dict[str, int] = {}
        self._links: list[Link] = []
        #: New companies that wait for an automatic number until all those of the file are known.
        self._unnumbered: list[int] = []

    def take(self, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Read, check and write some rows."""
        known = self._known(rows)
        read = [row for line, cells in rows if (row := self._read(line, cells, known)) is not None]
        if self._report.error_count:
            # Nothing will be kept: the rest is read for its errors.
            self._links += [Link(0, row.line, row.parent_number, row.parent_name) for row in read if row.is_moved]
            return
        new = [row for row in read if row.stored is None]
        changed = [row for row in read if row.stored is not None and _is_changed(row, row.stored)]
        new_ids = reserve_ids(len(new))
        changed_ids = [row.stored.id for row in changed if row.stored]
        self._writer.write(new, new_ids, changed, changed_ids)
        self._links += [
            Link(company_id, row.line, row.parent_number, row.parent_name)
            for company_id, row in zip([*new_ids, *changed_ids], [*new, *changed], strict=True)
            if row.is_moved
        ]
        self._unnumbered += [
            company_id for company_id, row in zip(new_ids, new, strict=True) if not row.values["company_number"]
        ]
        self._report.created += len(new)
        self._report.updated += len(changed)
        self._report.unchanged += len(read) - len(new) - len(changed)

    def finish(self) -> None:
        """Do what needed the whole file: parents, and automatic numbers."""
        Parents(self._links, self._lines, self._report).write()
        if self._settings.auto_numbering and not self._report.error_count:
            give_numbers(self._unnumbered, self._settings.number_prefix)

    # -- one row

    def _known(self, rows: Sequence[tuple[int, Sequence[str]]]) -> dict[str, Stored]:
        """Return the companies these rows change, by the key of their number."""
        place = self._place.get("company_number")
        if place is None:
            return {}
        keys = {key for _line, cells in rows if (key := number_key(cells[place]))}
        found = stored.load(Company.number_key.in_(keys), lock=True) if keys else []
        return {number_key(one.values["company_number"]): one for one in found}

    def _read(self, line: int, cells: Sequence[str], known: Mapping[str, Stored]) -> Row | None:
        """Return what a row says, or None when something in it was refused."""
        errors_before = self._report.error_count
        place = self._place.get("company_number")
        key = number_key(cells[place]) if place is not None else ""
        old = known.get(key) if key else None
        if key and not self._is_free(line, key, old):
            return None
        before = old.values if old else NOTHING
        values = dict(before)
        for index, name, reader in self._readers:
            if cell := cells[index]:
                try:
                    values[name] = reader(cell, before[name], values)
                except ValueError as error:
                    self._report.refuse(line, str(error), name)
            elif old:
                values[name] = NOTHING[name]
        _settle_access(values)
        row = Row(line, values, old)
        self._read_parent(row, cells)
        if self._report.error_count == errors_before:
            self._check(row)
        if self._report.error_count > errors_before:
            return None
        self._warn(values)
        return row

    def _is_free(self, line: int, key: str, old: Stored | None) -> bool:
        """Whether no other row has this number, nor a company in the trash."""
        if first := self._lines.get(key):
            message = _("ce numéro est déjà à la ligne %(line)d.", line=first)
            self._report.refuse(line, message, "company_number")
            return False
        self._lines[key] = line
        if old and old.in_trash:
            message = _("ce numéro est celui de « %(name)s », dans la corbeille.", name=old.values["name"])
            self._report.refuse(line, message, "company_number")
            return False
        return True

    def _read_parent(self, row: Row, cells: Sequence[str]) -> None:
        """Find out whether the row gives another parent than the company has."""
        number, name = (
            clean_line(cells[place]) if (place := self._place.get(column)) is not None else ""
            for column in ("parent_number", "parent")
        )
        old = row.stored
        if not number and not name:
            if "parent_number" in self._place or "parent" in self._place:
                row.values["parent"] = None
            return
        if old and old.values["parent"]:
            is_same = (
                number_key(number) == number_key(old.parent_number)
                if number
                else search_key(name) == search_key(old.parent_name)
            )
            if is_same:
                return
        row.is_moved, row.parent_number, row.parent_name = True, number, name

    def _check(self, row: Row) -> None:
        """Refuse what breaks a rule that looks at the whole company."""
        for name, message in companies.missing_values(row.values).items():
            self._report.refuse(row.line, message, name)
        if _is_closed_to_all(row.values) and not (row.stored and _is_closed_to_all(row.stored.values)):
            message = _("une société ne peut pas être restreinte à personne.")
            self._report.refuse(row.line, message, "restrict_access")

    def _warn(self, values: Mapping[str, Any]) -> None:
        """Count what is kept although it looks wrong."""
        if number := values["vat_number"]:
            country = values["main_country"] or values["billing_country"]
            if not check_vat(number, self._names.country_codes.get(country)).valid:
                self._report.warnings["vat_numbers"] += 1

    # -- one cell

    def _reader(self, column: Column) -> Reader:
        """Return what reads the cells of a column."""
        names = self._names
        match column.kind:
            case Kind.TEXT:
                return _plainly(column.clean)
            case Kind.FLAG:
                return _plainly(read_flag)
            case Kind.CHOICE:
                return _plainly(_choice_reader(column))
            case Kind.REFERENCE if column.list:
                which, within = column.list, column.within
                return lambda cell, before, values: names.reference(
                    which, clean_line(cell), values[within] if within else None, before
                )
            case Kind.RESOURCE:
                return lambda cell, before, values: names.resource(clean_line(cell), (before,))
            case Kind.RESOURCES:
                return lambda cell, before, values: frozenset(
                    names.resource(clean_line(one), before) for one in read_several(cell)
                )
            case Kind.BILLING_ENTITIES:
                return lambda cell, before, values: frozenset(
                    names.entity(clean_line(one), before) for one in read_several(cell)
                )
            case _:
                raise TypeError(f"{column.name} has no reader")


def _settle_access(values: dict[str, Any]) -> None:
    """Say access in one way only, that which grants tell: restricted means to people, unless to nobody (A1)."""
    if not values["restrict_access"]:
        values["allowed_resources"] = frozenset()
    elif not values["allowed_resources"] and values["billing_entities"]:
        values["restrict_access"] = False


def _is_closed_to_all(values: Mapping[str, Any]) -> bool:
    """Whether a company is restricted, and to nobody (A4)."""
    return values["restrict_access"] and not values["allowed_resources"] and not values["billing_entities"]


def _plainly(read: Callable[[str], Any]) -> Reader:
    return lambda cell, before, values: read(cell)


def _choice_reader(column: Column) -> Callable[[str], Any]:
    members = {member.value: member for labels in column.labels.values() for member in labels}
    members |= {search_key(label): member for labels in column.labels.values() for member, label in labels.items()}

    def read(cell: str) -> Any:
        member = members.get(cell) or members.get(search_key(cell))
        if member is None:
            shown = ", ".join(next(iter(column.labels.values())).values())
            raise ValueError(_("« %(text)s » n’est pas une de ces valeurs : %(labels)s.", text=cell[:60], labels=shown))
        return member

    return read


def _is_changed(row: Row, old: Stored) -> bool:
    return row.is_moved or row.values != old.values
