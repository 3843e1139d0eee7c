"""What is written to contacts and to their sponsors about an access to the portal (P4, D2, D5). Never a password."""

from datetime import datetime, timedelta
from typing import Any

from webapp.access import Viewer
from webapp.clock import now
from webapp.models import Contact, LinkPurpose, MailKind, PortalAccess, Resource
from webapp.services import links, organisation
from webapp.services.mail import outbox
from webapp.services.portal.access import End, EndReason, end_of
from webapp.urls import public_url


def invite(contact: Contact, access: PortalAccess, by: Viewer) -> None:
    """Invite a contact, with a link to choose a password if they have none yet."""
    _write(MailKind.PORTAL_INVITED, contact, access, by)


def reset(contact: Contact, access: PortalAccess, by: Viewer, *, second_factor_off: bool) -> None:
    """Tell a contact that their password was made an end of, or their second factor too, with a link to choose one."""
    _write(MailKind.PORTAL_PASSWORD, contact, access, by, second_factor_off=second_factor_off)


def remind(contact: Contact, access: PortalAccess, by: Viewer) -> None:
    """Remind a contact of how they sign in; with a link only if they never chose a password (D5)."""
    _write(MailKind.PORTAL_REMINDED, contact, access, by)


def announce_end(contact: Contact, access: PortalAccess, sponsor: Resource, end: End, by: Viewer) -> None:
    """Tell a contact and their sponsor that an access ends soon; the sponsor may prolong it from there (D2)."""
    told: dict[str, Any] = {"ends": _last_moment(end), "is_inactivity": end.reason is EndReason.INACTIVITY}
    _write(MailKind.PORTAL_ENDING, contact, access, by, with_link=False, **told)
    if sponsor.is_active:
        extension = public_url("portal_access.extend", contact_id=contact.id)
        outbox.queue(
            MailKind.PORTAL_SPONSOR_ENDING,
            outbox.to_resource(sponsor),
            by=by,
            about=contact,
            contact=contact.name,
            extension=extension,
            **told,
        )


def _write(
    kind: MailKind, contact: Contact, access: PortalAccess, by: Viewer, *, with_link: bool = True, **values: Any
) -> None:
    """Write to a contact, in their language, what they sign in with and how."""
    link = ""
    if with_link and access.password_hash is None:
        token = links.create(LinkPurpose.PORTAL_PASSWORD, access, links.PORTAL_PASSWORD_LIFETIME)
        link = public_url("portal_auth.choose_password", token=token)
    end = end_of(access)
    told: dict[str, Any] = {
        "login": contact.email1,
        "portal": public_url("portal_auth.login"),
        "ends": end and _last_moment(end),
    }
    outbox.queue(
        kind,
        outbox.to_contact(contact, access.language or organisation.load().language),
        by=by,
        link=link,
        until=now() + links.PORTAL_PASSWORD_LIFETIME,
        **(told | values),
    )


def _last_moment(end: End) -> datetime:
    """Return the last moment of an access: of a day, its evening rather than the midnight after it."""
    return end.at - timedelta(minutes=1) if end.reason is EndReason.DATE else end.at
