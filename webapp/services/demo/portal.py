"""Contacts who have access to the firm's portal, in each state there is, from those who look after their company."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import select, update

from webapp.access import Viewer, unscoped
from webapp.clock import at
from webapp.extensions import db
from webapp.models import (
    CommercialStatus,
    Company,
    Contact,
    LinkPurpose,
    Mail,
    MailState,
    PortalAccess,
    PortalRight,
    Resource,
)
from webapp.services import contacts, links, organisation
from webapp.services.demo.drafts import Draft
from webapp.services.demo.resources import email_of
from webapp.services.demo.world import Duty, Member, World, read
from webapp.services.portal import accounts, life
from webapp.services.resources import by_email

#: How many contacts of clients have, or had, or want an access.
ACCESSES = 48

#: What becomes of them, in turns: most are at home in the portal.
FATES = ("active", "active", "active", "invited", "active", "ending", "active", "expired", "listed", "disabled")

#: Of those asked for while the organisation wanted an approval, how many wait for it, and how many were rejected.
WAITING, REJECTED = 3, 2

#: Before this, whoever has not signed in since can no longer.
LONG_AGO = timedelta(days=45)

#: What is granted together.
RIGHTS = (
    (PortalRight.PROJECT_REVIEW, PortalRight.INVOICE_REVIEW),
    (PortalRight.ONLINE_SUPPORT, PortalRight.CLOSE_REQUESTS_ANYTIME),
    (PortalRight.TEAM_FOLDERS, PortalRight.PROJECT_REVIEW, PortalRight.ONLINE_SUPPORT),
    (PortalRight.INVOICE_REVIEW,),
    (PortalRight.TEAM_FOLDERS, PortalRight.WORKFLOW_PARTICIPATION, PortalRight.RESOURCE_PROFILES),
)

#: What their guest needs to try support.
SUPPORT = (PortalRight.ONLINE_SUPPORT, PortalRight.WORKFLOW_PARTICIPATION)

_WHY = "the demonstration is nobody's yet"

REASON = "Le contrat de service n’est pas encore signé."


def fill(world: World, companies: Iterable[Draft]) -> None:
    """Give accesses to some contacts of the clients, and let time pass over them."""
    chosen = _chosen(world, companies)
    fates, rights = cycle(FATES), cycle(RIGHTS)
    for _number in range(ACCESSES - WAITING - REJECTED):
        contact, sponsor = next(chosen)
        fate = next(fates)
        while fate == "expired" and contact.updated_at > world.now - LONG_AGO:
            contact, sponsor = next(chosen)
        _live(fate, contact, sponsor, _values(next(rights)), world)
    _ask(chosen, rights, world)
    _invite_guest(world)
    deliver(world)


def _chosen(world: World, companies: Iterable[Draft]) -> Iterator[tuple[Contact, Member]]:
    """Yield contacts who have an e-mail, each with somebody at work who looks after their company and sees it."""
    for draft in companies:
        if not draft.is_client or draft.restricted or draft.entities or not draft.team:
            continue
        known = (
            select(Contact).where(Contact.company_id == draft.id, Contact.email1 != "").order_by(Contact.id).limit(2)
        )
        for contact in db.session.scalars(unscoped(known, "the demonstration is nobody's yet")).all():
            yield contact, world.random.choice(draft.team)


def _values(rights: Iterable[PortalRight]) -> dict[str, Any]:
    return {"portal_enabled": True, **{f"portal_{right}": True for right in rights}}


def _live(fate: str, contact: Contact, sponsor: Member, values: dict[str, Any], world: World) -> None:
    """Give a contact an access, and let become of it what its fate is."""
    by = world.hand(sponsor)
    days_ago = {"expired": (LONG_AGO.days, 120), "invited": (0, 1)}.get(fate, (2, 25))
    begun = max(world.working_moment(world.random.uniform(*days_ago)), contact.updated_at)
    last_day = world.now.date()
    if fate == "ending":
        values |= {"portal_expires_on": last_day + timedelta(days=world.random.randint(2, 10))}
    elif fate == "active":
        values |= {"portal_expires_on": last_day + timedelta(days=world.random.randint(120, 400))}
    elif fate == "listed":
        values |= {"portal_resource_profiles": True, "portal_max_resources": 4, "portal_profiles": _team(world)}
    with at(begun):
        contacts.update(contact, values, by)
    access = contact.portal_access
    if access is not None and fate in ("active", "ending", "listed"):
        access.last_access_at = max(begun, world.working_moment(world.random.uniform(0, 6)))
    if fate == "disabled":
        with at(max(begun, world.working_moment(1))):
            contacts.update(contact, {"portal_enabled": False}, by)


def _ask(chosen: Iterator[tuple[Contact, Member]], rights: Iterator[Iterable[PortalRight]], world: World) -> None:
    """Have some accesses asked for while the organisation wants an approval, and reject the first of them."""
    organisation.save({"portal_approval": True})
    for number in range(WAITING + REJECTED):
        contact, sponsor = next(chosen)
        asked = max(world.working_moment(world.random.uniform(1, 9)), contact.updated_at)
        with at(asked):
            contacts.update(contact, _values(next(rights)), world.hand(sponsor))
        if number < REJECTED:
            with at(max(asked, world.working_moment(0))):
                life.reject(contact, REASON, _admin(world, but=sponsor))
    organisation.save({"portal_approval": False})


def _invite_guest(world: World) -> None:
    """Give an access to whoever comes in by the link of the demonstration, at a client of their host."""
    host = _host()
    if host is None:
        return
    mine = select(Contact).join(Company, Company.id == Contact.company_id)
    mine = mine.where(Company.account_manager_id == host.id, Company.commercial_status == CommercialStatus.CLIENT)
    mine = mine.where(Contact.email1 != "", ~Contact.portal_access.has()).order_by(Contact.id)
    guest = db.session.scalar(unscoped(mine.limit(1), _WHY))
    if guest is None:
        return
    team = {member.resource_id for member in world.staff if member.is_active and member.office == "paris"}
    granted = (
        PortalRight.TEAM_FOLDERS,
        PortalRight.PROJECT_REVIEW,
        PortalRight.INVOICE_REVIEW,
        PortalRight.RESOURCE_PROFILES,
        *SUPPORT,
    )
    values = _values(granted) | {"portal_profiles": frozenset(team)}
    contacts.update(guest, values, next(world.hand(one) for one in world.staff if one.resource_id == host.id))


def _host() -> Resource | None:
    """Return the resource whose own link is printed beside that of their guest, if they are still at work."""
    team = next(team for team in read("firm")["people"] if team["duty"] == Duty.ACCOUNT_MANAGER)
    host = by_email(email_of(team["people"][0]["name"]))
    return host if host is not None and host.is_active else None


def sign_in_token() -> tuple[str, str] | None:
    """Return the name of a contact who may come in now, and the token of a one-time link that lets them (D5)."""
    host = _host()
    if host is None:
        return None
    for contact_id in db.session.scalars(
        select(PortalAccess.contact_id)
        .where(PortalAccess.sponsor_id == host.id)
        .order_by(PortalAccess.resource_profiles.desc(), PortalAccess.contact_id)
    ):
        account = accounts.by_id(contact_id)
        if account is not None:
            token = links.create(LinkPurpose.PORTAL_DEMO_SIGN_IN, account.access, links.DEMO_LIFETIME)
            return account.contact.name, token
    return None


def deliver(world: World) -> None:
    """Have the mail of the days before delivered: nothing of this world waits for a server."""
    sent = update(Mail).where(Mail.state == MailState.WAITING, Mail.created_at < world.now - timedelta(days=1))
    sent = sent.values(state=MailState.SENT, attempts=1, settled_at=Mail.created_at, sealed_link=None)
    db.session.execute(unscoped(sent, _WHY))


def _team(world: World) -> frozenset[int]:
    """Return some of the people at work in Paris."""
    return frozenset(world.member(duty, "paris").resource_id for duty in (Duty.CONSULTANT, Duty.ACCOUNT_MANAGER))


def _admin(world: World, but: Member) -> Viewer:
    """Return an administrator who is not the sponsor."""
    admins = [member for member in world.staff if member.duty is Duty.ADMIN and member.is_active and member is not but]
    return world.hand(world.random.choice(admins))
