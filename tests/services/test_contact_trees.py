"""Contacts in the trees: under their companies, and in the list each resource makes (T1, T6, A2, D7, D9)."""

from itertools import chain
from typing import Any

import pytest
from sqlalchemy import event

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, Viewer, get_visible
from webapp.extensions import db
from webapp.i18n import force_locale
from webapp.models import EVERYBODY_ID, CommercialStatus, Company, Contact, ReferenceList, Tree
from webapp.services import companies, contacts, my_contacts, trees
from webapp.services.paging import PAGE, Cursor, Page, Place
from webapp.services.trees import MY_CONTACTS, TREE_VIEWS
from webapp.text import sort_key

BY_TYPE, LEADS = TREE_VIEWS[Tree.ACCOUNT_TYPE], TREE_VIEWS[Tree.LEADS]

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def bruno(world: World) -> Viewer:
    return world.viewer("bruno")


@pytest.fixture
def chloe(world: World) -> Viewer:
    return world.viewer("chloe")


def client_type() -> int:
    return factories.reference(ReferenceList.ACCOUNT_TYPE, "client")


def names(page: Page[Any]) -> list[str]:
    return [entry.label for entry in page.entries]


def expandable(view: trees.TreeView, branch_id: int, who: Viewer) -> dict[str, bool]:
    return {one.label: one.has_contacts for one in trees.page(view, branch_id, who).entries}


def mark(who: Viewer, *contact_ids: int) -> None:
    for contact_id in contact_ids:
        my_contacts.put(get_visible(Contact, contact_id, SYSTEM), who, True)
    db.session.commit()


def fill(company_id: int, how_many: int) -> list[str]:
    """Add contacts to a company and return their names in the order of a list: by last name."""
    firsts, lasts = ["Zoé", "Éric", "Ana", "Œdipe"], ["Écuyer", "de Sèze", "Œuvrard", "Aubin", "étienne"]
    made = [(firsts[number % 4], f"{lasts[number % 5]} {number:03}") for number in range(how_many)]
    for first, last in made:
        contacts.create({"first_name": first, "last_name": last, "company": company_id}, SYSTEM)
    db.session.commit()
    return [f"{first} {last}" for first, last in sorted(made, key=lambda one: sort_key(f"{one[1]} {one[0]}"))]


# --- under a company -----------------------------------------------------------------------------------------------


def test_contacts_come_by_last_name_called_as_one_addresses_them(world: World, bruno: Viewer) -> None:
    mr = factories.reference(ReferenceList.TITLE, "m")
    factories.contact("Zoé Aubin", company=world.durand.id)
    factories.contact("Ana Zola", company=world.durand.id, title=mr, honorific="Maître")
    assert names(trees.contact_page(BY_TYPE, world.durand.id, bruno)) == [
        "Zoé Aubin",
        "Mme Élise Nguyễn",
        "Maître Ana Zola",
    ]
    with force_locale("en"):
        assert "Mrs Élise Nguyễn" in names(trees.contact_page(BY_TYPE, world.durand.id, bruno))


def test_a_company_says_whether_something_stands_below_it(world: World, bruno: Viewer) -> None:
    assert expandable(BY_TYPE, client_type(), bruno) == {"Durand & Fils": True, "L’Écluse": True}
    assert expandable(LEADS, world.bruno.id, bruno) == {"Évrard": False}
    contacts.remove(get_visible(Contact, world.elise.id, SYSTEM), SYSTEM)
    db.session.commit()
    assert expandable(BY_TYPE, client_type(), bruno)["Durand & Fils"] is False


def test_nobody_reads_the_contacts_of_a_company_they_do_not_see(world: World, bruno: Viewer, chloe: Viewer) -> None:
    """A2, D7."""
    assert names(trees.contact_page(BY_TYPE, world.ecluse.id, bruno)) == ["Denis Écluse"]
    assert trees.contact_page(BY_TYPE, world.ecluse.id, chloe).entries == []


