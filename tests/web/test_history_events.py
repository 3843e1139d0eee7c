"""Every event of H1, H2 and H3, by itself: told where it should be, once, with who and when, and read on the page.

The table of events is the one the documentation prints (`webapp/cli/docs.py`); an event without a story fails here.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.world import World
from webapp.access import get_visible, unscoped
from webapp.cli.docs import EVENTS, Event
from webapp.clock import now
from webapp.extensions import db
from webapp.models import Company, HistoryEvent, HistoryKind, Noun, Outcome, ReferenceList
from webapp.services import companies, contacts
from webapp.services.history import reading, recording
from webapp.services.linked.registry import KEEPERS

pytestmark = pytest.mark.usefixtures("db_session")


class Scene(SimpleNamespace):
    """Bruno, a company, one of its contacts, business with it; and what is done with these."""

    def make(self, noun: Noun, **values: Any) -> Any:
        return factories.of_noun(noun, self.company, self.world.bruno, by=self.bruno, **values)

    def act(self, record: Any, kind: HistoryKind, **columns: Any) -> None:
        KEEPERS[record.noun].act(record, kind, self.bruno, **columns)

    def complete(self, **values: Any) -> None:
        activity = self.make(Noun.ACTIVITY, **values)
        self.act(activity, HistoryKind.COMPLETED, completed_at=now(), completed_by_id=self.bruno.resource_id)


#: What happens in each story, by requirement and event.
STORIES: Mapping[tuple[str, str], Callable[[Scene], Any]] = {
    ("H1", "company created"): lambda s: s.found(),
    ("H1", "company modified"): lambda s: companies.update(s.company, {"alias": "Le Quai"}, s.bruno),
    ("H1", "engagement created from it"): lambda s: s.make(Noun.ENGAGEMENT, contact=s.contact.id),
    ("H1", "invoice validation notice sent to it"): lambda s: s.act(s.make(Noun.INVOICE), HistoryKind.NOTICE_SENT),
    ("H1", "activity created from it"): lambda s: s.make(Noun.ACTIVITY),
    ("H1", "activity completed"): lambda s: s.complete(),
    ("H1", "knowledge item created from it"): lambda s: s.make(Noun.KNOWLEDGE),
    ("H1", "project created from it"): lambda s: s.make(Noun.PROJECT),
    ("H1", "comment added"): lambda s: recording.commented(s.company, "À rappeler", s.bruno),
    ("H2", "contact created from the company"): lambda s: s.meet(),
    ("H2", "contact modified"): lambda s: contacts.update(s.contact, {"job_title": "Batelier"}, s.bruno),
    ("H2", "invited to the portal"): lambda s: factories.portal_access(s.contact, s.bruno),
    ("H2", "activity created from it completed"): lambda s: s.complete(contact=s.contact.id),
    ("H2", "comment added"): lambda s: recording.commented(s.contact, "En vacances", s.bruno),
    ("H3", "opportunity created from the company"): lambda s: s.hope(),
    ("H3", "opportunity modified"): lambda s: KEEPERS[Noun.OPPORTUNITY].update(s.deal, {"name": "Mieux"}, s.bruno),
    ("H3", "state changed"): lambda s: s.act(s.deal, HistoryKind.STATE_CHANGED, state_id=s.proposal),
    ("H3", "initial close date changed"): lambda s: s.act(
        s.deal, HistoryKind.DATES_CHANGED, initial_close_on=date(2026, 12, 1)
    ),
    ("H3", "revised close date changed"): lambda s: s.act(
        s.deal, HistoryKind.DATES_CHANGED, revised_close_on=date(2027, 1, 15)
    ),
    ("H3", "forecast amount changed"): lambda s: s.act(s.deal, HistoryKind.AMOUNT_CHANGED, amount=Decimal("1200.50")),
    ("H3", "closed"): lambda s: s.act(s.deal, HistoryKind.CLOSED, outcome=Outcome.WON, closed_at=now()),
    ("H3", "activity created from it"): lambda s: s.make(Noun.ACTIVITY, opportunity=s.deal.id),
    ("H3", "activity completed"): lambda s: s.complete(opportunity=s.deal.id),
    ("H3", "engagement created from it"): lambda s: s.make(
        Noun.ENGAGEMENT, contact=s.contact.id, opportunity=s.deal.id
    ),
    ("H3", "comment added"): lambda s: recording.commented(s.deal, "Ils hésitent", s.bruno),
}

#: The value that an entry says changed, of those that change one.
CHANGED = {
    "company modified": "alias",
    "contact modified": "job_title",
    "opportunity modified": "name",
    "state changed": "state",
    "initial close date changed": "initial_close_on",
    "revised close date changed": "revised_close_on",
    "forecast amount changed": "amount",
    "invited to the portal": "portal_enabled",
    "closed": "outcome",
}


@pytest.fixture
def scene(world: World) -> Scene:
    bruno = world.viewer("bruno")
    company = factories.company("Marinière", allow_engagements=True)
    contact = factories.contact("Paul Roux", company=company.id, email1="paul.roux@mariniere.example")
    found = Scene(world=world, bruno=bruno, company=company, contact=contact)
    found.proposal = factories.reference(ReferenceList.OPPORTUNITY_STATE, "proposal")
    found.deal = found.make(Noun.OPPORTUNITY)

    def put(name: str, record: Any) -> None:
        setattr(found, name, record)

    found.found = lambda: put("company", factories.company("Neuve", by=bruno))
    found.meet = lambda: put("contact", factories.contact("Zoé Neuve", company=company.id, by=bruno))
    found.hope = lambda: put("deal", found.make(Noun.OPPORTUNITY, name="Neuve"))
    return found


def entries() -> set[int]:
    return set(db.session.scalars(unscoped(select(HistoryEvent.id), "a test")))


def test_every_event_has_a_story() -> None:
    assert {(event.requirement, event.what) for event in EVENTS} == STORIES.keys()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.requirement} {event.what}")
def test_an_event_is_told(client: Any, scene: Scene, event: Event) -> None:
    """H1 to H3, D17: with the one behind it and the moment, on the record it happened to and on its company."""
    before, started = entries(), now()
    STORIES[event.requirement, event.what](scene)
    db.session.commit()
    db.session.expire_all()
    place = {"H1": scene.company, "H2": scene.contact, "H3": scene.deal}[event.requirement]
    newest = reading.of(get_visible(type(place), place.id, scene.bruno), scene.bruno).entries[0]
    about = event.about if isinstance(event.about, Noun) else None
    assert (newest.kind, newest.noun, newest.actor) == (event.kind, about, "Bruno Masson")
    assert newest.id not in before
    assert started <= newest.at <= now()
    assert [one.name for one in newest.lines] == ([CHANGED[event.what]] if event.what in CHANGED else [])
    assert sum(one.kind == event.kind for one in reading.of(place, scene.bruno).entries if one.id not in before) == 1

    if event.requirement != "H1":
        at_company = reading.of(get_visible(Company, scene.company.id, scene.bruno), scene.bruno)
        assert newest.id in {one.id for one in at_company.entries}, "the company is told too"
    root = {"H1": "companies", "H2": "contacts", "H3": "opportunities"}[event.requirement]
    page = client.as_("bruno").get(f"/{root}/{place.id}/history")
    assert str(reading.TITLES[event.kind]) in page.text
