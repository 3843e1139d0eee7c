"""The accounts of contacts in the portal: who signs in, passwords, what they change of themselves (P4 to P6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from webapp import passwords
from webapp.access import PortalViewer, get_in_portal, unscoped, visible_in_portal
from webapp.clock import now
from webapp.emails import email_key
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import AddressKind, AuditKind, Company, Contact, PortalAccess, Resource
from webapp.services import accounts, audit, contacts, links, organisation, sessions
from webapp.services.portal import access
from webapp.services.portal.access import EndReason, PortalState
from webapp.services.refusal import Refused
from webapp.services.values import Change

#: The parts of an address that are the contact's to know; work regions and sites are the organisation's.
OWN_ADDRESS_PARTS = ("country", "street", "building", "floor", "city", "subdivision", "postal_code")

#: What a contact may change about themselves; e-mail 1 with the password (P6).
OWN = (
    *("title", "first_name", "middle_name", "last_name", "honorific", "job_title", "email1", "email2", "email3"),
    *(f"{kind}_{part}" for kind in AddressKind for part in OWN_ADDRESS_PARTS),
    *contacts.SHAPE.phone_names,
)


@dataclass(frozen=True)
class Account:
    """A contact and what they were granted, neither in the trash nor taken away."""

    access: PortalAccess
    contact: Contact

    @property
    def state(self) -> PortalState | None:
        return access.state_of(self.access)


_ACCOUNTS = unscoped(
    select(PortalAccess, Contact)
    .join(Contact, Contact.id == PortalAccess.contact_id)
    .join(Company, Company.id == Contact.company_id)
    .where(PortalAccess.enabled, Contact.deleted_at.is_(None), Company.deleted_at.is_(None)),
    "whoever signs in is nobody yet",
)


def by_login(typed: str) -> Account | None:
    """Return the account whose e-mail 1 was typed, in whatever state, if there is one (D4)."""
    return _account(_ACCOUNTS.where(PortalAccess.login_key == email_key(typed)))


def by_id(contact_id: int | None, *, to_change: bool = False) -> Account | None:
    """Return an account that is active now; `to_change` makes other changes of it wait."""
    found = _ACCOUNTS.where(PortalAccess.contact_id == contact_id)
    account = _account(found.with_for_update(of=PortalAccess) if to_change else found)
    return account if account is not None and account.state is PortalState.ACTIVE else None


class Sponsor(NamedTuple):
    """The resource who answers for an access, as far as the contact always knows them."""

    id: int
    name: str
    #: Whether the contact may read the rest of their profile (P12).
    has_profile: bool


def sponsor_of(viewer: PortalViewer) -> Sponsor | None:
    """Return who answers for the access of a contact, if they are still at work."""
    sponsor = select(Resource.id, Resource.name).join(PortalAccess, PortalAccess.sponsor_id == Resource.id)
    sponsor = sponsor.where(PortalAccess.contact_id == viewer.contact_id, Resource.is_active)
    found = db.session.execute(unscoped(sponsor, "a contact knows who invited them")).first()
    if found is None:
        return None
    profile = visible_in_portal(Resource, viewer, Resource.id).where(Resource.id == found.id)
    return Sponsor(found.id, found.name, db.session.scalar(profile) is not None)


def sponsor_name(account: Account) -> str:
    """Return the name of the resource who answers for an access: told to whoever proved that it is theirs."""
    name = select(Resource.name).where(Resource.id == account.access.sponsor_id)
    return db.session.scalar(unscoped(name, "a contact knows who invited them")) or ""


def renew_hash(account: Account, password: str) -> None:
    """Keep a password, known to be right, by the parameters in force today."""
    account.access.password_hash = passwords.hash_password(password)


def note_sign_in(account: Account) -> None:
    """Keep when somebody signed in: « Dernier accès », from which inactivity is counted (D2)."""
    account.access.last_access_at = now()


def set_password(account: Account, password: str, *, keep_session: int | None = None) -> None:
    """Give a contact a new password; raises Refused when it is weak.

    Every session of theirs ends, save `keep_session`, and so do the links that let one choose a password.
    """
    contact = account.contact
    accounts.refuse_weak(password, contact.name, contact.email1)
    account.access.password_hash = passwords.hash_password(password)
    sessions.portal.end_all(contact.id, except_id=keep_session)
    links.end_all_of_contacts([contact.id])
    audit.record(AuditKind.PORTAL_PASSWORD_CHANGED, contact.name)


def set_language(viewer: PortalViewer, language: str) -> None:
    """Keep the language a contact chose."""
    account = by_id(viewer.contact_id)
    if account is not None:
        account.access.language = language


def granted_to(viewer: PortalViewer) -> PortalAccess | None:
    """Return what a contact was granted; the request has read it already."""
    return db.session.get(PortalAccess, viewer.contact_id)


def own_contact(viewer: PortalViewer) -> Contact:
    """Return the contact that a contact is."""
    return get_in_portal(Contact, viewer.contact_id, viewer)


def update_own(contact: Contact, values: Mapping[str, Any], by: PortalViewer) -> list[Change]:
    """Change what a contact says of themselves; return what changed; raises Refused when a rule is broken (P6).

    A change of e-mail 1, which is the login, ends their other sessions, and the links sent to the former address.
    """
    if not values.keys() <= set(OWN):
        raise KeyError(sorted(values.keys() - set(OWN)))
    if not values.get("email1", contact.email1):
        raise Refused({"email1": _("L’e-mail 1 est obligatoire : c’est l’identifiant de connexion.")})
    changes = contacts.update(contact, values, by)
    if any(change.name == "email1" for change in changes):
        sessions.portal.end_all(contact.id, except_id=by.session_id)
        links.end_all_of_contacts([contact.id])
    return changes


class LastDay(NamedTuple):
    """The last day of an access where the organisation is, and why it ends then."""

    day: date
    reason: EndReason


def last_day(granted: PortalAccess | None, *, within: timedelta | None = None) -> LastDay | None:
    """Return the last day of an access, if it ends; with `within`, if it does so before long."""
    end = access.end_of(granted) if granted else None
    if end is None or (within is not None and end.at - now() > within):
        return None
    zone = ZoneInfo(organisation.load().timezone)
    return LastDay((end.at - timedelta.resolution).astimezone(zone).date(), end.reason)


def _account(found: Select[PortalAccess, Contact]) -> Account | None:
    row = db.session.execute(found).first()
    return Account(row.PortalAccess, row.Contact) if row else None
