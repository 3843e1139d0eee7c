"""How requests go from state to state, as admins draw it (S8, P10).

A change never strands a request: from every state in which one stands, or may come to stand, there is a way to a
closed one. Whoever changes a workflow and whoever moves a request wait for each other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask import g
from sqlalchemy import delete, exists, func, insert, select, update

from webapp.access import unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import LazyString, _, _l, language
from webapp.models import (
    AuditKind,
    Performer,
    SupportRequest,
    Workflow,
    WorkflowMove,
    WorkflowState,
    WorkflowStep,
)
from webapp.services import audit, organisation
from webapp.services.refusal import Refused
from webapp.text import search_key

PERFORMERS: Mapping[Performer, LazyString] = {
    Performer.RESOURCE: _l("Une ressource"),
    Performer.CONTACT: _l("Un contact du portail"),
}

#: A move: from which state to which.
Move = tuple[int, int]


class _First(NamedTuple):
    """A state of the workflow that every installation begins with, and the places of those it leads to."""

    fr: str
    en: str
    leads_to: tuple[int, ...]


#: New, in progress, waiting, solved, closed; who comes back with a closed request is heard.
_FIRST_STATES = (
    _First("Nouvelle", "New", (1, 3)),
    _First("En cours", "In progress", (2, 3)),
    _First("En attente du client", "Waiting for the customer", (1, 3)),
    _First("Résolue", "Solved", (1, 4)),
    _First("Fermée", "Closed", (1,)),
)

_WHY = "where used"


# --- reading ---------------------------------------------------------------------------------------------------------


def everything() -> Sequence[Workflow]:
    """Return all workflows: those in use by name, then the retired ones."""
    return db.session.scalars(
        select(Workflow).order_by(Workflow.retired_at.is_not(None), Workflow.name, Workflow.id)
    ).all()


def find(workflow_id: int) -> Workflow | None:
    """Return a workflow by its id, or nothing; any number may be asked for."""
    return db.session.get(Workflow, workflow_id) if 0 < workflow_id < 2**63 else None


def find_state(workflow: Workflow, state_id: int) -> WorkflowState | None:
    """Return a state of this workflow, or nothing."""
    return next((state for state in states(workflow) if state.id == state_id), None)


def states(workflow: Workflow) -> Sequence[WorkflowState]:
    """Return the states of a workflow in order, the retired ones too."""
    found = select(WorkflowState).where(WorkflowState.workflow_id == workflow.id)
    return db.session.scalars(found.order_by(WorkflowState.position, WorkflowState.id)).all()


def state(state_id: int) -> WorkflowState:
    """Return a state by its id."""
    return db.session.get_one(WorkflowState, state_id)


def moves(workflow: Workflow) -> set[Move]:
    """Return the moves that are allowed in a workflow."""
    rows = select(WorkflowMove.from_id, WorkflowMove.to_id).join(
        WorkflowState, WorkflowState.id == WorkflowMove.from_id
    )
    return {(row[0], row[1]) for row in db.session.execute(rows.where(WorkflowState.workflow_id == workflow.id))}


def steps_of(state_ids: Collection[int]) -> dict[int, list[WorkflowStep]]:
    """Return the steps of each of these states, in order."""
    found: dict[int, list[WorkflowStep]] = {state_id: [] for state_id in state_ids}
    rows = select(WorkflowStep).where(WorkflowStep.state_id.in_(state_ids))
    for step in db.session.scalars(rows.order_by(WorkflowStep.position)):
        found[step.state_id].append(step)
    return found


def find_step(workflow: Workflow, step_id: int) -> WorkflowStep | None:
    """Return a step of a state of this workflow, or nothing."""
    step = db.session.get(WorkflowStep, step_id) if 0 < step_id < 2**63 else None
    return step if step is not None and find_state(workflow, step.state_id) else None


def uses(workflow: Workflow) -> dict[int, int]:
    """Return how many requests stand in each state of a workflow where any does, those in the trash too."""
    rows = (
        select(SupportRequest.state_id, func.count())
        .join(WorkflowState, WorkflowState.id == SupportRequest.state_id)
        .where(WorkflowState.workflow_id == workflow.id)
        .group_by(SupportRequest.state_id)
    )
    return dict(db.session.execute(unscoped(rows, _WHY)).all())


def labels() -> Mapping[int, str]:
    """Return what each state is called, in the reader's language; read once for a request."""
    kept: dict[str, Mapping[int, str]] = g.setdefault("workflow_labels", {})
    if language() not in kept:
        column = WorkflowState.label_en if language() == "en" else WorkflowState.label_fr
        kept[language()] = dict(db.session.execute(select(WorkflowState.id, column)).all())
    return kept[language()]


