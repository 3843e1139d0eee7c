"""Requests: what customers ask for, from state to state of their workflow (S7, P9, P10)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from webapp.access import Actor, PortalViewer, Viewer
from webapp.clock import now
from webapp.i18n import LazyString, _, _l
from webapp.models import (
    HistoryKind,
    PortalRight,
    Priority,
    RequestMessage,
    SupportRequest,
    WorkflowState,
)
from webapp.services import organisation, workflows
from webapp.services.linked.keeping import Filter, Keeper, Summary
from webapp.services.refusal import Refused
from webapp.services.support import conversation, letters, tasks
from webapp.services.values import Change
from webapp.uploads import Upload

PRIORITIES: Mapping[Priority, LazyString] = {
    Priority.LOW: _l("Basse"),
    Priority.NORMAL: _l("Normale"),
    Priority.HIGH: _l("Haute"),
    Priority.URGENT: _l("Urgente"),
}


class RequestKeeper(Keeper[SupportRequest]):
    """Requests; each has a number from the start, and goes where its workflow lets it."""

    model = SupportRequest
    derived = ("number", "state_id", "closed_at")
    required = ("company", "name", "priority")

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        return {"priority": Priority.NORMAL, **super().starting_values(sources, viewer)}

    def create(self, values: Mapping[str, Any], by: Actor) -> SupportRequest:
        request = super().create(values, by)
        tasks.begin(request, workflows.state(request.state_id))
        letters.opened(request, by)
        letters.assigned(request, by)
        return request

    def update(
        self, record: SupportRequest, values: Mapping[str, Any], by: Actor, before: Mapping[str, Any] | None = None
    ) -> list[Change]:
        changes = super().update(record, values, by, before)
        if any(change.name == "owner" for change in changes):
            letters.assigned(record, by)
        return changes

    def columns(self, values: Mapping[str, Any], record: SupportRequest) -> dict[str, Any]:
        columns = super().columns(values, record)
        if record.number is None:
            state = workflows.initial_state()
            workflows.hold(state)
            columns |= {"number": next_number(), "state_id": state.id}
            # Read below by `found_by`.
            record.number = columns["number"]
        return columns

    def found_by(self, values: Mapping[str, Any], record: SupportRequest) -> str:
        return f"{record.number} {values['name']}"

    # --- lists -------------------------------------------------------------------------------------------------------

    def summary(self) -> Summary:
        return Summary(
            state=SupportRequest.state_id,
            owner=SupportRequest.owner_id,
            label_fr=_label_of_state(WorkflowState.label_fr),
            label_en=_label_of_state(WorkflowState.label_en),
        )

    def state_label(self, state: str) -> str:
        return workflows.labels().get(int(state), "")

    def comes_last(self) -> ColumnElement[bool]:
        return SupportRequest.closed_at.is_not(None)

    def more_columns(self) -> Sequence[Any]:
        return (
            SupportRequest.number,
            SupportRequest.priority,
            SupportRequest.owner_id,
            SupportRequest.closed_at,
            SupportRequest.updated_at,
            conversation.waits_for_staff().label("waits"),
        )

    def filters(self) -> Mapping[str, Filter]:
        return {
            "owner": Filter(
                _l("Responsable"),
                lambda viewer: [("me", _("Moi")), ("none", _("Non affectées"))],
                lambda value, viewer: (
                    SupportRequest.owner_id == viewer.resource_id
                    if value == "me"
                    else SupportRequest.owner_id.is_(None)
                ),
            ),
            "state": Filter(_l("État"), _states, _in_state),
            "priority": Filter(
                _l("Priorité"),
                lambda viewer: [(one.value, str(label)) for one, label in reversed(list(PRIORITIES.items()))],
                lambda value, viewer: SupportRequest.priority == Priority(value),
            ),
        }

    # --- from state to state -----------------------------------------------------------------------------------------

    def take(self, request: SupportRequest, by: Viewer) -> None:
        """Make a request one's own that is nobody's; raises Refused when somebody was faster."""
        if request.owner_id == by.resource_id:
            return
        if request.owner_id is not None:
            raise Refused({"owner": _("Quelqu’un d’autre a pris cette demande en charge entre-temps.")})
        self.update(request, {"owner": by.resource_id}, by)

    def move(self, request: SupportRequest, to_id: int, by: Actor) -> WorkflowState:
        """Move a request to another state and return that; raises Refused where its workflow doesn't let it."""
        here = workflows.state(request.state_id)
        workflows.hold(here)
        to = next((one for one in workflows.next_states(here) if one.id == to_id), None)
        if to is None:
            raise Refused({"state": _("De « %(state)s », ce passage n’est pas permis.", state=here.label)})
        self._enter(request, here, to, by)
        return to

    def closing_state(self, request: SupportRequest, viewer: PortalViewer) -> WorkflowState | None:
        """Return the state in which a contact may close a request now; nothing when they may not (P10).

        At any time with the right, else only where the workflow allows a move to a closed state.
        """
        here = workflows.state(request.state_id)
        if here.is_closed:
            return None
        allowed = [state for state in workflows.next_states(here) if state.is_closed]
        if not allowed and viewer.has(PortalRight.CLOSE_REQUESTS_ANYTIME):
            allowed = list(workflows.closed_states(here))
        return allowed[0] if allowed else None

    def close(self, request: SupportRequest, by: PortalViewer) -> None:
        """Close a request for a contact; raises Refused when they may not (P10)."""
        here = workflows.state(request.state_id)
        workflows.hold(here)
        to = self.closing_state(request, by)
        if to is None:
            raise Refused({"state": _("Cette demande ne peut pas être close pour l’instant.")})
        self._enter(request, here, to, by)

    def reopening_state(self, request: SupportRequest) -> WorkflowState | None:
        """Return the state in which a contact's reply opens a closed request again; nothing when none does."""
        here = workflows.state(request.state_id)
        return next((state for state in workflows.next_states(here) if not state.is_closed), None)

    def may_reply(self, request: SupportRequest) -> bool:
        """Whether a contact may write: in an open request, and in a closed one that this opens again."""
        return request.closed_at is None or self.reopening_state(request) is not None

    def _enter(self, request: SupportRequest, here: WorkflowState, to: WorkflowState, by: Actor) -> None:
        kind = HistoryKind.STATE_CHANGED
        if to.is_closed and not here.is_closed:
            kind = HistoryKind.CLOSED
        elif here.is_closed and not to.is_closed:
            kind = HistoryKind.REOPENED
        closed_at = (request.closed_at or now()) if to.is_closed else None
        self.act(request, kind, by, state_id=to.id, closed_at=closed_at)
        tasks.begin(request, to)
        letters.moved(request, to, by)

    # --- what is said ------------------------------------------------------------------------------------------------

    def answer(self, request: SupportRequest, text: str, by: Viewer, uploads: Sequence[Upload] = ()) -> RequestMessage:
        """Answer a customer: the contact reads it in the portal, and is told by mail."""
        message = conversation.say(request, text, by, uploads=uploads)
        letters.answered(request, by)
        return message

    def note(self, request: SupportRequest, text: str, by: Viewer, uploads: Sequence[Upload] = ()) -> RequestMessage:
        """Say something among the staff: nobody else is told, and the portal shows nothing of it."""
        return conversation.say(request, text, by, uploads=uploads, is_internal=True)

    def reply(self, request: SupportRequest, text: str, by: PortalViewer, uploads: Sequence[Upload] = ()) -> None:
        """Write as a contact; a closed request opens again, where its workflow lets it; raises Refused elsewhere."""
        reopened = self.reopening_state(request) if request.closed_at else None
        if request.closed_at and reopened is None:
            raise Refused({"text": _("Cette demande est close : créez-en une nouvelle.")})
        conversation.say(request, text, by, uploads=uploads)
        letters.written(request, by)
        if reopened is not None:
            self.move(request, reopened.id, by)

    def ask(self, values: Mapping[str, Any], by: PortalViewer, uploads: Sequence[Upload] = ()) -> SupportRequest:
        """Make a request as a contact, of one's own company (P9, D11)."""
        request = self.create({**values, "company": by.company_id, "contact": by.contact_id}, by)
        conversation.attach(request, uploads)
        return request


def _label_of_state(label: Any) -> Any:
    return select(label).where(WorkflowState.id == SupportRequest.state_id).scalar_subquery()


REQUESTS = RequestKeeper()


def next_number() -> str:
    """Return a number that no other request has: the year, where the organisation is, and how many there were in it."""
    year = organisation.today().year
    return f"D-{year}-{organisation.next_number(f'request_{year}'):05}"


def _states(viewer: Viewer) -> list[tuple[str, str]]:
    states = [(str(state.id), state.label) for state in workflows.offered_states()]
    return [("open", _("Ouvertes")), ("closed", _("Closes")), *states]


def _in_state(value: str, viewer: Viewer) -> ColumnElement[bool]:
    if value in ("open", "closed"):
        is_open: ColumnElement[bool] = SupportRequest.closed_at.is_(None)
        return is_open if value == "open" else ~is_open
    return SupportRequest.state_id == int(value)
