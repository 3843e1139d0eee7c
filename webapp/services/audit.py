"""The audit: what admins must be able to look up, who did it, when, from where (R1, R2).

Services write an entry in the transaction of what it tells. Who is at the other end, and at which address, is said once
for each request (`come_from`, `is_by`); a command is nobody's. Entries never hold a secret, nor what was typed in vain.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from webapp.access import unscoped
from webapp.extensions import db
from webapp.i18n import LazyString, _l
from webapp.models import AuditEntry, AuditKind, Contact, Resource
from webapp.text import search_key

#: Entries in a page.
PAGE = 50

#: What each kind of entry is called, in the list and in its filter.
TITLES: Mapping[AuditKind, LazyString] = {
    AuditKind.SIGNED_IN: _l("Session ouverte"),
    AuditKind.SIGN_IN_REFUSED: _l("Connexion refusée"),
    AuditKind.SIGNED_OUT: _l("Session fermée"),
    AuditKind.SESSIONS_ENDED: _l("Fin de sessions"),
    AuditKind.PASSWORD_CHANGED: _l("Changement de mot de passe"),
    AuditKind.SECOND_FACTOR_ON: _l("Double authentification activée"),
    AuditKind.SECOND_FACTOR_OFF: _l("Double authentification désactivée"),
    AuditKind.RESOURCE_CREATED: _l("Ressource ajoutée"),
    AuditKind.RESOURCE_CHANGED: _l("Ressource modifiée"),
    AuditKind.SETTINGS_CHANGED: _l("Paramètres modifiés"),
    AuditKind.LIST_CHANGED: _l("Liste modifiée"),
    AuditKind.BILLING_ENTITY_CHANGED: _l("Entité de facturation modifiée"),
    AuditKind.WORKFLOW_CHANGED: _l("Flux de travail modifié"),
    AuditKind.IMPORTED: _l("Import"),
    AuditKind.EXPORTED: _l("Export"),
    AuditKind.PURGED: _l("Effacement pour de bon"),
    AuditKind.PORTAL_SIGNED_IN: _l("Portail Clients : session ouverte"),
    AuditKind.PORTAL_SIGN_IN_REFUSED: _l("Portail Clients : connexion refusée"),
    AuditKind.PORTAL_SIGNED_OUT: _l("Portail Clients : session fermée"),
    AuditKind.PORTAL_PASSWORD_CHANGED: _l("Portail Clients : changement de mot de passe"),
    AuditKind.PORTAL_SECOND_FACTOR_ON: _l("Portail Clients : double authentification activée"),
    AuditKind.PORTAL_SECOND_FACTOR_OFF: _l("Portail Clients : double authentification désactivée"),
    AuditKind.PORTAL_LOOKED_AT: _l("Portail Clients vu comme un contact"),
    AuditKind.PORTAL_ACCESS_CHANGED: _l("Portail Clients : accès d’un contact"),
    AuditKind.PASSWORD_LINK_MADE: _l("Lien pour choisir un mot de passe"),
    AuditKind.PASSWORD_FORGOTTEN: _l("Mot de passe oublié"),
    AuditKind.MAIL_RETRIED: _l("E-mail : nouvel essai"),
    AuditKind.MAIL_CANCELLED: _l("E-mail annulé"),
    AuditKind.MAIL_LINK_SHOWN: _l("Lien d’un e-mail montré"),
    AuditKind.MAIL_TESTED: _l("E-mail d’essai"),
    AuditKind.CALENDAR_OPENED: _l("Adresse de calendrier créée"),
    AuditKind.CALENDAR_CLOSED: _l("Adresse de calendrier supprimée"),
}


class _Origin(NamedTuple):
    actor_id: int | None = None
    actor_contact_id: int | None = None
    address: str = ""


_NOBODY = _Origin()
_origin: ContextVar[_Origin] = ContextVar("origin", default=_NOBODY)


def come_from(address: str) -> None:
    """Say from which network address what follows is asked, by nobody known yet."""
    _origin.set(_Origin(address=address[:64]))


def is_by(resource_id: int | None, contact_id: int | None = None) -> None:
    """Say who asks for what follows: a resource, or a contact in the portal."""
    _origin.set(_origin.get()._replace(actor_id=resource_id, actor_contact_id=contact_id))


def forget() -> None:
    """Say that what follows is nobody's, from nowhere: the request or the command is over."""
    _origin.set(_NOBODY)


def record(kind: AuditKind, about: str = "", **data: Any) -> None:
    """Write an entry: `about` names what it is about; `data` holds what else there is to tell, as JSON does."""
    origin = _origin.get()
    told = {"about": about, **data} if about else data
    db.session.add(AuditEntry(kind=kind, data=told, **origin._asdict()))


@dataclass(frozen=True)
class Wanted:
    """What entries are looked for; each part None or "" for all."""

    kind: AuditKind | None = None
    #: Words that begin words of the name of who did it.
    who: str = ""
    #: What is named: the person, the list, the file.
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One entry, as the page shows it."""

    id: int
    at: datetime
    kind: AuditKind
    actor: str | None
    address: str
    about: str
    #: Whatever else it tells, by name.
    data: Mapping[str, Any]


def browse(wanted: Wanted, before: int | None = None) -> tuple[list[Entry], int | None]:
    """Return a page of entries, newest first, and the id before which the next begins, if there is one."""
    entry = AuditEntry
    actor = func.coalesce(Resource.name, Contact.name)
    rows = select(entry.id, entry.at, entry.kind, entry.address, entry.data, actor.label("actor"))
    rows = rows.outerjoin(Resource, Resource.id == entry.actor_id)
    rows = rows.outerjoin(Contact, Contact.id == entry.actor_contact_id)
    if wanted.kind:
        rows = rows.where(entry.kind == wanted.kind)
    for word in search_key(wanted.who).split() if wanted.who else ():
        keys = func.coalesce(Resource.search_key, Contact.search_key)
        rows = rows.where((" " + keys).contains(f" {word}", autoescape=True))
    if wanted.about:
        rows = rows.where(entry.data["about"].as_string().icontains(wanted.about, autoescape=True))
    if wanted.since:
        rows = rows.where(entry.at >= wanted.since)
    if wanted.until:
        rows = rows.where(entry.at < wanted.until)
    if before is not None:
        rows = rows.where(entry.id < before)
    page = unscoped(rows.order_by(entry.id.desc()).limit(PAGE + 1), "the audit names whoever did something")
    found = [_entry(row) for row in db.session.execute(page)]
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _entry(row: Any) -> Entry:
    data = {name: value for name, value in row.data.items() if name != "about"}
    return Entry(row.id, row.at, row.kind, row.actor, row.address, row.data.get("about", ""), data)
