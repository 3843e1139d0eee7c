"""Drafts: what is typed into a form is kept, taken up again, or thrown away."""

from typing import Any, NamedTuple

from flask import Blueprint, g, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from webapp import drafting
from webapp.access import LINKED, STAFF, Viewer, access, visible
from webapp.extensions import db
from webapp.i18n import _, _l
from webapp.models import Company, Contact, Draft
from webapp.services import drafts
from webapp.services.linked.words import WORDS
from webapp.web import page, saved, viewer, wants_fragment

bp = Blueprint("drafts", __name__, url_prefix="/drafts")


class Line(NamedTuple):
    """A draft, as a list shows it; without an address when its record can't be opened any more."""

    draft: Draft
    title: str
    url: str


@bp.before_app_request
def take_up() -> None:
    """Have the form of this request show the draft that was kept of it, when its address says so."""
    if request.method != "GET" or drafting.TAKE_UP not in request.args or request.endpoint not in drafting.FORMS:
        return
    if current_user.is_authenticated and (draft := drafts.find(viewer().resource_id or 0, request.path)):
        g.draft, g.taken_up = draft, MultiDict(drafts.typed(draft))


@bp.post("")
@access(STAFF)
def keep() -> Response:
    """Keep what is typed into the form at `path`; `content` is the form as browsers encode it."""
    path = request.form.get("path", "")
    if drafting.form_at(path) is None:
        raise NotFound
    try:
        drafts.keep(viewer().resource_id or 0, path, request.form.get("content", ""))
    except drafts.Unfit:
        raise RequestEntityTooLarge from None
    db.session.commit()
    return Response(status=204)


@bp.post("/discard")
@access(STAFF)
def discard() -> Response:
    """« Jeter » what was typed into the form at `path`."""
    path = request.values.get("path", "")
    drafts.discard(viewer().resource_id or 0, path[:200])
    db.session.commit()
    if wants_fragment():
        return page("drafts/discarded.html", "drafts/_discarded.html")
    return saved(path if drafting.form_at(path) else url_for("home.index"), _("Brouillon jeté."))


def lines(viewer: Viewer) -> list[Line]:
    """Return the drafts of a person, the last typed first, by the names of their records: one query for each kind."""
    mine = [(draft, form) for draft in drafts.of(viewer.resource_id or 0) if (form := drafting.form_at(draft.path))]
    wanted: dict[str, list[int]] = {}
    for _draft, (view, ids) in mine:
        for record_id in ids.values():
            wanted.setdefault(view.partition(".")[0], []).append(record_id)
    names = {pages: _names(_KINDS[pages][0], ids, viewer) for pages, ids in wanted.items()}
    return [_line(draft, view.partition(".")[0], ids, names) for draft, (view, ids) in mine]


def _line(draft: Draft, pages: str, ids: dict[str, int], names: dict[str, dict[int, str]]) -> Line:
    url = drafting.address(draft.path)
    if not ids:
        return Line(draft, str(_KINDS[pages][1]), url)
    name = next((names[pages].get(record_id) for record_id in ids.values()), None)
    return Line(draft, name or _("Fiche que vous ne pouvez plus ouvrir, ou qui a été supprimée"), url)


#: By the blueprint of a form: what it is about, and what a new one is called.
_KINDS: dict[str, tuple[type[Any], Any]] = {
    "companies": (Company, _l("Nouvelle société")),
    "contacts": (Contact, _l("Nouveau contact")),
    **{WORDS[model.noun].pages: (model, WORDS[model.noun].new) for model in LINKED},
}


def _names(model: Any, ids: list[int], viewer: Viewer) -> dict[int, str]:
    wanted = [one for one in ids if one < 2**63]
    if not wanted:
        return {}
    return dict(db.session.execute(visible(model, viewer, model.id, model.name).where(model.id.in_(wanted))).all())
