"""What the firm does for its clients: projects in every state, some of them opened to the portal."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import cycle

from sqlalchemy import select

from webapp.access import unscoped
from webapp.clock import at
from webapp.extensions import db
from webapp.models import Company, ProjectState
from webapp.services.demo.drafts import Draft
from webapp.services.demo.world import World, read
from webapp.services.projects import PROJECTS

#: How many projects there are.
PROJECTS_MADE = 42

#: Their states, in turns, and how many days ago each began at most.
STATES = (
    (ProjectState.ACTIVE, 120),
    (ProjectState.DONE, 400),
    (ProjectState.PLANNED, 0),
    (ProjectState.ACTIVE, 200),
    (ProjectState.SUSPENDED, 250),
    (ProjectState.DONE, 300),
    (ProjectState.ACTIVE, 60),
    (ProjectState.CANCELLED, 220),
)


def fill(world: World, companies: Iterable[Draft]) -> None:
    """Begin projects for clients, each managed by one of those who look after the client."""
    clients = [draft for draft in companies if draft.is_client and draft.team]
    states, names = cycle(STATES), cycle(read("work")["projects"])
    for draft in world.random.sample(clients, min(PROJECTS_MADE, len(clients))):
        state, longest = next(states)
        manager = world.random.choice(draft.team)
        begun = max(world.working_moment(world.random.uniform(0, longest)), _entered(draft))
        first = begun.date() + timedelta(days=world.random.randint(10, 40) if state is ProjectState.PLANNED else 3)
        values = {
            "company": draft.id,
            "name": next(names),
            "state": state,
            "starts_on": first,
            "ends_on": first + timedelta(days=world.random.randint(30, 150)),
            "manager": manager.resource_id,
            "in_portal": world.chance(0.6),
            "comments": world.random.choice(read("work")["comments"]),
        }
        with at(begun):
            PROJECTS.create(values, world.hand(manager))


def _entered(draft: Draft) -> datetime:
    entered = select(Company.created_at).where(Company.id == draft.id)
    return db.session.scalars(unscoped(entered, "the demonstration is nobody's yet")).one()
