"""Entries of the history: written by the services, in the transaction of the change they tell (H1 to H4, D17).

One save is one entry, with a line for each value it changed; a save that changes nothing has none. An entry holds
values as they were, and beside the ids of other records their names at the time.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, insert, select

from webapp.access import Actor, unscoped
from webapp.clock import now
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import Company, Contact, HistoryEvent, HistoryKind, Linked, Opportunity
from webapp.services.history import wording
from webapp.services.values import Change, Shape

Record = Company | Contact | Linked


def created(record: Record, by: Actor) -> None:
    """Tell that a record was made."""
    _add(HistoryKind.CREATED, record, by)


def modified(record: Record, shape: Shape, changes: Sequence[Change], by: Actor) -> None:
    """Tell what a save changed, if it changed anything; a contact that changes company is told of at both."""
    data = {"changes": lines(shape, changes)}
    for kind, company_id in tellings(changes):
        _add(kind, record, by, data, company_id)


def tellings(changes: Sequence[Change]) -> list[tuple[HistoryKind, int | None]]:
    """Return the entries that tell of a save's changes, each with its company if that isn't the present one (D17)."""
    for change in changes:
        if change.name == "company":
            return [(HistoryKind.LEFT, change.old), (HistoryKind.JOINED, None)]
    return [(HistoryKind.MODIFIED, None)] if changes else []


def deleted(record: Record, by: Actor, contacts: int = 0) -> None:
    """Tell that a record was put in the trash, a company with so many contacts (D16)."""
    _add(HistoryKind.DELETED, record, by, {"contacts": contacts} if contacts else {})


def restored(record: Record, by: Actor, contacts: int = 0) -> None:
    """Tell that a record came back from the trash, a company with so many contacts (D16)."""
    _add(HistoryKind.RESTORED, record, by, {"contacts": contacts} if contacts else {})


def commented(record: Record, comment: str, by: Actor) -> None:
    """Tell what somebody has to say of a record."""
    _add(HistoryKind.COMMENTED, record, by, {"comment": comment})


def told(
    kind: HistoryKind, record: Record, by: Actor, changes: Sequence[dict[str, Any]] = (), comment: str = ""
) -> None:
    """Tell what became of a record, or of a contact's access to the portal, with what changed, as lines, and what was
    said of it."""
    data = {"changes": list(changes), "comment": comment}
    _add(kind, record, by, {name: value for name, value in data.items() if value})


def many(kind: HistoryKind, rows: Iterable[Mapping[str, Any]], by: Actor) -> None:
    """Tell the same of many records: `company_id` of each, and `contact_id`, `version`, `data` where they have it."""
    common = {"kind": kind, "at": now(), "contact_id": None, "version": 1, "data": {}}
    common |= {"actor_id": by.resource_id, "actor_contact_id": by.contact_id}
    if entries := [{**common, **row} for row in rows]:
        db.session.execute(insert(HistoryEvent.__table__), entries)  # type: ignore[arg-type]


def lines(
    shape: Shape, changes: Sequence[Change], names: Mapping[str, Mapping[int, list[str]]] | None = None
) -> list[dict[str, Any]]:
    """Return what an entry holds of some changes: values as JSON has them, and the names of what they point at.

    `names` are those of these changes and of others, when they were read together.
    """
    names = wording.names(shape, changes) if names is None else names
    return [_line(change, names.get(change.name, {}), wording.named_later(shape, change.name)) for change in changes]


def _line(change: Change, names: Mapping[int, list[str]], later: str | None) -> dict[str, Any]:
    line = {"name": change.name, "old": plain(change.old), "new": plain(change.new)}
    if later:
        line["of"] = later
    if known := {str(one): names[one] for one in wording.ids_in(change) if one in names} if names else {}:
        line["names"] = known
    return line


def plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if isinstance(value, PartialDate | date | Decimal):
        return str(value)
    if hasattr(value, "plain"):
        # A value of several parts says itself how it is kept.
        return value.plain()
    return sorted(value) if isinstance(value, list | tuple | set | frozenset) else value


def values_at(
    record: Record, values: Mapping[str, Any], version: int
) -> tuple[dict[str, Any], dict[str, HistoryEvent]]:
    """Return the values of a record as they were at a version, from those it has now, undoing what came after.

    With them, by name, the last entry that changed each value since: who did, and when.
    """
    event = HistoryEvent
    since = select(event).where(_is_about(record), event.version > version, event.kind != HistoryKind.LEFT)
    before = {name: plain(value) for name, value in values.items()}
    changed_by: dict[str, HistoryEvent] = {}
    for entry in db.session.scalars(unscoped(since.order_by(event.id.desc()), "of a record the viewer may see")):
        for line in entry.data.get("changes", ()):
            before[line["name"]] = line["old"]
            changed_by.setdefault(line["name"], entry)
    return before, changed_by


def _is_about(record: Record) -> ColumnElement[bool]:
    """Return the condition that an entry is about this record, and nothing else."""
    event = HistoryEvent
    if isinstance(record, Linked):
        return (event.noun == record.noun) & (event.record_id == record.id)
    if isinstance(record, Contact):
        return (event.contact_id == record.id) & event.noun.is_(None)
    return (event.company_id == record.id) & event.contact_id.is_(None) & event.noun.is_(None)


def _add(
    kind: HistoryKind, record: Record, by: Actor, data: Mapping[str, Any] | None = None, company_id: int | None = None
) -> None:
    db.session.add(
        HistoryEvent(
            kind=kind,
            # When it is told, not when it is written: the demonstration has a past.
            at=now(),
            actor_id=by.resource_id,
            actor_contact_id=by.contact_id,
            version=record.version,
            **_places(record, company_id),
            data={**(data or {}), **({"record": record.name} if isinstance(record, Linked) else {})},
        )
    )


def _places(record: Record, company_id: int | None) -> dict[str, Any]:
    """Return where an entry about a record is told: by id, the records of whose history it is a part."""
    if isinstance(record, Company):
        return {"company_id": company_id or record.id}
    if isinstance(record, Contact):
        return {"company_id": company_id or record.company_id, "contact_id": record.id}
    return {
        "company_id": record.company_id,
        "noun": record.noun,
        "record_id": record.id,
        "contact_id": getattr(record, "contact_id", None) if "contact_id" in record.hides_with else None,
        "opportunity_id": record.id if isinstance(record, Opportunity) else getattr(record, "opportunity_id", None),
    }
