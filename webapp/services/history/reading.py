"""Reading the history of a company or a contact: newest first, a page at a time, as far as one may see (H1, H2, A2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select, tuple_
from sqlalchemy.orm import aliased

from webapp.access import Viewer, seen_by, visible_to_all
from webapp.extensions import db
from webapp.i18n import LazyString, _l
from webapp.models import Company, Contact, HistoryEvent, HistoryKind, Resource

#: Entries in a page.
PAGE = 10

#: What each kind of entry is called, in the list and in its filter.
TITLES: Mapping[HistoryKind, LazyString] = {
    HistoryKind.CREATED: _l("Création"),
    HistoryKind.MODIFIED: _l("Modification"),
    HistoryKind.COMMENTED: _l("Commentaire"),
    HistoryKind.LEFT: _l("Départ pour une autre société"),
    HistoryKind.JOINED: _l("Arrivée d’une autre société"),
    HistoryKind.DELETED: _l("Suppression"),
    HistoryKind.RESTORED: _l("Restauration"),
    HistoryKind.PORTAL_REQUESTED: _l("Demande d’accès au Portail Clients"),
    HistoryKind.PORTAL_INVITED: _l("Invitation au Portail Clients"),
    HistoryKind.PORTAL_REJECTED: _l("Demande d’accès au Portail Clients rejetée"),
    HistoryKind.PORTAL_CHANGED: _l("Droits d’accès au Portail Clients"),
    HistoryKind.PORTAL_EXTENDED: _l("Prolongation de l’accès au Portail Clients"),
    HistoryKind.PORTAL_HANDED_OVER: _l("Changement de commanditaire"),
    HistoryKind.PORTAL_DISABLED: _l("Désactivation de l’accès au Portail Clients"),
    HistoryKind.PORTAL_PASSWORD_RESET: _l("Réinitialisation du mot de passe du Portail Clients"),
    HistoryKind.PORTAL_REMINDED: _l("Rappel des données de connexion au Portail Clients"),
}

#: The values that name a company: whether one may read which, is asked as they are read (D7).
_COMPANY_VALUES = ("parent", "company")


@dataclass(frozen=True)
class Line:
    """One value that a save changed; `names` has by id, in French and English, those of what it points at."""

    name: str
    old: Any
    new: Any
    names: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One entry, as a page shows it."""

    id: int
    kind: HistoryKind
    at: datetime
    #: Who did it; nobody when a command did.
    actor: str | None
    #: Whether it is about the contact, and their name, where it is told of their company.
    contact_id: int | None
    contact: str | None
    #: Whether their page can be opened: in the trash, it can't.
    contact_is_live: bool
    lines: list[Line]
    comment: str
    #: Of a company that was deleted or restored, how many contacts went with it.
    contacts: int


@dataclass(frozen=True)
class Page:
    """Some entries, where the next ones begin, and the names of the companies they speak of that one may see."""

    entries: list[Entry]
    before: int | None
    companies: Mapping[int, str]


def of_company(company: Company, viewer: Viewer, kind: HistoryKind | None = None, before: int | None = None) -> Page:
    """Return a page of what happened to a company one sees, and to its contacts while they were there (H1, D17)."""
    return _page(_of_company(kind is not None, before is not None), {"company": company.id}, viewer, kind, before)


def of_contact(contact: Contact, viewer: Viewer, kind: HistoryKind | None = None, before: int | None = None) -> Page:
    """Return a page of what happened to a contact one sees, wherever they were (H2)."""
    return _page(_of_contact(kind is not None, before is not None), {"contact": contact.id}, viewer, kind, before)


def _page(
    statement: Select[Any], about: Mapping[str, int], viewer: Viewer, kind: HistoryKind | None, before: int | None
) -> Page:
    parameters = {**about, **seen_by(viewer), "kind": kind, "before": before}
    entries = [_entry(row) for row in db.session.execute(statement, parameters)]
    more = entries[PAGE - 1].id if len(entries) > PAGE else None
    return Page(entries[:PAGE], more, _companies(entries[:PAGE], viewer))


def _entry(row: Any) -> Entry:
    data = row.data
    return Entry(
        row.id,
        row.kind,
        row.at,
        row.actor,
        row.contact_id,
        row.contact,
        row.contact is not None and row.contact_deleted_at is None,
        [Line(**line) for line in data.get("changes", ())],
        data.get("comment", ""),
        data.get("contacts", 0),
    )


def _companies(entries: Iterable[Entry], viewer: Viewer) -> dict[int, str]:
    """Return the names of the companies that entries speak of, of those the viewer may see."""
    lines = (line for entry in entries for line in entry.lines if line.name in _COMPANY_VALUES)
    ids = {one for line in lines for one in (line.old, line.new) if one}
    rows = db.session.execute(_named_companies(), {"ids": list(ids), **seen_by(viewer)}) if ids else ()
    return {row.id: row.name for row in rows}


# --- statements, built once ------------------------------------------------------------------------------------------


@cache
def _entries(with_kind: bool, with_before: bool) -> Select[Any]:
    event, by_contact = HistoryEvent, aliased(Contact)
    actor = func.coalesce(Resource.name, by_contact.name).label("actor")
    columns = (event.id, event.kind, event.at, event.contact_id, event.data, actor)
    contact = (Contact.name.label("contact"), Contact.deleted_at.label("contact_deleted_at"))
    found = visible_to_all(event, *columns, *contact)
    found = found.outerjoin(Resource, Resource.id == event.actor_id).outerjoin(Contact, Contact.id == event.contact_id)
    found = found.outerjoin(by_contact, by_contact.id == event.actor_contact_id)
    if with_kind:
        found = found.where(event.kind == bindparam("kind", type_=event.kind.type))
    if with_before:
        place = aliased(HistoryEvent)
        at = select(place.at).where(place.id == bindparam("before")).scalar_subquery()
        found = found.where(tuple_(event.at, event.id) < tuple_(at, bindparam("before")))
    return found.order_by(event.at.desc(), event.id.desc()).limit(PAGE + 1)


@cache
def _of_company(with_kind: bool, with_before: bool) -> Select[Any]:
    return _entries(with_kind, with_before).where(HistoryEvent.company_id == bindparam("company"))


@cache
def _of_contact(with_kind: bool, with_before: bool) -> Select[Any]:
    # What the company they left is told, is the other side of what they are told themselves.
    told = (HistoryEvent.contact_id == bindparam("contact")) & (HistoryEvent.kind != HistoryKind.LEFT)
    return _entries(with_kind, with_before).where(told)


@cache
def _named_companies() -> Select[Any]:
    return visible_to_all(Company, Company.id, Company.name).where(Company.id.in_(bindparam("ids", expanding=True)))
