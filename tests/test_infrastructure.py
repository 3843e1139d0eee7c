"""The tests' own tools do what the other tests count on."""

from typing import Any

from webapp.extensions import db
from webapp.models import Resource


def test_each_test_has_a_database_of_its_own_a(db_session: Any) -> None:
    from tests import factories

    assert db_session.scalar(db.select(db.func.count()).select_from(Resource)) == 0
    factories.resource("Quelqu’un")


def test_each_test_has_a_database_of_its_own_b(db_session: Any) -> None:
    test_each_test_has_a_database_of_its_own_a(db_session)


def test_the_world_is_there(world: Any, client: Any) -> None:
    assert "Accueil" in client.as_("anne").get("/")
