"""Records by thousands: what is read together, written a table at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, insert, update

from webapp.extensions import db

#: Rows read, checked and written together.
BATCH = 2_000

#: By which right whole tables are read.
WHY = "imports and exports are the organisation's"

T = TypeVar("T")


@dataclass
class Stored:
    """A record as it is."""

    id: int
    values: dict[str, Any]
    version: int
    in_trash: bool
    #: What the columns show that hold no value of its own: the number and the name of another record.
    shown: Mapping[str, str]
    #: Of a contact who has an access to the portal, what they sign in with there.
    login: str | None = None


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield what there is, `size` at a time."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


def insert_rows(model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one table, given by column."""
    if rows:
        db.session.execute(insert(_table(model)), rows)


def update_rows(model: Any, rows: Sequence[Mapping[str, Any]], **expressions: Any) -> None:
    """Set columns of the records that `rows` name by `id`; all rows set the same columns.

    `expressions` are set to the same SQL everywhere.
    """
    if not rows:
        return
    table = _table(model)
    names = [name for name in rows[0] if name != "id"]
    change = update(table).where(table.c.id == bindparam("its_id"))
    change = change.values({name: bindparam(f"new_{name}") for name in names} | expressions)
    db.session.execute(change, [{"its_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows])


def _table(model: Any) -> Table:
    """Return the table of a model: statements on it write rows, without a record for each."""
    table: Table = model.__table__
    return table
