"""What is written to contacts and to their sponsors about an access to the portal (P4, D5). Never a password."""

from webapp.access import Viewer
from webapp.models import Contact, PortalAccess


def invite(contact: Contact, access: PortalAccess, by: Viewer) -> None: ...


def reset(contact: Contact, access: PortalAccess, by: Viewer) -> None: ...


def remind(contact: Contact, access: PortalAccess, by: Viewer) -> None: ...