def test_of_many_each_comes_once_in_order_forward_and_back(world: World, bruno: Viewer) -> None:
    expected = fill(world.prospect.id, 2 * PAGE + 13)
    for first, way in ((Place(), "after"), (Place(Cursor(b"\xff\xff"), back=PAGE, ahead=None), "before")):
        pages, place = [], first
        while True:
            page = trees.contact_page(BY_TYPE, world.prospect.id, bruno, place)
            pages.append(names(page))
            if (cursor := getattr(page, way)) is None:
                break
            place = getattr(Place, way)(str(cursor))
        assert list(map(len, pages)) == [PAGE, PAGE, 13]
        assert list(chain(*(pages if way == "after" else reversed(pages)))) == expected


def test_the_place_around_a_contact_that_comes_early_is_known(world: World, bruno: Viewer) -> None:
    """It begins the level, so each entry says which it is of all (aria-posinset)."""
    fill(world.durand.id, 3)
    elise = get_visible(Contact, world.elise.id, bruno)
    page = trees.contact_page(BY_TYPE, world.durand.id, bruno, Place.around(elise.sort_key, elise.id))
    assert page.is_whole
    assert page.offset == 0


def test_several_companies_are_read_with_one_query(world: World, bruno: Viewer, queries: Any) -> None:
    with queries() as seen:
        pages = trees.contact_pages(BY_TYPE, {world.durand.id: Place(), world.ecluse.id: Place()}, bruno)
    assert len(seen) == 1
    assert {key: names(page) for key, page in pages.items()} == {
        world.durand.id: ["Mme Élise Nguyễn"],
        world.ecluse.id: ["Denis Écluse"],
    }


