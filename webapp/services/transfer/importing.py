"""What every import does, whatever it brings in: the header, the rows by batches, the outcome (R5).

An import is all or nothing in its caller's transaction: whoever calls commits when nothing was refused, and rolls back
otherwise. A dry run reads the database and writes nothing in it; nobody waits for it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

from webapp.access import Viewer
from webapp.database import reading
from webapp.i18n import _
from webapp.services.transfer.bulk import batches
from webapp.services.transfer.cells import RowReader
from webapp.services.transfer.columns import Column
from webapp.services.transfer.names import Names
from webapp.services.transfer.reading import Table, check_header, even_rows
from webapp.services.transfer.report import Report, UnusableFile

#: A row of a file: its line and its cells.
Cells = tuple[int, Sequence[str]]


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What whoever imports asks for."""

    by: Viewer
    #: Values of lists and people that the file names are added when they are missing.
    create_missing: bool = False
    #: Check everything, write nothing.
    dry_run: bool = False
    #: Told now and then how much of the file was read, out of how much.
    progress: Callable[[int, int], None] = _silent


@dataclass(frozen=True, kw_only=True)
class Job:
    """An import under way: what all kinds of records need for theirs."""

    wish: Wish
    report: Report
    names: Names
    reader: RowReader


class Importer(Protocol):
    """Brings in one kind of record."""

    def take(self, rows: Sequence[Cells]) -> None:
        """Read, check and write some rows."""

    def finish(self) -> None:
        """Do what needs the whole file."""


def run(
    table: Table,
    columns: Iterable[Column],
    wish: Wish,
    begin: Callable[[Job], Importer],
    *,
    identified_by: str,
    required: Collection[str],
) -> Report:
    """Bring in the records of a file and return what was done; errors in the report mean: roll back.

    `required` must be columns of a file that has none by which it may change what is there. Raises UnusableFile when
    the file as a whole can't be read, or its columns are not these.
    """
    with reading() if wish.dry_run else nullcontext():
        return _run(table, list(columns), wish, begin, identified_by, required)


def _run(
    table: Table,
    columns: Sequence[Column],
    wish: Wish,
    begin: Callable[[Job], Importer],
    identified_by: str,
    required: Collection[str],
) -> Report:
    check_header(table.header, [column.name for column in columns])
    if identified_by not in table.header and (missing := [name for name in required if name not in table.header]):
        raise UnusableFile(_("Colonnes obligatoires absentes : %(names)s.", names=", ".join(missing)))
    report = Report(notes=list(table.notes))
    names = Names(report, wish.by, create_missing=wish.create_missing, dry_run=wish.dry_run)
    job = Job(wish=wish, report=report, names=names, reader=RowReader(table.header, columns, names))
    importer = begin(job)
    for rows in batches(even_rows(table, report)):
        importer.take(rows)
        wish.progress(*table.progress())
    importer.finish()
    return report
