"""Companies: the rules on every way in, what a save changes, and where a company stands afterwards."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, unscoped
from webapp.database import writing
from webapp.extensions import db
from webapp.models import (
    ADMINS_ID,
    EVERYBODY_ID,
    CommercialStatus,
    Company,
    CompanyGrant,
    CompanyListing,
    ReferenceList,
    Tree,
)
from webapp.services import companies, organisation
from webapp.services.refusal import Refused


def a_client(**values: Any) -> dict[str, Any]:
    """Return the values of a client company that breaks no rule."""
    kind = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    return {"name": "Durand", "account_type": kind, "commercial_status": CommercialStatus.CLIENT, **values}


def places(company: Company) -> set[tuple[int, Tree, int]]:
    rows = select(CompanyListing.principal_id, CompanyListing.tree, CompanyListing.branch_id)
    statement = unscoped(rows.where(CompanyListing.company_id == company.id), "a test")
    return {tuple(row) for row in db.session.execute(statement)}


def grants(company: Company) -> set[int]:
    statement = select(CompanyGrant.principal_id).where(CompanyGrant.company_id == company.id)
    return set(db.session.scalars(unscoped(statement, "a test")))


# --- C1, C7, D14: what must be there -----------------------------------------------------------------------------


def test_a_company_needs_a_name_a_type_and_a_status(db_session: Any) -> None:
    with pytest.raises(Refused) as refusal:
        companies.create({"name": ""}, SYSTEM)
    assert set(refusal.value.errors) == {"name", "account_type", "commercial_status"}


@pytest.mark.parametrize(
    ("status", "name"), [(CommercialStatus.PROSPECT, "telemarketer"), (CommercialStatus.LEAD, "sales_rep")]
)
def test_a_status_asks_for_its_resource_on_every_way_in(
    world: World, db_session: Any, status: CommercialStatus, name: str
) -> None:
    """C7, D14."""
    with pytest.raises(Refused) as refusal:
        companies.create(a_client(commercial_status=status), SYSTEM)
    assert set(refusal.value.errors) == {name}
    assert companies.create(a_client(commercial_status=status, **{name: world.bruno.id}), SYSTEM).id


def test_a_change_of_status_asks_for_its_resource_too(db_session: Any) -> None:
    """D14: the rule looks at what the company would be, not only at what was sent."""
    company = companies.create(a_client(), SYSTEM)
    with pytest.raises(Refused) as refusal:
        companies.update(company, {"commercial_status": CommercialStatus.LEAD}, SYSTEM)
    assert set(refusal.value.errors) == {"sales_rep"}


# --- C3: parents -------------------------------------------------------------------------------------------------


def test_parents_make_no_circle(db_session: Any) -> None:
    """C3: neither oneself, nor a subsidiary, nor a subsidiary's subsidiary."""
    group = factories.company("Groupe")
    branch = factories.company("Branche", parent=group.id)
    leaf = factories.company("Filiale", parent=branch.id)
    for below in (group, branch, leaf):
        with pytest.raises(Refused) as refusal:
            companies.update(group, {"parent": below.id}, SYSTEM)
        assert set(refusal.value.errors) == {"parent"}
    assert companies.update(leaf, {"parent": group.id}, SYSTEM)


def test_two_moves_at_once_make_no_circle(app: Flask, db_session: Any) -> None:
    """C3: each of two moves is fine alone; together they would close a circle."""
    one, two = factories.company("Un").id, factories.company("Deux").id
    db_session.remove()

    def move(company_id: int, parent_id: int) -> bool:
        with app.app_context(), writing():
            try:
                company = db.session.scalars(unscoped(select(Company).where(Company.id == company_id), "a test")).one()
                companies.update(company, {"parent": parent_id}, SYSTEM)
                db.session.commit()
            except Refused:
                db.session.rollback()
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        moved = list(pool.map(move, (one, two), (two, one)))
    assert sorted(moved) == [False, True]


# --- D18: numbers ------------------------------------------------------------------------------------------------


def test_automatic_numbers_skip_those_already_taken(db_session: Any) -> None:
    """D18: unique, gaps allowed."""
    first = companies.create(a_client(), SYSTEM)
    assert first.company_number == "SOC-000001"
    companies.create(a_client(company_number="soc-000002"), SYSTEM)
    assert companies.create(a_client(), SYSTEM).company_number == "SOC-000003"


def test_manual_numbers_are_optional_and_unique_without_case(db_session: Any) -> None:
    """D18."""
    organisation.save({"auto_numbering": False})
    assert companies.create(a_client(), SYSTEM).company_number is None
    companies.create(a_client(name="Évrard", company_number="Ab-1"), SYSTEM)
    with pytest.raises(Refused) as refusal:
        companies.create(a_client(company_number="aB-1"), SYSTEM)
    assert "Évrard" in refusal.value.errors["company_number"]


