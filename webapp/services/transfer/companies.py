"""Companies from files and into files: under the rules of a single save, at the pace of thousands (R5, D14, D18).

A row whose `company_number` is known changes that company, and only in the columns the file has; any other row is a
new company. Rows are written as they are read, in the caller's transaction: whoever calls commits when nothing was
refused, and rolls back otherwise. Trying without writing is the same with a rollback.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table as SqlTable
from sqlalchemy import bindparam, delete, func, insert, select, update

from webapp.access import SYSTEM, Viewer, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import (
    Company,
    CompanyAddress,
    CompanyGrant,
    CompanyListing,
    CompanyPhone,
)
from webapp.services import companies, organisation
from webapp.services.companies import EMPTY, REQUIRED
from webapp.services.transfer import stored
from webapp.services.transfer.columns import SEPARATOR, Column, Kind, read_flag, read_several
from webapp.services.transfer.names import Labels, Names
from webapp.services.transfer.reading import Table, check_header, even_rows
from webapp.services.transfer.report import Report, UnusableFile
from webapp.services.transfer.stored import OPEN, Stored
from webapp.text import clean_line, search_key
from webapp.vat import check_vat

#: Rows read, checked and written together.
BATCH = 2_000

#: What the dialog does not hold (yet): whom a company is open to (C8).
ACCESS_COLUMNS = (
    Column(name="restrict_access", kind=Kind.FLAG),
    Column(name="allowed_resources", kind=Kind.RESOURCES),
    Column(name="billing_entities", kind=Kind.BILLING_ENTITIES),
)

T = TypeVar("T")
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


# --- import --------------------------------------------------------------------------------------------------------


@dataclass
class _Row:
    """A row that was read: the company's values after it."""

    line: int
    values: dict[str, Any]
    access: dict[str, Any]
    #: The company it changes, or None for a new one.
    stored: Stored | None
    is_moved: bool
    parent_number: str
    parent_name: str


@dataclass(frozen=True)
class _Link:
    """A company that names its parent; the parent may come later in the file."""

    company_id: int
    line: int
    number: str
    name: str


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
    for rows in _batches(even_rows(table, report), BATCH):
        run.take(rows)
        progress(*table.progress())
    run.finish()
    return report


