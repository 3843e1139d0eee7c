"""What the portal writes to people by itself: a forgotten password's link, what a contact changed (D5, P6)."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import select

from webapp.access import SYSTEM, PortalViewer, unscoped
from webapp.clock import now
from webapp.emails import normal_email
from webapp.extensions import db
from webapp.i18n import force_locale, language
from webapp.models import LinkPurpose, MailKind, Resource
from webapp.services import links, organisation
from webapp.services.mail import outbox
from webapp.services.mail.outbox import Recipient
from webapp.services.portal import accounts
from webapp.services.portal.access import PortalState
from webapp.services.portal.accounts import Account
from webapp.urls import public_url

#: Whoever has forgotten their password is in front of the page: their link need not last.
FORGOTTEN_LIFETIME = timedelta(hours=2)


def send_forgotten(typed: str) -> None:
    """Mail whoever signs in with this address a link to choose a password; nobody, when nobody does now.

    For nobody all the same work is done, and a link made that opens nothing, but the mail is thrown away: how long the
    answer takes tells no one which addresses are known (D5).
    """
    # Read first in any case: else it would be read at another moment for nobody.
    organisation.load()
    account = accounts.by_login(typed)
    if account is not None and account.state is PortalState.ACTIVE:
        to = outbox.to_contact(account.contact, account.access.language or language())
        _write_forgotten(to, links.create(LinkPurpose.PORTAL_PASSWORD, account.access, FORGOTTEN_LIFETIME))
        return
    token = links.create(LinkPurpose.PORTAL_PASSWORD, None, FORGOTTEN_LIFETIME)
    with db.session.begin_nested() as thrown_away:
        _write_forgotten(_nobody(typed), token)
        thrown_away.rollback()


def _write_forgotten(to: Recipient, token: str) -> None:
    link = public_url("portal_auth.choose_password", token=token)
    outbox.queue(MailKind.PORTAL_FORGOTTEN, to, link=link, by=SYSTEM, email=to.email, until=now() + FORGOTTEN_LIFETIME)


def _nobody(typed: str) -> Recipient:
    email = normal_email(typed) or typed
    return Recipient(email=email[:254], name=email[:254], language=language(), timezone=organisation.load().timezone)


def tell_sponsor(account: Account, changed: Sequence[str], label: Callable[[str], str], by: PortalViewer) -> None:
    """Mail the sponsor of a contact which of their coordinates the contact changed, if any (P6).

    `label` says what each is called; what they were and are is in the history, for those who may read it.
    """
    sponsor = select(Resource).where(Resource.id == account.access.sponsor_id, Resource.is_active)
    to = db.session.scalar(unscoped(sponsor, "the sponsor is told, whoever the contact knows")) if changed else None
    if to is None:
        return
    with force_locale(to.language):
        fields = [label(name) for name in changed]
    outbox.queue(
        MailKind.PORTAL_COORDINATES,
        outbox.to_resource(to),
        by=by,
        about=account.contact,
        contact=account.contact.name,
        fields=fields,
        address=public_url("contacts.show", contact_id=account.contact.id),
    )
