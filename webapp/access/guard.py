"""Every view says who may call it; a view that says nothing is closed, and so is the program that holds it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from webapp.extensions import csrf, login_manager

View = TypeVar("View", bound=Callable[..., Any])


class Area(StrEnum):
    PUBLIC = "public"
    STAFF = "staff"
    ADMIN = "admin"


PUBLIC, STAFF, ADMIN = Area.PUBLIC, Area.STAFF, Area.ADMIN


def access(area: Area) -> Callable[[View], View]:
    """Mark a view with the people it is for. Goes just below the route."""

    def mark(view: View) -> View:
        view.access_area = area  # type: ignore[attr-defined]
        return view

    return mark


def area_of(view: Callable[..., Any]) -> Area | None:
    return getattr(view, "access_area", None)


def install(app: Flask) -> None:
    """Ask each request for the mark of its view, before anything else runs."""
    app.before_request(_check)


def _check() -> Response | None:
    # Asked first: who it is decides the language of every answer, refusals included.
    signed_in = current_user.is_authenticated
    if request.endpoint is None:
        return None
    _refuse_other_sites()
    area = area_of(current_app.view_functions[request.endpoint])
    if area is None:
        raise NotFound
    if area is not PUBLIC and not signed_in:
        return login_manager.unauthorized()  # type: ignore[no-any-return]
    if area is ADMIN and not current_user.is_admin:
        raise Forbidden
    # After the session, so that whoever has been signed out is told so, not that the form is too old.
    csrf.protect()
    return None


def _refuse_other_sites() -> None:
    """Refuse what a page of another site made the browser post; browsers say so, whatever the page does."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden
