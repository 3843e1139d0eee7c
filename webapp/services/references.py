"""Reference lists: what they hold, in order; adding, renaming, moving, retiring (R1, D15)."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from flask import g
from sqlalchemy import (
    Column,
    ColumnElement,
    MetaData,
    Select,
    String,
    and_,
    exists,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.orm import aliased

from webapp.access import Ability, Viewer, require, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _, language
from webapp.models import AuditKind, ReferenceItem, ReferenceList
from webapp.services import audit, organisation
from webapp.services.refusal import Refused
from webapp.text import search_key, sort_key

# --- reading -----------------------------------------------------------------------------------------------------


def options(which: ReferenceList, *, keep: int | None = None) -> list[tuple[int, str]]:
    """Return (id, label) of the values one may choose, in order, in the reader's language.

    Retired values are left out, save `keep`, the one a record already has. Read once per request for all lists
    that are offered whole; countries are sorted by name.
    """
    chosen = []
    for item_id, label, retired in _all()[which]:
        if not retired or item_id == keep:
            chosen.append((item_id, label))
    return chosen


def code_of(item_id: int | None) -> str | None:
    """Return the code of a value: of a country, the ISO code by which numbers and addresses are read."""
    item = db.session.get(ReferenceItem, item_id) if item_id else None
    return item.code if item else None


def label_of(which: ReferenceList, item_id: int | None) -> str:
    """Return what a value of a list that is offered whole is called, one that was retired too; "" for none."""
    return dict(options(which, keep=item_id)).get(item_id, "") if item_id else ""


def percent_of(item_id: int | None) -> Decimal:
    """Return the percentage of a value: the probability of a state, the rate of a tax; 0 for a value without one."""
    item = db.session.get(ReferenceItem, item_id) if item_id else None
    return (item and item.percent) or Decimal(0)


def countries(*, keep: str | None = None) -> list[tuple[str, str]]:
    """Return (ISO code, name) of the countries one may choose, by name in the reader's language; `keep` is one."""
    label = ReferenceItem.label_en if language() == "en" else ReferenceItem.label_fr
    rows = db.session.execute(
        select(ReferenceItem.code, label).where(
            ReferenceItem.list == ReferenceList.COUNTRY,
            ReferenceItem.code.is_not(None),
            ReferenceItem.retired_at.is_(None) | (ReferenceItem.code == keep),
        )
    )
    return sorted(((str(code), name) for code, name in rows), key=lambda country: sort_key(country[1]))


#: Too long to be offered whole: they have an autocomplete.
LOOKED_UP = (ReferenceList.PROVINCE, ReferenceList.WORK_SITE)


def _all() -> dict[str, list[tuple[int, str, bool]]]:
    """All lists that are offered whole, read with one query and kept for the request."""
    key = f"references_{language()}"
    if key not in g:
        lists: dict[str, list[tuple[int, str, bool]]] = {which: [] for which in ReferenceList}
        for which, item_id, text, is_retired in db.session.execute(_offered(language())).all():
            lists[which].append((item_id, text, is_retired))
        setattr(g, key, lists)
    return getattr(g, key)  # type: ignore[no-any-return]


@cache
def _offered(language: str) -> Select[str, int, str, bool]:
    """Build the reading of all lists that are offered whole, each under its name as it is stored."""
    label = ReferenceItem.label_en if language == "en" else ReferenceItem.label_fr
    return (
        select(type_coerce(ReferenceItem.list, String), ReferenceItem.id, label, ReferenceItem.retired_at.is_not(None))
        .where(ReferenceItem.list.not_in(LOOKED_UP))
        .order_by(ReferenceItem.list, ReferenceItem.position, ReferenceItem.id)
    )


def forget() -> None:
    """Drop what this request has read: a list has changed."""
    for key in [key for key in g if key.startswith("references_")]:
        g.pop(key)


def find(which: ReferenceList, item_id: int | None) -> ReferenceItem | None:
    """Return a value of this list by its id, or nothing; any number may be asked for."""
    if item_id is None or not 0 < item_id < 2**63:
        return None
    return db.session.scalar(select(ReferenceItem).where(ReferenceItem.id == item_id, ReferenceItem.list == which))


def parents(which: ReferenceList) -> list[tuple[int, str]]:
    """Return (id, label) of the values to which those of this list may belong."""
    return options(which.parent) if which.parent else []


@dataclass(frozen=True)
class Slice:
    """Some values of a list, in order, and where the next ones begin."""

    items: Sequence[ReferenceItem]
    following: tuple[int, int] | None


def browse(
    which: ReferenceList,
    parent_id: int | None = None,
    *,
    retired: bool = False,
    name: str = "",
    after: tuple[int, int] | None = None,
    limit: int = 100,
) -> Slice:
    """Return a page of a list's values, those in use or those retired, whose label or code contains `name`.

    `after` is the (position, id) of the last value seen.
    """
    statement = select(ReferenceItem).where(_within(which, parent_id))
    statement = statement.where(
        ReferenceItem.retired_at.is_not(None) if retired else ReferenceItem.retired_at.is_(None)
    )
    if wanted := search_key(name):
        statement = statement.where(ReferenceItem.search_key.contains(wanted, autoescape=True))
    if after:
        statement = statement.where(tuple_(ReferenceItem.position, ReferenceItem.id) > after)
    statement = statement.order_by(ReferenceItem.position, ReferenceItem.id)
    items = db.session.scalars(statement.limit(limit + 1)).all()
    last = items[limit - 1] if len(items) > limit else None
    return Slice(items[:limit], (last.position, last.id) if last else None)


def counts() -> dict[ReferenceList, int]:
    """Return how many values each list offers, the retired ones left out."""
    statement = select(ReferenceItem.list, func.count().label("count_")).where(ReferenceItem.retired_at.is_(None))
    rows = db.session.execute(statement.group_by(ReferenceItem.list))
    return dict.fromkeys(ReferenceList, 0) | {row.list: row.count_ for row in rows}


def _within(which: ReferenceList, parent_id: int | None) -> ColumnElement[bool]:
    """The values of a list, or those that belong to one parent."""
    return and_(ReferenceItem.list == which, ReferenceItem.parent_id == parent_id)


# --- where used --------------------------------------------------------------------------------------------------


#: Beyond so many uses of a value in one column, they are counted no further.
USES_CAP = 1000


