"""The life of an access: asked for, approved or rejected, prolonged, handed over; what helps a contact in (P2 to P4).

Each is told in the history in the transaction that does it, and what is written to the contact leaves with it (H2, H4).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from webapp.access import SYSTEM, Viewer, unscoped, visible
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _, _n
from webapp.models import AuditKind, Contact, HistoryKind, PortalAccess, Resource
from webapp.services import audit, organisation, second_factor, sessions, viewers
from webapp.services.portal import letters
from webapp.services.portal.access import PortalState, state_of
from webapp.services.portal.telling import tell
from webapp.services.refusal import Refused

#: How much longer an access is offered to last.
EXTENSION = timedelta(days=90)

MAX_REASON = 1_000

_WHY = "an access to the portal is looked at with its contact by whoever decides on it"


# --- asked for, decided ----------------------------------------------------------------------------------------------


def ask(contact: Contact, access: PortalAccess, by: Viewer, lines: Sequence[dict[str, Any]] = ()) -> None:
    """Begin an access on behalf of its sponsor: it is active at once, unless an admin has to approve it (P3, D3)."""
    assert by.resource_id is not None
    access.sponsor_id, access.requested_at = by.resource_id, now()
    access.decided_by_id = access.rejected_at = access.activated_at = access.reactivated_at = None
    access.rejection_reason = ""
    if organisation.load().portal_approval:
        tell(HistoryKind.PORTAL_REQUESTED, contact, by, lines)
    else:
        _activate(contact, access, by, lines)


def ask_again(contact: Contact, by: Viewer) -> None:
    """Ask again for an access that was rejected (D3)."""
    ask(contact, _in_state(contact, PortalState.REJECTED), by)


def approve(contact: Contact, by: Viewer) -> None:
    """Let a requested access begin, and invite the contact (D3); raises Refused when it would have ended already."""
    access = _in_state(contact, PortalState.PENDING)
    if access.expires_on is not None and access.expires_on < organisation.today():
        raise _refused(_("L’échéance de cet accès est passée : son commanditaire doit d’abord la changer."))
    access.decided_by_id = by.resource_id
    _activate(contact, access, by)


def reject(contact: Contact, reason: str, by: Viewer) -> None:
    """Refuse a requested access, and say why (D3)."""
    access = _in_state(contact, PortalState.PENDING)
    access.rejection_reason = _given(reason)
    access.rejected_at, access.decided_by_id = now(), by.resource_id
    tell(HistoryKind.PORTAL_REJECTED, contact, by, reason=reason)


def _activate(contact: Contact, access: PortalAccess, by: Viewer, lines: Sequence[dict[str, Any]] = ()) -> None:
    access.activated_at = now()
    db.session.flush()
    tell(HistoryKind.PORTAL_INVITED, contact, by, lines)
    letters.invite(contact, access, by)


# --- prolonged, handed over ------------------------------------------------------------------------------------------


def offered_end(access: PortalAccess) -> date | None:
    """Return until when one is offered to prolong an access; nothing for one without a fixed end."""
    return access.expires_on and max(access.expires_on, organisation.today() + EXTENSION)


def extend(contact: Contact, until: date | None, by: Viewer) -> None:
    """Give an access another end, and its days without a sign-in a new beginning (D2)."""
    access = _in_state(contact, PortalState.ACTIVE, PortalState.EXPIRED)
    if until is not None and until < organisation.today():
        raise Refused({"until": _("Cette échéance est déjà passée.")})
    old, access.expires_on, access.reactivated_at = access.expires_on, until, now()
    changed = {"name": "portal_expires_on", "old": old and str(old), "new": until and str(until)}
    _touch(contact, by)
    tell(HistoryKind.PORTAL_EXTENDED, contact, by, [changed] if old != until else [])


def hand_over(contacts: Collection[Contact], successor_id: int | None, reason: str, by: Viewer) -> None:
    """Give the accesses of some contacts to another sponsor, and say why (P2).

    Raises Refused, naming `sponsor` or `reason`, when it is nobody at work, or somebody who does not see them all:
    being the sponsor opens nothing (D6).
    """
    reason = _given(reason)
    successor = db.session.get(Resource, successor_id) if successor_id is not None else None
    if successor is None or not successor.is_active:
        raise Refused({"sponsor": _("Choisissez une ressource active.")})
    if blind := len(contacts) - len(_seen_by(successor, [contact.id for contact in contacts])):
        message = _n(
            "%(name)s ne voit pas %(num)d de ces contacts : choisissez une ressource qui les voit tous.",
            "%(name)s ne voit pas %(num)d de ces contacts : choisissez une ressource qui les voit tous.",
            blind,
            name=successor.name,
        )
        raise Refused({"sponsor": str(message)})
    for contact in contacts:
        _give(contact, successor, reason, by)


def _seen_by(resource: Resource, contact_ids: Collection[int]) -> set[int]:
    """Return which of some contacts a resource sees."""
    holding = viewers.holding().subquery()
    held = db.session.scalars(select(holding.c.principal_id).where(holding.c.resource_id == resource.id))
    eyes = replace(SYSTEM, is_admin=resource.is_admin, principal_ids=tuple(held))
    return set(db.session.scalars(visible(Contact, eyes, Contact.id).where(Contact.id.in_(contact_ids))))


def _give(contact: Contact, successor: Resource, reason: str, by: Viewer) -> None:
    access = _in_state(contact, *PortalState)
    if access.sponsor_id == successor.id:
        return
    named = select(Resource.id, Resource.name).where(Resource.id.in_((access.sponsor_id, successor.id)))
    names = dict(db.session.execute(named).all())
    changed = {
        "name": "portal_sponsor",
        "old": access.sponsor_id,
        "new": successor.id,
        "names": {str(one): [name, name] for one, name in names.items()},
    }
    access.sponsor_id = successor.id
    _touch(contact, by)
    tell(HistoryKind.PORTAL_HANDED_OVER, contact, by, [changed], reason)


def sponsored_by(resource_id: int) -> int:
    """Return how many contacts a resource sponsors."""
    return db.session.scalar(unscoped(_sponsored(resource_id, func.count()), _WHY)) or 0


def hand_over_all(resource: Resource, successor_id: int | None, by: Viewer) -> None:
    """Give all that a resource sponsors to another, as they leave (P2); raises Refused, naming `portal_successor`."""
    if successor_id == resource.id:
        raise Refused({"portal_successor": _("Choisissez une autre ressource.")})
    contacts = db.session.scalars(unscoped(_sponsored(resource.id, Contact), _WHY)).all()
    try:
        hand_over(contacts, successor_id, _("Ressource désactivée : %(name)s", name=resource.name), by)
    except Refused as refusal:
        raise Refused({"portal_successor": refusal.said}) from None


def _sponsored(resource_id: int, *columns: Any) -> Any:
    of_contact = select(*columns).select_from(Contact).join(PortalAccess, PortalAccess.contact_id == Contact.id)
    return of_contact.where(PortalAccess.sponsor_id == resource_id, PortalAccess.enabled, Contact.deleted_at.is_(None))


# --- helping in ------------------------------------------------------------------------------------------------------


def reset_password(contact: Contact, by: Viewer, without_second_factor: bool = False) -> None:
    """Make an end of a contact's password and sessions at once, and mail them a link to choose another (P4).

    `without_second_factor`: and of their second factor, if they have one, as when a phone was lost (R2).
    """
    access = _in_state(contact, PortalState.ACTIVE)
    access.password_hash = None
    sessions.portal.end_all(contact.id)
    turned_off = without_second_factor and access.totp_secret is not None
    if turned_off:
        second_factor.disable(access, name=contact.name)
    lines = [{"name": "portal_second_factor", "old": True, "new": False}] if turned_off else []
    tell(HistoryKind.PORTAL_PASSWORD_RESET, contact, by, lines)
    letters.reset(contact, access, by, second_factor_off=turned_off)


def remind(contact: Contact, by: Viewer) -> None:
    """Mail a contact how they sign in (P4); the clock of the days without a sign-in runs on (D2)."""
    access = _in_state(contact, PortalState.ACTIVE)
    tell(HistoryKind.PORTAL_REMINDED, contact, by)
    letters.remind(contact, access, by)


def end_sessions(contact: Contact) -> int:
    """Sign a contact out everywhere; return of how many sessions."""
    ended = sessions.portal.end_all_of([contact.id])
    audit.record(AuditKind.PORTAL_ACCESS_CHANGED, contact.name, what="sessions_ended", contact=contact.id)
    return ended


# --- small things ----------------------------------------------------------------------------------------------------


def _in_state(contact: Contact, *states: PortalState) -> PortalAccess:
    """Return the access of a contact, if it is in one of these states; raises Refused otherwise."""
    access = contact.portal_access
    if access is None or state_of(access) not in states:
        raise _refused(_("L’état de cet accès ne le permet pas, ou plus : « %(name)s ».", name=contact.name))
    return access


def _refused(message: str) -> Refused:
    return Refused({"access": message})


def _given(reason: str) -> str:
    if not reason:
        raise Refused({"reason": _("Ce champ est obligatoire.")})
    return reason


def _touch(contact: Contact, by: Viewer) -> None:
    """Make another version of a contact: whoever has their form open is told (R4)."""
    contact.updated_at, contact.updated_by_id = now(), by.resource_id
    db.session.flush()


def contacts_of(ids: Iterable[int]) -> Sequence[Contact]:
    """Return contacts not in the trash who have an access, for an admin, who sees all; others are left out."""
    having = select(Contact).join(PortalAccess, PortalAccess.contact_id == Contact.id)
    having = having.where(Contact.id.in_(list(ids)), Contact.deleted_at.is_(None)).order_by(
        Contact.sort_key, Contact.id
    )
    return db.session.scalars(unscoped(having, _WHY)).all()
