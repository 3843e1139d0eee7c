"""Who is at the other end of a request: the signed-in person, how they become so, and from where.

The only file that writes the identity into the cookie. The cookie holds a random token; the table of sessions says
whose it is and whether it still counts, so that signing out, here or everywhere, acts at once (R2).
"""

import time

from flask import current_app, g, request, session
from flask_login import login_user, logout_user

from webapp.access import Viewer
from webapp.services import sessions, viewers

#: How often the cookie is given a new life while it is used.
COOKIE_RENEWED_EVERY = 300


def load_viewer(identifier: str) -> Viewer | None:
    """Return who holds the session named in the cookie, and keep it for the languages and zones of the answer."""
    kind, _, token = identifier.partition(":")
    if kind != "resource":
        return None
    viewer = viewers.by_session(token, current_app.config["PERMANENT_SESSION_LIFETIME"])
    g.viewer = viewer
    if viewer is not None and session.get("renewed", 0) + COOKIE_RENEWED_EVERY < time.time():
        session["renewed"] = int(time.time())
    return viewer


def sign_in(resource_id: int) -> None:
    """Open a session for this resource in this browser; whatever the browser held before is forgotten."""
    session.clear()
    session.permanent = True
    token = sessions.start(resource_id, address=client_address(), user_agent=request.user_agent.string)
    viewer = viewers.by_session(token, current_app.config["PERMANENT_SESSION_LIFETIME"])
    assert viewer is not None, "a session was opened for a resource that may not sign in"
    session["renewed"] = int(time.time())
    login_user(viewer)
    g.viewer = viewer


def sign_out(viewer: Viewer) -> None:
    """End the session of this browser, in the table first."""
    if viewer.session_id is not None and viewer.resource_id is not None:
        sessions.end(viewer.session_id, viewer.resource_id)
    logout_user()
    session.clear()


def client_address() -> str:
    """Return the network address the request came from, as the trusted proxies say."""
    return request.remote_addr or ""
