"""Errors, as a page or as a message in the page htmx is on; never a word of what happened inside."""

import logging
from typing import Any

from flask import Flask, current_app, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from webapp.access import PortalViewer, Viewer
from webapp.extensions import db
from webapp.i18n import _
from webapp.identity import on_portal_side
from webapp.web import wants_fragment

log = logging.getLogger(__name__)


def texts(code: int) -> tuple[str, str]:
    """Return the title and the sentence for a status."""
    known = {
        400: (
            _("Demande incomprise"),
            _("Le serveur n’a pas compris cette demande. Rechargez la page et réessayez."),
        ),
        403: (_("Accès refusé"), _("Vous n’avez pas le droit de faire cela.")),
        404: (
            _("Page introuvable"),
            _("Cette page n’existe pas, ou vous n’y avez pas accès."),
        ),
        405: (_("Demande impossible"), _("Cette adresse ne s’utilise pas ainsi.")),
        413: (_("Fichier trop volumineux"), _("Ce que vous envoyez dépasse la taille permise.")),
        429: (_("Trop d’essais"), _("Patientez quelques minutes avant de réessayer.")),
        503: (
            _("Service momentanément indisponible"),
            _("La base de données ne répond pas. Réessayez dans un instant."),
        ),
    }
    return known.get(
        code,
        (
            _("Une erreur est survenue"),
            _("L’incident est consigné. Réessayez ; s’il persiste, prévenez votre administrateur."),
        ),
    )


def answer(code: int, sentence: str | None = None) -> Response:
    """Render an error; with htmx, as a message shown in the page (or in the open dialog)."""
    title, text = texts(code)
    context = {"code": code, "error_title": title, "error_text": sentence or text}
    context |= {"skeleton": _skeleton(code), "in_portal": on_portal_side()}
    render = render_template if code < 500 else _render_alone
    if wants_fragment():
        response = Response(render("errors/_toast.html", **context), code, mimetype="text/html")
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
        return response
    return Response(render("errors/error.html", **context), code, mimetype="text/html")


def _skeleton(code: int) -> str:
    """Return the skeleton of an error: that of the side one is on, and signed in on, while the database answers."""
    if code >= 500:
        return "base_bare.html"
    if on_portal_side():
        return "portal/base.html" if isinstance(current_user, PortalViewer) else "portal/bare.html"
    return "base.html" if isinstance(current_user, Viewer) else "base_bare.html"


def _render_alone(name: str, **context: Any) -> str:
    """Render a template without asking who is signed in: the database, which knows, may be what failed."""
    return current_app.jinja_env.get_template(name).render(context)


def init_app(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(CSRFError)
    def form_too_old(error: CSRFError) -> Response:
        return answer(400, _("Ce formulaire n’est plus valable. Rechargez la page et réessayez."))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        if error.response is not None:
            return error.response  # type: ignore[return-value]
        return answer(error.code or 500)

    @app.errorhandler(OperationalError)
    def database_unreachable(error: OperationalError) -> Response:
        log.error("database error: %s", error.orig)
        db.session.rollback()
        return answer(503)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # The rule, not the address: some addresses hold the token of a link.
        log.exception("unexpected error on %s", request.url_rule)
        db.session.rollback()
        return answer(500)
