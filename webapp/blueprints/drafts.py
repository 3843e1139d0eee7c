"""Drafts: what is typed into a form is kept, taken up again, or thrown away."""

from contextlib import suppress
from typing import Any, NamedTuple

from flask import Blueprint, g, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from webapp import drafting
from webapp.access import STAFF, Viewer, access
from webapp.extensions import db
from webapp.i18n import _, _l
from webapp.models import Draft
from webapp.services import drafts
from webapp.services.history import wording
from webapp.services.linked.words import WORDS
from webapp.web import page, saved, viewer, wants_fragment

bp = Blueprint("drafts", __name__, url_prefix="/drafts")


class Line(NamedTuple):
    """A draft, as a list shows it."""

    draft: Draft
    title: str
    url: str
    #: Whether its form is a dialog; otherwise it is part of a page.
    is_dialog: bool


@bp.before_app_request
def take_up() -> None:
    """Have the form of this request show the draft that was kept of it, when its address says so."""
    if request.method != "GET" or drafting.TAKE_UP not in request.args or not (path := drafting.form_shown()):
        return
    if current_user.is_authenticated and (draft := drafts.find(viewer().resource_id or 0, path)):
        g.draft, g.taken_up = draft, MultiDict(drafts.typed(draft))


@bp.after_app_request
def keep_what_was_refused(answer: Response) -> Response:
    """Keep what was posted when it is not saved yet: who leaves now, with or without scripts, finds it again (R4)."""
    if answer.status_code in (409, 422) and request.endpoint in drafting.FORMS and current_user.is_authenticated:
        db.session.rollback()
        with suppress(drafts.Unfit):
            drafts.keep(viewer().resource_id or 0, request.path, drafts.encoded(request.form.items(multi=True)))
            db.session.commit()
    return answer


@bp.post("")
@access(STAFF)
def keep() -> Response:
    """Keep what is typed into the form at `path`; `content` is the form as browsers encode it.

    The answer is 204 when there is a draft now, and 200 when nothing is typed that could be one.
    """
    path = request.form.get("path", "")
    if drafting.form_at(path) is None:
        raise NotFound
    try:
        draft = drafts.keep(viewer().resource_id or 0, path, request.form.get("content", ""))
    except drafts.Unfit:
        raise RequestEntityTooLarge from None
    db.session.commit()
    return Response(status=204 if draft else 200)


@bp.post("/discard")
@access(STAFF)
def discard() -> Response:
    """« Jeter » what was typed into the form at `path`."""
    path = request.values.get("path", "")
    drafts.discard(viewer().resource_id or 0, path[:200])
    db.session.commit()
    if wants_fragment():
        return page("drafts/discarded.html", "drafts/_discarded.html")
    return saved(drafting.page_of(path) or url_for("home.index"), _("Brouillon jeté."))


def lines(viewer: Viewer) -> list[Line]:
    """Return the drafts of a person, the last typed first, by the names of their records: one query for each kind."""
    mine = [(draft, form) for draft in drafts.of(viewer.resource_id or 0) if (form := drafting.form_at(draft.path))]
    wanted: dict[str, list[int]] = {}
    for _draft, (view, ids) in mine:
        for record_id in ids.values():
            if record_id < 2**63:
                wanted.setdefault(_table(view, ids), []).append(record_id)
    names = wording.names_seen(wanted, viewer)
    return [_line(draft, view, ids, names) for draft, (view, ids) in mine]


def _line(draft: Draft, view: str, ids: dict[str, int], names: dict[wording.Named, str]) -> Line:
    name = next((names.get((_table(view, ids), record_id)) for record_id in ids.values()), None)
    return Line(draft, _title(view, ids, name), drafting.address(draft.path), drafting.FORMS[view] == view)


def _title(view: str, ids: dict[str, int], name: str | None) -> str:
    if not ids:
        return str(_KINDS[_pages(view, ids)][1])
    if name is None:
        return _("Fiche que vous ne pouvez plus ouvrir, ou qui a été supprimée")
    return name if drafting.FORMS[view] == view else _("Commentaire : %(name)s", name=name)


def _pages(view: str, ids: dict[str, int]) -> str:
    """Return the blueprint of the pages of what a form is about: comments on companies and contacts have another."""
    blueprint = view.partition(".")[0]
    return blueprint if blueprint in _KINDS else "companies" if "company_id" in ids else "contacts"


def _table(view: str, ids: dict[str, int]) -> str:
    return _KINDS[_pages(view, ids)][0]


#: By the blueprint of a form: the table of what it is about, and what a new one is called.
_KINDS: dict[str, tuple[str, Any]] = {
    "companies": ("company", _l("Nouvelle société")),
    "contacts": ("contact", _l("Nouveau contact")),
    **{words.pages: (words.noun.value, words.new) for words in WORDS.values()},
}
