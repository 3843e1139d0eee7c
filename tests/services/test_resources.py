"""Resources: who works here, by every way in (R1, R2, A1)."""

from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.world import World
from webapp.access import SYSTEM
from webapp.clock import now
from webapp.config import Settings
from webapp.models import LinkPurpose, Principal, PrincipalKind, Resource, Role, StaffSession
from webapp.services import links, resources, sessions, viewers
from webapp.services.refusal import Refused


def refused(*names: str) -> Any:
    return pytest.raises(Refused, match="|".join(names))


def create(**values: Any) -> Resource:
    return resources.create_resource({"name": "Éloi Œuf", "email": "Eloi@Oeuf.example", **values}, by=SYSTEM)


def test_a_resource_gets_its_principal_and_the_defaults_of_the_organisation(db_session: Any) -> None:
    eloi = create()
    assert db_session.get(Principal, eloi.principal_id).kind is PrincipalKind.RESOURCE
    assert (eloi.role, eloi.language, eloi.timezone, eloi.is_active) == (Role.RESOURCE, "fr", "Europe/Paris", True)
    assert (eloi.email, eloi.email_key) == ("Eloi@oeuf.example", "eloi@oeuf.example")
    assert eloi.password_hash is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("email", ""),
        ("email", "pas une adresse"),
        ("email", "a\0@b.example"),
        ("language", "tlh"),
        ("timezone", "Europe/Atlantis"),
        ("billing_entities", [999]),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(db_session: Any, name: str, value: Any) -> None:
    with refused(name):
        create(**{name: value})


def test_an_address_belongs_to_one_resource_whatever_its_capitals(world: World, db_session: Any) -> None:
    with refused("email"):
        create(email=world.anne.email.upper())
    bruno = db_session.get(Resource, world.bruno.id)
    with refused("email"):
        resources.update_resource(bruno, {"email": world.anne.email}, by=SYSTEM)
    resources.update_resource(bruno, {"email": world.bruno.email.upper()}, by=SYSTEM)


def test_an_external_reference_belongs_to_one_resource(world: World, db_session: Any) -> None:
    create(external_id="M-1")
    with refused("external_id"):
        create(email="autre@x.example", external_id="M-1")
    assert create(email="encore@x.example", external_id="").external_id is None


def test_only_what_changes_is_told(world: World, db_session: Any) -> None:
    bruno = db_session.get(Resource, world.bruno.id)
    assert resources.update_resource(bruno, resources.values_of(bruno), by=SYSTEM) == set()
    changes = {"job_title": "Éclusier", "billing_entities": [world.lyon]}
    assert resources.update_resource(bruno, changes, by=SYSTEM) == {"job_title", "billing_entities"}
    assert [entity.id for entity in bruno.billing_entities] == [world.lyon]


def test_a_deactivated_resource_has_no_session_and_no_link_left(
    world: World, db_session: Any, settings: Settings
) -> None:
    bruno = db_session.get(Resource, world.bruno.id)
    session_token = sessions.staff.start(bruno.id, address="127.0.0.1", user_agent="")
    link_token = links.create(LinkPurpose.CHOOSE_PASSWORD, bruno, links.CHOOSE_PASSWORD_LIFETIME)
    db_session.commit()
    assert viewers.by_session(session_token, settings.session_lifetime)
    resources.deactivate(bruno, by=SYSTEM)
    resources.update_resource(bruno, {"is_active": True}, by=SYSTEM)
    assert viewers.by_session(session_token, settings.session_lifetime) is None
    assert links.find(link_token) is None
    assert db_session.scalars(select(StaffSession.ended_at)).one() <= now()


def test_the_last_admin_stays(world: World, db_session: Any) -> None:
    anne, bruno = db_session.get(Resource, world.anne.id), db_session.get(Resource, world.bruno.id)
    with refused("is_active"):
        resources.deactivate(anne, by=SYSTEM)
    with refused("role"):
        resources.update_resource(anne, {"role": Role.RESOURCE}, by=SYSTEM)
    resources.update_resource(bruno, {"role": Role.ADMIN}, by=SYSTEM)
    resources.deactivate(anne, by=SYSTEM)
    with refused("role"):
        resources.update_resource(bruno, {"role": Role.RESOURCE}, by=SYSTEM)


def test_an_inactive_admin_counts_for_nothing(world: World, db_session: Any) -> None:
    factories.resource("Ancienne", role=Role.ADMIN, is_active=False)
    with refused("is_active"):
        resources.deactivate(db_session.get(Resource, world.anne.id), by=SYSTEM)