class _Import:
    """One import under way."""

    def __init__(self, header: list[str], columns: list[Column], report: Report, by: Viewer, create_missing: bool):
        self._report = report
        self._names = Names(report, by, create_missing)
        self._writer = _Writer(self._names, report, by)
        self._settings = organisation.load()
        self._header = header
        self._place = {name: index for index, name in enumerate(header)}
        kinds = {column.name: column for column in columns}
        self._readers: list[tuple[str, Reader]] = []
        self._dependent: list[tuple[str, int, Reader]] = []
        for index, name in enumerate(header):
            reader = self._reader(kinds[name])
            if kinds[name].within:
                self._dependent.append((name, index, reader))
                reader = _left_for_later
            self._readers.append((name, reader))
        #: The numbers met so far, and where.
        self._lines: dict[str, int] = {}
        self._links: list[_Link] = []
        #: New companies that wait for an automatic number until all those of the file are known.
        self._unnumbered: list[int] = []

    def take(self, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Read, check and write some rows."""
        known = self._known(rows)
        read = [row for line, cells in rows if (row := self._read(line, cells, known)) is not None]
        if self._report.error_count:
            # Nothing will be kept: the rest is read for its errors.
            self._links += [_Link(0, row.line, row.parent_number, row.parent_name) for row in read if row.is_moved]
            return
        new = [row for row in read if row.stored is None]
        changed = [row for row in read if row.stored is not None and _is_changed(row, row.stored)]
        new_ids = _reserve_ids(len(new))
        changed_ids = [row.stored.id for row in changed if row.stored]
        self._writer.write(new, new_ids, changed, changed_ids)
        self._links += [
            _Link(company_id, row.line, row.parent_number, row.parent_name)
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
        _Parents(self._links, self._lines, self._report).write()
        if self._settings.auto_numbering and not self._report.error_count:
            _give_numbers(self._unnumbered, self._settings.number_prefix)

    # -- one row

    def _known(self, rows: Sequence[tuple[int, Sequence[str]]]) -> dict[str, Stored]:
        """Return the companies these rows change, by the key of their number."""
        place = self._place.get("company_number")
        if place is None:
            return {}
        keys = {key for _line, cells in rows if (key := _number_key(cells[place]))}
        found = stored.load(Company.number_key.in_(keys), lock=True) if keys else []
        return {_number_key(one.values["company_number"]): one for one in found}

    def _read(self, line: int, cells: Sequence[str], known: Mapping[str, Stored]) -> _Row | None:
        """Return what a row says, or None when something in it was refused."""
        errors_before = self._report.error_count
        place = self._place.get("company_number")
        key = _number_key(cells[place]) if place is not None else ""
        old = known.get(key) if key else None
        if key and not self._is_free(line, key, old):
            return None
        before: Mapping[str, Any] = old.values if old else EMPTY
        values = dict(before)
        access = dict(old.access if old else OPEN)
        for (name, reader), cell in zip(self._readers, cells, strict=True):
            if cell:
                try:
                    value = reader(cell, before.get(name, access.get(name)), values)
                except ValueError as error:
                    self._report.refuse(line, str(error), name)
                    continue
                if name in values:
                    values[name] = value
                elif name in access:
                    access[name] = value
            elif old:
                if name in values and name != "parent":
                    values[name] = EMPTY[name]
                elif name in access:
                    access[name] = OPEN[name]
        for name, index, reader in self._dependent:
            try:
                values[name] = reader(cells[index], before[name], values) if cells[index] else None
            except ValueError as error:
                self._report.refuse(line, str(error), name)
        if old is None and not values["company_number"]:
            values["company_number"] = None
        row = _Row(line, values, access, old, False, "", "")
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

    def _read_parent(self, row: _Row, cells: Sequence[str]) -> None:
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
                _number_key(number) == _number_key(old.parent_number)
                if number
                else search_key(name) == search_key(old.parent_name)
            )
            if is_same:
                return
        row.is_moved, row.parent_number, row.parent_name = True, number, name

    def _check(self, row: _Row) -> None:
        """Refuse what breaks a rule that looks at the whole company."""
        for name, message in companies.missing_values(row.values).items():
            self._report.refuse(row.line, message, name)
        access = row.access
        if access["restrict_access"] and not access["allowed_resources"] and not access["billing_entities"]:
            if row.stored and row.stored.access == access:
                return
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
                return _remembering_nothing(column.clean)
            case Kind.FLAG:
                return _remembering_nothing(read_flag)
            case Kind.CHOICE:
                return _remembering_nothing(_choice_reader(column))
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
                return _left_for_later


def _left_for_later(_cell: str, before: Any, _values: Mapping[str, Any]) -> Any:
    return before


def _remembering_nothing(read: Callable[[str], Any]) -> Reader:
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


def _number_key(number: str) -> str:
    return clean_line(number).casefold()


def _is_changed(row: _Row, old: Stored) -> bool:
    return row.is_moved or row.values != old.values or row.access != old.access


def _batches(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(rows, size)):
        yield batch


def _reserve_ids(count: int) -> Sequence[int]:
    """Return ids for `count` new companies, given to nobody else."""
    if db.engine.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(Company.__tablename__, "id")
        numbers = func.generate_series(1, count).table_valued("number")
        return db.session.scalars(select(func.nextval(sequence)).select_from(numbers)).all()
    # The transaction writes, so nobody else does meanwhile.
    last = db.session.scalar(unscoped(select(func.max(Company.id)), stored.WHY)) or 0
    return range(last + 1, last + 1 + count)


# --- writing -------------------------------------------------------------------------------------------------------


class _Writer:
    """Writes companies with all that hangs on them, a table at a time."""

    def __init__(self, names: Names, report: Report, by: Viewer):
        self._names = names
        self._report = report
        self._by_id = by.resource_id
        self._home = organisation.load().country

    def write(
        self, new: Sequence[_Row], new_ids: Sequence[int], changed: Sequence[_Row], changed_ids: Sequence[int]
    ) -> None:
        """Insert the new companies and bring the others to their new values."""
        moment = now()
        saved = {"updated_at": moment, "updated_by_id": self._by_id}
        born = {"created_at": moment, "created_by_id": self._by_id, "version": 1, **saved}
        inserted = [
            {"id": company_id, **companies.company_columns(row.values), **born}
            for company_id, row in zip(new_ids, new, strict=True)
        ]
        updated = [
            {"company_id": company_id, **companies.company_columns(row.values), **saved}
            for company_id, row in zip(changed_ids, changed, strict=True)
        ]
        _insert(Company, inserted)
        if updated:
            _update_companies(updated)
            for model in (CompanyAddress, CompanyPhone, CompanyGrant, CompanyListing):
                db.session.execute(delete(model).where(model.company_id.in_(changed_ids)))
        self._write_parts([*new_ids, *changed_ids], [*new, *changed], [*inserted, *updated])

    def _write_parts(self, ids: Sequence[int], rows: Sequence[_Row], columns: Sequence[dict[str, Any]]) -> None:
        addresses: list[dict[str, Any]] = []
        phones: list[dict[str, Any]] = []
        grants: list[dict[str, Any]] = []
        listings: list[dict[str, Any]] = []
        for company_id, row, of_company in zip(ids, rows, columns, strict=True):
            country = self._names.country_codes.get(row.values["main_country"], self._home)
            addresses += [{"company_id": company_id, **one} for one in companies.address_rows(row.values)]
            phones += [{"company_id": company_id, **one} for one in companies.phone_rows(row.values, country)]
            principals = self._principals(row.access)
            grants += companies.grant_rows(company_id, of_company["sort_key"], principals)
            listings += companies.listing_rows(company_id, of_company, principals)
        self._report.warnings["phones"] += sum(1 for one in phones if one["e164"] is None)
        _insert(CompanyAddress, addresses)
        _insert(CompanyPhone, phones)
        _insert(CompanyGrant, grants)
        # In the order of the table's key, neighbours are written to the same page.
        _insert(
            CompanyListing,
            sorted(listings, key=lambda r: (r["principal_id"], r["tree"], r["branch_id"], r["sort_key"])),
        )

    def _principals(self, access: Mapping[str, Any]) -> list[int]:
        return companies.principals(access, self._names.principals_of_resources, self._names.principals_of_entities)


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(_table(model)), rows)


def _update_companies(rows: list[dict[str, Any]]) -> None:
    """Set all columns of some companies, and raise their versions (R4)."""
    table = _table(Company)
    names = [name for name in rows[0] if name != "company_id"]
    change = update(table).where(table.c.id == bindparam("company_id"))
    change = change.values({name: bindparam(f"new_{name}") for name in names} | {"version": table.c.version + 1})
    db.session.execute(
        change, [{"company_id": row["company_id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    )


def _table(model: Any) -> SqlTable:
    table: SqlTable = model.__table__
    return table


def _give_numbers(company_ids: Sequence[int], prefix: str) -> None:
    """Give automatic numbers to new companies, passing over those that are taken (D18)."""
    table = _table(Company)
    change = update(table).where(table.c.id == bindparam("company_id"))
    change = change.values(company_number=bindparam("number"), number_key=bindparam("key"))
    waiting = iter(company_ids)
    while ids := list(islice(waiting, BATCH)):
        numbers = list(islice(_free_numbers(prefix, len(ids)), len(ids)))
        db.session.execute(
            change,
            [
                {"company_id": company_id, "number": number, "key": number.casefold()}
                for company_id, number in zip(ids, numbers, strict=True)
            ],
        )


def _free_numbers(prefix: str, size: int) -> Iterator[str]:
    """Yield numbers nobody has, reserved by as many as are likely to be wanted."""
    while True:
        first = organisation.next_number("company", size)
        numbers = [organisation.number_text(prefix, first + place) for place in range(size)]
        keys = [number.casefold() for number in numbers]
        taken = set(
            db.session.scalars(unscoped(select(Company.number_key).where(Company.number_key.in_(keys)), stored.WHY))
        )
        yield from (number for number in numbers if number.casefold() not in taken)


class _Parents:
    """The parents that rows name, looked up once every company of the file is there (C3)."""

    def __init__(self, links: Sequence[_Link], lines: Mapping[str, int], report: Report):
        self._links = links
        self._lines = lines
        self._report = report

    def write(self) -> None:
        """Set the parents, or refuse the rows whose parent is missing or below them."""
        if not self._links:
            return
        # As in a single save: two moves at once could close a circle that neither sees.
        organisation.next_number("parent_changes")
        by_number = self._by_number({_number_key(link.number) for link in self._links if link.number})
        by_name = self._by_name({search_key(link.name) for link in self._links if not link.number})
        rows = []
        for link in self._links:
            if link.number:
                parent_id = self._numbered(link, by_number)
            else:
                parent_id = self._named(link, by_name.get(search_key(link.name), []))
            rows.append({"company_id": link.company_id, "parent": parent_id})
        if self._report.error_count:
            return
        table = _table(Company)
        change = update(table).where(table.c.id == bindparam("company_id")).values(parent_id=bindparam("parent"))
        db.session.execute(change, rows)
        self._refuse_circles()

    def _by_number(self, keys: set[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in _batches(iter(keys), BATCH):
            rows = select(Company.number_key, Company.id).where(
                Company.number_key.in_(some), Company.deleted_at.is_(None)
            )
            found |= {str(key): company_id for key, company_id in db.session.execute(unscoped(rows, stored.WHY))}
        return found

    def _by_name(self, keys: set[str]) -> dict[str, list[int]]:
        """Return the ids of the companies of each name; the table is read once, since names have no index."""
        found: dict[str, list[int]] = {key: [] for key in keys}
        if found:
            rows = select(Company.search_key, Company.id).where(Company.deleted_at.is_(None))
            rows = rows.execution_options(yield_per=BATCH)
            for key, company_id in db.session.execute(unscoped(rows, stored.WHY)):
                if key in found:
                    found[key].append(company_id)
        return found

    def _numbered(self, link: _Link, by_number: Mapping[str, int]) -> int | None:
        key = _number_key(link.number)
        parent_id = by_number.get(key)
        if parent_id is None and key not in self._lines:
            message = _("aucune société n’a le numéro « %(number)s ».", number=link.number[:60])
            self._report.refuse(link.line, message, "parent_number")
        return parent_id

    def _named(self, link: _Link, ids: Sequence[int]) -> int | None:
        if len(ids) == 1:
            return ids[0]
        if ids:
            message = _("plusieurs sociétés s’appellent « %(name)s » : donnez parent_number.", name=link.name[:60])
            self._report.refuse(link.line, message, "parent")
        elif not self._report.error_count:
            # When rows were refused, the parent may be one of them.
            message = _("aucune société ne s’appelle « %(name)s ».", name=link.name[:60])
            self._report.refuse(link.line, message, "parent")
        return None

    def _refuse_circles(self) -> None:
        """Refuse the rows that make a company its own subsidiary, through the file or through what was there."""
        rows = unscoped(select(Company.id, Company.parent_id).where(Company.parent_id.is_not(None)), stored.WHY)
        parents: dict[int, int] = dict(db.session.execute(rows).tuples().all())  # type: ignore[arg-type]
        lines = {link.company_id: link.line for link in self._links}
        for company_id in sorted(_in_circles(parents) & lines.keys(), key=lines.__getitem__):
            message = _("cette société serait sa propre filiale.")
            self._report.refuse(lines[company_id], message, "parent_number")


def _in_circles(parents: Mapping[int, int]) -> set[int]:
    """Return the companies that are above themselves."""
    circles: set[int] = set()
    done: set[int] = set()
    for start in parents:
        line: dict[int, None] = {}
        here: int | None = start
        while here is not None and here not in done and here not in line:
            line[here] = None
            here = parents.get(here)
        if here in line:
            members = list(line)
            circles.update(members[members.index(here) :])
        done.update(line)
    return circles


# --- export --------------------------------------------------------------------------------------------------------


def export_companies(fields: Iterable[Column], language: str) -> Iterator[list[str]]:
    """Yield the names of the columns, then the cells of every company that is not in the trash, oldest first.

    It reads as the organisation does: whoever calls says to whom the file may go.
    """
    columns = all_columns(fields)
    yield [column.name for column in columns]
    writers = _cell_writers(columns, Names(Report(), SYSTEM).labels(language), language)
    last = 0
    while some := stored.load((Company.id > last) & Company.deleted_at.is_(None), limit=BATCH):
        for one in some:
            yield [write(one) for write in writers]
        last = some[-1].id


def count_companies() -> tuple[int, int]:
    """Return how many companies an export holds, and how many of them have no number to be known by."""
    live = select(func.count(), func.count(Company.number_key)).where(Company.deleted_at.is_(None))
    total, numbered = db.session.execute(unscoped(live, stored.WHY)).one()
    return total, total - numbered


def _cell_writers(columns: Iterable[Column], labels: Labels, language: str) -> list[Callable[[Stored], str]]:
    return [_cell_writer(column, labels, language) for column in columns]


def _cell_writer(column: Column, labels: Labels, language: str) -> Callable[[Stored], str]:
    """Return what writes the cell of a company in a column."""
    name = column.name
    match column.kind:
        case Kind.COMPANY:
            return lambda one: one.parent_name
        case Kind.COMPANY_NUMBER:
            return lambda one: one.parent_number
        case Kind.FLAG if name in OPEN:
            return lambda one: "1" if one.access[name] else "0"
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
            return lambda one: SEPARATOR.join(sorted(labels.people[i] for i in one.access[name]))
        case Kind.BILLING_ENTITIES:
            return lambda one: SEPARATOR.join(sorted(labels.entities[i] for i in one.access[name]))
        case _:
            return lambda one: str(one.values[name])
