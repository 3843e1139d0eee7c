"""Every view says who may call it; a view that says nothing is closed, and so is the program that holds it.

There are two sides, the staff's and the portal. Whoever is signed in on one of them is sent back there from any address
of the other (P5).
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from webapp.access.portal_viewer import PortalViewer
from webapp.extensions import csrf, login_manager
from webapp.models import PortalRight

View = TypeVar("View", bound=Callable[..., Any])


class Area(StrEnum):
    PUBLIC = "public"
    STAFF = "staff"
    ADMIN = "admin"
    PORTAL = "portal"
    #: What leads to either side: for whoever isn't signed in yet, or is on that side already.
    STAFF_DOOR = "staff door"
    PORTAL_DOOR = "portal door"


PUBLIC, STAFF, ADMIN, PORTAL = Area.PUBLIC, Area.STAFF, Area.ADMIN, Area.PORTAL
STAFF_DOOR, PORTAL_DOOR = Area.STAFF_DOOR, Area.PORTAL_DOOR

#: What one must be signed in for, and what belongs to the portal.
INSIDE = {STAFF, ADMIN, PORTAL}
OF_THE_PORTAL = {PORTAL, PORTAL_DOOR}


def access(area: Area, right: PortalRight | None = None) -> Callable[[View], View]:
    """Mark a view with the people it is for; in the portal, with the `right` it needs. Goes just below the route."""

    def mark(view: View) -> View:
        view.access_area = area  # type: ignore[attr-defined]
        view.portal_right = right  # type: ignore[attr-defined]
        return view

    return mark


def area_of(view: Callable[..., Any]) -> Area | None:
    return getattr(view, "access_area", None)


def right_of(view: Callable[..., Any]) -> PortalRight | None:
    """Return the right that a view of the portal needs, if it needs one."""
    return getattr(view, "portal_right", None)


def install(app: Flask, send_home: Callable[[], Response]) -> None:
    """Ask each request for the mark of its view, before anything else runs.

    `send_home` answers whoever is on the wrong side.
    """

    @app.before_request
    def check() -> Response | None:
        return _check(send_home)


def _check(send_home: Callable[[], Response]) -> Response | None:
    # Asked first: who it is decides the language of every answer, refusals included.
    signed_in = current_user.is_authenticated
    if request.endpoint is None:
        return None
    _refuse_other_sites()
    view = current_app.view_functions[request.endpoint]
    area = area_of(view)
    if area is None:
        raise NotFound
    if area is not PUBLIC and signed_in and isinstance(current_user, PortalViewer) != (area in OF_THE_PORTAL):
        return send_home()
    if area in INSIDE and not signed_in:
        return login_manager.unauthorized()  # type: ignore[no-any-return]
    if area is ADMIN and not current_user.is_admin:
        raise Forbidden
    if area in OF_THE_PORTAL and signed_in:
        _check_portal(right_of(view))
    # After the session, so that whoever has been signed out is told so, not that the form is too old.
    csrf.protect()
    return None


def _check_portal(right: PortalRight | None) -> None:
    """Refuse all but reading to a resource who only looks on; and what was not granted as if it were not there."""
    if current_user.looker is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
        raise Forbidden
    if right is not None and not current_user.has(right):
        raise NotFound


def _refuse_other_sites() -> None:
    """Refuse what a page of another site made the browser post; browsers say so, whatever the page does."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden
