"""Answers: a whole page, or the fragment htmx asked for. The only file that knows htmx's headers."""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access import PortalViewer, Viewer
from webapp.drafting import keep_of_ended_session
from webapp.i18n import _
from webapp.identity import on_portal_side

#: Events a save announces, past tense, noun first; whoever shows the noun listens and fetches itself again.
EVENTS = ("companyChanged", "contactChanged", "favoritesChanged", "referenceAdded", "referenceChanged")


def viewer() -> Viewer:
    """The signed-in resource; call it only in views marked STAFF or ADMIN."""
    person = current_user._get_current_object()
    assert isinstance(person, Viewer)
    return person


def portal_viewer() -> PortalViewer:
    """The signed-in contact; call it only in views marked PORTAL."""
    person = current_user._get_current_object()
    assert isinstance(person, PortalViewer)
    return person


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page; when it restores its history it wants the whole."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def page(full: str, fragment: str | None = None, *, status: int = 200, **context: Any) -> Response:
    """Render the page `full`, or only the partial `fragment` of it when htmx asks.

    Messages waiting to be shown leave with a fragment too, out of band.
    """
    if fragment and wants_fragment():
        html = render_template(fragment, **context)
        if "_flashes" in session:
            html += render_template("_messages_oob.html")
    else:
        html = render_template(full, **context)
    return Response(html, status, mimetype="text/html")


def saved(url: str, message: str, *, undo: str = "", kind: str = "ok", **events: dict[str, Any]) -> Response:
    """Answer a save: say `message`, then go to `url`; what is posted to `undo` takes the save back.

    With htmx the dialog closes on `saved`, the record's page is fetched into the main area, and each of `events`
    (names of EVENTS) tells the rest of the page what changed. Without, it is a plain redirect.
    What could not be done is said in the same way, as a message of the `kind` "error".
    """
    flash({"text": message, "undo": undo} if undo else message, kind)  # type: ignore[arg-type]
    if not wants_fragment():
        return redirect(url, 303)
    answer = Response(status=200)
    answer.headers["HX-Location"] = json.dumps({"path": url, "target": "#main"})
    answer.headers["HX-Trigger"] = json.dumps({"saved": {}, **events})
    return answer


def download(content: bytes, name: str, media_type: str) -> Response:
    """Answer with a file that the browser keeps under `name`, which is of plain letters."""
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def telling(answer: Response, **events: dict[str, Any]) -> Response:
    """Have an answer tell `events` (names of EVENTS) to the rest of the page."""
    answer.headers["HX-Trigger"] = json.dumps(events)
    return answer


def told(**events: dict[str, Any]) -> Response:
    """Answer with `events` (names of EVENTS) alone: what is on the page changes itself."""
    return telling(Response(status=200), **events)


def too_many_attempts(response: Response, seconds: int) -> Response:
    """Turn an answer into one that says to come back later."""
    response.status_code = 429
    response.headers["Retry-After"] = str(seconds)
    return response


def sign_in_first() -> Response:
    """Send whoever is not signed in to the sign-in page of this side, and back here afterwards.

    A form of the staff is then filled with what they typed.
    """
    door = "portal_auth.login" if on_portal_side() else "auth.login"
    url = url_for(door, next=safe_next(keep_of_ended_session() or _wanted_address()))
    if not wants_fragment():
        return redirect(url, 302)
    return Response(status=401, headers={"HX-Redirect": url})


def home() -> str:
    """Return where whoever is signed in begins."""
    return url_for("portal.home" if isinstance(current_user, PortalViewer) else "home.index")


def send_home() -> Response:
    """Send whoever is signed in back to their side, from an address of the other (P5)."""
    if wants_fragment():
        return Response(status=403, headers={"HX-Redirect": home()})
    if isinstance(current_user, Viewer):
        flash(_("Cette adresse est celle du Portail Clients. Pour l’ouvrir, prenez une fenêtre privée."), "info")
    return redirect(home(), 303)


def safe_next(target: str | None) -> str | None:
    """Return `target` if it is an address of ours, by path; anything else is dropped (no open redirect)."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 33 or c == "\\" for c in target):
        return None
    return target


def _wanted_address() -> str | None:
    if wants_fragment():
        current = urlsplit(request.headers.get("HX-Current-URL", ""))
        return current.path + (f"?{current.query}" if current.query else "")
    if request.method not in ("GET", "HEAD"):
        return None
    return request.full_path.rstrip("?")


SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not even to ourselves: the address of a one-time link would stay in the logs of a proxy.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def add_headers(response: Response) -> Response:
    """Give every answer the same strict headers; private pages are stored nowhere."""
    response.headers.update(SECURITY_HEADERS)
    if current_app.config["HTTPS"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.add("Vary", "HX-Request, HX-History-Restore-Request, Cookie, Accept-Language")
    return response
