"""What the firm has undertaken: engagements with clients that allow them, most from a won opportunity (S3)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from webapp.access import get_visible
from webapp.clock import at
from webapp.models import AddressKind, Company, EngagementState, Outcome
from webapp.services.demo.drafts import Draft
from webapp.services.demo.opportunities import Hope, people_of
from webapp.services.demo.world import World, read
from webapp.services.engagements import ENGAGEMENTS, addresses_of

#: How many there are besides those that came from an opportunity.
OLDER = 22

#: A month, near enough.
MONTH = timedelta(days=30.4)

Values = dict[str, Any]


def fill(world: World, companies: Iterable[Draft], hopes: Iterable[Hope]) -> None:
    """Enter an engagement for each opportunity that was won where it may be, and some older ones."""
    able = [draft for draft in companies if draft.team and draft.is_client and _may_have_one(draft, world)]
    people = people_of(draft.id for draft in able)
    for hope in hopes:
        if hope.opportunity.outcome is Outcome.WON and hope.draft in able:
            _from_opportunity(hope, people[hope.draft.id], world)
    for draft in world.random.sample(able, OLDER):
        _older(draft, people[draft.id], world)


def _may_have_one(draft: Draft, world: World) -> bool:
    assert draft.id is not None
    return get_visible(Company, draft.id, world.by).allow_engagements


def _from_opportunity(hope: Hope, people: list[int], world: World) -> None:
    """Enter what an opportunity led to, the day after it was won or later."""
    opportunity = hope.opportunity
    begun = world.now.date() + timedelta(days=world.random.randint(-20, 30))
    values = {
        "name": opportunity.name,
        "opportunity": opportunity.id,
        "contact": opportunity.contact_id or people[0],
        "state": EngagementState.ACTIVE,
        **_dates(begun, hope.mission["months"]),
    }
    with at(max(opportunity.updated_at, world.working_moment(10 * world.random.random()))):
        ENGAGEMENTS.create(values | _billing(hope.draft, world), world.hand(hope.owner))


def _older(draft: Draft, people: list[int], world: World) -> None:
    """Enter an engagement that was there before opportunities were followed here; by now some are over."""
    random = world.random
    mission = random.choice(read("opportunities")["missions"])
    age = draft.age * random.random()
    begun = (world.now - timedelta(days=age)).date()
    dates = _dates(begun, mission["months"])
    is_over = dates["ends_on"] < world.now.date()
    state = (
        EngagementState.ENDED
        if is_over
        else EngagementState.SUSPENDED
        if world.chance(0.15)
        else EngagementState.ACTIVE
    )
    owner = world.hand(random.choice(draft.team))
    values = {
        "name": random.choice(mission["names"]),
        "contact": random.choice(people),
        "state": EngagementState.ACTIVE,
        "comments": random.choice(read("opportunities")["comments"]["engagement"]) if world.chance(0.4) else "",
        **dates,
    }
    entered = world.working_moment(age)
    with at(entered):
        engagement = ENGAGEMENTS.create(values | _billing(draft, world), owner)
    with at(max(entered, world.working_moment(age * random.random()))):
        ENGAGEMENTS.update(engagement, {"state": state}, owner)


def _dates(begun: date, months: int) -> Values:
    return {"starts_on": begun, "ends_on": begun + months * MONTH}


def _billing(draft: Draft, world: World) -> Values:
    """Return where it is invoiced, and by whom: the entity of the office that follows the company."""
    assert draft.id is not None
    had = addresses_of(draft.id, world.by)
    address = AddressKind.BILLING if AddressKind.BILLING in had else next(iter(had), None)
    entity = world.entity_ids.get(draft.team[0].office, world.entity_ids["paris"])
    return {"company": draft.id, "address": address, "billing_entity": entity}
