"""The names of what changed values point at, as they are when the change is made (H1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, String, bindparam, literal, select, union_all

from webapp.access import LINKED, Viewer, granted, seen_by, visible_to_all
from webapp.extensions import db
from webapp.models import BillingEntity, Company, Contact, ReferenceItem, Resource, WorkflowState
from webapp.services.values import Change, Shape

#: By table: what is kept of a record, a name for each language.
_NAMES: Mapping[str, Select[*tuple[Any, ...]]] = {
    "reference_item": select(ReferenceItem.id, ReferenceItem.label_fr, ReferenceItem.label_en),
    "resource": select(Resource.id, Resource.name, Resource.name),
    "billing_entity": select(BillingEntity.id, BillingEntity.name, BillingEntity.name),
    "workflow_state": select(WorkflowState.id, WorkflowState.label_fr, WorkflowState.label_en),
}

#: A record: its table, and its id.
Named = tuple[str, int]

#: Tables whose records are named as one reads, since whether one may read the name depends on who does (D7).
_LATER: tuple[type[Any], ...] = (Company, Contact, *LINKED)
_NAMED_LATER: Mapping[str, type[Any]] = {model.__tablename__: model for model in _LATER}


def names(shape: Shape, changes: Iterable[Change]) -> dict[str, dict[int, list[str]]]:
    """Return by value, and then by id, the names in French and English of what it pointed and points at.

    Those of `named_later` are left out.
    """
    ids: dict[str, set[int]] = defaultdict(set)
    pointing = [(change, table) for change in changes if (table := shape.points_at(change.name)) in _NAMES]
    for change, table in pointing:
        ids[str(table)].update(ids_in(change))
    found = {table: names_kept(table, wanted) for table, wanted in ids.items()}
    return {change.name: found[str(table)] for change, table in pointing}


def named_later(shape: Shape, name: str) -> str | None:
    """Return the table whose records a value names, if who reads decides whether they may read the name."""
    table = shape.points_at(name)
    return table if table and is_named_later(table) else None


def is_named_later(table: str) -> bool:
    """Whether who reads decides whether they may read the names of this table's records."""
    return table in _NAMED_LATER


def names_seen(wanted: Mapping[str, Iterable[int]], viewer: Viewer) -> dict[Named, str]:
    """Return the names of records of such tables, those that the viewer may see: one query for all (D7)."""
    if not wanted:
        return {}
    ids = {f"{table}_ids": list(some) for table, some in wanted.items()}
    rows = db.session.execute(_seen(tuple(sorted(wanted))), {**ids, **seen_by(viewer)})
    return {(row.table, row.id): row.name for row in rows}


@lru_cache(64)
def _seen(tables: tuple[str, ...]) -> Select[Any]:
    legs = []
    for table in tables:
        model = _NAMED_LATER[table]
        named = visible_to_all(model, literal(table, String).label("table"), model.id, model.name)
        legs.append(named.where(model.id.in_(bindparam(f"{table}_ids", expanding=True))))
    return granted(select(union_all(*legs).subquery()), "each table by its rule")


def ids_in(change: Change) -> list[int]:
    """Return the ids that a value holds, one or several, before and after."""
    ids: list[int] = []
    for value in (change.old, change.new):
        ids.extend(value if isinstance(value, list | tuple | set | frozenset) else () if value is None else (value,))
    return ids


def names_kept(table: str, ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the names in French and English of records whose name anybody of the staff may read."""
    rows = _NAMES[table]
    key = rows.selected_columns[0]
    wanted: Sequence[int] = list(ids)
    return {row[0]: [row[1], row[2]] for row in db.session.execute(rows.where(key.in_(wanted)))} if wanted else {}