# --- C2: changes -------------------------------------------------------------------------------------------------


def test_a_save_says_what_it_changed_and_nothing_else(db_session: Any) -> None:
    company = companies.create(a_client(main_city="Lyon", phone_main="04 65 71 00 01"), SYSTEM)
    values = companies.SHAPE.read(company) | {"main_city": "Paris", "phone_main": "", "alias": "Les Durand"}
    changes = {(change.name, change.old, change.new) for change in companies.update(company, values, SYSTEM)}
    assert changes == {
        ("main_city", "Lyon", "Paris"),
        ("phone_main", "04 65 71 00 01", ""),
        ("alias", "", "Les Durand"),
    }
    version = company.version
    assert companies.update(company, companies.SHAPE.read(company), SYSTEM) == []
    assert company.version == version


def test_an_address_emptied_is_gone_and_a_kind_stays_one(db_session: Any) -> None:
    company = companies.create(a_client(billing_city="Lyon", billing_street="1, quai"), SYSTEM)
    companies.update(company, {"billing_city": "", "billing_street": ""}, SYSTEM)
    assert company.addresses == {}
    assert companies.SHAPE.read(company)["billing_city"] == ""


def test_numbers_are_read_again_when_the_country_changes(db_session: Any) -> None:
    """C6: kept as typed, and in the international form of the main address's country."""
    belgium = factories.reference(ReferenceList.COUNTRY, "BE")
    company = companies.create(a_client(phone_main="02 555 12 12"), SYSTEM)
    companies.update(company, {"main_country": belgium}, SYSTEM)
    (phone,) = company.phones.values()
    assert (phone.typed, phone.e164) == ("02 555 12 12", "+3225551212")


def test_a_number_that_cannot_be_read_is_kept_as_typed(db_session: Any) -> None:
    company = companies.create(a_client(phone_fax="demander Léa"), SYSTEM)
    (phone,) = company.phones.values()
    assert (phone.typed, phone.e164) == ("demander Léa", None)


# --- T1 to T4, A1: where a company stands, and for whom ----------------------------------------------------------


def test_a_company_stands_where_its_status_says(world: World, db_session: Any) -> None:
    """T3, T4, D8."""
    kind = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    region = factories.reference(ReferenceList.BUSINESS_REGION, "benelux")
    company = companies.create(a_client(), SYSTEM)
    everybody = EVERYBODY_ID
    assert places(company) == {(everybody, Tree.ACCOUNT_TYPE, kind), (everybody, Tree.BUSINESS_REGION, 0)}
    companies.update(company, {"business_region": region}, SYSTEM)
    assert places(company) == {(everybody, Tree.ACCOUNT_TYPE, kind), (everybody, Tree.BUSINESS_REGION, region)}
    companies.update(company, {"commercial_status": CommercialStatus.LEAD, "sales_rep": world.bruno.id}, SYSTEM)
    assert places(company) == {(everybody, Tree.LEADS, world.bruno.id)}
    companies.update(company, {"commercial_status": CommercialStatus.PROSPECT, "telemarketer": world.chloe.id}, SYSTEM)
    assert places(company) == {(everybody, Tree.PROSPECTS, world.chloe.id)}


def test_access_is_granted_to_everybody_or_to_whom_it_names(world: World, db_session: Any) -> None:
    """A1, D6: resources and billing entities together are a union; admins aside."""
    assert grants(companies.create(a_client(), SYSTEM)) == {EVERYBODY_ID}
    both = a_client(restrict_access=True, allowed_resources=[world.bruno.id], billing_entities=[world.lyon])
    granted = grants(companies.create(both, SYSTEM))
    assert ADMINS_ID in granted
    assert world.bruno.principal_id in granted
    assert len(granted) == 3
    assert EVERYBODY_ID not in granted


def test_a_new_name_moves_the_company_for_everybody_it_is_granted_to(world: World, db_session: Any) -> None:
    company = companies.create(
        a_client(name="Zéphyr", restrict_access=True, allowed_resources=[world.bruno.id]), SYSTEM
    )
    companies.update(company, {"name": "Alizé"}, SYSTEM)
    for table in (CompanyGrant, CompanyListing):
        keys = select(table.sort_key).where(table.company_id == company.id)
        assert set(db_session.scalars(unscoped(keys, "a test"))) == {company.sort_key}


def test_what_is_removed_stands_nowhere_and_loses_nothing(db_session: Any) -> None:
    """C2: the trash keeps all of it."""
    company = companies.create(a_client(main_city="Lyon"), SYSTEM)
    companies.remove(company, SYSTEM)
    assert places(company) == set()
    assert companies.SHAPE.read(company)["main_city"] == "Lyon"
    assert company.deleted_at is not None
