"""Companies into files, in the columns in which they can come back (R5)."""

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import func, select

from webapp.access import SYSTEM, unscoped
from webapp.extensions import db
from webapp.models import Company
from webapp.services.transfer import stored
from webapp.services.transfer.bulk import BATCH
from webapp.services.transfer.columns import SEPARATOR, Column, Kind
from webapp.services.transfer.companies import all_columns
from webapp.services.transfer.names import Labels, Names
from webapp.services.transfer.report import Report
from webapp.services.transfer.stored import Stored


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
            return lambda one: SEPARATOR.join(sorted(labels.people[i] for i in one.values[name]))
        case Kind.BILLING_ENTITIES:
            return lambda one: SEPARATOR.join(sorted(labels.entities[i] for i in one.values[name]))
        case _:
            return lambda one: str(one.values[name] or "")
