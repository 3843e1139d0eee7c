"""Whom a record is open to: saved, told, explained and rehearsed by one rule (A1 to A4, C8, K7, D6, D7)."""

from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, get_visible, unscoped, visible
from webapp.extensions import db
from webapp.models import Company, Contact, HistoryEvent, HistoryKind, PrincipalKind
from webapp.services import companies, contacts, sharing
from webapp.services.refusal import Refused


def the_company(place: Any) -> Company:
    return get_visible(Company, place.id, SYSTEM)


def the_contact(place: Any) -> Contact:
    return get_visible(Contact, place.id, SYSTEM)


def entries(**about: Any) -> list[HistoryEvent]:
    modified = select(HistoryEvent).filter_by(kind=HistoryKind.MODIFIED, **about)
    return list(db.session.scalars(unscoped(modified, "a test")))


def sees(world: World, name: str, model: Any, record_id: int) -> bool:
    rows = visible(model, world.viewer(name), model.id).where(model.id == record_id)
    return db.session.scalar(rows) is not None


# --- values ------------------------------------------------------------------------------------------------------


def test_access_is_read_back_from_the_grants(world: World, db_session: Any) -> None:
    """C8: open, restricted to people, restricted to billing entities, as values."""
    assert sharing.of_company(world.durand.id) == sharing.OPEN_COMPANY
    assert sharing.of_company(world.ecluse.id)["allowed_resources"] == {world.bruno.id}
    zephyr = sharing.of_company(world.zephyr.id)
    assert (zephyr["restrict_access"], zephyr["billing_entities"]) == (False, {world.paris})


def test_a_save_of_access_alone_is_a_version_and_one_entry_with_names(world: World, db_session: Any) -> None:
    """H1, R4: whoever had the form open learns of it, and the history says who was named."""
    company = the_company(world.durand)
    version = company.version
    companies.update(company, {"restrict_access": True, "allowed_resources": {world.bruno.id}}, world.viewer("anne"))
    db.session.flush()
    assert company.version == version + 1
    (entry,) = entries(company_id=company.id, contact_id=None)
    lines = {line["name"]: line for line in entry.data["changes"]}
    assert lines.keys() == {"restrict_access", "allowed_resources"}
    assert lines["allowed_resources"]["names"][str(world.bruno.id)][0] == "Bruno Masson"
    assert (sees(world, "bruno", Company, company.id), sees(world, "chloe", Company, company.id)) == (True, False)


def test_a_save_that_says_nothing_of_access_leaves_it(world: World, db_session: Any) -> None:
    """A1: renaming a restricted company opens it to nobody."""
    company = the_company(world.ecluse)
    companies.update(company, {"name": "L’Écluse Neuve"}, world.viewer("bruno"))
    assert sharing.of_company(company.id)["allowed_resources"] == {world.bruno.id}
    assert not sees(world, "chloe", Company, company.id)


def test_a_restricted_contact_is_its_people_s_alone_and_opens_again(world: World, db_session: Any) -> None:
    """A3, K7: narrowed, and admins keep sight; unticking the box lets all in."""
    contact = the_contact(world.elise)
    version = contact.version
    contacts.update(contact, {"restrict_access": True, "allowed_resources": [world.chloe.id]}, world.viewer("chloe"))
    db.session.flush()
    assert contact.version == version + 1
    assert [sees(world, one, Contact, contact.id) for one in ("anne", "bruno", "chloe")] == [True, False, True]
    contacts.update(contact, {"restrict_access": False}, world.viewer("chloe"))
    assert sees(world, "bruno", Contact, contact.id)
    assert sharing.of_contact(contact) == sharing.OPEN_CONTACT


def test_a_contact_is_never_wider_than_its_company(world: World, db_session: Any) -> None:
    """A3: naming somebody who does not see the company gives them nothing."""
    contact = the_contact(world.denis)
    contacts.update(contact, {"restrict_access": True, "allowed_resources": [world.chloe.id]}, SYSTEM)
    assert not sees(world, "chloe", Contact, contact.id)
    assert not any(one.sees for one in sharing.who_sees(contact, [world.chloe.id, world.bruno.id]))


def test_nothing_is_restricted_to_nobody(world: World, db_session: Any) -> None:
    """A4: refused beside the list, for companies and contacts, new or not."""
    empty = {"restrict_access": True, "allowed_resources": ()}
    with pytest.raises(Refused) as refusal:
        companies.update(the_company(world.durand), empty, SYSTEM)
    assert refusal.value.errors.keys() == {"allowed_resources"}
    with pytest.raises(Refused):
        contacts.update(the_contact(world.elise), empty, SYSTEM)
    with pytest.raises(Refused):
        factories.company("Fermée", **empty)


# --- who sees it, and what if ------------------------------------------------------------------------------------


def test_the_explanation_says_by_what(world: World, db_session: Any) -> None:
    """A1: an admin by being one, Bruno by his billing entity, Chloé not at all."""
    told = {one.name: one for one in sharing.who_sees(the_company(world.zephyr))}
    assert told["Anne Lefèvre"].reasons == [(PrincipalKind.ADMINS, "")]
    assert told["Bruno Masson"].reasons == [(PrincipalKind.BILLING_ENTITY, "Comptoir Paris")]
    assert (told["Chloé Œuvrard"].sees, told["Chloé Œuvrard"].reasons) == (False, [])
    durand = sharing.who_sees(the_company(world.durand), [world.chloe.id])
    assert durand[0].reasons == [(PrincipalKind.EVERYBODY, "")]


def test_a_rehearsal_tells_what_the_save_then_does(world: World, db_session: Any) -> None:
    """A4, issue 4: who gains, who loses, what goes with it, whether one keeps it oneself."""
    company, values = the_company(world.durand), {"restrict_access": True, "allowed_resources": {world.bruno.id}}
    told = sharing.rehearse(company, values, world.viewer("chloe"))
    assert (told.gains.names, told.loses.names, told.contacts, told.kept) == ((), ("Chloé Œuvrard",), 1, False)
    companies.update(company, values, SYSTEM)
    assert not sees(world, "chloe", Company, company.id)
    back = sharing.rehearse(company, sharing.OPEN_COMPANY, world.viewer("bruno"))
    assert (back.gains.names, back.loses.names, back.kept) == (("Chloé Œuvrard",), (), True)


def test_those_who_work_with_a_company_are_offered_sight_of_it(world: World, db_session: Any) -> None:
    """D6: a sales representative who is not named is left out, until named."""
    values = {"sales_rep": world.chloe.id, "restrict_access": True, "allowed_resources": {world.bruno.id}}
    assert sharing.left_out(values) == [world.chloe.id]
    assert sharing.left_out(values | {"allowed_resources": {world.bruno.id, world.chloe.id}}) == []
