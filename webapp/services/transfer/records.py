"""Records from files, companies or contacts: found by number or by name, then written by thousands (R5).

A row whose number is known changes that record, and only in the columns the file has. A row without number changes the
record without number that it names exactly, so that what was exported comes back as it was. Any other row is a new
record. What tells one from another, and the rules, are each noun's own.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import ColumnElement, func, select

from webapp.access import Viewer, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import HistoryKind
from webapp.services import ids, organisation
from webapp.services.history import recording, wording
from webapp.services.transfer.bulk import BATCH, WHY, Stored, insert_rows, update_rows
from webapp.services.transfer.importing import Cells, Job
from webapp.services.transfer.names import Names
from webapp.services.transfer.parts import Parts
from webapp.services.transfer.report import Report
from webapp.services.values import AddressedShape, differences, number_key

#: The ids of records that are not written begin here.
_NO_ID = 1 << 62


@dataclass
class Row:
    """A row of a file that was read: the record's values after it."""

    line: int
    values: dict[str, Any]
    #: The record it changes, or None for a new one.
    stored: Stored | None

    @property
    def is_changed(self) -> bool:
        return self.stored is None or self.values != self.stored.values


R = TypeVar("R", bound=Row)


class RecordWriter(ABC, Generic[R]):
    """Writes records of one kind with all that hangs on them, a table at a time."""

    model: ClassVar[Any]
    shape: ClassVar[AddressedShape]
    parts: ClassVar[Parts]

    def __init__(self, names: Names, report: Report, by: Viewer):
        self._names = names
        self._report = report
        self._by = by
        self._home = organisation.load().country

    def write(self, rows: Mapping[int, R]) -> None:
        """Insert or change records, given by id."""
        moment = now()
        saved = {"updated_at": moment, "updated_by_id": self._by.resource_id}
        born = {"created_at": moment, "created_by_id": self._by.resource_id, "version": 1}
        columns = {key: {"id": key, **self._columns(row.values), **saved} for key, row in rows.items()}
        changed = [key for key, row in rows.items() if row.stored]
        insert_rows(self.model, [columns[key] | born for key, row in rows.items() if row.stored is None])
        update_rows(self.model, [columns[key] for key in changed], version=self.model.__table__.c.version + 1)
        if changed:
            self._clear(changed)
        values = {key: row.values for key, row in rows.items()}
        countries = {key: self._country_of(row) for key, row in rows.items()}
        self._report.warnings["phones"] += self.parts.insert(values, countries)
        self._hang(values, columns)
        self._tell(rows)

    def _tell(self, rows: Mapping[int, R]) -> None:
        """Write the history of records: that they were made, or what changed (H1, H2, D17)."""
        made = [self._about(key, row.values) for key, row in rows.items() if row.stored is None]
        recording.many(HistoryKind.CREATED, made, self._by)
        changed = {
            key: (differences(row.stored.values, row.values), row.stored.version + 1)
            for key, row in rows.items()
            if row.stored
        }
        names = wording.names(self.shape, [one for changes, _version in changed.values() for one in changes])
        told: dict[HistoryKind, list[dict[str, Any]]] = defaultdict(list)
        for key, (changes, version) in changed.items():
            data = {"changes": recording.lines(self.shape, changes, names)}
            for kind, company_id in recording.tellings(changes):
                about = self._about(key, rows[key].values)
                about |= {"company_id": company_id} if company_id else {}
                told[kind].append({**about, "version": version, "data": data})
        for kind, entries in told.items():
            recording.many(kind, entries, self._by)

    def check(self, rows: Iterable[R]) -> None:
        """Note what writing these rows would note, and write nothing."""
        for row in rows:
            self._report.warnings["phones"] += self.parts.unread_phones(row.values, self._country_of(row))

    @abstractmethod
    def _about(self, key: int, values: Mapping[str, Any]) -> dict[str, int]:
        """Return how the history names a record."""

    @abstractmethod
    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of a record with these values."""

    @abstractmethod
    def _country_of(self, row: R) -> str:
        """Return the country in which the numbers of a record are read: as for a single save."""

    def _clear(self, record_ids: Sequence[int]) -> None:
        """Remove what hangs on records, to be written again."""
        self.parts.remove(record_ids)

    def _hang(self, values: Mapping[int, Mapping[str, Any]], columns: Mapping[int, Mapping[str, Any]]) -> None:
        """Write what hangs on records besides their parts."""


class Unnumbered:
    """The records without a number, as they were when the import began: they are known by what names them.

    A file exported from here names them so. Each is recognised once, by the first row that fits.
    """

    def __init__(self, model: Any, *names: Any) -> None:
        rows = select(model.id, *names).where(model.number_key.is_(None), model.deleted_at.is_(None))
        rows = rows.order_by(model.id).execution_options(yield_per=BATCH)
        self._ids: dict[int, list[int]] = {}
        for record_id, *name in db.session.execute(unscoped(rows, WHY)):
            # By the hash: the names of a million records would fill the memory.
            self._ids.setdefault(hash(tuple(name)), []).append(record_id)

    def ids(self, names: Iterable[Hashable]) -> list[int]:
        """Return those that may have one of these names, and no row was taken for yet."""
        return [record_id for name in set(names) for record_id in self._ids.get(hash(name), ())]

    def take(self, name: Hashable, record_id: int) -> None:
        """Leave one out from now on."""
        self._ids[hash(name)].remove(record_id)


def count_live(model: Any) -> tuple[int, int]:
    """Return how many records of a kind an export holds, and how many of them have no number to be known by."""
    live = select(func.count(), func.count(model.number_key)).where(model.deleted_at.is_(None))
    total, numbered = db.session.execute(unscoped(live, WHY)).one()
    return total, total - numbered


class RecordImport(ABC, Generic[R]):
    """An import under way of one kind of record."""

    model: ClassVar[Any]
    #: The column of the number by which a record is known.
    number: ClassVar[str]

    def __init__(self, job: Job, writer: RecordWriter[R]):
        self._report = job.report
        self._names = job.names
        self._reader = job.reader
        self._is_dry = job.wish.dry_run
        self._writer = writer
        #: The numbers met so far, and where.
        self._lines: dict[str, int] = {}
        self._unused_ids = count(_NO_ID)

    def take(self, rows: Sequence[Cells]) -> None:
        """Read, check and write some rows."""
        read = self._read_all(rows)
        if self._report.error_count:
            # Nothing will be kept: the rest is read for its errors.
            self._refused(read)
            return
        written = self._with_ids([row for row in read if row.is_changed])
        if self._is_dry:
            self._writer.check(written.values())
        else:
            self._writer.write(written)
        self._written(written)
        created = sum(1 for row in written.values() if row.stored is None)
        self._report.created += created
        self._report.updated += len(written) - created
        self._report.unchanged += len(read) - len(written)

    @abstractmethod
    def _read_all(self, rows: Sequence[Cells]) -> list[R]:
        """Return what rows say, without those in which something was refused."""

    @abstractmethod
    def _load(self, which: ColumnElement[bool], lock: bool) -> list[Stored]:
        """Return the records that meet a condition."""

    @abstractmethod
    def _name_of(self, record: Stored) -> str:
        """Return what to call a record in a message."""

    def _refused(self, rows: Sequence[R]) -> None:
        """Remember of rows that will not be written what the end of the file asks for."""

    def _written(self, rows: Mapping[int, R]) -> None:
        """Remember of rows what the end of the file asks for."""

    def _with_ids(self, rows: Sequence[R]) -> dict[int, R]:
        """Return rows by the id of their record: the one it has, or a new one."""
        new = sum(1 for row in rows if row.stored is None)
        unused = iter(islice(self._unused_ids, new) if self._is_dry else ids.reserve(self.model, new))
        return {row.stored.id if row.stored else next(unused): row for row in rows}

    # -- which record a row is about

    def _key(self, cells: Sequence[str]) -> str:
        return number_key(self._reader.text(cells, self.number))

    def _numbered(self, rows: Sequence[Cells]) -> dict[str, Stored]:
        """Return the records whose number stands in these rows, by its key."""
        keys = {key for _line, cells in rows if (key := self._key(cells))}
        found = self._load(self.model.number_key.in_(keys), lock=not self._is_dry) if keys else []
        return {number_key(one.values[self.number]): one for one in found}

    def _is_free(self, line: int, key: str, old: Stored | None) -> bool:
        """Whether no other row has this number, nor a record in the trash."""
        if first := self._lines.get(key):
            message = _("ce numéro est déjà à la ligne %(line)d.", line=first)
            self._report.refuse(line, message, self.number)
            return False
        self._lines[key] = line
        if old and old.in_trash:
            message = _("ce numéro est celui de « %(name)s », dans la corbeille.", name=self._name_of(old))
            self._report.refuse(line, message, self.number)
            return False
        return True
