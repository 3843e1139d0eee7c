"""Reading the history of a company or a contact: newest first, a page at a time, as far as one may see (H1, H2, A2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import aliased

from webapp.access import Viewer, seen_by, visible_to_all
from webapp.extensions import db
from webapp.i18n import LazyString, _l
from webapp.models import Company, Contact, HistoryEvent, HistoryKind, Linked, Noun, Opportunity, Resource
from webapp.services.history import wording
from webapp.services.history.recording import Record
from webapp.services.values import Change

#: Entries in a page.
PAGE = 10

#: What each kind of entry is called, in the list and in its filter.
TITLES: Mapping[HistoryKind, LazyString] = {
    HistoryKind.CREATED: _l("Création"),
    HistoryKind.MODIFIED: _l("Modification"),
    HistoryKind.COMMENTED: _l("Commentaire"),
    HistoryKind.LEFT: _l("Départ pour une autre société"),
    HistoryKind.JOINED: _l("Arrivée d’une autre société"),
    HistoryKind.COMPLETED: _l("Achèvement"),
    HistoryKind.CLOSED: _l("Clôture"),
    HistoryKind.REOPENED: _l("Réouverture"),
    HistoryKind.STATE_CHANGED: _l("Changement d’état"),
    HistoryKind.DATES_CHANGED: _l("Changement de date de clôture"),
    HistoryKind.AMOUNT_CHANGED: _l("Changement du montant prévu"),
    HistoryKind.VALIDATED: _l("Validation"),
    HistoryKind.NOTICE_SENT: _l("Envoi de l’avis de validation de facture"),
    HistoryKind.PAID: _l("Paiement"),
    HistoryKind.ANSWERED: _l("Message"),
    HistoryKind.DOCUMENT_ADDED: _l("Ajout d’un document"),
    HistoryKind.DOCUMENT_REMOVED: _l("Retrait d’un document"),
    HistoryKind.DOCUMENT_RESTORED: _l("Rétablissement d’un document"),
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

#: The values that name a company, of entries that don't say so themselves.
_COMPANY_VALUES = ("parent", "company")


@dataclass(frozen=True)
class Line:
    """One value that a save changed; `names` has by id, in French and English, those of what it points at."""

    name: str
    old: Any
    new: Any
    names: Mapping[str, list[str]] = field(default_factory=dict)
    #: The table whose records it names, where who reads decides whether they may read the names (D7).
    of: str | None = None

    @property
    def table(self) -> str | None:
        return self.of or ("company" if self.name in _COMPANY_VALUES else None)

    @property
    def ids(self) -> list[int]:
        """What it points at, before and after, one or several."""
        return wording.ids_in(Change(self.name, self.old, self.new))


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
    #: What hangs on the company, if it is about that: its name then.
    noun: Noun | None
    record_id: int | None
    record: str
    lines: list[Line]
    comment: str
    #: Of a company that was deleted or restored, how many contacts went with it.
    contacts: int


@dataclass(frozen=True)
class Page:
    """Some entries, where the next ones begin, and the names of the records they speak of that one may see.

    One that is not among them can't be opened: it is hidden, in the trash, or gone.
    """

    entries: list[Entry]
    before: int | None
    names: Mapping[wording.Named, str]


def of_company(company: Company, viewer: Viewer, kind: HistoryKind | None = None, before: int | None = None) -> Page:
    """Return a page of what happened to a company one sees, and to its contacts while they were there (H1, D17)."""
    return _page(_of_company(kind is not None, before is not None), {"company": company.id}, viewer, kind, before)


def of_contact(contact: Contact, viewer: Viewer, kind: HistoryKind | None = None, before: int | None = None) -> Page:
    """Return a page of what happened to a contact one sees, wherever they were (H2)."""
    return _page(_of_contact(kind is not None, before is not None), {"contact": contact.id}, viewer, kind, before)


def of_linked(record: Linked, viewer: Viewer, kind: HistoryKind | None = None, before: int | None = None) -> Page:
    """Return a page of what happened to what hangs on a company; to an opportunity, also by what came of it (H3)."""
    statement = _of_opportunity if isinstance(record, Opportunity) else _of_linked
    about = {"record": record.id} | ({} if isinstance(record, Opportunity) else {"noun": record.noun})
    return _page(statement(kind is not None, before is not None), about, viewer, kind, before)


def of(record: Record, viewer: Viewer, kind: HistoryKind | None = None, before: int | None = None) -> Page:
    """Return a page of what happened to any record."""
    if isinstance(record, Linked):
        return of_linked(record, viewer, kind, before)
    if isinstance(record, Contact):
        return of_contact(record, viewer, kind, before)
    return of_company(record, viewer, kind, before)


def _page(
    statement: Select[Any], about: Mapping[str, Any], viewer: Viewer, kind: HistoryKind | None, before: int | None
) -> Page:
    parameters = {**about, **seen_by(viewer), "kind": kind, "before": before}
    entries = [_entry(row) for row in db.session.execute(statement, parameters)]
    more = entries[PAGE - 1].id if len(entries) > PAGE else None
    return Page(entries[:PAGE], more, _names(entries[:PAGE], viewer))


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
        row.noun,
        row.record_id,
        data.get("record", ""),
        [Line(**line) for line in data.get("changes", ())],
        data.get("comment", ""),
        data.get("contacts", 0),
    )


def _names(entries: Iterable[Entry], viewer: Viewer) -> dict[wording.Named, str]:
    """Return the names of the records that entries speak of, of those the viewer may see: one query for all."""
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        if entry.noun and entry.record_id:
            wanted.setdefault(entry.noun.value, set()).add(entry.record_id)
        for line in entry.lines:
            if line.table:
                wanted.setdefault(line.table, set()).update(line.ids)
    return wording.names_seen(wanted, viewer)


# --- statements, built once ------------------------------------------------------------------------------------------


@cache
def _entries(with_kind: bool, with_before: bool) -> Select[Any]:
    event, by_contact = HistoryEvent, aliased(Contact)
    actor = func.coalesce(Resource.name, by_contact.name).label("actor")
    about = (event.contact_id, event.noun, event.record_id)
    columns = (event.id, event.kind, event.at, *about, event.data, actor)
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
    return _entries(with_kind, with_before).where(HistoryEvent.company_id == bindparam("company"), _is_told())


@cache
def _of_contact(with_kind: bool, with_before: bool) -> Select[Any]:
    # What the company they left is told, is the other side of what they are told themselves.
    told = (HistoryEvent.contact_id == bindparam("contact")) & (HistoryEvent.kind != HistoryKind.LEFT)
    return _entries(with_kind, with_before).where(told, _is_done())


def _is_done() -> ColumnElement[bool]:
    """Of a contact's activities, the contact is told that they were done, and no more (H2, D17)."""
    event = HistoryEvent
    is_activity = event.noun.is_not_distinct_from(Noun.ACTIVITY) & event.contact_id.is_not(None)
    return ~is_activity | (event.kind == HistoryKind.COMPLETED)


def _is_told() -> ColumnElement[bool]:
    """So is the company, unless they are about an opportunity (H1, H3)."""
    return _is_done() | HistoryEvent.opportunity_id.is_not(None)


@cache
def _of_opportunity(with_kind: bool, with_before: bool) -> Select[Any]:
    return _entries(with_kind, with_before).where(HistoryEvent.opportunity_id == bindparam("record"))


@cache
def _of_linked(with_kind: bool, with_before: bool) -> Select[Any]:
    event = HistoryEvent
    about = (event.noun == bindparam("noun", type_=event.noun.type)) & (event.record_id == bindparam("record"))
    return _entries(with_kind, with_before).where(about)
