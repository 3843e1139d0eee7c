"""Who the stories of the portal are about: Élise, and the viewers who give her access."""

from typing import Any

import pytest

from tests.world import World
from webapp.access import SYSTEM, Viewer, get_visible
from webapp.models import Contact


@pytest.fixture
def elise(world: World, db_session: Any) -> Contact:
    return get_visible(Contact, world.elise.id, SYSTEM)


@pytest.fixture
def anne(world: World) -> Viewer:
    return world.viewer("anne")


@pytest.fixture
def bruno(world: World) -> Viewer:
    return world.viewer("bruno")


@pytest.fixture
def chloe(world: World) -> Viewer:
    return world.viewer("chloe")
