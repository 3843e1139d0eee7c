"""Language and theme, for anybody, signed in or not (N4)."""

from flask import Blueprint, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.access import PUBLIC, PortalViewer, access
from webapp.config import LANGUAGES
from webapp.extensions import db
from webapp.i18n import LANGUAGE_COOKIE
from webapp.services import accounts, resources
from webapp.services.portal import accounts as portal_accounts
from webapp.web import portal_viewer, safe_next, viewer

bp = Blueprint("preferences", __name__)

THEME_COOKIE = "theme"
THEMES = ("light", "dark", "auto")
A_YEAR = 365 * 24 * 3600


@bp.post("/preferences")
@access(PUBLIC)
def save() -> Response:
    """Keep what was chosen in this browser, and the language with the person; then go back."""
    answer = redirect(safe_next(request.form.get("next")) or url_for("home.index"), 303)
    language = request.form.get("language")
    if language in LANGUAGES:
        _keep(answer, LANGUAGE_COOKIE, language)
        _keep_with_person(language)
    theme = request.form.get("theme")
    if theme in THEMES:
        _keep(answer, THEME_COOKIE, theme)
    return answer


def _keep(answer: Response, name: str, value: str) -> None:
    secure = bool(current_app.config["HTTPS"])
    answer.set_cookie(name, value, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")


def _keep_with_person(language: str) -> None:
    if not current_user.is_authenticated:
        return
    if isinstance(current_user, PortalViewer):
        portal_accounts.set_language(portal_viewer(), language)
    elif (resource := accounts.by_id(viewer().resource_id)) is not None:
        resources.update_resource(resource, {"language": language}, by=viewer())
    db.session.commit()
