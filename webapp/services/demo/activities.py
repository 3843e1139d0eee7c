"""What the firm's people have to do with their customers, late, today and in the weeks to come, and what they did."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from webapp.access import unscoped
from webapp.clock import at
from webapp.extensions import db
from webapp.models import Activity, ActivityKind, Contact
from webapp.services.activities import ACTIVITIES
from webapp.services.demo.drafts import Draft
from webapp.services.demo.world import SATURDAY, Duty, Member, World, read

#: How far from today what is to be done is due, in days: a few things are late.
DUE = (-6, 24)
#: The share of what has no day, and of calls and meetings that have an hour.
SOME_DAY, AT_AN_HOUR = 0.12, 0.8
HOURS = ("09:00", "09:30", "10:00", "11:00", "14:00", "14:30", "15:00", "16:30")
WITH_HOURS = (ActivityKind.CALL, ActivityKind.MEETING)


def fill(world: World, companies: Iterable[Draft]) -> None:
    """Give those who look after companies, and the administrators, something to do."""
    plan, known = read("activities"), [draft for draft in companies if draft.team]
    for _number in range(plan["open"]):
        draft = world.random.choice(known)
        _plan(draft, world.random.choice(draft.team), world)
    open_to_all = [draft for draft in known if not draft.restricted and not draft.entities]
    for admin in (member for member in world.staff if member.duty is Duty.ADMIN and member.is_active):
        for draft in world.random.sample(open_to_all, plan["of_admins"]):
            _plan(draft, admin, world)
    for _number in range(plan["done"]):
        draft = world.random.choice(known)
        _do(draft, world.random.choice(draft.team), world)


def _plan(draft: Draft, owner: Member, world: World) -> None:
    """Give somebody something to do with a company, mostly by some day."""
    values = _values(draft, owner, world)
    if not world.chance(SOME_DAY):
        values |= _day(values["kind"], world.random.randint(*DUE), world)
    with at(world.working_moment(min(draft.age, world.random.uniform(7, 20)))):
        ACTIVITIES.create(values, world.hand(owner))
        db.session.flush()


def _do(draft: Draft, owner: Member, world: World) -> None:
    """Have somebody have done something with a company."""
    values = _values(draft, owner, world)
    begun = world.working_moment(draft.age * world.random.random() * 0.5)
    with at(begun):
        done: Activity = ACTIVITIES.create(values, world.hand(owner))
        db.session.flush()
    with at(min(world.now, begun + timedelta(days=world.random.randint(0, 5)))):
        ACTIVITIES.complete(done, world.hand(owner))
        db.session.flush()


def _values(draft: Draft, owner: Member, world: World) -> dict[str, Any]:
    """Return what is to be done, with somebody of the company where it names one."""
    kind = world.random.choice(list(ActivityKind))
    chosen = world.random.choice(read("activities")[kind])
    contact = _somebody(draft, world)
    if contact is None:
        kind, chosen = ActivityKind.TASK, world.random.choice(read("activities")["task"])
    return {
        "company": draft.id,
        "contact": contact.id if contact else None,
        "kind": kind,
        "name": chosen["subject"].format(name=contact.name if contact else ""),
        "comments": chosen.get("comments", ""),
        "owner": owner.resource_id,
    }


def _somebody(draft: Draft, world: World) -> Contact | None:
    people = select(Contact).where(Contact.company_id == draft.id, ~Contact.restrict_access).order_by(Contact.id)
    found = db.session.scalars(unscoped(people.limit(8), "the demonstration is nobody's yet")).all()
    return world.random.choice(found) if found else None


def _day(kind: ActivityKind, days: int, world: World) -> dict[str, Any]:
    """Return a working day so many days from today, with an hour if such things have one."""
    day: date = world.now.date() + timedelta(days=days)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    has_hour = kind in WITH_HOURS and world.chance(AT_AN_HOUR)
    return {"due_on": day, "due_time": world.random.choice(HOURS) if has_hour else ""}
