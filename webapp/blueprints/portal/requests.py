"""« Assistance »: the requests of one's company, what is said in them, and the tasks one is given (P9 to P11, D11)."""

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.access import PORTAL, access, get_in_portal
from webapp.blueprints.portal.base import bp
from webapp.downloads import send
from webapp.forms.base import Pressed
from webapp.forms.request import AskForm, DoneForm, MessageForm
from webapp.i18n import _
from webapp.models import PortalRight, Priority, RequestTask, SupportRequest
from webapp.saving import saving
from webapp.services import workflows
from webapp.services.portal import support
from webapp.services.requests import REQUESTS
from webapp.services.support import conversation
from webapp.services.support import tasks as services
from webapp.text import clean_line, read_id
from webapp.web import page, portal_viewer, saved

SUPPORT, PARTICIPATION = PortalRight.ONLINE_SUPPORT, PortalRight.WORKFLOW_PARTICIPATION

#: How many of the tasks one has done are shown.
DONE = 10


@bp.get("/requests")
@access(PORTAL, SUPPORT)
def requests() -> Response:
    """The requests of one's company, open ones first; `q` and `state` narrow them."""
    typed = clean_line(request.args.get("q", ""))[:100]
    state = request.args.get("state", "")
    found = support.browse(portal_viewer(), typed, state, read_id(request.args.get("before", "")))
    return page("portal/requests.html", found=found, typed=typed, state=state)


@bp.route("/requests/new", methods=["GET", "POST"])
@access(PORTAL, SUPPORT)
def request_new() -> Response:
    """« Nouvelle demande »."""
    form = AskForm.load({"priority": Priority.NORMAL})
    if form.posted_and_valid():
        with saving(form):
            values = form.values()
            made = REQUESTS.ask(values, portal_viewer(), values.pop("files"))
        if form.saved:
            done = _("Votre demande est enregistrée sous le numéro %(number)s.", number=made.number)
            return saved(url_for(".request_page", request_id=made.id), done)
    return page("portal/request_new.html", form=form, status=422 if form.errors else 200)


@bp.get("/requests/<int:request_id>")
@access(PORTAL, SUPPORT)
def request_page(request_id: int) -> Response:
    """One request, and what was said in it."""
    return _page(_request(request_id), MessageForm.build(None, None, None))


@bp.post("/requests/<int:request_id>/messages")
@access(PORTAL, SUPPORT)
def request_reply(request_id: int) -> Response:
    """Write; a closed request opens again where its workflow lets it."""
    record = _request(request_id)
    form = MessageForm.load()
    if form.posted_and_valid():
        with saving(form):
            REQUESTS.reply(record, form["text"].data, portal_viewer(), form["files"].data)
        if form.saved:
            return saved(url_for(".request_page", request_id=request_id), _("Votre message est envoyé."))
    return _page(record, form, status=422)


@bp.post("/requests/<int:request_id>/close")
@access(PORTAL, SUPPORT)
def request_close(request_id: int) -> Response:
    """« Clore la demande », as far as one may (P10)."""
    record = _request(request_id)
    outcome = Pressed()
    with saving(outcome):
        REQUESTS.close(record, portal_viewer())
    if outcome.refused:
        flash(outcome.refused, "error")
        return redirect(url_for(".request_page", request_id=request_id), 303)
    return saved(url_for(".request_page", request_id=request_id), _("La demande est close."))


@bp.get("/requests/<int:request_id>/files/<int:attachment_id>")
@access(PORTAL, SUPPORT)
def request_file(request_id: int, attachment_id: int) -> Response:
    """A file of a request, as a download."""
    return send(conversation.file_of(_request(request_id), attachment_id, portal_viewer()))


# --- tasks ------------------------------------------------------------------------------------------------------------


@bp.get("/tasks")
@access(PORTAL, PARTICIPATION)
def tasks() -> Response:
    """« Mes tâches »: what one has to do, the most urgent first, and what one did last (P11)."""
    viewer = portal_viewer()
    waiting, done = services.of_contact(viewer), services.done_by(viewer, DONE)
    return page("portal/tasks.html", tasks=waiting, done=done, sees_requests=viewer.has(SUPPORT))


@bp.route("/tasks/<int:task_id>", methods=["GET", "POST"])
@access(PORTAL, PARTICIPATION)
def task_done(task_id: int) -> Response:
    """Say that a task is done, with a remark."""
    task = get_in_portal(RequestTask, task_id, portal_viewer())
    form = DoneForm.load()
    label = services.label_of(task)
    if form.posted_and_valid():
        with saving(form):
            services.complete(task, services.request_of(task), form["remark"].data, portal_viewer())
        if form.saved:
            return saved(url_for(".tasks"), _("« %(name)s » : c’est fait.", name=label))
    about = services.request_of(task)
    status = 422 if form.errors else 200
    return page("portal/task.html", form=form, task=task, label=label, about=about, status=status)


def _page(record: SupportRequest, form: MessageForm, status: int = 200) -> Response:
    viewer = portal_viewer()
    context: dict[str, Any] = {
        "record": record,
        "state": workflows.state(record.state_id),
        "thread": conversation.read(record, viewer, read_id(request.args.get("before", ""))),
        "author": support.author_of(record),
        "form": form,
        "may_reply": REQUESTS.may_reply(record),
        "may_close": REQUESTS.closing_state(record, viewer) is not None,
    }
    return page("portal/request.html", status=status, **context)


def _request(request_id: int) -> SupportRequest:
    return get_in_portal(SupportRequest, request_id, portal_viewer())
