"""Who of the customers' people may come into the portal."""

from sqlalchemy import select

from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import Company, Contact, LinkPurpose, PortalAccess, Resource
from webapp.services import contacts, links
from webapp.services.demo.resources import email_of
from webapp.services.demo.world import Duty, World, read
from webapp.services.portal import accounts
from webapp.services.resources import by_email

#: What whoever comes in by the link of the demonstration may do there.
RIGHTS = {"portal_enabled": True, "portal_resource_profiles": True, "portal_project_review": True}


def fill(world: World) -> None:
    """Give somebody at a client's access to the portal, sponsored by whoever looks after that client (P1, P2)."""
    sponsor = host()
    guest = _first_client_of(sponsor) if sponsor else None
    if sponsor is None or guest is None:
        return
    team = {member.resource_id for member in world.staff if member.is_active and member.office == "paris"}
    by = next(world.hand(member) for member in world.staff if member.resource_id == sponsor.id)
    contacts.update(guest, RIGHTS | {"portal_profiles": frozenset(team)}, by)


def host() -> Resource | None:
    """Return the resource who sponsors whoever comes in by the link: the one whose own link is printed too."""
    team = next(team for team in read("firm")["people"] if team["duty"] == Duty.ACCOUNT_MANAGER)
    resource = by_email(email_of(team["people"][0]["name"]))
    return resource if resource is not None and resource.is_active else None


def _first_client_of(sponsor: Resource) -> Contact | None:
    """Return the contact with an address who was entered last at a client of this account manager."""
    found = select(Contact).join(Company, Company.id == Contact.company_id)
    found = found.where(Company.account_manager_id == sponsor.id, Company.commercial_status == "client")
    found = found.where(Contact.email1 != "", Contact.deleted_at.is_(None), Company.deleted_at.is_(None))
    return db.session.scalar(unscoped(found.order_by(Contact.id.desc()).limit(1), "the demonstration is being made"))


def sign_in_token() -> tuple[str, str] | None:
    """Return the name of a contact who may come in now, and the token of a one-time link that lets them (D5)."""
    sponsor = host()
    if sponsor is None:
        return None
    mine = select(PortalAccess.contact_id).where(PortalAccess.sponsor_id == sponsor.id)
    for contact_id in db.session.scalars(mine.order_by(PortalAccess.contact_id)):
        account = accounts.by_id(contact_id)
        if account is not None:
            token = links.create(LinkPurpose.PORTAL_DEMO_SIGN_IN, account.access, links.DEMO_LIFETIME)
            return account.contact.name, token
    return None