def offered_states() -> Sequence[WorkflowState]:
    """Return the states in which a request may stand, of all workflows, those of the default one first."""
    rows = select(WorkflowState).join(Workflow, Workflow.id == WorkflowState.workflow_id)
    rows = rows.where(WorkflowState.retired_at.is_(None), Workflow.retired_at.is_(None))
    return db.session.scalars(rows.order_by(Workflow.is_default.desc(), Workflow.id, WorkflowState.position)).all()


def initial_state() -> WorkflowState:
    """Return the state in which new requests begin."""
    rows = select(WorkflowState).join(Workflow, Workflow.id == WorkflowState.workflow_id)
    return db.session.scalars(rows.where(Workflow.is_default, WorkflowState.is_initial)).one()


def next_states(from_state: WorkflowState) -> Sequence[WorkflowState]:
    """Return the states a request may go to from where it is, in order."""
    rows = select(WorkflowState).join(WorkflowMove, WorkflowMove.to_id == WorkflowState.id)
    rows = rows.where(WorkflowMove.from_id == from_state.id, WorkflowState.retired_at.is_(None))
    return db.session.scalars(rows.order_by(WorkflowState.position, WorkflowState.id)).all()


def closed_states(from_state: WorkflowState) -> Sequence[WorkflowState]:
    """Return the closed states of the workflow of a state, in order, whatever the moves."""
    rows = select(WorkflowState).where(
        WorkflowState.workflow_id == from_state.workflow_id, WorkflowState.is_closed, WorkflowState.retired_at.is_(None)
    )
    return db.session.scalars(rows.order_by(WorkflowState.position, WorkflowState.id)).all()


def hold(from_state: WorkflowState) -> None:
    """Have whoever changes this workflow wait until the transaction ends: what it allows now, it allows then."""
    row = select(Workflow.id).where(Workflow.id == from_state.workflow_id)
    db.session.execute(row.with_for_update(read=True))


# --- changing --------------------------------------------------------------------------------------------------------


def fill() -> int:
    """Make the first workflow where there is none; return how many were made. What admins made of it stays."""
    if db.session.scalar(select(exists().select_from(Workflow))):
        return 0
    workflow = Workflow(name="Assistance", is_default=True)
    db.session.add(workflow)
    db.session.flush()
    made = []
    for position, one in enumerate(_FIRST_STATES):
        made.append(
            WorkflowState(
                workflow_id=workflow.id,
                position=position,
                label_fr=one.fr,
                label_en=one.en,
                is_initial=position == 0,
                is_closed=position == len(_FIRST_STATES) - 1,
            )
        )
    db.session.add_all(made)
    db.session.flush()
    pairs = [(made[place].id, made[to].id) for place, one in enumerate(_FIRST_STATES) for to in one.leads_to]
    _add_moves(pairs)
    return 1


def add(name: str) -> Workflow:
    """Add a workflow that can be used as it is: a state to begin in, one that is closed, and the way between."""
    take_turn()
    _refuse_same_name(name, but=0)
    workflow = Workflow(name=name)
    db.session.add(workflow)
    db.session.flush()
    first, last = _FIRST_STATES[0], _FIRST_STATES[-1]
    begun = WorkflowState(workflow_id=workflow.id, position=0, label_fr=first.fr, label_en=first.en, is_initial=True)
    closed = WorkflowState(workflow_id=workflow.id, position=1, label_fr=last.fr, label_en=last.en, is_closed=True)
    db.session.add_all([begun, closed])
    db.session.flush()
    _add_moves([(begun.id, closed.id)])
    _note(workflow, "added")
    return workflow


def rename(workflow: Workflow, name: str) -> None:
    """Give a workflow another name; raises Refused when another has it."""
    _refuse_same_name(name, but=workflow.id)
    workflow.name = name
    _note(workflow, "renamed")


def make_default(workflow: Workflow) -> None:
    """Have new requests follow this workflow; those that are under way stay on theirs."""
    take_turn()
    if workflow.retired_at:
        raise Refused({"name": _("Ce flux est retiré : rétablissez-le d’abord.")})
    _refuse_stranding(workflow, begins=True)
    db.session.execute(update(Workflow).values(is_default=Workflow.id == workflow.id))
    db.session.flush()
    db.session.expire_all()
    _note(workflow, "default")


def retire(workflow: Workflow) -> None:
    """Offer a workflow no more; its requests stay on it. The default one can't be retired."""
    take_turn()
    if workflow.is_default:
        raise Refused({"name": _("Les nouvelles demandes suivent ce flux : choisissez-en d’abord un autre.")})
    workflow.retired_at = workflow.retired_at or now()
    _note(workflow, "retired")


def restore(workflow: Workflow) -> None:
    """Offer a retired workflow again."""
    workflow.retired_at = None
    _note(workflow, "restored")


