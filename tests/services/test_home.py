"""What a day begins with: days to wish, records opened last (K6, D9, D20, A2)."""

from datetime import date
from typing import Any

import pytest

from tests import factories
from tests.services.test_contact_trees import mark
from tests.world import World
from webapp.access import SYSTEM, Viewer, get_visible
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import Company, Contact
from webapp.services import contacts, home
from webapp.services.home import Occasion

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def bruno(world: World) -> Viewer:
    return world.viewer("bruno")


def born(world: World, who: Viewer, day: str, **values: Any) -> Contact:
    """Add a contact of one's own, born on a day."""
    contact = factories.contact(f"Né {day}", company=world.durand.id, birthday=PartialDate.parse(day), **values)
    mark(who, contact.id)
    return contact


def wished(who: Viewer, today: date) -> list[tuple[str, int | None]]:
    return [(f"{one.on:%m-%d}", one.years) for one in home.happy_days(who, today)]


def test_the_days_of_seven_days_the_next_first(world: World, bruno: Viewer) -> None:
    """With or without a year, over the end of a year."""
    for day in ("1980-12-30", "--01-04", "1990-01-05", "1970-12-29", "--12-31"):
        born(world, bruno, day)
    assert wished(bruno, date(2026, 12, 30)) == [("12-30", 46), ("12-31", None), ("01-04", None), ("01-05", 37)]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 2, 22), "02-28"),
        (date(2027, 2, 28), "02-28"),
        (date(2028, 2, 23), "02-29"),
        (date(2027, 3, 1), None),
        (date(2028, 2, 22), None),
    ],
)
def test_the_29th_of_february_comes_each_year(world: World, bruno: Viewer, today: date, expected: str | None) -> None:
    born(world, bruno, "--02-29")
    assert [day for day, _years in wished(bruno, today)] == ([expected] if expected else [])


def test_the_28th_of_february_is_not_the_29th(world: World, bruno: Viewer) -> None:
    born(world, bruno, "2000-02-28")
    assert wished(bruno, date(2028, 2, 29)) == []


def test_a_contact_may_have_two_days(world: World, bruno: Viewer) -> None:
    born(world, bruno, "1980-06-02", anniversary=PartialDate(6, 1, 2010))
    found = home.happy_days(bruno, date(2026, 6, 1))
    assert [(one.occasion, one.years) for one in found] == [(Occasion.ANNIVERSARY, 16), (Occasion.BIRTHDAY, 46)]
    assert (found[0].name, found[0].company) == ("Né 1980-06-02", "Durand & Fils")


def test_only_my_own_contacts_that_i_see(world: World, bruno: Viewer) -> None:
    """T6, D9."""
    hers = born(world, world.viewer("chloe"), "--06-01")
    assert home.happy_days(bruno, date(2026, 6, 1)) == []
    mark(bruno, hers.id)
    assert len(home.happy_days(bruno, date(2026, 6, 1))) == 1
    contacts.remove(hers, SYSTEM)
    db.session.commit()
    assert home.happy_days(bruno, date(2026, 6, 1)) == []


def test_opened_records_keep_their_order_and_hidden_ones_go(world: World, bruno: Viewer) -> None:
    """A2."""
    records = [
        ("contact", world.denis.id),
        ("company", world.ecluse.id),
        ("contact", world.elise.id),
        ("company", 999_999),
    ]
    found = home.opened(bruno, records)
    assert [(one.kind, one.label, one.company) for one in found] == [
        ("contact", "Denis Écluse", "L’Écluse"),
        ("company", "L’Écluse", ""),
        ("contact", "Mme Élise Nguyễn", "Durand & Fils"),
    ]
    assert [one.label for one in home.opened(world.viewer("chloe"), records)] == ["Mme Élise Nguyễn"]
    assert get_visible(Company, world.ecluse.id, bruno)
