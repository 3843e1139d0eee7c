"""Requests of customers: the queue, the conversation, the way through the workflow, tasks (S7, P11)."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import STAFF, access, get_visible
from webapp.blueprints.linked import add_views, record_saved, shown
from webapp.downloads import send
from webapp.forms.base import Form, Pressed
from webapp.forms.request import GIVE_FORMS, AttachForm, DoneForm, NoteForm, ReplyForm, RequestForm
from webapp.i18n import _
from webapp.models import PortalRight, RequestTask, SupportRequest
from webapp.saving import saving
from webapp.services import workflows
from webapp.services.activities import is_late
from webapp.services.requests import PRIORITIES, REQUESTS
from webapp.services.support import conversation, letters, tasks
from webapp.text import read_id
from webapp.web import page, viewer

bp = Blueprint("requests", __name__, url_prefix="/requests")


@bp.app_template_global("priority_labels")
def priority_labels() -> dict[str, str]:
    """Return what priorities are called."""
    return {one.value: str(label) for one, label in PRIORITIES.items()}


def _facts(record: SupportRequest, **forms: Form) -> dict[str, Any]:
    """Return what the page of a request shows besides; `forms` are those that were refused."""
    here = workflows.state(record.state_id)
    reached = letters.reached(record, record.contact_id, PortalRight.ONLINE_SUPPORT)
    return {
        "state": here,
        "next_states": workflows.next_states(here),
        "thread": conversation.read(record, viewer(), read_id(request.args.get("before", ""))),
        "tasks": tasks.of(record, viewer()),
        "is_late": is_late,
        "is_reached": reached is not None,
        "reply_form": ReplyForm.build(None, None, None),
        "note_form": NoteForm.build(None, None, None),
        "attach_form": AttachForm.build(None, None, None),
        **forms,
    }


add_views(bp, REQUESTS, RequestForm, _facts)


@bp.post("/<int:record_id>/take")
@access(STAFF)
def take(record_id: int) -> Response:
    """« Prendre en charge »."""
    record = _request(record_id)
    outcome = Pressed()
    with saving(outcome):
        REQUESTS.take(record, by=viewer())
    if outcome.refused:
        return _refused(record_id, outcome)
    return record_saved(record, _("Demande prise en charge : %(name)s", name=record.name))


@bp.post("/<int:record_id>/state")
@access(STAFF)
def move(record_id: int) -> Response:
    """Go to another state, as far as the workflow lets one."""
    record = _request(record_id)
    outcome = Pressed()
    with saving(outcome):
        state = REQUESTS.move(record, read_id(request.form.get("state", "")) or 0, by=viewer())
    if outcome.refused:
        return _refused(record_id, outcome)
    return record_saved(
        record, _("« %(name)s » est passée à l’état « %(state)s ».", name=record.name, state=state.label)
    )


@bp.post("/<int:record_id>/messages")
@access(STAFF)
def answer(record_id: int) -> Response:
    """Answer the customer."""
    record = _request(record_id)
    form = ReplyForm.load()
    if form.posted_and_valid():
        with saving(form):
            REQUESTS.answer(record, form["text"].data, viewer(), form["files"].data)
        if form.saved:
            told = letters.reached(record, record.contact_id, PortalRight.ONLINE_SUPPORT)
            said = _("Réponse envoyée : le client est prévenu.") if told else _("Réponse enregistrée.")
            return record_saved(record, said)
    return _again(record, reply_form=form)


@bp.post("/<int:record_id>/notes")
@access(STAFF)
def note(record_id: int) -> Response:
    """Say something among the staff."""
    record = _request(record_id)
    form = NoteForm.load()
    if form.posted_and_valid():
        with saving(form):
            REQUESTS.note(record, form["note"].data, viewer(), form["note_files"].data)
        if form.saved:
            return record_saved(record, _("Note interne ajoutée."))
    return _again(record, note_form=form)


@bp.post("/<int:record_id>/files")
@access(STAFF)
def attach(record_id: int) -> Response:
    """Keep files with the request."""
    record = _request(record_id)
    form = AttachForm.load()
    if form.posted_and_valid():
        with saving(form):
            conversation.attach(record, form["attached"].data)
        if form.saved:
            return record_saved(record, _("Fichiers joints."))
    return _again(record, attach_form=form)


@bp.get("/<int:record_id>/files/<int:attachment_id>")
@access(STAFF)
def file(record_id: int, attachment_id: int) -> Response:
    """A file of the request, as a download."""
    return send(conversation.file_of(_request(record_id), attachment_id, viewer()))


# --- tasks ------------------------------------------------------------------------------------------------------------


@bp.route("/<int:record_id>/tasks/<int:task_id>/give", methods=["GET", "POST"])
@access(STAFF)
def give_task(record_id: int, task_id: int) -> Response:
    """Give a task to a resource, or to a contact of the company."""
    record = _request(record_id)
    task = _task(record, task_id)
    given = {"person": task.contact_id or task.resource_id, "request": record}
    form = GIVE_FORMS[task.performer].load(given, viewer())
    if form.posted_and_valid():
        with saving(form):
            tasks.give(task, record, form["person"].data, viewer())
        if form.saved:
            return record_saved(record, _("Tâche confiée : %(name)s", name=tasks.label_of(task)))
    return _task_dialog(record, task, form, _("Confier la tâche"))


@bp.route("/<int:record_id>/tasks/<int:task_id>/done", methods=["GET", "POST"])
@access(STAFF)
def complete_task(record_id: int, task_id: int) -> Response:
    """Say that a task is done, with a remark."""
    record = _request(record_id)
    task = _task(record, task_id)
    form = DoneForm.load()
    if form.posted_and_valid():
        with saving(form):
            tasks.complete(task, record, form["remark"].data, viewer())
        if form.saved:
            return record_saved(record, _("Tâche accomplie : %(name)s", name=tasks.label_of(task)))
    return _task_dialog(record, task, form, _("Accomplir la tâche"))


def _task_dialog(record: SupportRequest, task: RequestTask, form: Form, title: str) -> Response:
    return page(
        "requests/task.html",
        "requests/_task_dialog.html",
        status=422 if form.errors else 200,
        record=record,
        label=tasks.label_of(task),
        form=form,
        title=title,
    )


def _again(record: SupportRequest, **forms: Form) -> Response:
    """Show the page with a form that was refused."""
    return page("linked/show.html", "linked/_show.html", status=422, **shown(record), **_facts(record, **forms))


def _refused(record_id: int, outcome: Pressed) -> Response:
    flash(outcome.refused, "error")
    return redirect(url_for("requests.show", record_id=record_id), 303)


def _request(record_id: int) -> SupportRequest:
    return get_visible(SupportRequest, record_id, viewer())


def _task(record: SupportRequest, task_id: int) -> RequestTask:
    task = get_visible(RequestTask, task_id, viewer())
    if task.request_id != record.id:
        raise NotFound
    return task
