"""What happened to a company or a contact, and what one has to say of it (H1 to H4)."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, access, get_visible
from webapp.forms import history as words
from webapp.forms.history import CommentForm
from webapp.i18n import _
from webapp.models import Company, Contact, HistoryKind, Noun
from webapp.saving import saving
from webapp.services.history import reading, recording
from webapp.services.history.recording import Record
from webapp.services.linked.words import WORDS
from webapp.text import read_id
from webapp.web import page, saved, viewer

bp = Blueprint("history", __name__)
bp.add_app_template_global(words.label, "history_label")
bp.add_app_template_global(words.shown, "history_shown")
bp.add_app_template_global(lambda: reading.TITLES, "history_titles")
bp.add_app_template_global(lambda: WORDS, "noun_words")


@bp.app_template_global()
def record_url(kind: str, record_id: int) -> str:
    """Return the address of the page of a record, by the name of its table."""
    if kind in ("company", "contact"):
        return f"/{'companies' if kind == 'company' else 'contacts'}/{record_id}"
    return url_for(f"{WORDS[Noun(kind)].pages}.show", record_id=record_id)


@bp.app_template_global()
def history_url(record: Record) -> str:
    """Return the address of the history of a record."""
    return f"{record_url(record.__tablename__, record.id)}/history"


def comments_url(record: Record) -> str:
    """Return the address to which comments on a record are posted."""
    return f"{record_url(record.__tablename__, record.id)}/comments"


@bp.get("/companies/<int:company_id>/history")
@access(STAFF)
def of_company(company_id: int) -> Response:
    """The history of a company, of one `kind` if asked for, before the entry whose id is `before`."""
    return show(get_visible(Company, company_id, viewer()))


@bp.get("/contacts/<int:contact_id>/history")
@access(STAFF)
def of_contact(contact_id: int) -> Response:
    """The history of a contact, likewise."""
    return show(get_visible(Contact, contact_id, viewer()))


@bp.post("/companies/<int:company_id>/comments")
@access(STAFF)
def comment_company(company_id: int) -> Response:
    """Add a comment to a company."""
    return comment(get_visible(Company, company_id, viewer()))


@bp.post("/contacts/<int:contact_id>/comments")
@access(STAFF)
def comment_contact(contact_id: int) -> Response:
    """Add a comment to a contact."""
    return comment(get_visible(Contact, contact_id, viewer()))


def show(record: Record, form: CommentForm | None = None) -> Response:
    """Answer with the history of a record one sees, as the address asks for it."""
    form = form or comment_form(record)
    asked = request.args.get("kind", "")
    kind = HistoryKind(asked) if asked in HistoryKind._value2member_map_ else None
    before = read_id(request.args.get("before", ""))
    return page(
        "history/show.html",
        "history/_older.html" if before else "history/_section.html",
        status=422 if form.errors else 200,
        record=record,
        history=reading.of(record, viewer(), kind, before),
        kind=kind,
        comment=form,
    )


def comment(record: Record) -> Response:
    """Add what was posted to the history of a record one sees."""
    form = comment_form(record)
    if not form.posted_and_valid():
        return show(record, form)
    with saving(form):
        recording.commented(record, form.comment.data, viewer())
    return saved(record_url(record.__tablename__, record.id), _("Commentaire ajouté."))


def comment_form(record: Record) -> CommentForm:
    """Return the form by which one comments on a record, which stands in its history."""
    return CommentForm.of(comments_url(record), viewer())
