"""What the firm invoices: drafts, invoices sent, paid and late, a credit note, in several currencies and taxes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from typing import Any

from sqlalchemy import select

from webapp.access import Viewer, unscoped
from webapp.clock import at
from webapp.extensions import db
from webapp.models import Company, Contact, Invoice, InvoiceState, ReferenceList
from webapp.services.demo.drafts import Draft
from webapp.services.demo.world import World, read
from webapp.services.invoices import INVOICES, validating
from webapp.services.invoices.amounts import Line, Lines

#: How many invoices there are.
INVOICES_MADE = 60

#: What becomes of them, by how many days ago they were made; the last ones are drafts still.
DRAFT_DAYS, VALIDATED_DAYS, SENT_DAYS = 6, 12, 34

#: Which entity invoices where, in which currency.
CURRENCIES = {"geneva": "CHF", "montreal": "CAD"}

_WHY = "the demonstration is nobody's yet"


def fill(world: World, companies: Iterable[Draft]) -> None:
    """Invoice clients over the last ten months, the oldest first, so that numbers follow days."""
    clients = [draft for draft in companies if draft.is_client and draft.team]
    made = sorted((_moment(draft, world), draft.id, draft) for draft in world.random.choices(clients, k=INVOICES_MADE))
    #: Credit notes to come: when, and on which invoice.
    notes: list[tuple[datetime, int, Invoice, Viewer]] = []
    for moment, _id, draft in made:
        while notes and notes[0][0] <= moment:
            _credit(*heappop(notes))
        by = world.hand(world.random.choice(draft.team))
        invoice = _live(draft, moment, by, world)
        days = (world.now - moment).days
        if days > SENT_DAYS and invoice.state is InvoiceState.SENT and world.chance(0.3):
            heappush(notes, (moment + timedelta(days=20), invoice.id, invoice, by))
    while notes:
        _credit(*heappop(notes))


def _moment(draft: Draft, world: World) -> datetime:
    """Return when a client is invoiced: not before it was entered."""
    entered = select(Company.created_at).where(Company.id == draft.id)
    moment = world.working_moment(world.random.uniform(0, 300))
    return max(moment, db.session.scalars(unscoped(entered, _WHY)).one())


def _live(draft: Draft, made: datetime, by: Viewer, world: World) -> Invoice:
    """Make an invoice, and let become of it what its age says; return it."""
    days = (world.now - made).days
    with at(made):
        invoice = INVOICES.create(_values(draft, world), by)
        if days >= DRAFT_DAYS:
            validating.validate(invoice, by)
    if days >= VALIDATED_DAYS:
        with at(made + timedelta(hours=2)):
            INVOICES.mark_sent(invoice, by)
    if days > SENT_DAYS and world.chance(0.85):
        paid = made + timedelta(days=world.random.randint(12, min(45, days)))
        with at(paid):
            INVOICES.mark_paid(invoice, paid.date(), by)
    return invoice


def _credit(moment: datetime, _id: int, invoice: Invoice, by: Viewer) -> None:
    with at(moment):
        validating.validate(INVOICES.credit(invoice, by), by)


def _values(draft: Draft, world: World) -> dict[str, Any]:
    office = world.random.choice(draft.team).office
    key = office if office in world.entity_ids else next(iter(world.entity_ids))
    mission = world.random.choice(read("work")["lines"])
    known = select(Contact.id).where(Contact.company_id == draft.id, Contact.email1 != "").order_by(Contact.id).limit(1)
    return {
        "company": draft.id,
        "name": mission["subject"],
        "billing_entity": world.entity_ids[key],
        "contact": db.session.scalar(unscoped(known, _WHY)),
        "currency": CURRENCIES.get(key, "EUR"),
        "lines": Lines(tuple(_line(row, key, world) for row in mission["rows"])),
    }


def _line(row: list[Any], key: str, world: World) -> Line:
    text, unit, price = row
    code = "reduced" if "Supports" in text else "intermediate" if "déplacement" in text else "standard"
    if key == "geneva":
        # Invoiced from outside the Union.
        code = "none"
    quantity = Decimal(world.random.randint(1, 24)) / 2 if unit == "jour" else Decimal(1)
    return Line(text, quantity, Decimal(str(price)), world.lists.find(ReferenceList.TAX_RATE, code))
