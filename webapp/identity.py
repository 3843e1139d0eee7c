"""Who is at the other end of a request: the signed-in person, how they become so, and from where.

The only file that writes the identity into the cookie. The cookie holds a random token; the table of sessions says
whose it is and whether it still counts, so that signing out, here or everywhere, acts at once (R2).

A browser is one person's at a time, a resource's or a contact's: there is one cookie, and signing in on one side ends
what it held of the other. A page left open on the other side can then do nothing any more, in nobody's name.
"""

import time
from typing import Any, NamedTuple

from flask import current_app, g, request, session, url_for
from flask_login import login_user, logout_user

from webapp import devices
from webapp.access import PortalViewer, Viewer
from webapp.extensions import db
from webapp.models import AuditKind, Resource
from webapp.services import audit, sessions, throttle, viewers
from webapp.services.portal import accounts as portal_accounts
from webapp.services.portal import viewers as portal_viewers
from webapp.services.portal.accounts import Account

#: Seconds after which a cookie in use is given a new life.
COOKIE_RENEWED_EVERY = 300

#: Seconds that whoever gave the right password has to give the second factor.
SECOND_FACTOR_WITHIN = 300
_SECOND_FACTOR = "second_factor"

#: The kinds of people, as the cookie names them.
RESOURCE, CONTACT = "resource", "contact"

#: Where the cookie of a resource names the contact as whom they look at the portal.
_LOOK = "portal_look"


class Held(NamedTuple):
    """A sign-in that waits for its second factor, and the page it was for."""

    owner_id: int
    wanted: str | None


def on_portal_side() -> bool:
    """Whether the address asked for is one of the portal, known or not (P5)."""
    return request.path == "/portal" or request.path.startswith("/portal/")


def load_viewer(identifier: str) -> Viewer | PortalViewer | None:
    """Return who holds the session named in the cookie, and keep it for the language and zone of the answer."""
    kind, _, token = identifier.partition(":")
    viewer = _holder(kind, token)
    _is_now(viewer)
    if viewer is not None and session.get("renewed", 0) + COOKIE_RENEWED_EVERY < time.time():
        session["renewed"] = int(time.time())
    return viewer


def _holder(kind: str, token: str) -> Viewer | PortalViewer | None:
    lifetime = current_app.config["PERMANENT_SESSION_LIFETIME"]
    if kind == CONTACT:
        return portal_viewers.by_session(token, lifetime)
    resource = viewers.by_session(token, lifetime) if kind == RESOURCE else None
    if resource is not None and _LOOK in session and on_portal_side():
        return portal_viewers.seen_by(resource, session[_LOOK]) or resource
    return resource


def _is_now(viewer: Viewer | PortalViewer | None) -> None:
    """Keep who it is for the rest of the request; what a resource does as a contact is the resource's doing."""
    g.viewer = viewer
    actor = viewer.looker if isinstance(viewer, PortalViewer) and viewer.looker else viewer
    audit.is_by(actor.resource_id if actor else None, actor.contact_id if actor else None)


# --- signing in and out ----------------------------------------------------------------------------------------------


def enter(resource: Resource, wanted: str | None) -> str:
    """Sign in whoever proved to be this resource, or ask for the second factor first; return where to go now."""
    if resource.totp_secret is None:
        sign_in(resource.id)
        return wanted or url_for("home.index")
    _hold(RESOURCE, resource.id, wanted)
    return url_for("auth.code")


def enter_portal(account: Account, wanted: str | None) -> str:
    """Do the same for whoever proved to be this contact (P5)."""
    if account.access.totp_secret is None:
        sign_in_contact(account)
        return wanted or url_for("portal.home")
    _hold(CONTACT, account.contact.id, wanted)
    return url_for("portal_auth.code")


def _hold(kind: str, owner_id: int, wanted: str | None) -> None:
    _forget()
    session[_SECOND_FACTOR] = {"kind": kind, "id": owner_id, "at": int(time.time()), "wanted": wanted}


