"""« Gérer les ressources »: one's own list of favourite resources, opened from the tab Accès (C8)."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, access
from webapp.extensions import db
from webapp.forms.favorite import FavoriteForm
from webapp.i18n import _
from webapp.services import favorites, resources
from webapp.text import read_id
from webapp.web import page, telling, viewer, wants_fragment

bp = Blueprint("favorites", __name__, url_prefix="/favorites")


@bp.get("")
@access(STAFF)
def show() -> Response:
    """The list, and the field that adds to it."""
    return _page(FavoriteForm.load(viewer=viewer()))


@bp.post("")
@access(STAFF)
def change() -> Response:
    """Add who was typed, or take out whose button was pressed."""
    form = FavoriteForm.load(viewer=viewer())
    removed = read_id(request.form.get("remove"))
    if removed is not None:
        favorites.remove(viewer(), removed)
        return _changed(_("%(name)s ne fait plus partie de vos favorites.", name=_name(removed)))
    if not form.validate():
        return _page(form, status=422)
    if form.favorite.data is None:
        form.refuse({"favorite": _("Tapez le nom d’une ressource.")})
        return _page(form, status=422)
    name = _name(form.favorite.data)
    if not favorites.add(viewer(), form.favorite.data):
        return _page(FavoriteForm(), said=_("%(name)s fait déjà partie de vos favorites.", name=name))
    return _changed(_("%(name)s fait partie de vos favorites.", name=name))


def _changed(said: str) -> Response:
    """Commit, show the list again, and tell the dialog below it, if there is one."""
    db.session.commit()
    if wants_fragment():
        return telling(_page(FavoriteForm(), said=said), favoritesChanged={})
    flash(said, "ok")
    return redirect(url_for(".show"), 303)


def _page(form: FavoriteForm, said: str = "", status: int = 200) -> Response:
    return page(
        "favorites/show.html",
        "favorites/_dialog.html",
        status=status,
        form=form,
        said=said,
        favorites=favorites.of(viewer()),
        most=favorites.MOST,
    )


def _name(resource_id: int) -> str:
    return resources.names([resource_id]).get(resource_id, "")
