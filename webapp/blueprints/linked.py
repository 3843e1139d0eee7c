"""The pages that every kind of record that hangs on companies has: list, page, dialog, deletion, history (S1 to S8).

A noun's blueprint calls `add_views` and adds what only it can do. Its templates are the facts of its page and, where
the dialog is not just its fields, the dialog: `<pages>/_facts.html`, `<pages>/_fields.html`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import ADMIN, STAFF, access, get_in_trash, get_visible
from webapp.blueprints import history as history_views
from webapp.blueprints import trash as trash_views
from webapp.forms.base import Pressed
from webapp.forms.linked import LinkedForm
from webapp.forms.record import record_to_edit
from webapp.i18n import _
from webapp.models import Company, Contact, Engagement, Linked, Opportunity, Project, SupportRequest
from webapp.saving import saving
from webapp.services.history import reading
from webapp.services.linked import listing, naming, overview
from webapp.services.linked.keeping import Keeper, column_for
from webapp.services.linked.registry import KEEPERS
from webapp.services.linked.words import WORDS
from webapp.text import clean_line, read_id
from webapp.web import page, saved, viewer

#: What the address of a new record may fill in: the records that it is made from.
SOURCES: Mapping[str, type[Any]] = {
    "company": Company,
    "contact": Contact,
    "opportunity": Opportunity,
    "engagement": Engagement,
    "project": Project,
    "request": SupportRequest,
}

Facts = Callable[[Any], dict[str, Any]]
Sources = Mapping[str, Any]
#: What a noun answers instead of its dialog, when a record can't be made from these sources.
Unready = Callable[[Sources], Response | None]


def _nothing(record: Any) -> dict[str, Any]:
    return {}


def _ready(sources: Sources) -> None:
    return None


def add_views(
    bp: Blueprint,
    keeper: Keeper[Any],
    form_class: type[LinkedForm],
    facts: Facts = _nothing,
    unready: Unready = _ready,
) -> None:
    """Give a blueprint the pages of its noun; `facts` returns what the template of its page wants besides."""
    model, words, pages = keeper.model, keeper.words, keeper.words.pages

    @bp.get("/")
    @access(STAFF)
    def index() -> Response:
        """All that the viewer sees, narrowed by the filters in the address."""
        names = ("q", *keeper.filters())
        given = request.args or keeper.asked_first
        asked = {name: value for name in names if (value := clean_line(given.get(name, ""))[:100])}
        owner = next(iter(_sources().values()), None)
        if owner is not None and column_for(owner) not in model.__table__.columns:
            raise NotFound
        found = listing.page(keeper, viewer(), asked, read_id(request.args.get("before", "")), of=owner)
        return page(
            "linked/index.html",
            "linked/_index.html",
            keeper=keeper,
            words=words,
            found=found,
            asked=asked,
            is_narrowed=bool(asked) and given is request.args,
            owner=owner,
            filters={name: (one.label, one.choices(viewer())) for name, one in keeper.filters().items()},
        )

    @bp.get("/<int:record_id>")
    @access(STAFF)
    def show(record_id: int) -> Response:
        """The page of one record."""
        record = get_visible(model, record_id, viewer())
        return record_page(record, **facts(record))

    @bp.route("/new", methods=["GET", "POST"])
    @access(STAFF)
    def new() -> Response:
        """The dialog of a new record; the address says what it is made from."""
        sources = _sources()
        if request.method == "GET" and (instead := unready(sources)):
            return instead
        form = form_class.load(keeper.starting_values(sources, viewer()), viewer())
        form.prepare()
        if not form.step and form.posted_and_valid():
            with saving(form):
                record = keeper.create(form.values(), by=viewer())
            if form.saved:
                return record_saved(record, str(words.created) % {"name": record.name})
        return _dialog(form, keeper)

    @bp.route("/<int:record_id>/edit", methods=["GET", "POST"])
    @access(STAFF)
    def edit(record_id: int) -> Response:
        """The dialog of one record."""
        record = record_to_edit(model, record_id, viewer())
        if record.deleted_at:
            return _dialog(form_class.after_deletion(record, "", viewer()), keeper)
        reason = keeper.refuse_to_change(record)
        if reason and request.method == "GET":
            closed = f"{pages}/_closed_dialog.html"
            return page("linked/closed.html", closed, dialog=closed, record=record, words=words, reason=reason)
        values = keeper.read(record)
        form = form_class.load(values, viewer())
        form.prepare(record)
        form.conflict = reason or form.conflict
        if not form.step and form.posted_and_valid():
            with saving(form):
                changes = keeper.update(record, form.values(), by=viewer(), before=values)
            if form.saved and not changes:
                return record_saved(record, _("Aucune modification à enregistrer."))
            if form.saved:
                return record_saved(record, str(words.saved) % {"name": record.name})
        return _dialog(form, keeper)

    @bp.route("/<int:record_id>/delete", methods=["GET", "POST"])
    @access(STAFF)
    def delete(record_id: int) -> Response:
        """« Supprimer », then a confirmation."""
        record = get_visible(model, record_id, viewer())
        outcome = Pressed()
        if request.method == "POST":
            company = url_for("companies.show", company_id=record.company_id)
            with saving(outcome):
                keeper.remove(record, by=viewer())
            if outcome.saved:
                message = str(words.deleted) % {"name": record.name}
                return saved(company, message, undo=url_for(f"{pages}.restore", record_id=record_id))
        return page(
            "linked/delete.html",
            "linked/_delete_dialog.html",
            status=422 if outcome.refused else 200,
            record=record,
            words=words,
            refused=outcome.refused,
        )

    @bp.post("/<int:record_id>/restore")
    @access(STAFF)
    def restore(record_id: int) -> Response:
        """Take a record back from the trash."""
        record = get_in_trash(model, record_id, viewer())
        outcome = Pressed()
        with saving(outcome):
            keeper.restore(record, by=viewer())
        if outcome.refused:
            flash(outcome.refused, "error")
            return redirect(url_for("trash.show"), 303)
        return record_saved(record, str(words.restored) % {"name": record.name})

    @bp.route("/<int:record_id>/purge", methods=["GET", "POST"])
    @access(ADMIN)
    def purge(record_id: int) -> Response:
        """« Effacer pour de bon », then a confirmation."""
        return trash_views.purge(get_in_trash(model, record_id, viewer()))

    @bp.get("/<int:record_id>/history")
    @access(STAFF)
    def history(record_id: int) -> Response:
        """What happened to the record."""
        return history_views.show(get_visible(model, record_id, viewer()))

    @bp.post("/<int:record_id>/comments")
    @access(STAFF)
    def comment(record_id: int) -> Response:
        """Add a comment."""
        return history_views.comment(get_visible(model, record_id, viewer()))


def record_page(record: Linked, *, status: int = 200, **facts: Any) -> Response:
    """Answer with the page of a record; `facts` is what its template wants besides."""
    return page("linked/show.html", "linked/_show.html", status=status, **shown(record), **facts)


def record_saved(record: Linked, message: str, *, with_company: bool = False) -> Response:
    """Answer a save with the page of the record; `with_company`, its company changed too."""
    url = url_for(f"{WORDS[record.noun].pages}.show", record_id=record.id)
    return saved(url, message, companyChanged={"id": record.company_id}) if with_company else saved(url, message)


def shown(record: Linked) -> dict[str, Any]:
    """Return what the page of any such record shows."""
    keeper = KEEPERS[record.noun]
    return {
        "record": record,
        "keeper": keeper,
        "words": keeper.words,
        "company": get_visible(Company, record.company_id, viewer()),
        "names": naming.named(keeper, record, viewer()),
        "sections": overview.of(record, viewer()),
        "history": reading.of_linked(record, viewer()),
        "comment": history_views.comment_form(record),
    }


def _sources() -> dict[str, Any]:
    """Return the records named in the address, which one must see."""
    asked = {name: request.args.get(name, type=int) for name in SOURCES}
    return {name: get_visible(SOURCES[name], one, viewer()) for name, one in asked.items() if one is not None}


def _dialog(form: LinkedForm, keeper: Keeper[Any]) -> Response:
    form.warn()
    return page(
        "linked/edit.html",
        (form.step and form.steps) or "linked/_edit_dialog.html",
        status=form.status,
        form=form,
        keeper=keeper,
        words=keeper.words,
        action=request.full_path.rstrip("?") if form.record is None else request.path,
    )