def held(kind: str) -> Held | None:
    """Return the sign-in of this browser that waits for a second factor, unless it waited too long."""
    waiting: dict[str, Any] | None = session.get(_SECOND_FACTOR)
    if waiting is None or waiting["kind"] != kind or waiting["at"] + SECOND_FACTOR_WITHIN < time.time():
        return None
    return Held(waiting["id"], waiting["wanted"])


def sign_in(resource_id: int) -> Viewer:
    """Open a session for this resource in this browser; whatever the browser held before is forgotten."""
    _forget()
    token = sessions.staff.start(resource_id, address=client_address(), user_agent=request.user_agent.string)
    viewer = viewers.by_session(token, current_app.config["PERMANENT_SESSION_LIFETIME"])
    assert viewer is not None, "a session was opened for a resource that may not sign in"
    _hand_over(viewer, AuditKind.SIGNED_IN)
    return viewer


def sign_in_contact(account: Account) -> PortalViewer:
    """Open a session for this contact in this browser, and count it as a sign of life (D2)."""
    _forget()
    portal_accounts.note_sign_in(account)
    token = sessions.portal.start(account.contact.id, address=client_address(), user_agent=request.user_agent.string)
    viewer = portal_viewers.by_session(token, current_app.config["PERMANENT_SESSION_LIFETIME"])
    assert viewer is not None, "a session was opened for a contact that may not sign in"
    _hand_over(viewer, AuditKind.PORTAL_SIGNED_IN)
    return viewer


def _forget() -> None:
    """Forget all this browser held, and end the session it may still have on either side."""
    kind, _, token = str(session.get("_user_id", "")).partition(":")
    for name, side in ((RESOURCE, sessions.staff), (CONTACT, sessions.portal)):
        if kind == name:
            side.end_token(token)
    session.clear()


def _hand_over(viewer: Viewer | PortalViewer, kind: AuditKind) -> None:
    session.permanent = True
    session["renewed"] = int(time.time())
    login_user(viewer)
    _is_now(viewer)
    audit.record(kind, viewer.name, device=devices.describe(request.user_agent.string))


def owner_of_ended_session() -> int | None:
    """Return whose session the cookie of this browser names, of a resource, if it has ended not long ago."""
    kind, _, token = str(session.get("_user_id", "")).partition(":")
    if kind != RESOURCE:
        return None
    return sessions.resource_of_ended(token, current_app.config["PERMANENT_SESSION_LIFETIME"])


def sign_out(viewer: Viewer | PortalViewer) -> None:
    """End the session of this browser, in the table first."""
    in_portal = isinstance(viewer, PortalViewer)
    if viewer.session_id is not None:
        audit.record(AuditKind.PORTAL_SIGNED_OUT if in_portal else AuditKind.SIGNED_OUT, viewer.name)
    _forget()
    logout_user()


# --- looking on ------------------------------------------------------------------------------------------------------


def look_at_portal_as(contact_id: int) -> None:
    """Show this browser, a resource's, the portal as a contact sees it, until told otherwise or signed out."""
    session[_LOOK] = contact_id


def stop_looking() -> int | None:
    """Show it no more; return as whom it was."""
    looked_at: int | None = session.pop(_LOOK, None)
    return looked_at


# --- attempts --------------------------------------------------------------------------------------------------------


def count_attempt(account: str, side: str = "") -> throttle.Attempt:
    """Count an attempt on `account` from this browser, whatever becomes of it; raises TooManyAttempts.

    It is committed at once: others wait for the count, never for what is checked after it.
    """
    try:
        attempt = throttle.begin(account, client_address(), side)
    except throttle.TooManyAttempts:
        db.session.rollback()
        raise
    db.session.commit()
    return attempt


def client_address() -> str:
    """Return the network address the request came from, as the trusted proxies say."""
    return request.remote_addr or ""
