"""Who is at the other end of a request: the signed-in person, how they become so, and from where.

The only file that writes the identity into the cookie. The cookie holds a random token; the table of sessions says
whose it is and whether it still counts, so that signing out, here or everywhere, acts at once (R2).
"""

import time
from typing import Any, NamedTuple

from flask import current_app, g, request, session, url_for
from flask_login import login_user, logout_user

from webapp import devices
from webapp.access import Viewer
from webapp.extensions import db
from webapp.models import AuditKind, Resource
from webapp.services import audit, sessions, throttle, viewers

#: Seconds after which a cookie in use is given a new life.
COOKIE_RENEWED_EVERY = 300

#: Seconds that whoever gave the right password has to give the second factor.
SECOND_FACTOR_WITHIN = 300
_SECOND_FACTOR = "second_factor"


class Held(NamedTuple):
    """A sign-in that waits for its second factor, and the page it was for."""

    resource_id: int
    wanted: str | None


def load_viewer(identifier: str) -> Viewer | None:
    """Return who holds the session named in the cookie, and keep it for the language and zone of the answer."""
    kind, _, token = identifier.partition(":")
    if kind != "resource":
        return None
    viewer = viewers.by_session(token, current_app.config["PERMANENT_SESSION_LIFETIME"])
    g.viewer = viewer
    audit.is_by(viewer.resource_id if viewer else None)
    if viewer is not None and session.get("renewed", 0) + COOKIE_RENEWED_EVERY < time.time():
        session["renewed"] = int(time.time())
    return viewer


def enter(resource: Resource, wanted: str | None) -> str:
    """Sign in whoever proved to be this resource, or ask for the second factor first; return where to go now."""
    if resource.totp_secret is None:
        sign_in(resource.id)
        return wanted or url_for("home.index")
    session.clear()
    session[_SECOND_FACTOR] = {"resource": resource.id, "at": int(time.time()), "wanted": wanted}
    return url_for("auth.code")


def held() -> Held | None:
    """Return the sign-in of this browser that waits for a second factor, unless it waited too long."""
    waiting: dict[str, Any] | None = session.get(_SECOND_FACTOR)
    if waiting is None or waiting["at"] + SECOND_FACTOR_WITHIN < time.time():
        return None
    return Held(waiting["resource"], waiting["wanted"])


def sign_in(resource_id: int) -> Viewer:
    """Open a session for this resource in this browser; whatever the browser held before is forgotten."""
    session.clear()
    session.permanent = True
    token = sessions.staff.start(resource_id, address=client_address(), user_agent=request.user_agent.string)
    viewer = viewers.by_session(token, current_app.config["PERMANENT_SESSION_LIFETIME"])
    assert viewer is not None, "a session was opened for a resource that may not sign in"
    session["renewed"] = int(time.time())
    login_user(viewer)
    g.viewer = viewer
    audit.is_by(resource_id)
    audit.record(AuditKind.SIGNED_IN, viewer.name, device=devices.describe(request.user_agent.string))
    return viewer


def owner_of_ended_session() -> int | None:
    """Return whose session the cookie of this browser names, if it has ended not long ago."""
    kind, _, token = str(session.get("_user_id", "")).partition(":")
    if kind != "resource":
        return None
    return sessions.resource_of_ended(token, current_app.config["PERMANENT_SESSION_LIFETIME"])


def sign_out(viewer: Viewer) -> None:
    """End the session of this browser, in the table first."""
    if viewer.session_id is not None and viewer.resource_id is not None:
        sessions.staff.end(viewer.session_id, viewer.resource_id)
        audit.record(AuditKind.SIGNED_OUT, viewer.name)
    logout_user()
    session.clear()


def count_attempt(account: str) -> throttle.Attempt:
    """Count an attempt on `account` from this browser, whatever becomes of it; raises TooManyAttempts.

    It is committed at once: others wait for the count, never for what is checked after it.
    """
    try:
        attempt = throttle.begin(account, client_address())
    except throttle.TooManyAttempts:
        db.session.rollback()
        raise
    db.session.commit()
    return attempt


def client_address() -> str:
    """Return the network address the request came from, as the trusted proxies say."""
    return request.remote_addr or ""
