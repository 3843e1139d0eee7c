"""Contacts: what every way in must respect (K1 to K6, D7, D12, D13, D16)."""

from typing import Any

import pytest

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, get_visible, visible
from webapp.dates import PartialDate
from webapp.models import Company, Contact
from webapp.services import companies, contacts, my_contacts
from webapp.services.refusal import Refused


def test_the_full_name_is_made_of_its_parts(db_session: Any) -> None:
    """K2."""
    names = {"first_name": "Zoé", "middle_name": "Marie", "last_name": "N’Diaye"}
    assert contacts.full_name(names, "Mme") == "Mme Zoé Marie N’Diaye"
    assert contacts.full_name({**names, "honorific": "Maître"}, "Mme") == "Maître Zoé Marie N’Diaye"


def test_a_contact_needs_a_name_and_a_company(db_session: Any) -> None:
    """K2, K3."""
    with pytest.raises(Refused) as refused:
        contacts.create({"first_name": "Zoé"}, SYSTEM)
    assert set(refused.value.errors) == {"last_name", "company"}


def test_all_that_is_given_comes_back(db_session: Any, world: World) -> None:
    """K3 to K6."""
    given = {
        "last_name": "Martin",
        "company": world.durand.id,
        "birthday": PartialDate(1, 12),
        "main_city": "Lyon",
        "phone_mobile": "06 12 34 56 78",
    }
    contact = contacts.create(given, SYSTEM)
    db_session.commit()
    assert contacts.SHAPE.read(contact) == {**contacts.SHAPE.empty, **given}
    assert contacts.update(contact, given, SYSTEM) == []


def test_surveys_ask_for_an_address_at_the_next_save(db_session: Any, world: World) -> None:
    """D13: contacts without an e-mail stay; each needs one at its next save."""
    contact = factories.contact("Paul Roux", company=world.durand.id)
    companies.update(get_visible(Company, world.durand.id, SYSTEM), {"surveys_enabled": True}, SYSTEM)
    with pytest.raises(Refused) as refused:
        contacts.update(contact, {"job_title": "Acheteur"}, SYSTEM)
    assert set(refused.value.errors) == {"email1"}


def test_a_reference_stays_when_its_company_is_none_any_more(db_session: Any, world: World) -> None:
    """K3, D12."""
    company = get_visible(Company, world.durand.id, SYSTEM)
    contact = factories.contact("Paul Roux", company=company.id)
    with pytest.raises(Refused) as refused:
        contacts.update(contact, {"is_reference": True}, SYSTEM)
    assert set(refused.value.errors) == {"is_reference"}
    companies.update(company, {"is_reference": True}, SYSTEM)
    contacts.update(contact, {"is_reference": True}, SYSTEM)
    companies.update(company, {"is_reference": False}, SYSTEM)
    contacts.update(contact, {"job_title": "Acheteur"}, SYSTEM)
    assert contact.is_reference


def test_one_sees_the_contacts_of_the_companies_one_sees(db_session: Any, world: World) -> None:
    """A2, D7."""
    seen = {
        name: set(db_session.scalars(visible(Contact, world.viewer(name), Contact.id)))
        for name in ("anne", "bruno", "chloe")
    }
    assert world.denis.id in seen["anne"] & seen["bruno"]
    assert seen["chloe"] == seen["anne"] - {world.denis.id}


def test_contacts_go_to_the_trash_with_their_company(db_session: Any, world: World) -> None:
    """D16."""
    company = get_visible(Company, world.durand.id, SYSTEM)
    elise = get_visible(Contact, world.elise.id, SYSTEM)
    companies.remove(company, SYSTEM)
    db_session.commit()
    db_session.refresh(elise)
    assert elise.deleted_at == company.deleted_at
    assert elise.id not in set(db_session.scalars(visible(Contact, SYSTEM, Contact.id)))


def test_a_contact_is_in_my_list_once_or_not_at_all(db_session: Any, world: World) -> None:
    """T6."""
    viewer = world.viewer("bruno")
    elise = get_visible(Contact, world.elise.id, viewer)
    assert my_contacts.put(elise, viewer, True)
    assert not my_contacts.put(elise, viewer, True)
    assert my_contacts.has(elise, viewer)
    assert my_contacts.put(elise, viewer, False)
    assert not my_contacts.has(elise, viewer)
