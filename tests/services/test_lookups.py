"""What the autocompletes offer of the small lists: people, provinces, regions, sites (N2, C7)."""

from typing import Any

import pytest

from tests import factories
from tests.world import World
from webapp.models import ReferenceList
from webapp.services import references
from webapp.services.lookups import LIMIT, LOOKUPS


@pytest.fixture
def offers(db_session: Any, world: World) -> Any:
    """Look up as Anne, and give the names offered."""

    def names(lookup: str, typed: str, within: int | None = None) -> list[str]:
        return [one.label for one in LOOKUPS[lookup].search(typed, world.viewer("anne"), within)]

    return names


def test_words_that_begin_so_come_before_those_that_hold_it(offers: Any) -> None:
    factories.resource("Maxence Volandry")
    factories.resource("Landry Aubertin")
    assert offers("resources", "landry") == ["Landry Aubertin", "Maxence Volandry"]
    assert offers("resources", "landry maxence") == ["Maxence Volandry"]


def test_one_typing_error_is_forgiven_when_nothing_else_is_found(offers: Any) -> None:
    factories.resource("Maxence Volandry")
    for typed in ("volnadry", "maxence volandri", "volandryy"):
        assert offers("resources", typed) == ["Maxence Volandry"], typed
    factories.resource("Zoé Volnadry")
    assert offers("resources", "volnadry") == ["Zoé Volnadry"]


def test_who_left_is_not_offered_however_typed(offers: Any) -> None:
    factories.resource("Maxence Volandry", is_active=False)
    for typed in ("volandry", "olandr", "volnadry"):
        assert offers("resources", typed) == []


def test_short_words_are_looked_for_at_the_beginning_of_words_only(offers: Any) -> None:
    factories.resource("Maxence Volandry")
    assert offers("resources", "dr") == []
    assert offers("resources", "vo") == ["Maxence Volandry"]


@pytest.mark.parametrize("typed", ["%", "_", "' OR 1=1", "\N{ZERO WIDTH SPACE}%", "a" * 500, "q " * 200])
def test_whatever_is_typed_is_only_text(offers: Any, typed: str) -> None:
    assert offers("resources", typed) == []
    assert offers("work-regions", typed) == []


def test_nothing_typed_offers_the_first(offers: Any) -> None:
    for _ in range(LIMIT + 2):
        factories.resource()
    assert len(offers("resources", "")) == LIMIT


def test_a_site_is_found_within_its_region_by_any_part_of_its_name(offers: Any) -> None:
    north, south = (references.add(ReferenceList.WORK_REGION, name).id for name in ("Nord", "Sud"))
    references.add(ReferenceList.WORK_SITE, "Villeneuve-d’Ascq", parent_id=north)
    references.add(ReferenceList.WORK_SITE, "Villeneuve-Loubet", parent_id=south)
    for typed in ("neuve", "vileneuve", "VILLENEUVE"):
        assert offers("work-sites", typed, north) == ["Villeneuve-d’Ascq"], typed
    assert offers("work-sites", "ascq", south) == []
    assert offers("work-sites", "neuve", None) == []
