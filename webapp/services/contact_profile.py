"""A contact as its profile page shows it: everything readable, in a fixed number of queries (K3 to K6, K8, F6)."""

from dataclasses import dataclass

from webapp.access import Viewer, get_visible
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
    return Profile(
        **parts,
        full_name=contacts.name_of(contact, parts["labels"].get(contact.title_id, "")),
        company=get_visible(Company, contact.company_id, viewer),
        is_mine=my_contacts.has(contact, viewer),
        portal=summary.of(access, parts["people"]) if access else None,
        sections=overview.of(contact, viewer),
    )
