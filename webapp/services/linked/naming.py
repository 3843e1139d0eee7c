"""What a record that hangs on a company names: people, values of lists, other records, as far as one may read them."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from webapp.access import Viewer, visible
from webapp.extensions import db
from webapp.models import BillingEntity, Linked, ReferenceItem, Resource
from webapp.services.history import wording
from webapp.services.linked.keeping import Keeper


class Named(NamedTuple):
    """A record that another names: its table, its id, and its name; none that the viewer may not read (D7)."""

    table: str
    id: int
    name: str | None


def named(keeper: Keeper[Any], record: Linked, viewer: Viewer) -> dict[str, Named]:
    """Return what a record names, by value: one query for each table. Who made and changed it too."""
    pointing = [(name, column, keeper.shape.points_at(name)) for name, column in keeper.shape.columns.items()]
    authors = (column.name for column in record.__table__.columns if column.name.endswith("_by_id"))
    pointing += [(column.removesuffix("_id"), column, "resource") for column in authors]
    wanted: dict[str, set[int]] = {}
    for _name, column, table in pointing:
        if table and (record_id := getattr(record, column)):
            wanted.setdefault(table, set()).add(record_id)
    names = {table: _names(table, some, viewer) for table, some in wanted.items()}
    return {
        name: Named(table, record_id, names[table].get(record_id))
        for name, column, table in pointing
        if table and (record_id := getattr(record, column))
    }


def _names(table: str, ids: Iterable[int], viewer: Viewer) -> Mapping[int, str]:
    if table == "reference_item":
        items = db.session.scalars(select(ReferenceItem).where(ReferenceItem.id.in_(ids)))
        return {one.id: one.label for one in items}
    if wording.is_named_later(table):
        model = wording.model_of(table)
        rows = visible(model, viewer, model.id, model.name)
    elif table in _OPEN_TO_ALL:
        model = _OPEN_TO_ALL[table]
        rows = select(model.id, model.name)
    else:
        return {}
    return {row.id: row.name for row in db.session.execute(rows.where(model.id.in_(ids)))}


#: What anybody of the staff may read the name of.
_OPEN_TO_ALL: Mapping[str, Any] = {"resource": Resource, "billing_entity": BillingEntity}
