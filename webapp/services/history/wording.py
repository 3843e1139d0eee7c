"""The names of what changed values point at, as they are when the change is made (H1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select

from webapp.extensions import db
from webapp.models import BillingEntity, ReferenceItem, Resource
from webapp.services.values import Change, Shape

#: By table: what is kept of a record, a name for each language.
_NAMES: Mapping[str, Select[*tuple[Any, ...]]] = {
    "reference_item": select(ReferenceItem.id, ReferenceItem.label_fr, ReferenceItem.label_en),
    "resource": select(Resource.id, Resource.name, Resource.name),
    "billing_entity": select(BillingEntity.id, BillingEntity.name, BillingEntity.name),
}


def names(shape: Shape, changes: Iterable[Change]) -> dict[str, dict[int, list[str]]]:
    """Return by value, and then by id, the names in French and English of what it pointed and points at.

    Companies are left out: whether one may read the name of a company depends on who reads (D7).
    """
    ids: dict[str, set[int]] = defaultdict(set)
    pointing = [(change, table) for change in changes if (table := shape.points_at(change.name)) in _NAMES]
    for change, table in pointing:
        ids[str(table)].update(ids_in(change))
    found = {table: _read(_NAMES[table], wanted) for table, wanted in ids.items()}
    return {change.name: found[str(table)] for change, table in pointing}


def ids_in(change: Change) -> list[int]:
    """Return the ids that a value holds, one or several, before and after."""
    ids: list[int] = []
    for value in (change.old, change.new):
        ids.extend(value if isinstance(value, list | tuple | set | frozenset) else () if value is None else (value,))
    return ids


def _read(rows: Select[*tuple[Any, ...]], ids: Iterable[int]) -> dict[int, list[str]]:
    key = rows.selected_columns[0]
    wanted: Sequence[int] = list(ids)
    return {row[0]: [row[1], row[2]] for row in db.session.execute(rows.where(key.in_(wanted)))} if wanted else {}
