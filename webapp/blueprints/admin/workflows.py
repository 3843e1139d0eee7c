"""Workflows of requests: states, the moves between them, steps (S8)."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access
from webapp.blueprints.admin.base import admin_page, bp, changed, hold
from webapp.extensions import db
from webapp.forms.base import Pressed
from webapp.forms.shared import SharedForm
from webapp.forms.workflow import StateForm, StepForm, WorkflowForm
from webapp.i18n import _
from webapp.models import Workflow, WorkflowState, WorkflowStep
from webapp.saving import saving
from webapp.services import workflows
from webapp.services.workflows import Move
from webapp.text import read_id
from webapp.web import saved

T = TypeVar("T")


@bp.get("/workflows/")
@access(ADMIN)
def workflow_list() -> Response:
    everything = workflows.everything()
    return admin_page(
        "workflows/_index.html",
        _("Flux de travail"),
        workflows=everything,
        states={one.id: [state for state in workflows.states(one) if state.retired_at is None] for one in everything},
        uses={one.id: sum(workflows.uses(one).values()) for one in everything},
    )


@bp.route("/workflows/new", methods=["GET", "POST"])
@access(ADMIN)
def workflow_new() -> Response:
    form = WorkflowForm.load()
    if form.posted_and_valid():
        with saving(form):
            workflow = workflows.add(**form.values())
        if form.saved:
            address = url_for(".workflow", workflow_id=workflow.id)
            return saved(address, _("« %(label)s » a été ajouté.", label=workflow.name))
    return _dialog(form, _("Nouveau flux de travail"), url_for(".workflow_list"))


@bp.get("/workflows/<int:workflow_id>")
@access(ADMIN)
def workflow(workflow_id: int) -> Response:
    """States, moves and steps of one workflow."""
    return _page(_workflow(workflow_id))


@bp.route("/workflows/<int:workflow_id>/edit", methods=["GET", "POST"])
@access(ADMIN)
def workflow_edit(workflow_id: int) -> Response:
    hold("workflows")
    workflow = _workflow(workflow_id)
    form = WorkflowForm.load({"name": workflow.name})
    form.prepare()
    if form.posted_and_valid():
        with saving(form):
            workflows.rename(workflow, **form.values())
        if form.saved:
            return _saved(workflow, _("« %(label)s » a été enregistré.", label=workflow.name))
    return _dialog(form, _("Modification de « %(label)s »", label=workflow.name), _address(workflow))


@bp.post("/workflows/<int:workflow_id>/default")
@access(ADMIN)
def workflow_default(workflow_id: int) -> Response:
    """Have new requests follow it."""
    done = _("Les nouvelles demandes suivent désormais « %(label)s ».", label=_workflow(workflow_id).name)
    return _done(".workflow_list", lambda: workflows.make_default(_workflow(workflow_id)), done)


@bp.post("/workflows/<int:workflow_id>/retire")
@access(ADMIN)
def workflow_retire(workflow_id: int) -> Response:
    done = _("« %(label)s » est retiré ; ses demandes continuent de le suivre.", label=_workflow(workflow_id).name)
    return _done(".workflow_list", lambda: workflows.retire(_workflow(workflow_id)), done)


@bp.post("/workflows/<int:workflow_id>/restore")
@access(ADMIN)
def workflow_restore(workflow_id: int) -> Response:
    done = _("« %(label)s » peut de nouveau servir.", label=_workflow(workflow_id).name)
    return _done(".workflow_list", lambda: workflows.restore(_workflow(workflow_id)), done)


@bp.post("/workflows/<int:workflow_id>/delete")
@access(ADMIN)
def workflow_delete(workflow_id: int) -> Response:
    """Delete one that no request follows."""
    done = _("« %(label)s » a été supprimé.", label=_workflow(workflow_id).name)
    return _done(".workflow_list", lambda: workflows.remove(_workflow(workflow_id)), done)


# --- states ----------------------------------------------------------------------------------------------------------


@bp.route("/workflows/<int:workflow_id>/states/new", methods=["GET", "POST"])
@access(ADMIN)
def workflow_state_new(workflow_id: int) -> Response:
    workflow = _workflow(workflow_id)
    form = StateForm.load()
    if form.posted_and_valid():
        with saving(form):
            workflows.add_state(workflow, form.values())
        if form.saved:
            return _saved(workflow, _("« %(label)s » a été ajouté.", label=form["label_fr"].data))
    return _dialog(form, _("Nouvel état"), _address(workflow))


@bp.route("/workflows/<int:workflow_id>/states/<int:state_id>/edit", methods=["GET", "POST"])
@access(ADMIN)
def workflow_state_edit(workflow_id: int, state_id: int) -> Response:
    hold("workflows")
    workflow = _workflow(workflow_id)
    state = _state(workflow, state_id)
    names = ("label_fr", "label_en", "is_initial", "is_closed")
    form = StateForm.load({name: getattr(state, name) for name in names})
    if state.is_initial:
        # It stays so until another becomes it.
        del form["is_initial"]
    form.prepare()
    if form.posted_and_valid():
        with saving(form):
            workflows.change_state(workflow, state, {"is_initial": state.is_initial, **form.values()})
        if form.saved:
            return _saved(workflow, _("« %(label)s » a été enregistré.", label=state.label))
    return _dialog(form, _("Modification de « %(label)s »", label=state.label), _address(workflow))


@bp.post("/workflows/<int:workflow_id>/states/<int:state_id>/move")
@access(ADMIN)
def workflow_state_move(workflow_id: int, state_id: int) -> Response:
    """One place up or down."""
    step = -1 if request.form.get("to") == "up" else +1
    return _change_state(workflow_id, state_id, _("« %(label)s » a été déplacé."), workflows.move_state, step)


@bp.post("/workflows/<int:workflow_id>/states/<int:state_id>/retire")
@access(ADMIN)
def workflow_state_retire(workflow_id: int, state_id: int) -> Response:
    """Let no request enter it any more."""
    return _change_state(
        workflow_id, state_id, _("« %(label)s » est retiré : aucune demande n’y entre plus."), workflows.retire_state
    )


@bp.post("/workflows/<int:workflow_id>/states/<int:state_id>/restore")
@access(ADMIN)
def workflow_state_restore(workflow_id: int, state_id: int) -> Response:
    return _change_state(workflow_id, state_id, _("« %(label)s » peut de nouveau servir."), workflows.restore_state)


@bp.post("/workflows/<int:workflow_id>/states/<int:state_id>/delete")
@access(ADMIN)
def workflow_state_delete(workflow_id: int, state_id: int) -> Response:
    """Delete one in which no request stands."""
    return _change_state(workflow_id, state_id, _("« %(label)s » a été supprimé."), workflows.remove_state)


@bp.post("/workflows/<int:workflow_id>/moves")
@access(ADMIN)
def workflow_moves(workflow_id: int) -> Response:
    """The boxes: which moves are allowed; `was` has those that were when the page was opened (R4)."""
    workflow = _workflow(workflow_id)
    wanted, was = _moves(request.form.getlist("move")), _moves(request.form.getlist("was"))
    outcome = Pressed()
    with saving(outcome):
        workflows.draw_moves(workflow, wanted, was)
    if outcome.refused:
        return _page(_workflow(workflow_id), ticked=wanted, refused=outcome.refused)
    return _saved(workflow, _("Les passages sont enregistrés."))


# --- steps -----------------------------------------------------------------------------------------------------------


@bp.route("/workflows/<int:workflow_id>/states/<int:state_id>/steps/new", methods=["GET", "POST"])
@access(ADMIN)
def workflow_step_new(workflow_id: int, state_id: int) -> Response:
    workflow = _workflow(workflow_id)
    state = _state(workflow, state_id)
    form = StepForm.load()
    if form.posted_and_valid():
        with saving(form):
            workflows.add_step(workflow, state, form.values())
        if form.saved:
            return _saved(workflow, _("« %(label)s » a été ajoutée.", label=form["label_fr"].data))
    return _dialog(form, _("Nouvelle étape de « %(label)s »", label=state.label), _address(workflow))


@bp.route("/workflows/<int:workflow_id>/steps/<int:step_id>/edit", methods=["GET", "POST"])
@access(ADMIN)
def workflow_step_edit(workflow_id: int, step_id: int) -> Response:
    hold("workflows")
    workflow = _workflow(workflow_id)
    step = _step(workflow, step_id)
    form = StepForm.load({name: getattr(step, name) for name in ("label_fr", "label_en", "performer", "days")})
    form.prepare()
    if form.posted_and_valid():
        with saving(form):
            workflows.change_step(workflow, step, form.values())
        if form.saved:
            return _saved(workflow, _("« %(label)s » a été enregistrée.", label=form["label_fr"].data))
    return _dialog(form, _("Modification de l’étape"), _address(workflow))


@bp.post("/workflows/<int:workflow_id>/steps/<int:step_id>/delete")
@access(ADMIN)
def workflow_step_delete(workflow_id: int, step_id: int) -> Response:
    """Take a step away; the tasks made of it stay."""
    workflow = _workflow(workflow_id)
    workflows.remove_step(workflow, _step(workflow, step_id))
    db.session.commit()
    return changed(
        ".workflow", _("L’étape a été supprimée ; les tâches déjà créées demeurent."), workflow_id=workflow_id
    )


def _page(workflow: Workflow, *, ticked: set[Move] | None = None, refused: str = "") -> Response:
    states = workflows.states(workflow)
    allowed = workflows.moves(workflow)
    return admin_page(
        "workflows/_show.html",
        workflow.name,
        trail=[(url_for(".workflow_list"), _("Flux de travail"))],
        workflow=workflow,
        states=states,
        offered=[one for one in states if one.retired_at is None],
        allowed=allowed,
        ticked=allowed if ticked is None else ticked,
        refused=refused,
        uses=workflows.uses(workflow),
        steps=workflows.steps_of([one.id for one in states]),
        performers=workflows.PERFORMERS,
        status=422 if refused else 200,
    )


def _moves(texts: list[str]) -> set[Move]:
    """Return the moves that boxes name, as `3-4`; what makes no sense is left out."""
    pairs = (tuple(read_id(one) for one in text.split("-")) for text in texts)
    return {pair for pair in pairs if len(pair) == 2 and None not in pair}  # type: ignore[misc]


def _change_state(workflow_id: int, state_id: int, done: str, change: Callable[..., None], *arguments: Any) -> Response:
    workflow = _workflow(workflow_id)
    state = _state(workflow, state_id)
    done = done % {"label": state.label}
    return _done(".workflow", lambda: change(workflow, state, *arguments), done, workflow_id=workflow_id)


def _done(endpoint: str, change: Callable[[], None], done: str, **values: Any) -> Response:
    """Do what a button of a list asks for, and show the list again, with what was done or why not."""
    outcome = Pressed()
    with saving(outcome):
        change()
    if outcome.refused:
        return changed(endpoint, outcome.refused, kind="error", **values)
    return changed(endpoint, done, **values)


def _dialog(form: SharedForm, title: str, back: str) -> Response:
    return admin_page("workflows/_edit.html", title, form=form, back=back, status=form.status)


def _address(workflow: Workflow) -> str:
    return url_for(".workflow", workflow_id=workflow.id)


def _saved(workflow: Workflow, message: str) -> Response:
    return saved(_address(workflow), message)


def _workflow(workflow_id: int) -> Workflow:
    return _found(workflows.find(workflow_id))


def _state(workflow: Workflow, state_id: int) -> WorkflowState:
    return _found(workflows.find_state(workflow, state_id))


def _step(workflow: Workflow, step_id: int) -> WorkflowStep:
    return _found(workflows.find_step(workflow, step_id))


def _found(record: T | None) -> T:
    if record is None:
        raise NotFound
    return record
