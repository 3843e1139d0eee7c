"""The steps of a request: tasks made as it enters a state, given to somebody, and done (S8, P11)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from webapp.access import Actor, PortalViewer, Viewer, unscoped, visible, visible_in_portal
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _, language
from webapp.models import (
    Company,
    Contact,
    HistoryKind,
    Performer,
    PortalAccess,
    RequestTask,
    SupportRequest,
    WorkflowState,
)
from webapp.services import organisation, resources, workflows
from webapp.services.history import recording, wording
from webapp.services.portal import access
from webapp.services.portal.access import PortalState
from webapp.services.refusal import Refused
from webapp.services.support import letters

#: Tasks in the list of whom they are given to.
SHOWN = 50

_WHY = "who sees a request sees its tasks"


class Line(NamedTuple):
    """A task, as the page of its request shows it."""

    task: RequestTask
    label: str
    #: Whom it is given to; nobody yet when it is empty.
    given_to: str

    @property
    def is_done(self) -> bool:
        return self.task.done_at is not None


def begin(request: SupportRequest, state: WorkflowState) -> None:
    """Make the tasks of a state that a request enters; one that waits already is not made twice."""
    waiting = {task.label_fr for task in _of(request) if task.done_at is None}
    today = organisation.today()
    for step in workflows.steps_of([state.id])[state.id]:
        if step.label_fr in waiting:
            continue
        db.session.add(
            RequestTask(
                request_id=request.id,
                label_fr=step.label_fr,
                label_en=step.label_en,
                performer=step.performer,
                due_on=None if step.days is None else today + timedelta(days=step.days),
                created_at=now(),
            )
        )
    db.session.flush()


def of(request: SupportRequest, viewer: Viewer) -> list[Line]:
    """Return the tasks of a request that a viewer sees, in the order in which they were made."""
    tasks = _of(request)
    by_staff = resources.names(task.resource_id for task in tasks)
    by_contact = wording.names_seen({"contact": people} if (people := _contacts(tasks)) else {}, viewer)
    return [Line(task, label_of(task), _given_to(task, by_staff, by_contact)) for task in tasks]


def label_of(task: Any) -> str:
    """Return what is to be done, in the reader's language."""
    return str(task.label_en if language() == "en" else task.label_fr)


def candidates(request: SupportRequest, viewer: Viewer) -> Sequence[tuple[int, str]]:
    """Return the contacts to whom a step may be given: of the company, seen by the viewer, and in the portal with the
    right to take part."""
    rows = visible(Contact, viewer, Contact.id, Contact.name, PortalAccess)
    rows = rows.join(PortalAccess, PortalAccess.contact_id == Contact.id)
    rows = rows.where(Contact.company_id == request.company_id, PortalAccess.workflow_participation)
    found = db.session.execute(rows.order_by(Contact.sort_key, Contact.id))
    return [(row.id, row.name) for row in found if access.state_of(row.PortalAccess) is PortalState.ACTIVE]


def give(task: RequestTask, request: SupportRequest, person_id: int | None, by: Viewer) -> None:
    """Give a task to a resource, or to a contact, as its step says; to nobody again with None."""
    if task.done_at is not None:
        raise Refused({"person": _("Cette tâche est déjà accomplie.")})
    if task.performer is Performer.CONTACT:
        if person_id is not None and person_id not in dict(candidates(request, by)):
            raise Refused({"person": _("Ce contact ne participe pas aux flux de travail.")})
        changed, task.contact_id = task.contact_id != person_id, person_id
    else:
        changed, task.resource_id = task.resource_id != person_id, person_id
    db.session.flush()
    if changed and person_id is not None:
        letters.task_given(task, request, by)


def complete(task: RequestTask, request: SupportRequest, remark: str, by: Actor) -> None:
    """Say that a task is done; one that is stays so. The history of the request tells of it."""
    if task.done_at is not None:
        return
    task.done_at, task.remark = now(), remark
    db.session.flush()
    comment = "\n".join(one for one in (task.label_fr, remark) if one)
    recording.told(HistoryKind.COMPLETED, request, by, comment=comment)


class Mine(NamedTuple):
    """A task of one's own, and where it is done."""

    id: int
    label: str
    due_on: date | None
    request_id: int
    number: str
    request: str
    company: str


def waiting_for(viewer: Viewer, limit: int) -> list[Mine]:
    """Return the first tasks a resource has to do, of requests they see: the most urgent first."""
    columns = _columns()
    rows = visible(RequestTask, viewer, *columns).join(SupportRequest, SupportRequest.id == RequestTask.request_id)
    rows = rows.join(Company, Company.id == SupportRequest.company_id)
    rows = rows.where(RequestTask.resource_id == viewer.resource_id, RequestTask.done_at.is_(None))
    return [_mine(row) for row in db.session.execute(rows.order_by(*_URGENCY).limit(limit))]


def of_contact(viewer: PortalViewer) -> list[Mine]:
    """Return the tasks a contact has to do in the portal: the most urgent first."""
    rows = visible_in_portal(RequestTask, viewer, *_columns())
    rows = rows.join(SupportRequest, SupportRequest.id == RequestTask.request_id)
    rows = rows.join(Company, Company.id == SupportRequest.company_id).where(RequestTask.done_at.is_(None))
    return [_mine(row) for row in db.session.execute(rows.order_by(*_URGENCY).limit(SHOWN))]


def done_by(viewer: PortalViewer, limit: int) -> list[tuple[str, Any]]:
    """Return the last tasks a contact has done, each with its moment."""
    rows = visible_in_portal(RequestTask, viewer).where(RequestTask.done_at.is_not(None))
    found = db.session.scalars(rows.order_by(RequestTask.done_at.desc(), RequestTask.id.desc()).limit(limit))
    return [(label_of(task), task.done_at) for task in found]


def request_of(task: RequestTask) -> SupportRequest:
    """Return the request of a task that one sees."""
    request = select(SupportRequest).where(SupportRequest.id == task.request_id)
    return db.session.scalars(unscoped(request, _WHY)).one()


_URGENCY = (RequestTask.due_on.is_(None), RequestTask.due_on, RequestTask.id)


def _columns() -> tuple[Any, ...]:
    task, request = RequestTask, SupportRequest
    labels = (task.id, task.label_fr, task.label_en, task.due_on)
    return (*labels, request.id.label("request_id"), request.number, request.name, Company.name.label("company"))


def _mine(row: Any) -> Mine:
    return Mine(row.id, label_of(row), row.due_on, row.request_id, row.number, row.name, row.company)


def _of(request: SupportRequest) -> Sequence[RequestTask]:
    tasks = select(RequestTask).where(RequestTask.request_id == request.id).order_by(RequestTask.id)
    return db.session.scalars(unscoped(tasks, _WHY)).all()


def _contacts(tasks: Sequence[RequestTask]) -> set[int]:
    return {task.contact_id for task in tasks if task.contact_id}


def _given_to(task: RequestTask, by_staff: Mapping[int, str], by_contact: Mapping[wording.Named, str]) -> str:
    if task.contact_id:
        return by_contact.get(("contact", task.contact_id)) or _("Contact à accès restreint")
    return by_staff.get(task.resource_id or 0, "")