def usage(which: ReferenceList, item_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return where each of these values is used: how many rows of which table, counted no further than the cap."""
    found: dict[int, dict[str, int]] = {item_id: {} for item_id in item_ids}
    for column in columns_holding(which) if found else ():
        item = aliased(ReferenceItem)
        rows = select(literal(1)).where(column == item.id).limit(USES_CAP + 1).correlate(item).subquery()
        counted = select(item.id, select(func.count()).select_from(rows).scalar_subquery()).where(item.id.in_(found))
        for item_id, count in db.session.execute(unscoped(counted, "where used")):
            if count:
                tables = found[item_id]
                tables[column.table.name] = tables.get(column.table.name, 0) + count
    return found


def is_used(item: ReferenceItem) -> bool:
    """Whether anything refers to this value."""
    return any(
        db.session.scalar(unscoped(select(exists().where(column == item.id)), "where used"))
        for column in columns_holding(item.list)
    )


def columns_holding(which: ReferenceList, metadata: MetaData = db.metadata) -> list[Column[Any]]:
    """Every column of the schema that may hold a value of this list: those made for it, and those that say nothing."""
    return [
        key.parent
        for table in metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.target_fullname == "reference_item.id" and key.parent.info.get("list", which) is which
    ]


def why_kept(item: ReferenceItem) -> str | None:
    """Say why a value must stay offered, if it must: a list from which one has to choose is never empty (C3)."""
    if item.retired_at is not None or not is_required(item.list):
        return None
    others = ReferenceItem.id != item.id, ReferenceItem.retired_at.is_(None)
    if db.session.scalar(select(exists().where(ReferenceItem.list == item.list, *others))):
        return None
    return str(
        _(
            "« %(label)s » est la dernière valeur de cette liste, où il faut en choisir une : "
            "ajoutez-en d’abord une autre.",
            label=item.label,
        )
    )


def is_required(which: ReferenceList) -> bool:
    """Whether some record must have a value of this list."""
    return any(not column.nullable for column in columns_holding(which) if column.info.get("list") is which)


# --- writing -----------------------------------------------------------------------------------------------------


class AlreadyThere(Refused):
    """The value is in the list under the same label or code; `existing` is that value (D15)."""

    def __init__(self, field: str, existing: ReferenceItem):
        if existing.retired_at:
            message = _("« %(label)s » existe déjà dans cette liste, mais a été retirée.", label=existing.label)
        elif field == "code":
            message = _("Ce code est déjà celui de « %(label)s ».", label=existing.label)
        else:
            message = _("« %(label)s » existe déjà dans cette liste.", label=existing.label)
        super().__init__({field: message})
        self.existing = existing


def add(
    which: ReferenceList,
    label_fr: str,
    label_en: str | None = None,
    parent_id: int | None = None,
    code: str | None = None,
    percent: Decimal | None = None,
) -> ReferenceItem:
    """Add a value at the end of a list and return it; without an English label, the French one serves.

    Raises Refused when the parent is missing, AlreadyThere when the list has the label or the code (R1, D15).
    """
    take_turn()
    item = ReferenceItem(list=which, parent_id=_checked_parent(which, parent_id), percent=percent)
    _name(item, label_fr, label_en or label_fr, code)
    last = select(func.max(ReferenceItem.position)).where(_within(which, item.parent_id))
    item.position = (db.session.scalar(last) or 0) + 1
    db.session.add(item)
    db.session.flush()
    _note(item, "added")
    forget()
    return item


def add_province(country_id: int | None, abbreviation: str, label: str, by: Viewer) -> ReferenceItem:
    """Add a province or state to a country, from a company's address; errors by the names of its dialog (C5, D15)."""
    require(Ability.ADD_REFERENCE, by)
    names = {"code": "abbreviation", "label_fr": "label", "label_en": "label", "parent": "country"}
    try:
        return add(ReferenceList.PROVINCE, label, parent_id=country_id, code=abbreviation)
    except Refused as refusal:
        refusal.errors = {names[name]: message for name, message in refusal.errors.items()}
        raise


def rename(
    item: ReferenceItem,
    label_fr: str,
    label_en: str | None = None,
    code: str | None = None,
    percent: Decimal | None = None,
) -> None:
    """Give a value other labels, another code and percentage; raises AlreadyThere when another value has them."""
    take_turn()
    item.percent = percent
    _name(item, label_fr, label_en or label_fr, code)
    db.session.flush()
    _note(item, "renamed")
    forget()


def move(item: ReferenceItem, step: int) -> None:
    """Move a value among those in use: one place up (-1) or down (+1); at the end of the list nothing happens."""
    take_turn()
    order = _order(item.list, item.parent_id)
    offered = [item_id for item_id, retired in order if not retired]
    if item.id not in offered:
        return
    here = offered.index(item.id)
    if 0 <= here + step < len(offered):
        neighbour = offered[here + step]
        ids = [item_id for item_id, _retired in order if item_id != item.id]
        ids.insert(ids.index(neighbour) + (step > 0), item.id)
        _renumber(ids)
        _note(item, "moved")


def place(item: ReferenceItem, rank: int) -> None:
    """Put a value at a rank (from 1) among those in use; a rank beyond the end is the end."""
    take_turn()
    order = _order(item.list, item.parent_id)
    offered = [item_id for item_id, retired in order if not retired and item_id != item.id]
    ids = [item_id for item_id, _retired in order if item_id != item.id]
    follower = offered[rank - 1] if rank <= len(offered) else None
    ids.insert(ids.index(follower) if follower else len(ids), item.id)
    _renumber(ids)
    _note(item, "moved")


def rank(item: ReferenceItem) -> int:
    """Return the rank (from 1) of a value among those in use."""
    statement = select(func.count()).where(
        _within(item.list, item.parent_id),
        ReferenceItem.retired_at.is_(None),
        tuple_(ReferenceItem.position, ReferenceItem.id) < (item.position, item.id),
    )
    return (db.session.scalar(statement) or 0) + 1


def sort_by_name(which: ReferenceList, parent_id: int | None = None) -> None:
    """Put a list in the order of its labels, in the reader's language."""
    take_turn()
    label = ReferenceItem.label_en if language() == "en" else ReferenceItem.label_fr
    rows = db.session.execute(select(ReferenceItem.id, label).where(_within(which, parent_id)))
    _renumber([item_id for item_id, _label in sorted(rows, key=lambda row: (sort_key(row[1]), row[0]))])
    audit.record(AuditKind.LIST_CHANGED, list=which, what="sorted")


def retire(item: ReferenceItem) -> None:
    """Offer a value no more; the records that have it keep it; raises Refused for one that must stay (R1)."""
    take_turn()
    _refuse_kept(item)
    item.retired_at = item.retired_at or now()
    _note(item, "retired")
    forget()


def restore(item: ReferenceItem) -> None:
    """Offer a retired value again."""
    item.retired_at = None
    _note(item, "restored")
    forget()


def remove(item: ReferenceItem) -> None:
    """Delete a value nothing refers to; raises Refused for one in use, or that must stay (R1)."""
    take_turn()
    _refuse_kept(item)
    if is_used(item):
        raise Refused({"item": _("« %(label)s » est utilisée : vous pouvez la retirer.", label=item.label)})
    _note(item, "removed")
    db.session.delete(item)
    db.session.flush()
    forget()


def _note(item: ReferenceItem, what: str) -> None:
    audit.record(AuditKind.LIST_CHANGED, item.label_fr, list=item.list, what=what)


def _refuse_kept(item: ReferenceItem) -> None:
    if reason := why_kept(item):
        raise Refused({"item": reason})


def take_turn() -> None:
    """Make whoever else changes a list wait until this transaction ends: labels are compared, places numbered."""
    organisation.take_turn("list_changes")


def _checked_parent(which: ReferenceList, parent_id: int | None) -> int | None:
    """Return the parent a new value belongs to; raises Refused when it must have one and hasn't."""
    if which.parent is None:
        return None
    if find(which.parent, parent_id) is None:
        message = (
            _("Choisissez d’abord un pays.")
            if which is ReferenceList.PROVINCE
            else _("Choisissez d’abord une région de travail.")
        )
        raise Refused({"parent": message})
    return parent_id


def _name(item: ReferenceItem, label_fr: str, label_en: str, code: str | None) -> None:
    """Write the labels and the code of a value, and the key they are searched by."""
    _refuse_duplicates(item, {"label_fr": label_fr, "label_en": label_en, "code": code or ""})
    item.label_fr, item.label_en, item.code = label_fr, label_en, code or None
    item.search_key = key_of(label_fr, label_en, code)


def key_of(label_fr: str, label_en: str, code: str | None) -> str:
    """Return what a value is searched by."""
    return search_key(f"{label_fr} {label_en} {code or ''}")[:500]


def _refuse_duplicates(item: ReferenceItem, names: dict[str, str]) -> None:
    """Raise AlreadyThere when one of the names to give is another value's; those it has already are not questioned.

    Labels are compared across languages, since an import finds a value by either.
    """
    siblings = db.session.scalars(
        select(ReferenceItem).where(_within(item.list, item.parent_id), ReferenceItem.id != (item.id or 0))
    ).all()
    for field, given in names.items():
        current = getattr(item, field) or ""
        if not given or _folded(given) == _folded(current):
            continue
        for other in siblings:
            theirs = [other.code or ""] if field == "code" else [other.label_fr, other.label_en]
            if _folded(given) in map(_folded, theirs):
                raise AlreadyThere(field, other)


def _folded(text: str) -> str:
    """Return what two labels have in common when they are the same one: words, and signs ("< 1 M€", "> 1 M€")."""
    signs = "".join(character for character in text if unicodedata.category(character) == "Sm")
    return search_key(text) + signs if text else ""


def _order(which: ReferenceList, parent_id: int | None) -> list[tuple[int, bool]]:
    """Return (id, whether retired) of all values of a list, in their order, as the database has it now."""
    statement = select(ReferenceItem.id, ReferenceItem.retired_at).where(_within(which, parent_id))
    rows = db.session.execute(statement.order_by(ReferenceItem.position, ReferenceItem.id))
    return [(item_id, retired_at is not None) for item_id, retired_at in rows]


def _renumber(item_ids: Sequence[int]) -> None:
    """Write the positions again, all of them, so that no two are equal."""
    rows = [{"id": item_id, "position": position} for position, item_id in enumerate(item_ids)]
    if rows:
        db.session.execute(update(ReferenceItem), rows)
    db.session.expire_all()
    forget()
