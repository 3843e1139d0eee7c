"""A contact as its profile page shows it: everything readable, in a fixed number of queries (K3 to K6, K8, F6)."""

from dataclasses import dataclass

from webapp.access import Viewer, visible
from webapp.extensions import db
from webapp.models import Company, Contact
from webapp.services import contacts, my_contacts, profiles
from webapp.services.linked import overview
from webapp.services.portal import summary
from webapp.services.portal.access import granted_to


@dataclass(frozen=True)
class Profile(profiles.Profile):
    """What the page shows besides the contact's own columns."""

    full_name: str
    company: Company
    is_mine: bool
    #: The access to the portal, if the contact ever had one.
    portal: summary.Summary | None
    #: What is about them, kind by kind.
    sections: list[overview.Section]


def read(contact: Contact, viewer: Viewer) -> Profile:
    """Return the profile of a contact the viewer may see."""
    access = granted_to(contact)
    parts = profiles.read(contact, contacts.SHAPE, also=summary.people_of(access) if access else ())
    company, is_mine = _company(contact, viewer)
    return Profile(
        **parts,
        full_name=contacts.name_of(contact, parts["labels"].get(contact.title_id, "")),
        company=company,
        is_mine=is_mine,
        portal=summary.of(access, parts["people"]) if access else None,
        sections=overview.of(contact, viewer),
    )


def _company(contact: Contact, viewer: Viewer) -> tuple[Company, bool]:
    """Return the contact's company, and whether the contact is in the viewer's own list: one query for both."""
    columns = (Company, my_contacts.is_listed(contact, viewer))
    seen = visible(Company, viewer, *columns).where(Company.id == contact.company_id)
    company, is_mine = db.session.execute(seen).one()
    return company, bool(is_mine)
