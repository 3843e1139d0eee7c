"""What all kinds of records that hang on companies do alike: pages, lists, hiding, deletion (S1 to S8, A2, D16)."""

from typing import Any

import pytest

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Company, Noun
from webapp.services import companies
from webapp.services.linked.registry import KEEPERS
from webapp.services.linked.words import WORDS

pytestmark = pytest.mark.usefixtures("db_session")


def test_every_noun_has_its_words_and_its_keeper() -> None:
    """A new noun is complete, or it is not there."""
    assert set(WORDS) == set(KEEPERS) == set(Noun)


@pytest.mark.parametrize("noun", Noun)
def test_its_list_and_its_dialog_open(bruno: Any, world: World, noun: Noun) -> None:
    """N1, N3: each has its address, an empty list says so, its dialog opens from a company's page."""
    words = WORDS[noun]
    companies.update(get_visible(Company, world.durand.id, SYSTEM), {"allow_engagements": True}, SYSTEM)
    db.session.commit()
    assert str(words.none) in bruno.get(f"/{words.pages}/")
    company = bruno.get(f"/companies/{world.durand.id}")
    assert company.click(str(words.new)).field("company_text")["value"] == "Durand & Fils"
    bruno.get(f"/{words.pages}/999", status=404)
    bruno.get(f"/{words.pages}/new?company=999", status=404)


def test_a_list_is_read_a_page_at_a_time(bruno: Any, world: World) -> None:
    """S1: the last first, 50 at a time, filtered by words in any order and by state."""
    for number in range(53):
        factories.activity(world.durand, world.bruno, name=f"Appel numéro {number}")
    first = bruno.get("/activities/?state=")
    assert len(first.one("tbody").all("tr")) == 50
    assert [row.one("th").text for row in first.click("Suite").one("tbody").all("tr")] == [
        f"Appel numéro {number}" for number in (2, 1, 0)
    ]
    assert len(bruno.get("/activities/?q=NUMERO+5").one("tbody").all("tr")) == 4
    assert "Aucun résultat" in bruno.get("/activities/?state=done")
    bruno.get("/activities/?before=x&state=x&kind=x&owner=x")


def test_a_company_with_records_of_all_kinds_asks_few_questions(
    bruno: Any, world: World, queries: Any, db_session: Any
) -> None:
    """F6: whatever hangs on it, and whatever its history tells of."""
    company = factories.company("Chargée", main_city="Lyon", phone_main="04 65 71 00 01", allow_engagements=True)
    factories.contact("Ana Zola", company=company.id, phone_mobile="06 12 34 56 78")
    for noun in Noun:
        for _number in range(7):
            factories.of_noun(noun, company, world.bruno)
    with queries() as seen:
        bruno.hx_get(f"/companies/{company.id}")
    assert len(seen) <= 12, "\n".join(seen)


@pytest.mark.parametrize("noun", Noun)
def test_a_list_of_what_hangs_on_nothing_of_the_kind_is_not_there(bruno: Any, world: World, noun: Noun) -> None:
    """N3: an address that nobody was given is missing, and never an error of ours."""
    engagement = factories.of_noun(Noun.ENGAGEMENT, _company(), world.bruno)
    for name, one in (("contact", world.elise), ("engagement", engagement)):
        answer = bruno.get(f"/{WORDS[noun].pages}/?{name}={one.id}", status=(200, 404))
        hangs = f"{name}_id" in KEEPERS[noun].model.__table__.columns
        assert answer.status == (200 if hangs else 404)


def _company() -> Any:
    company = factories.company("Engagée", allow_engagements=True)
    factories.contact("Ana Zola", company=company.id)
    return company