def remove(workflow: Workflow) -> None:
    """Delete a workflow on which no request ever stood; raises Refused for another."""
    take_turn()
    if workflow.is_default:
        raise Refused({"name": _("Les nouvelles demandes suivent ce flux : choisissez-en d’abord un autre.")})
    if uses(workflow):
        raise Refused({"name": _("Des demandes suivent ce flux : vous pouvez le retirer.")})
    _note(workflow, "removed")
    db.session.delete(workflow)
    db.session.flush()


def add_state(workflow: Workflow, values: Mapping[str, Any]) -> WorkflowState:
    """Add a state at the end; the moves that lead to it and from it are drawn afterwards."""
    take_turn()
    _refuse_same_label(workflow, values, but=0)
    last = max((one.position for one in states(workflow)), default=-1)
    made = WorkflowState(workflow_id=workflow.id, position=last + 1, **_labels(values))
    db.session.add(made)
    db.session.flush()
    _mark(workflow, made, values)
    return made


def change_state(workflow: Workflow, changed: WorkflowState, values: Mapping[str, Any]) -> None:
    """Change a state; raises Refused when requests would be stranded, or closed and open would mean something else."""
    take_turn()
    _refuse_same_label(workflow, values, but=changed.id)
    if values["is_closed"] != changed.is_closed and (count := uses(workflow).get(changed.id)):
        raise Refused({"is_closed": _("Impossible : des demandes s’y trouvent (%(count)d).", count=count)})
    for name, label in _labels(values).items():
        setattr(changed, name, label)
    _mark(workflow, changed, values)


def move_state(workflow: Workflow, moved: WorkflowState, step: int) -> None:
    """Move a state one place up (-1) or down (+1); at the end nothing happens."""
    take_turn()
    order = list(states(workflow))
    place = order.index(moved)
    if 0 <= place + step < len(order):
        order.insert(place + step, order.pop(place))
        for position, one in enumerate(order):
            one.position = position
        _note(workflow, "states")


def retire_state(workflow: Workflow, retired: WorkflowState) -> None:
    """Let no request enter a state any more; those that are there may leave."""
    take_turn()
    _refuse_needed(workflow, retired)
    retired.retired_at = retired.retired_at or now()
    db.session.flush()
    _refuse_stranding(workflow)
    _note(workflow, "states")


def restore_state(workflow: Workflow, restored: WorkflowState) -> None:
    """Let requests enter a retired state again."""
    take_turn()
    restored.retired_at = None
    db.session.flush()
    _refuse_stranding(workflow)
    _note(workflow, "states")


def remove_state(workflow: Workflow, removed: WorkflowState) -> None:
    """Delete a state in which no request stands; raises Refused for another, and where requests would be stranded."""
    take_turn()
    if uses(workflow).get(removed.id):
        raise Refused({"state": _("Des demandes s’y trouvent : vous pouvez le retirer.")})
    _refuse_needed(workflow, removed)
    db.session.delete(removed)
    db.session.flush()
    _refuse_stranding(workflow)
    _note(workflow, "states")


def draw_moves(workflow: Workflow, wanted: Collection[Move], was: Collection[Move]) -> None:
    """Allow the moves `wanted`, where whoever chose them was shown `was`; what others changed meanwhile stays (R4)."""
    take_turn()
    known = {one.id for one in states(workflow)}
    now_allowed = moves(workflow)
    after = {
        (from_id, to_id)
        for from_id, to_id in (now_allowed | (set(wanted) - set(was))) - (set(was) - set(wanted))
        if from_id != to_id and {from_id, to_id} <= known
    }
    _remove_moves(now_allowed - after)
    _add_moves(after - now_allowed)
    _refuse_stranding(workflow)
    if after != now_allowed:
        _note(workflow, "moves")


def add_step(workflow: Workflow, at: WorkflowState, values: Mapping[str, Any]) -> WorkflowStep:
    """Add a step to a state: a task for each request that enters it from now on."""
    take_turn()
    last = db.session.scalar(select(func.max(WorkflowStep.position)).where(WorkflowStep.state_id == at.id))
    step = WorkflowStep(state_id=at.id, position=0 if last is None else last + 1, **_step_columns(values))
    db.session.add(step)
    db.session.flush()
    _note(workflow, "steps")
    return step


def change_step(workflow: Workflow, step: WorkflowStep, values: Mapping[str, Any]) -> None:
    """Change a step; tasks that were made of it stay as they are."""
    for name, value in _step_columns(values).items():
        setattr(step, name, value)
    _note(workflow, "steps")


def remove_step(workflow: Workflow, step: WorkflowStep) -> None:
    """Take a step away; tasks that were made of it stay."""
    db.session.delete(step)
    _note(workflow, "steps")


def take_turn() -> None:
    """Let one change of workflows happen at a time, and no request move meanwhile."""
    organisation.take_turn("workflows")
    db.session.execute(select(Workflow.id).order_by(Workflow.id).with_for_update())


