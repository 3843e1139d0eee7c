"""Drafts: what is typed into a form is kept, taken up again, or thrown away."""

from typing import Any, NamedTuple

from flask import Blueprint, g, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from webapp import drafting
from webapp.access import STAFF, Viewer, access, visible
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import Company, Contact, Draft
from webapp.services import drafts
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
    """Return the drafts of a person, the last typed first, by the names of their records."""
    mine = [(draft, form) for draft in drafts.of(viewer.resource_id or 0) if (form := drafting.form_at(draft.path))]
    companies = _names(Company, [ids["company_id"] for _draft, (_view, ids) in mine if "company_id" in ids], viewer)
    contacts = _names(Contact, [ids["contact_id"] for _draft, (_view, ids) in mine if "contact_id" in ids], viewer)
    return [_line(draft, view, ids, companies, contacts) for draft, (view, ids) in mine]


def _line(draft: Draft, view: str, ids: dict[str, int], companies: dict[int, str], contacts: dict[int, str]) -> Line:
    url = drafting.address(draft.path)
    if not ids:
        return Line(draft, _("Nouvelle société") if view == "companies.new" else _("Nouveau contact"), url)
    name = companies.get(ids.get("company_id", 0)) or contacts.get(ids.get("contact_id", 0))
    return Line(draft, name or _("Fiche que vous ne pouvez plus ouvrir, ou qui a été supprimée"), url)


def _names(model: Any, ids: list[int], viewer: Viewer) -> dict[int, str]:
    wanted = [one for one in ids if one < 2**63]
    if not wanted:
        return {}
    return dict(db.session.execute(visible(model, viewer, model.id, model.name).where(model.id.in_(wanted))).all())
