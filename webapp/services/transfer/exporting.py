"""What every export does, whatever it writes out (R5)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from webapp.access import SYSTEM
from webapp.services.transfer.bulk import BATCH, Stored
from webapp.services.transfer.cells import cell_writers
from webapp.services.transfer.columns import Column, Kind
from webapp.services.transfer.names import Names
from webapp.services.transfer.report import Report


def export(
    columns: Iterable[Column], model: Any, load: Callable[..., Sequence[Stored]], language: str
) -> Iterator[list[str]]:
    """Yield the names of the columns, then the cells of every record that is not in the trash, oldest first.

    `load` gives the records that meet a condition, so many of them.

    It reads as the organisation does: whoever calls says to whom the file may go.
    """
    columns = [column for column in columns if column.kind is not Kind.IGNORED]
    yield [column.name for column in columns]
    writers = cell_writers(columns, Names(Report(), SYSTEM).labels(language), language)
    last = 0
    while some := load((model.id > last) & model.deleted_at.is_(None), limit=BATCH):
        for one in some:
            yield [write(one) for write in writers]
        last = some[-1].id
