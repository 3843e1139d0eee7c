"""Proving who one is: by a password, then by a second factor when there is one (R2)."""

from sqlalchemy import select

from webapp import passwords
from webapp.access import SYSTEM, Viewer
from webapp.clock import now
from webapp.emails import email_key
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import AuditKind, LinkPurpose, Mail, MailKind, Resource
from webapp.passwords import Weakness
from webapp.services import audit, links, organisation, sessions
from webapp.services.mail import outbox
from webapp.services.refusal import Refused
from webapp.urls import public_url


def by_email(typed: str) -> Resource | None:
    """Return the account of this address, if there is one that may sign in with a password."""
    return db.session.scalar(
        select(Resource).where(
            Resource.email_key == email_key(typed), Resource.is_active, Resource.password_hash.is_not(None)
        )
    )


def by_id(resource_id: int | None, *, to_change: bool = False) -> Resource | None:
    """Return a resource that may sign in; `to_change` makes other changes of it wait."""
    account = select(Resource).where(Resource.id == resource_id, Resource.is_active)
    return db.session.scalar(account.with_for_update() if to_change else account)


def check_password(stored_hash: str | None, password: str) -> tuple[bool, bool]:
    """Return whether the password is right, and whether its hash should be made again.

    Without a hash, the same work is done for nothing: how long the answer takes tells no one which accounts exist.
    """
    if stored_hash is None:
        passwords.verify_nothing(password)
        return False, False
    return passwords.verify_password(stored_hash, password)


def renew_hash(account: Resource, password: str) -> None:
    """Keep a password, known to be right, by the parameters in force today."""
    account.password_hash = passwords.hash_password(password)


def refuse_weak(password: str, name: str, email: str) -> None:
    """Raise Refused, naming `password`, when it is one that others would guess."""
    weakness = passwords.weakness(password, about=[name, email, organisation.load().name])
    if weakness is not None:
        raise Refused({"password": weakness_sentence(weakness)})


def set_password(resource: Resource, password: str, *, keep_session: int | None = None) -> None:
    """Give a resource a new password; raises Refused when it is weak.

    Every session of theirs ends, save `keep_session`, and so do the links that let one choose a password.
    """
    refuse_weak(password, resource.name, resource.email)
    resource.password_hash = passwords.hash_password(password)
    sessions.staff.end_all(resource.id, except_id=keep_session)
    links.end_all(resource.id)
    audit.record(AuditKind.PASSWORD_CHANGED, resource.name)


def mail_link(resource: Resource, by: Viewer) -> Mail:
    """Mail a resource the link by which they choose a password; an older one no longer opens anything (R1, D5)."""
    token = links.create(LinkPurpose.CHOOSE_PASSWORD, resource, links.CHOOSE_PASSWORD_LIFETIME)
    audit.record(AuditKind.PASSWORD_LINK_MADE, resource.name)
    return outbox.queue(
        MailKind.RESOURCE_PASSWORD if resource.password_hash else MailKind.RESOURCE_INVITED,
        outbox.to_resource(resource),
        by=by,
        link=public_url("links.follow", token=token),
        email=resource.email,
        until=now() + links.CHOOSE_PASSWORD_LIFETIME,
    )


def mail_forgotten(typed: str) -> None:
    """Mail whoever has this address a link to choose another password, if anybody has (D5).

    For an address that nobody has, the same is done and taken back: how long the answer takes tells nothing.
    """
    account = db.session.scalar(select(Resource).where(Resource.email_key == email_key(typed), Resource.is_active))
    with db.session.begin_nested() as attempt:
        mail_link(account or _nobody(), SYSTEM)
        if account is None:
            attempt.rollback()
    audit.record(AuditKind.PASSWORD_FORGOTTEN, account.name if account else "")


def _nobody() -> Resource:
    """Return somebody who is not there, to do the same work for."""
    settings = organisation.load()
    return Resource(name="", email="", password_hash="", language=settings.language, timezone=settings.timezone)


def weakness_sentence(weakness: Weakness) -> str:
    """Say why a password is refused."""
    sentences = {
        Weakness.TOO_SHORT: _(
            "%(count)d caractères au moins : une suite de quelques mots convient.", count=passwords.MIN_LENGTH
        ),
        Weakness.TOO_LONG: _("%(count)d caractères au plus.", count=passwords.MAX_LENGTH),
        Weakness.COMMON: _("Ce mot de passe est parmi les plus courants : il serait deviné."),
        Weakness.ABOUT_YOU: _("Ce mot de passe reprend votre nom, votre adresse ou le nom de l’organisation."),
        Weakness.REPETITIVE: _("Ce mot de passe se répète trop : il serait deviné."),
    }
    return str(sentences[weakness])
