"""What happened to a company or a contact, and what one has to say of it (H1 to H4)."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, access, get_visible
from webapp.extensions import db
from webapp.forms import history as words
from webapp.forms.history import CommentForm
from webapp.i18n import _
from webapp.models import Company, Contact, HistoryKind
from webapp.services.history import reading, recording
from webapp.text import read_id
from webapp.web import page, saved, viewer

bp = Blueprint("history", __name__)
bp.add_app_template_global(words.label, "history_label")
bp.add_app_template_global(words.shown, "history_shown")
bp.add_app_template_global(lambda: reading.TITLES, "history_titles")

Record = Company | Contact


@bp.get("/companies/<int:company_id>/history")
@access(STAFF)
def of_company(company_id: int) -> Response:
    """The history of a company, of one `kind` if asked for, before the entry whose id is `before`."""
    return _show(get_visible(Company, company_id, viewer()))


@bp.get("/contacts/<int:contact_id>/history")
@access(STAFF)
def of_contact(contact_id: int) -> Response:
    """The history of a contact, likewise."""
    return _show(get_visible(Contact, contact_id, viewer()))


@bp.post("/companies/<int:company_id>/comments")
@access(STAFF)
def comment_company(company_id: int) -> Response:
    """Add a comment to a company."""
    return _comment(get_visible(Company, company_id, viewer()))


@bp.post("/contacts/<int:contact_id>/comments")
@access(STAFF)
def comment_contact(contact_id: int) -> Response:
    """Add a comment to a contact."""
    return _comment(get_visible(Contact, contact_id, viewer()))


def _read(record: Record, kind: HistoryKind | None, before: int | None) -> reading.Page:
    if isinstance(record, Contact):
        return reading.of_contact(record, viewer(), kind, before)
    return reading.of_company(record, viewer(), kind, before)


def _show(record: Record, form: CommentForm | None = None) -> Response:
    asked = request.args.get("kind", "")
    kind = HistoryKind(asked) if asked in HistoryKind._value2member_map_ else None
    before = read_id(request.args.get("before", ""))
    return page(
        "history/show.html",
        "history/_older.html" if before else "history/_section.html",
        status=422 if form and form.errors else 200,
        record=record,
        history=_read(record, kind, before),
        kind=kind,
        comment=form,
    )


def _comment(record: Record) -> Response:
    form = CommentForm.load()
    if not form.posted_and_valid():
        return _show(record, form)
    recording.commented(record, form.comment.data, viewer())
    db.session.commit()
    if isinstance(record, Contact):
        return saved(url_for("contacts.show", contact_id=record.id), _("Commentaire ajouté."))
    return saved(url_for("companies.show", company_id=record.id), _("Commentaire ajouté."))
