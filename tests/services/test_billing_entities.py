"""Billing entities: each with its principal, in order, retired rather than lost (R1, A1)."""

from typing import Any

import pytest
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import BillingEntity, Principal, PrincipalKind, Resource
from webapp.services import billing_entities as entities
from webapp.services.refusal import Refused


def names() -> list[str]:
    return [entity.name for entity in entities.everything() if entity.retired_at is None]


@pytest.mark.usefixtures("db_session")
def test_an_entity_comes_with_the_principal_companies_are_granted_to() -> None:
    entity = entities.add("Comptoir Nantes")
    principal = db.session.get_one(Principal, entity.principal_id)
    assert principal.kind is PrincipalKind.BILLING_ENTITY


@pytest.mark.usefixtures("db_session")
def test_the_same_name_is_refused_and_named() -> None:
    entities.add("Comptoir Orléans")
    with pytest.raises(entities.AlreadyThere) as refusal:
        entities.add("comptoir ORLEANS")
    assert "Comptoir Orléans" in refusal.value.errors["name"]
    other = entities.add("Comptoir Tours")
    with pytest.raises(entities.AlreadyThere):
        entities.rename(other, "Comptoir-Orléans")
    entities.rename(other, "COMPTOIR TOURS")
    assert other.name == "COMPTOIR TOURS"


@pytest.mark.usefixtures("db_session")
def test_entities_move_past_the_retired_ones() -> None:
    first, second, third = (entities.add(name) for name in ("Un", "Deux", "Trois"))
    entities.retire(second)
    entities.move(third, -1)
    assert names() == ["Trois", "Un"]
    entities.move(first, +1)
    assert names() == ["Trois", "Un"]
    entities.restore(second)
    assert sorted(names()) == ["Deux", "Trois", "Un"]


def test_it_says_who_uses_it_and_only_an_unused_one_is_deleted(db_session: Any, world: Any) -> None:
    assert entities.usage()[world.paris] == {"resource": 1, "company": 1}
    paris, lyon = (db.session.get_one(BillingEntity, entity_id) for entity_id in (world.paris, world.lyon))
    with pytest.raises(Refused):
        entities.remove(paris)
    principal_id = lyon.principal_id
    entities.remove(lyon)
    db_session.commit()
    assert db.session.get(Principal, principal_id) is None
    entities.retire(paris)
    db_session.commit()
    holders = db.session.scalars(select(Resource).where(Resource.billing_entities.any(BillingEntity.id == paris.id)))
    assert [resource.name for resource in holders] == ["Bruno Masson"], "a retirement hides no company"
