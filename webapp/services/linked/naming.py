"""What a record that hangs on a company names: people, values of lists, other records, as far as one may read them."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from webapp.access import Viewer
from webapp.i18n import language
from webapp.models import Linked
from webapp.services.history import wording
from webapp.services.linked.keeping import Keeper


class Named(NamedTuple):
    """A record that another names: its table, its id, and its name; none that the viewer may not read (D7)."""

    table: str
    id: int
    name: str | None


def named(keeper: Keeper[Any], record: Linked, viewer: Viewer) -> dict[str, Named]:
    """Return what a record names, by value, and who made and changed it.

    One query for each table that is open to all, and one for the others.
    """
    pointing = [(name, column, keeper.shape.points_at(name)) for name, column in keeper.shape.columns.items()]
    authors = (column.name for column in record.__table__.columns if column.name.endswith("_by_id"))
    pointing += [(column.removesuffix("_id"), column, "resource") for column in authors]
    wanted: dict[str, set[int]] = {}
    for _name, column, table in pointing:
        if table and (record_id := getattr(record, column)):
            wanted.setdefault(table, set()).add(record_id)
    names = _names(wanted, viewer)
    return {
        name: Named(table, record_id, names.get((table, record_id)))
        for name, column, table in pointing
        if table and (record_id := getattr(record, column))
    }


def _names(wanted: Mapping[str, Iterable[int]], viewer: Viewer) -> dict[wording.Named, str]:
    """Return the names of records in the reader's language: of those open to all, and of the others as they may."""
    later = {table: ids for table, ids in wanted.items() if wording.is_named_later(table)}
    place = 1 if language() == "en" else 0
    kept = {
        (table, one): names[place]
        for table in wanted.keys() - later.keys()
        for one, names in wording.names_kept(table, wanted[table]).items()
    }
    return kept | wording.names_seen(later, viewer)
