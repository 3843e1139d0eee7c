"""What the firm hopes to sell to its customers: opportunities in each state, some late, some won or lost (S2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from webapp.access import unscoped
from webapp.clock import at
from webapp.extensions import db
from webapp.models import Contact, Opportunity, Outcome, ReferenceList
from webapp.services.demo.drafts import Draft
from webapp.services.demo.world import Member, World, read
from webapp.services.opportunities import OPPORTUNITIES

#: How many there are; how many of them were won, all from clients, and how many lost.
COUNT, WON, LOST = 72, 13, 13

#: How the open ones stand, by the codes of the list: fewer, the nearer the signature.
STATES = {"identified": 30, "qualified": 28, "proposal": 20, "negotiation": 14, "agreed": 8}

#: Why they were won or lost, by the codes of the list; each serves.
REASONS = {
    Outcome.WON: ("best_offer", "trust"),
    Outcome.LOST: ("price", "competitor", "no_budget", "abandoned", "no_answer"),
}

#: In which currency a customer pays, by country; elsewhere in the firm's own.
CURRENCIES = {"CH": "CHF", "US": "USD", "CA": "CAD"}

_WHY = "the demonstration is nobody's yet"


@dataclass(frozen=True)
class Hope:
    """An opportunity of the demonstration: its company, who follows it, and the mission of the seeds that it is."""

    opportunity: Opportunity
    draft: Draft
    owner: Member
    mission: dict[str, Any]


def fill(world: World, companies: Iterable[Draft]) -> list[Hope]:
    """Enter the opportunities, let time pass over them; return them."""
    followed = [draft for draft in companies if draft.team]
    people = people_of(draft.id for draft in followed)
    chosen = world.random.sample(followed, COUNT - len(STATES))
    # Some customers have two.
    chosen += world.random.sample(chosen, len(STATES))
    hopes = []
    for place, draft in enumerate(chosen):
        state = list(STATES)[place] if place < len(STATES) else world.weighted(STATES)
        hopes.append(_hope(draft, state, people.get(draft.id, ()), world))
    won = [hope for hope in hopes[len(STATES) :] if hope.draft.is_client][:WON]
    lost = [hope for hope in hopes[len(STATES) :] if hope not in won][:LOST]
    for outcome, closed in ((Outcome.WON, won), (Outcome.LOST, lost)):
        for place, hope in enumerate(closed):
            _close(hope, outcome, place, world)
    return hopes


def people_of(company_ids: Iterable[int | None]) -> dict[int | None, list[int]]:
    """Return the contacts of each company, the first entered first."""
    rows = select(Contact.company_id, Contact.id).where(Contact.company_id.in_(company_ids)).order_by(Contact.id)
    found: dict[int | None, list[int]] = {}
    for company_id, contact_id in db.session.execute(unscoped(rows, _WHY)):
        found.setdefault(company_id, []).append(contact_id)
    return found


def _hope(draft: Draft, state: str, people: Sequence[int], world: World) -> Hope:
    """Enter an opportunity, then bring it to its state as weeks go by."""
    find, random = world.lists.find, world.random
    mission = random.choice(read("opportunities")["missions"])
    owner, age = random.choice(draft.team), min(draft.age, 200 * random.random())
    closes_on = _closing_day(world)
    least, most = mission["amount"]
    values = {
        "company": draft.id,
        "name": random.choice(mission["names"]),
        "contact": random.choice(people) if people and world.chance(0.85) else None,
        "state": find(ReferenceList.OPPORTUNITY_STATE, "identified"),
        "amount": Decimal(random.randint(least * 2, most * 2) * 500) if world.chance(0.92) else None,
        "currency": CURRENCIES.get(draft.place.country, "EUR"),
        "initial_close_on": closes_on if world.chance(0.95) else None,
        "owner": owner.resource_id,
        "comments": random.choice(read("opportunities")["comments"]["open"]) if world.chance(0.3) else "",
    }
    entered = world.working_moment(age)
    with at(entered):
        opportunity = OPPORTUNITIES.create(values, world.hand(owner))
    later: dict[str, Any] = {"state": find(ReferenceList.OPPORTUNITY_STATE, state)}
    if values["initial_close_on"] and world.chance(0.35):
        later["revised_close_on"] = closes_on + timedelta(days=random.choice((14, 30, 61)))
    with at(max(entered, world.working_moment(age * random.random()))):
        OPPORTUNITIES.update(opportunity, later, world.hand(owner))
    return Hope(opportunity, draft, owner, mission)


def _closing_day(world: World) -> date:
    """Return the day by which a signature is hoped for: most in the months that come, a few gone by."""
    return world.now.date() + timedelta(days=world.random.randint(-25, 150))


def _close(hope: Hope, outcome: Outcome, place: int, world: World) -> None:
    """Win or lose an opportunity; each reason serves in its turn."""
    reasons = REASONS[outcome]
    reason = world.lists.find(ReferenceList.CLOSE_REASON, reasons[place % len(reasons)])
    comment = world.random.choice(read("opportunities")["comments"][outcome.value])
    with at(max(hope.opportunity.updated_at, world.working_moment(40 * world.random.random()))):
        OPPORTUNITIES.close(hope.opportunity, outcome, world.hand(hope.owner), close_reason=reason, comment=comment)
