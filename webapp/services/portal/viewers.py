"""Reading the signed-in contact, once per request, with one small query; who may look on as them (P5, D1, D2)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select
from werkzeug.exceptions import NotFound

from webapp.access import Ability, PortalViewer, Viewer, can, get_visible, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import Company, Contact, PortalAccess, PortalRight, PortalSession
from webapp.services import organisation, sessions
from webapp.services.portal import access
from webapp.services.portal.access import PortalState
from webapp.tokens import hash_token

#: Contacts with what they were granted: none of those in the trash, nor of a company that is.
_CONTACTS = unscoped(
    select(PortalAccess, Contact.company_id, Contact.name, Contact.email1)
    .join(Contact, Contact.id == PortalAccess.contact_id)
    .join(Company, Company.id == Contact.company_id)
    .where(PortalAccess.enabled, Contact.deleted_at.is_(None), Company.deleted_at.is_(None)),
    "it reads who the viewer is",
)

# Built once: every request asks the first.
_HOLDER = (
    _CONTACTS.add_columns(PortalSession.id.label("session_id"), PortalSession.last_seen_at)
    .join(PortalSession, PortalSession.contact_id == PortalAccess.contact_id)
    .where(
        PortalSession.token_hash == bindparam("token_hash"),
        PortalSession.ended_at.is_(None),
        PortalSession.last_seen_at > bindparam("seen_after"),
    )
)
_ONE = _CONTACTS.where(PortalAccess.contact_id == bindparam("contact"))


def by_session(token: str, lifetime: timedelta) -> PortalViewer | None:
    """Return who holds this session token, or nobody when it has ended, or the access is not active at this moment."""
    row = db.session.execute(_HOLDER, {"token_hash": hash_token(token), "seen_after": now() - lifetime}).first()
    if row is None or access.state_of(row.PortalAccess) is not PortalState.ACTIVE:
        return None
    viewer = _viewer(row, session_id=row.session_id, session_token=token)
    sessions.portal.touch(row.session_id, row.last_seen_at)
    return viewer


def seen_by(looker: Viewer, contact_id: int) -> PortalViewer | None:
    """Return a contact as the portal knows them, for a resource who looks on; nobody when they may not (any more).

    They must see the contact, and be its sponsor or an admin; the access must be active.
    """
    row = db.session.execute(_ONE, {"contact": contact_id}).first()
    if row is None or access.state_of(row.PortalAccess) is not PortalState.ACTIVE:
        return None
    if not can(Ability.LOOK_AT_PORTAL, looker, row.PortalAccess):
        return None
    try:
        get_visible(Contact, contact_id, looker)
    except NotFound:
        return None
    return _viewer(row, looker=looker)


def _viewer(row: Any, **more: Any) -> PortalViewer:
    granted: PortalAccess = row.PortalAccess
    looker = more.get("looker")
    return PortalViewer(
        contact_id=granted.contact_id,
        company_id=row.company_id,
        name=row.name,
        email=row.email1,
        rights=frozenset(right for right in PortalRight if access.has_right(granted, right)),
        max_profiles=granted.max_resources,
        language=looker.language if looker else granted.language,
        timezone=organisation.load().timezone,
        **more,
    )