def test_below_a_company_one_looks_by_the_index_of_its_contacts(world: World, bruno: Viewer) -> None:
    """F1, F2: no scan of the contacts to tell which companies have some; on SQLite, whose plans don't vary."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses its plans by the sizes of the tables")
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plans.extend(row[3] for row in rows.fetchall())

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        trees.page(BY_TYPE, client_type(), bruno)
        trees.contact_page(BY_TYPE, world.durand.id, bruno)
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)
    reads = [line for line in plans if " contact " in line]
    assert len(reads) == 2
    assert all("ix_contact_company (company_id=?" in line for line in reads)


# --- Mes contacts --------------------------------------------------------------------------------------------------


def my_tree(who: Viewer) -> dict[str, dict[str, list[str]]]:
    """Return all of « Mes contacts »: contacts by company by account type."""
    return {
        branch.label: {
            company.label: names(trees.contact_page(MY_CONTACTS, company.id, who))
            for company in trees.page(MY_CONTACTS, branch.id, who).entries
        }
        for branch in trees.branches(MY_CONTACTS, who).entries
    }


def test_my_contacts_are_mine_alone_whatever_the_status(world: World, bruno: Viewer, chloe: Viewer) -> None:
    """T6: by account type, then company; clients, leads and prospects."""
    partner = factories.reference(ReferenceList.ACCOUNT_TYPE, "partner")
    companies.update(get_visible(Company, world.prospect.id, SYSTEM), {"account_type": partner}, SYSTEM)
    factories.contact("Ida Autre", company=world.durand.id)
    at_lead = factories.contact("Léo Lead", company=world.lead.id)
    at_prospect = factories.contact("Pia Prospect", company=world.prospect.id)
    mark(bruno, world.elise.id, world.denis.id, at_lead.id, at_prospect.id)
    assert my_tree(bruno) == {
        "Client": {"Durand & Fils": ["Mme Élise Nguyễn"], "L’Écluse": ["Denis Écluse"], "Évrard": ["Léo Lead"]},
        "Partenaire": {"Péniche Bleue": ["Pia Prospect"]},
    }
    assert [branch.companies for branch in trees.branches(MY_CONTACTS, bruno).entries] == [3, 1]
    assert my_tree(chloe) == {}
    assert trees.contact_page(MY_CONTACTS, world.durand.id, chloe).entries == []


def test_a_company_leaves_with_its_last_contact(world: World, bruno: Viewer) -> None:
    """T6."""
    other = factories.contact("Ida Autre", company=world.durand.id)
    mark(bruno, world.elise.id, other.id, world.denis.id)
    assert my_tree(bruno)["Client"]["Durand & Fils"] == ["Ida Autre", "Mme Élise Nguyễn"]
    my_contacts.put(other, bruno, False)
    assert my_tree(bruno)["Client"]["Durand & Fils"] == ["Mme Élise Nguyễn"]
    my_contacts.put(get_visible(Contact, world.elise.id, SYSTEM), bruno, False)
    assert list(my_tree(bruno)["Client"]) == ["L’Écluse"]
    contacts.remove(get_visible(Contact, world.denis.id, SYSTEM), SYSTEM)
    assert my_tree(bruno) == {}


def test_a_mark_outlives_a_loss_of_access(world: World, bruno: Viewer, chloe: Viewer) -> None:
    """D9: hidden, kept, shown again."""
    mark(chloe, world.elise.id)
    durand = get_visible(Company, world.durand.id, SYSTEM)
    companies.write_grants(durand, [world.bruno.principal_id])
    db.session.commit()
    assert my_tree(chloe) == {}
    assert my_contacts.page(chloe, Place()).entries == []
    companies.write_grants(durand, [EVERYBODY_ID])
    db.session.commit()
    assert my_tree(chloe) == {"Client": {"Durand & Fils": ["Mme Élise Nguyễn"]}}


def test_a_contact_that_changed_company_is_there_in_my_contacts(world: World, bruno: Viewer) -> None:
    mark(bruno, world.elise.id)
    contacts.update(get_visible(Contact, world.elise.id, SYSTEM), {"company": world.lead.id}, SYSTEM)
    db.session.commit()
    assert my_tree(bruno) == {"Client": {"Évrard": ["Mme Élise Nguyễn"]}}


def test_the_tree_holds_what_it_shows(world: World, bruno: Viewer) -> None:
    durand, elise = get_visible(Company, world.durand.id, bruno), get_visible(Contact, world.elise.id, bruno)
    other = factories.contact("Ida Autre", company=world.durand.id)
    assert not trees.holds(MY_CONTACTS, durand, None, bruno)
    mark(bruno, world.elise.id)
    assert trees.holds(MY_CONTACTS, durand, None, bruno)
    assert trees.holds(MY_CONTACTS, durand, elise, bruno)
    assert not trees.holds(MY_CONTACTS, durand, other, bruno)
    assert trees.holds(BY_TYPE, durand, other, bruno)
    assert not trees.holds(LEADS, durand, other, bruno)


@pytest.fixture
def five_hundred(world: World, bruno: Viewer) -> list[str]:
    """A list of 500 contacts, at a hundred companies of all statuses; return the names of the companies."""
    made = []
    for number in range(100):
        status = list(CommercialStatus)[number % 3]
        values = {"commercial_status": status, "sales_rep": world.bruno.id, "telemarketer": world.chloe.id}
        record = companies.create({"name": f"Atelier {number:03}", "account_type": client_type(), **values}, SYSTEM)
        made.append(record.name)
        for one in range(5):
            person = contacts.create({"last_name": f"Nom {one}", "company": record.id}, SYSTEM)
            my_contacts.put(person, bruno, True)
    db.session.commit()
    return made


def test_five_hundred_marks_cost_a_query_a_level(bruno: Viewer, five_hundred: list[str], queries: Any) -> None:
    """F2, F6."""
    with queries() as seen:
        (branch,) = trees.branches(MY_CONTACTS, bruno).entries
        first = trees.page(MY_CONTACTS, branch.id, bruno)
        second = trees.page(MY_CONTACTS, branch.id, bruno, Place.after(str(first.after)))
        trees.contact_page(MY_CONTACTS, first.entries[0].id, bruno)
    assert len(seen) == 4
    assert branch.companies == 100
    assert names(first) + names(second) == five_hundred
    listed = my_contacts.page(bruno, Place())
    assert (len(listed.entries), listed.has_after) == (PAGE, True)
