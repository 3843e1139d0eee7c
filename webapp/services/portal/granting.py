"""The rights of a contact in the portal, as values that travel with the others of a contact (P1, P2, D1, D4, D10).

`portal_enabled`, `portal_expires_on`, a value for each right, `portal_max_resources`, and `portal_profiles`, a set of
ids of resources. They count only while the access is enabled: without it they stay as they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from webapp.access import Ability, Actor, Viewer, can
from webapp.clock import now
from webapp.emails import email_key
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import Contact, HistoryKind, PortalAccess, PortalProfile, PortalRight
from webapp.services import links, organisation, resources
from webapp.services.portal import ending, life, profiles, telling
from webapp.services.portal.access import PortalState, granted_to, state_of
from webapp.services.refusal import Refused
from webapp.services.values import Change

#: The values that are a column of the access, by their names.
_COLUMNS = {f"portal_{name}": name for name in ("enabled", "expires_on", *PortalRight, "max_resources")}

#: The values of a contact who was never granted anything.
NOTHING: Mapping[str, Any] = {
    "portal_enabled": False,
    "portal_expires_on": None,
    **{f"portal_{right}": False for right in PortalRight},
    "portal_max_resources": None,
    "portal_profiles": frozenset(),
}


def of_contact(contact: Contact) -> dict[str, Any]:
    """Return the access of a contact, as values."""
    access = granted_to(contact)
    if access is None:
        return dict(NOTHING)
    values = {name: getattr(access, column) for name, column in _COLUMNS.items()}
    return values | {"portal_profiles": frozenset(one.resource_id for one in access.profiles)}


def is_of_portal(change: Change) -> bool:
    """Whether a change is one of these values."""
    return change.name in NOTHING


def normal(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with those of the portal as they will be read back: without the access, as they were (D1)."""
    return {**after, **({} if after["portal_enabled"] else {**_of(before), "portal_enabled": False})}


def login_key(email: str) -> str:
    """Return what a contact is known by at the sign-in of the portal (D4)."""
    return email_key(email)


# --- rules -------------------------------------------------------------------------------------------------------


def problems(values: Mapping[str, Any], contact: Contact | None = None) -> dict[str, str]:
    """Return what in the values of a contact breaks a rule of the portal, by name; those left out stay as they are."""
    before = of_contact(contact) if contact is not None else dict(NOTHING)
    after = before | _of(values)
    if not after["portal_enabled"]:
        return {}
    access = contact.portal_access if contact is not None else None
    login = access.login_key if access is not None else None
    found = login_problems(str(values.get("email1") or ""), contact.id if contact is not None else None, login)
    changed = {name for name in after if after[name] != before[name]}
    if changed & {"portal_enabled", "portal_expires_on"} and ends_before_today(after["portal_expires_on"]):
        found["portal_expires_on"] = _("Cette échéance est déjà passée.")
    return profiles.problems(before, after, changed) | found


def ends_before_today(day: Any) -> bool:
    """Whether an access that ends on this day would have ended already (D2)."""
    return day is not None and day < organisation.today()


def login_problems(email: str, contact_id: int | None, login: str | None) -> dict[str, str]:
    """Return what is wrong with the e-mail of a contact who has an access, and signs in with `login` so far (D4).

    They need one that no other contact signs in with. Whose it is isn't told: it may be a contact one does not see.
    """
    if not email:
        return {"email1": _("L’e-mail 1 est obligatoire : le contact s’identifie avec lui dans le Portail Clients.")}
    if (key := login_key(email)) == login:
        return {}
    owner = db.session.scalar(select(PortalAccess.contact_id).where(PortalAccess.login_key == key))
    if owner in (None, contact_id):
        return {}
    return {"email1": _("Un autre contact s’identifie déjà avec cette adresse dans le Portail Clients.")}


def sponsor_only(access: PortalAccess | None) -> str:
    """Say why somebody may not change the rights of an access (P2)."""
    names = resources.names([access.sponsor_id]) if access is not None else {}
    return _(
        "Les droits d’accès n’ont pas été modifiés : seul leur commanditaire, %(name)s, peut les modifier.",
        name=", ".join(names.values()),
    )


# --- writing -----------------------------------------------------------------------------------------------------


def save(
    contact: Contact, values: Mapping[str, Any], lines: Sequence[dict[str, Any]], by: Actor, *, with_others: bool
) -> bool:
    """Give a contact the access that their values say, once these are written; `lines` tell what changes of it.

    Return whether the history tells of it now: a mere change `with_others` is left to the entry that tells of these
    (D17). Without lines, the access only follows the contact's e-mail. Raises Refused for whoever is not the sponsor
    (P2).
    """
    access, is_told = contact.portal_access, True
    if lines:
        if not isinstance(by, Viewer) or by.resource_id is None or not can(Ability.GRANT_PORTAL, by, access):
            raise Refused({"portal_enabled": sponsor_only(access)})
        access = _access_of(contact, by)
        is_told = _write(contact, access, values, lines, by, with_others=with_others)
    if access is not None and access.enabled:
        _follow_email(access, contact)
    db.session.flush()
    return is_told


def _access_of(contact: Contact, by: Viewer) -> PortalAccess:
    """Return the access of a contact; a new one, of which nothing is granted yet, for whoever never had any."""
    if contact.portal_access is None:
        contact.portal_access = PortalAccess(
            contact_id=contact.id, enabled=False, sponsor_id=by.resource_id, requested_at=now()
        )
    return contact.portal_access


def _write(
    contact: Contact,
    access: PortalAccess,
    values: Mapping[str, Any],
    lines: Sequence[dict[str, Any]],
    by: Viewer,
    *,
    with_others: bool,
) -> bool:
    """Write an access and tell of it; return whether the history does now."""
    was_enabled, state = access.enabled, state_of(access)
    ended_on = access.expires_on
    for name, column in _COLUMNS.items():
        setattr(access, column, values[name])
    _list(access, values["portal_profiles"])
    if access.enabled and not was_enabled:
        _follow_email(access, contact)
        life.ask(contact, access, by, lines)
    elif not access.enabled:
        ending.disable(contact, access, by, lines)
    elif state is PortalState.EXPIRED and access.expires_on != ended_on:
        # Another end for what is over is a new life (D2).
        access.reactivated_at = now()
        telling.tell(HistoryKind.PORTAL_EXTENDED, contact, by, lines)
    elif with_others:
        telling.tell_audit(HistoryKind.PORTAL_CHANGED, contact)
        return False
    else:
        telling.tell(HistoryKind.PORTAL_CHANGED, contact, by, lines)
    return True


def _list(access: PortalAccess, resource_ids: Iterable[int]) -> None:
    """List these resources and no others; one that stays is not listed anew."""
    wanted = set(resource_ids)
    listed = [one for one in access.profiles if one.resource_id in wanted]
    missing = sorted(wanted - {one.resource_id for one in listed})
    access.profiles = [*listed, *(PortalProfile(resource_id=one) for one in missing)]


def _follow_email(access: PortalAccess, contact: Contact) -> None:
    """Have the contact sign in with their e-mail of now; what was mailed to the one before opens nothing any more."""
    key = login_key(contact.email1)
    if access.login_key != key:
        access.login_key = key
        links.end_all_of_contacts([contact.id])


def _of(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in NOTHING if name in values}
