"""What the firm's customers ask, and what is said and done about it, by those who may."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from webapp.access import Actor, PortalViewer, unscoped
from webapp.clock import at
from webapp.extensions import db
from webapp.models import Contact, Performer, PortalAccess, PortalRight, RequestTask, SupportRequest
from webapp.services import workflows
from webapp.services.demo import portal
from webapp.services.demo.drafts import Draft
from webapp.services.demo.world import SATURDAY, WORKING_HOURS, Duty, Member, World, read
from webapp.services.portal import accounts
from webapp.services.portal.access import has_right
from webapp.services.requests import REQUESTS
from webapp.services.support import tasks

#: How often each request of `requests.toml` was made, by other customers.
TIMES = 3
#: Days from the first request to today, and from one thing said to the next.
LONG, PAUSE = 60.0, timedelta(hours=5)
#: The share of requests that nobody has taken yet, of those on which nothing was done.
WAITING = 0.7

_WHY = "the demonstration is nobody's yet"

#: What is to be done in some states, by whom, in how many days.
STEPS = (
    (1, "Analyser la demande", "Analyse the request", Performer.RESOURCE, 2),
    (3, "Valider la solution", "Approve the solution", Performer.CONTACT, 5),
)


def fill(world: World, companies: Iterable[Draft]) -> None:
    """Draw the steps of the workflow, then have requests asked, answered and closed."""
    _draw_steps()
    by_id = {draft.id: draft for draft in companies}
    askers = _askers(world)
    for number in range(TIMES):
        for told in read("requests")["request"]:
            asker = next(askers, None)
            if asker is None:
                return
            _live(told, asker, by_id[asker.company_id], world, is_last=number == TIMES - 1)
    portal.deliver(world)


def _draw_steps() -> None:
    workflow = workflows.everything()[0]
    states = workflows.states(workflow)
    for place, french, english, performer, days in STEPS:
        values = {"label_fr": french, "label_en": english, "performer": performer, "days": days}
        workflows.add_step(workflow, states[place], values)


def _askers(world: World) -> Iterator[PortalViewer]:
    """Yield contacts who may ask now, in turns."""
    rows = select(Contact).join(PortalAccess, PortalAccess.contact_id == Contact.id)
    rows = rows.where(PortalAccess.online_support).order_by(Contact.id.desc())
    found = [_viewer(contact) for contact in db.session.scalars(unscoped(rows, _WHY)).all()]
    able = [viewer for viewer in found if viewer is not None]
    while able:
        yield from able


def _viewer(contact: Contact) -> PortalViewer | None:
    account = accounts.by_id(contact.id)
    if account is None:
        return None
    return PortalViewer(
        contact_id=contact.id,
        company_id=contact.company_id,
        name=contact.name,
        email=contact.email1,
        rights=frozenset(right for right in PortalRight if has_right(account.access, right)),
        max_profiles=None,
        language=None,
        timezone="Europe/Paris",
    )


def _live(told: dict[str, Any], asker: PortalViewer, draft: Draft, world: World, *, is_last: bool) -> None:
    """Have a request asked, and whatever is told of it happen."""
    days_ago = world.random.uniform(0.5, 4) if is_last else world.random.uniform(4, LONG)
    moment = world.working_moment(days_ago)
    owner = world.random.choice(draft.team or [world.member(Duty.CONSULTANT, "paris")])
    with at(moment):
        values = {name: told[name] for name in ("name", "text", "priority")}
        request = REQUESTS.ask(values, asker)
    is_new = not told["path"] and not told["messages"]
    if not is_new or not world.chance(WAITING):
        moment = _later(moment, world)
        with at(moment):
            REQUESTS.take(request, world.hand(owner))
    moment = _talk(request, told["messages"], asker, owner, moment, world)
    for place in told["path"]:
        moment = _later(moment, world)
        state = workflows.states(workflows.everything()[0])[place]
        with at(moment):
            REQUESTS.move(request, state.id, world.hand(owner))
            _do_tasks(request, asker, owner, world)


def _talk(
    request: SupportRequest, messages: list[str], asker: PortalViewer, owner: Member, moment: datetime, world: World
) -> datetime:
    for message in messages:
        who, _colon, text = message.partition(": ")
        moment = _later(moment, world)
        with at(moment):
            if who == "c":
                REQUESTS.reply(request, text, asker)
            elif who == "n":
                REQUESTS.note(request, text, world.hand(owner))
            else:
                REQUESTS.answer(request, text, world.hand(owner))
    return moment


def _do_tasks(request: SupportRequest, asker: PortalViewer, owner: Member, world: World) -> None:
    """Give what is to be done, and have those of before done where a request goes on."""
    waiting = select(RequestTask).where(RequestTask.request_id == request.id, RequestTask.done_at.is_(None))
    for task in db.session.scalars(unscoped(waiting, _WHY)).all():
        if task.performer is Performer.RESOURCE:
            tasks.give(task, request, owner.resource_id, world.hand(owner))
            doer: Actor = world.hand(owner)
        elif asker.has(PortalRight.WORKFLOW_PARTICIPATION):
            tasks.give(task, request, asker.contact_id, world.hand(owner))
            doer = asker
        else:
            continue
        if request.closed_at or world.chance(0.4):
            tasks.complete(task, request, "", doer)


def _later(moment: datetime, world: World) -> datetime:
    """Return a moment of a working day after another, never to come."""
    moment += PAUSE * world.random.uniform(0.2, 1.5)
    while moment.hour not in WORKING_HOURS or moment.weekday() >= SATURDAY:
        moment += timedelta(hours=1)
    return min(moment, world.now)
