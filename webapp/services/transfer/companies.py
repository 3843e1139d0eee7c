"""Companies from files and into files, under the rules of a single save, at the pace of thousands (R5, D14, D18).

A row without number changes the company without number that has its exact name and its account type (`records.py`
tells the rest).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement

from webapp.i18n import _, _n
from webapp.models import Company, CompanySearch
from webapp.services import companies, organisation
from webapp.services.search import indexing
from webapp.services.transfer import exporting, importing, parents
from webapp.services.transfer.bulk import Stored, batches
from webapp.services.transfer.columns import Column, Kind
from webapp.services.transfer.company_records import (
    NOTHING,
    Row,
    Writer,
    give_numbers,
    load,
)
from webapp.services.transfer.importing import Cells, Job, Wish
from webapp.services.transfer.parents import Link, Parents, Unwritten
from webapp.services.transfer.reading import Table
from webapp.services.transfer.records import RecordImport, Unnumbered
from webapp.services.transfer.report import Report
from webapp.services.values import number_key
from webapp.text import search_key
from webapp.vat import check_vat

#: Whom a company is open to: values that are no columns of its own (C8).
ACCESS_COLUMNS = (
    Column(name="restrict_access", kind=Kind.FLAG),
    Column(name="allowed_resources", kind=Kind.RESOURCES),
    Column(name="billing_entities", kind=Kind.BILLING_ENTITIES),
)


def all_columns(fields: Iterable[Column]) -> list[Column]:
    """Return the columns of a file of companies, in order, from those of the dialog."""
    by_name = {column.name: column for column in fields}
    number = by_name.pop("company_number")
    parent_number = Column(name="parent_number", kind=Kind.COMPANY_NUMBER)
    ordered = [number]
    for column in by_name.values():
        ordered += [parent_number, column] if column.kind is Kind.COMPANY else [column]
    return ordered + [column for column in ACCESS_COLUMNS if column.name not in by_name]


def export_companies(fields: Iterable[Column], language: str) -> Iterator[list[str]]:
    """Yield the header, then the cells of every company that is not in the trash, oldest first."""
    return exporting.export(all_columns(fields), Company, load, language)


def import_companies(table: Table, fields: Iterable[Column], wish: Wish) -> Report:
    """Write the companies of a file and return what was done; errors in the report mean: roll back.

    Raises UnusableFile when the file as a whole can't be read, or its columns are not those of companies.
    """
    with nullcontext() if wish.dry_run else indexing.at_once(CompanySearch):
        return importing.run(
            table,
            all_columns(fields),
            wish,
            _Import,
            identified_by="company_number",
            required=companies.REQUIRED,
        )


class _Import(RecordImport[Row]):
    """One import under way."""

    model = Company
    number = "company_number"

    def __init__(self, job: Job):
        super().__init__(job, Writer(job.names, job.report, job.wish.by))
        self._by = job.wish.by
        self._settings = organisation.load()
        self._links: list[Link] = []
        #: New companies that wait for an automatic number until all those of the file are known.
        self._waiting: list[int] = []
        self._unwritten = Unwritten()
        #: How many were known by their name, for want of a number.
        self._recognised = 0

    def finish(self) -> None:
        """Do what needed the whole file: parents, and automatic numbers."""
        if self._recognised:
            note = _n(
                "%(num)d société sans ID reconnue à son nom et à son type de compte.",
                "%(num)d sociétés sans ID reconnues à leur nom et à leur type de compte.",
                self._recognised,
            )
            self._report.notes.append(note)
        if self._links and not self._is_dry:
            companies.take_turn_of_parents()
        found = Parents(self._links, self._lines, self._unwritten, self._report).find()
        if self._is_dry or self._report.error_count:
            return
        parents.write(found, self._by)
        if self._settings.auto_numbering:
            give_numbers(self._waiting, self._settings.number_prefix)

    def _refused(self, rows: Sequence[Row]) -> None:
        self._links += [_link(0, row) for row in rows if row.is_moved]

    def _written(self, rows: Mapping[int, Row]) -> None:
        if self._is_dry:
            self._unwritten.add(rows)
        self._links += [_link(key, row) for key, row in rows.items() if row.is_moved]
        self._waiting += [key for key, row in rows.items() if not row.stored and not row.values["company_number"]]

    # -- which company a row is about

    def _load(self, which: ColumnElement[bool], lock: bool) -> list[Stored]:
        return load(which, lock=lock)

    def _name_of(self, record: Stored) -> str:
        return str(record.values["name"])

    def _nameless(self, rows: Sequence[Cells]) -> dict[str, list[Stored]]:
        """Return the companies without number that these rows may be about, by name."""
        names = [(self._reader.text(cells, "name"),) for _line, cells in rows if not self._key(cells)]
        found: dict[str, list[Stored]] = {}
        for ids in batches(self._unnumbered.ids(names)) if names else ():
            for one in load(Company.id.in_(ids), lock=not self._is_dry):
                found.setdefault(one.values["name"], []).append(one)
        return found

    @cached_property
    def _unnumbered(self) -> Unnumbered:
        """Read at the first row without number, so before any of these is written."""
        return Unnumbered(Company, Company.name)

    def _recognise(self, line: int, cells: Sequence[str], alike: list[Stored]) -> Stored | None:
        """Return the company without number that a row is about: the one it changes nothing of, or the only one.

        Raises ValueError when it may be several.
        """
        possible = []
        for one in alike:
            row, errors = self._values(line, cells, one)
            if row.values["account_type"] != one.values["account_type"]:
                continue
            if not row.is_changed and not errors:
                return one
            possible.append(one)
        if len(possible) > 1:
            raise ValueError(
                _("plusieurs sociétés de ce nom et de ce type de compte n’ont pas d’ID : donnez-leur en un d’abord.")
            )
        return possible[0] if possible else None

    # -- what a row says of it

    def _read_all(self, rows: Sequence[Cells]) -> list[Row]:
        by_number, by_name = self._numbered(rows), self._nameless(rows)
        return [row for line, cells in rows if (row := self._read(line, cells, by_number, by_name)) is not None]

    def _read(
        self,
        line: int,
        cells: Sequence[str],
        by_number: Mapping[str, Stored],
        by_name: Mapping[str, list[Stored]],
    ) -> Row | None:
        """Return what a row says, or None when something in it was refused."""
        if key := self._key(cells):
            old = by_number.get(key)
            if not self._is_free(line, key, old):
                return None
        else:
            alike = by_name.get(self._reader.text(cells, "name"), [])
            try:
                old = self._recognise(line, cells, alike)
            except ValueError as error:
                self._report.refuse(line, str(error), "name")
                return None
            if old:
                alike.remove(old)
                self._unnumbered.take((old.values["name"],), old.id)
                self._recognised += 1
        row, errors = self._values(line, cells, old)
        errors = errors or self._problems(row)
        for name, message in errors.items():
            self._report.refuse(line, message, name)
        if errors:
            return None
        self._warn(row.values)
        return row

    def _values(self, line: int, cells: Sequence[str], old: Stored | None) -> tuple[Row, dict[str, str]]:
        values, errors = self._reader.read(cells, old.values if old else NOTHING, NOTHING)
        _settle_access(values)
        row = Row(line, values, old)
        self._read_parent(row, cells)
        return row, errors

    def _read_parent(self, row: Row, cells: Sequence[str]) -> None:
        """Find out whether the row gives another parent than the company has."""
        number, name = self._reader.text(cells, "parent_number"), self._reader.text(cells, "parent")
        old = row.stored
        if not number and not name:
            if self._reader.has("parent_number") or self._reader.has("parent"):
                row.values["parent"] = None
            return
        if old and old.values["parent"]:
            is_same = (
                number_key(number) == number_key(old.shown["parent_number"])
                if number
                else search_key(name) == search_key(old.shown["parent"])
            )
            if is_same:
                return
        row.is_moved, row.parent_number, row.parent_name = True, number, name

    def _problems(self, row: Row) -> dict[str, str]:
        """Return what breaks a rule that looks at the whole company, but at no other."""
        found = companies.own_problems(row.values)
        if _is_closed_to_all(row.values) and not (row.stored and _is_closed_to_all(row.stored.values)):
            found["restrict_access"] = _("une société ne peut pas être restreinte à personne.")
        return found

    def _warn(self, values: Mapping[str, Any]) -> None:
        """Count what is kept although it looks wrong."""
        if number := values["vat_number"]:
            country = values["main_country"] or values["billing_country"]
            if not check_vat(number, self._names.country_codes.get(country)).valid:
                self._report.warnings["vat_numbers"] += 1


def _link(company_id: int, row: Row) -> Link:
    return Link(company_id, row.line, row.parent_number, row.parent_name)


def _settle_access(values: dict[str, Any]) -> None:
    """Say access in one way only, that which grants tell: restricted means to people, unless to nobody (A1)."""
    if not values["restrict_access"]:
        values["allowed_resources"] = frozenset()
    elif not values["allowed_resources"] and values["billing_entities"]:
        values["restrict_access"] = False


def _is_closed_to_all(values: Mapping[str, Any]) -> bool:
    """Whether a company is restricted, and to nobody (A4)."""
    return values["restrict_access"] and not values["allowed_resources"] and not values["billing_entities"]
