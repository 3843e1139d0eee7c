"""Contacts from files and into files, under the rules of a single save, at the pace of thousands (R5, K1 to K6).

A row without number changes the contact without number that has its exact names at its company; among several, the one
with its first e-mail (`records.py` tells the rest). Its company is found by number, or by a name that no other has.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement

from webapp.i18n import _, _n
from webapp.models import Contact, ContactSearch
from webapp.services import contacts, sharing
from webapp.services.portal import granting
from webapp.services.search import indexing
from webapp.services.transfer import exporting, importing
from webapp.services.transfer.bulk import Stored, batches
from webapp.services.transfer.columns import Column, Kind, read_flag
from webapp.services.transfer.contact_records import NOTHING, Companies, Employer, Employers, Row, Writer, load
from webapp.services.transfer.importing import Cells, Job, Wish
from webapp.services.transfer.reading import Table
from webapp.services.transfer.records import RecordImport, Unnumbered
from webapp.services.transfer.report import Report
from webapp.services.values import number_key
from webapp.text import clean_line

#: The company and the names of a contact.
_Name = tuple[Hashable, ...]
_NAMES = ("first_name", "middle_name", "last_name")

#: In whose list a contact is: a command is nobody's, so that a file says nothing of it.
_MINE = "in_my_contacts"
#: What files of contacts may hold, and is given by a sponsor alone, as it begins with a mail (K7, P2).
_ENABLED = "portal_enabled"
_OF_PORTAL = (*granting.NOTHING, "portal_sponsor")
#: Whom a contact is open to (K7): together, at the end, though only the first is a column of the record.
_ACCESS = (Column(name="restrict_access", kind=Kind.FLAG), Column(name="allowed_resources", kind=Kind.RESOURCES))


def all_columns(fields: Iterable[Column]) -> list[Column]:
    """Return the columns of a file of contacts, in order, from those of the dialog."""
    number = Column(name="contact_number", kind=Kind.TEXT, clean=_read_number)
    company_number = Column(name="company_number", kind=Kind.COMPANY_NUMBER)
    access = {column.name for column in _ACCESS}
    by_name = {column.name: column for column in fields if column.name not in access}
    ordered = [number, company_number, by_name.pop("company")]
    for column in by_name.values():
        ordered.append(column)
        if column.name == "honorific":
            ordered.append(Column(name="full_name", kind=Kind.COMPUTED, compute=_full_name))
    ignored = [Column(name=name, kind=Kind.IGNORED) for name in (_MINE, *_OF_PORTAL)]
    return [*ordered, *ignored, *_ACCESS]


def _read_number(cell: str) -> str:
    number = clean_line(cell)
    if len(number) > contacts.MAX_NUMBER or len(number_key(number)) > contacts.MAX_NUMBER_KEY:
        raise ValueError(
            _("%(count)d caractères au plus ; il y en a %(given)d.", count=contacts.MAX_NUMBER, given=len(number))
        )
    return number


def _full_name(values: Mapping[str, Any], labels: Mapping[int, str]) -> str:
    return contacts.full_name(values, labels.get(values["title"], ""))


def export_contacts(fields: Iterable[Column], language: str) -> Iterator[list[str]]:
    """Yield the header, then the cells of every contact that is not in the trash, oldest first."""
    return exporting.export(all_columns(fields), Contact, load, language)


def import_contacts(table: Table, fields: Iterable[Column], wish: Wish) -> Report:
    """Write the contacts of a file and return what was done; errors in the report mean: roll back.

    Raises UnusableFile when the file as a whole can't be read, or its columns are not those of contacts.
    """
    # Of a company, its number is enough.
    required = [name for name in contacts.REQUIRED if name != "company" or "company_number" not in table.header]
    with nullcontext() if wish.dry_run else indexing.at_once(ContactSearch):
        return importing.run(
            table, all_columns(fields), wish, _Import, identified_by="contact_number", required=required
        )


class _Import(RecordImport[Row]):
    """One import under way."""

    model = Contact
    number = "contact_number"

    def __init__(self, job: Job):
        super().__init__(job, Writer(job.names, job.report, job.wish.by))
        self._companies = Companies()
        #: How many were known by their names, for want of a number.
        self._recognised = 0
        #: What contacts sign in to the portal with, and at which line.
        self._logins: dict[str, int] = {}
        self._note_ignored()

    def finish(self) -> None:
        """Say who was known without a number."""
        if self._recognised:
            note = _n(
                "%(num)d contact sans numéro reconnu à son nom et à sa société.",
                "%(num)d contacts sans numéro reconnus à leur nom et à leur société.",
                self._recognised,
            )
            self._report.notes.append(note)

    def _note_ignored(self) -> None:
        if self._reader.has(_MINE):
            note = _("La colonne %(name)s est ignorée : elle dépend de qui regarde.", name=_MINE)
            self._report.notes.append(note)
        if given := [name for name in _OF_PORTAL if self._reader.has(name)]:
            note = _(
                "Colonnes ignorées, car l’accès au Portail Clients se donne dans la fiche du contact : %(names)s.",
                names=", ".join(given),
            )
            self._report.notes.append(note)

    # -- which contact a row is about, and which company

    def _load(self, which: ColumnElement[bool], lock: bool) -> list[Stored]:
        return load(which, lock=lock)

    def _name_of(self, record: Stored) -> str:
        return contacts.full_name(record.values)

    @cached_property
    def _unnumbered(self) -> Unnumbered:
        """Read at the first row without number, so before any of these is written."""
        return Unnumbered(Contact, Contact.company_id, Contact.first_name, Contact.middle_name, Contact.last_name)

    def _nameless(self, rows: Sequence[Cells], met: Employers) -> dict[_Name, list[Stored]]:
        """Return the contacts without number that these rows may be about, by company and names."""
        names = [name for _line, cells in rows if not self._key(cells) for name in self._possible_names(cells, met)]
        found: dict[_Name, list[Stored]] = {}
        for ids in batches(self._unnumbered.ids(names)) if names else ():
            for one in load(Contact.id.in_(ids), lock=not self._is_dry):
                found.setdefault(_name(one.values), []).append(one)
        return found

    def _possible_names(self, cells: Sequence[str], met: Employers) -> list[_Name]:
        """Return how the contact of a row may be known: its names at each company the row may mean."""
        names = tuple(self._reader.text(cells, name) for name in _NAMES)
        return [(employer.id, *names) for employer in self._named(cells, met)]

    def _named(self, cells: Sequence[str], met: Employers) -> list[Employer]:
        """Return the companies that a row may mean."""
        if number := self._reader.text(cells, "company_number"):
            return met.numbered(number_key(number))
        return met.named(self._reader.text(cells, "company"))

    def _employer(self, cells: Sequence[str], old: Stored | None, met: Employers) -> Employer | None:
        """Return the company of a row: of several that it may mean, the one the contact is at already.

        Nothing when an empty cell takes the company away, or a new contact has none. Raises ValueError.
        """
        is_given = self._reader.has("company_number") or self._reader.has("company")
        found = self._named(cells, met) if is_given or old is None else [met.at(old)]
        for one in found:
            if len(found) == 1 or (old and one.id == old.values["company"]):
                return one
        number, name = (self._reader.text(cells, column) for column in ("company_number", "company"))
        if found:
            raise ValueError(_("plusieurs sociétés s’appellent « %(name)s » : donnez company_number.", name=name[:60]))
        if number:
            raise ValueError(_("aucune société n’a le numéro « %(number)s ».", number=number[:60]))
        if name:
            raise ValueError(_("aucune société ne s’appelle « %(name)s ».", name=name[:60]))
        return None

    def _recognise(self, cells: Sequence[str], alike: Sequence[Stored]) -> Stored | None:
        """Return the contact without number that a row is about: the one it changes nothing of, or the only one.

        Among several, the one whose first e-mail it gives. Raises ValueError when it may still be several.
        """
        read = [(one, *self._reader.read(cells, one.values, NOTHING)) for one in alike]
        for one, values, errors in read:
            if values == one.values and not errors:
                return one
        if len(read) > 1:
            read = [(one, values, errors) for one, values, errors in read if values["email1"] == one.values["email1"]]
            if len(read) != 1:
                raise ValueError(
                    _("plusieurs contacts de cette société portent ce nom et n’ont pas de numéro : donnez-leur en un.")
                )
        return read[0][0] if read else None

    # -- what a row says of it

    def _read_all(self, rows: Sequence[Cells]) -> list[Row]:
        by_number = self._numbered(rows)
        met = self._meet(rows, by_number.values())
        by_name = self._nameless(rows, met)
        read = (self._read(line, cells, met, by_number, by_name) for line, cells in rows)
        return [row for row in read if row is not None]

    def _meet(self, rows: Sequence[Cells], known: Iterable[Stored]) -> Employers:
        """Read the companies that rows name, and those at which the contacts are."""
        named = [
            (self._reader.text(cells, "company_number"), self._reader.text(cells, "company")) for _l, cells in rows
        ]
        return self._companies.meet(
            {number_key(number) for number, _name in named if number},
            {name for number, name in named if name and not number},
            {one.values["company"] for one in known},
        )

    def _read(
        self,
        line: int,
        cells: Sequence[str],
        met: Employers,
        by_number: Mapping[str, Stored],
        by_name: Mapping[_Name, list[Stored]],
    ) -> Row | None:
        """Return what a row says, or None when something in it was refused."""
        if key := self._key(cells):
            old = by_number.get(key)
            if not self._is_free(line, key, old):
                return None
        else:
            try:
                old = self._known(cells, met, by_name)
            except ValueError as error:
                self._report.refuse(line, str(error), "last_name")
                return None
        values, errors = self._reader.read(cells, old.values if old else NOTHING, NOTHING)
        row = Row(line, sharing.normal(values), old)
        errors = self._check(row, cells, met) | errors
        for name, message in errors.items():
            self._report.refuse(line, message, name)
        return None if errors else row

    def _known(self, cells: Sequence[str], met: Employers, by_name: Mapping[_Name, list[Stored]]) -> Stored | None:
        """Return the contact without number that a row is about, once; raises ValueError when it may be several."""
        alike = [one for name in self._possible_names(cells, met) for one in by_name.get(name, ())]
        old = self._recognise(cells, alike)
        if old:
            name = _name(old.values)
            by_name[name].remove(old)
            self._unnumbered.take(name, old.id)
            self._recognised += 1
        return old

    def _check(self, row: Row, cells: Sequence[str], met: Employers) -> dict[str, str]:
        """Give a contact its company; return what breaks a rule.

        What the company's surveys ask for is only counted: a file tells how things are, and each contact needs its
        e-mail at its next save (D13).
        """
        try:
            employer = self._employer(cells, row.stored, met)
        except ValueError as error:
            return {"company_number" if self._reader.text(cells, "company_number") else "company": str(error)}
        row.values["company"] = employer.id if employer else None
        if self._asks_for_access(row, cells):
            self._report.warnings["portal"] += 1
        found = contacts.own_problems(row.values)
        if row.stored is None or any(row.values[name] != row.stored.values[name] for name in sharing.OPEN_CONTACT):
            found |= sharing.problems(row.values)
        if employer:
            row.country_id = employer.country_id
            was_reference = row.stored is not None and row.stored.values["is_reference"]
            found |= contacts.problems_with(employer, row.values, was_reference)
            if found.pop("email1", None):
                self._report.warnings["surveys"] += 1
        return found | self._login_problems(row)

    def _asks_for_access(self, row: Row, cells: Sequence[str]) -> bool:
        """Whether a row says that a contact has access to the portal, who has none and gets none from a file."""
        if not self._reader.has(_ENABLED) or (row.stored and row.stored.login):
            return False
        with suppress(ValueError):
            return read_flag(self._reader.text(cells, _ENABLED))
        return False

    def _login_problems(self, row: Row) -> dict[str, str]:
        """Return what is wrong with the e-mail of a contact who has an access to the portal, in the file too (D4)."""
        if row.stored is None or row.stored.login is None:
            return {}
        email = row.values["email1"]
        if found := granting.login_problems(email, row.stored.id, row.stored.login):
            return found
        line = self._logins.setdefault(granting.login_key(email), row.line)
        if line == row.line:
            return {}
        return {"email1": _("un autre contact s’identifie avec cette adresse à la ligne %(line)d.", line=line)}


def _name(values: Mapping[str, Any]) -> _Name:
    return (values["company"], *(values[name] for name in _NAMES))