def _labels(values: Mapping[str, Any]) -> dict[str, str]:
    return {"label_fr": values["label_fr"], "label_en": values["label_en"] or values["label_fr"]}


def _step_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**_labels(values), "performer": values["performer"], "days": values["days"]}


def _mark(workflow: Workflow, marked: WorkflowState, values: Mapping[str, Any]) -> None:
    """Say of a state whether requests begin and end there; one state of a workflow is the first, and stays it until
    another becomes it."""
    begins, ends = values["is_initial"] or marked.is_initial, values["is_closed"]
    if begins and ends:
        raise Refused({"is_closed": _("Une demande ne peut pas commencer fermée.")})
    if begins and marked.retired_at:
        raise Refused({"is_initial": _("Cet état est retiré.")})
    if begins and not marked.is_initial:
        others = update(WorkflowState).where(WorkflowState.workflow_id == workflow.id)
        db.session.execute(others.values(is_initial=False), execution_options={"synchronize_session": "fetch"})
    marked.is_initial, marked.is_closed = begins, ends
    db.session.flush()
    if not any(one.is_closed and one.retired_at is None for one in states(workflow)):
        raise Refused({"is_closed": _("C’est le seul état fermé : il en faut un.")})
    _refuse_stranding(workflow, field="is_initial" if values["is_initial"] else "is_closed")
    _note(workflow, "states")


def _refuse_needed(workflow: Workflow, needed: WorkflowState) -> None:
    if needed.is_initial:
        raise Refused({"state": _("Les demandes commencent dans cet état : choisissez-en d’abord un autre.")})
    others = [one for one in states(workflow) if one.is_closed and one.retired_at is None and one.id != needed.id]
    if needed.is_closed and not others:
        raise Refused({"state": _("C’est le seul état fermé : il en faut un.")})


def _refuse_stranding(workflow: Workflow, *, begins: bool = False, field: str = "state") -> None:
    """Raise Refused when a request that stands somewhere in a workflow, or may come there, could never be closed."""
    if stranded := stranding(workflow, begins=begins):
        raise Refused(
            {
                field: _(
                    "Des demandes n’auraient plus de chemin vers un état fermé depuis : %(states)s.",
                    states=", ".join(one.label for one in stranded),
                )
            }
        )


def stranding(workflow: Workflow, *, begins: bool = False) -> list[WorkflowState]:
    """Return the states from which a request could never be closed, among those where one stands or may come to.

    Requests begin in the first state of the default workflow; of another, as if they did with `begins`.
    """
    all_states, allowed, used = states(workflow), moves(workflow), uses(workflow)
    is_open = {one.id for one in all_states if one.retired_at is None}
    leads_to: dict[int, set[int]] = {one.id: set() for one in all_states}
    led_from: dict[int, set[int]] = {one.id: set() for one in all_states}
    for from_id, to_id in allowed:
        if to_id in is_open:
            leads_to[from_id].add(to_id)
            led_from[to_id].add(from_id)
    starts = set(used) | {one.id for one in all_states if one.is_initial and (workflow.is_default or begins)}
    may_close = _reached({one.id for one in all_states if one.is_closed}, led_from)
    lost = _reached(starts, leads_to) - may_close
    return [one for one in all_states if one.id in lost]


def _reached(starts: Iterable[int], leads_to: Mapping[int, set[int]]) -> set[int]:
    found, ahead = set(starts), list(starts)
    while ahead:
        for one in leads_to[ahead.pop()] - found:
            found.add(one)
            ahead.append(one)
    return found


def _add_moves(pairs: Iterable[Move]) -> None:
    if rows := [{"from_id": from_id, "to_id": to_id} for from_id, to_id in pairs]:
        db.session.execute(insert(WorkflowMove), rows)


def _remove_moves(pairs: Iterable[Move]) -> None:
    for from_id, to_id in pairs:
        db.session.execute(delete(WorkflowMove).where(WorkflowMove.from_id == from_id, WorkflowMove.to_id == to_id))


def _refuse_same_name(name: str, *, but: int) -> None:
    if any(search_key(one.name) == search_key(name) and one.id != but for one in everything()):
        raise Refused({"name": _("« %(label)s » existe déjà.", label=name)})


def _refuse_same_label(workflow: Workflow, values: Mapping[str, Any], *, but: int) -> None:
    for name, label in _labels(values).items():
        if any(search_key(getattr(one, name)) == search_key(label) and one.id != but for one in states(workflow)):
            raise Refused({name: _("« %(label)s » existe déjà dans ce flux.", label=label)})


def _note(workflow: Workflow, what: str) -> None:
    g.pop("workflow_labels", None)
    audit.record(AuditKind.WORKFLOW_CHANGED, workflow.name, what=what)
