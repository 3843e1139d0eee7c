"""Trees read by windows: everything once, in order, and nothing of what one may not see (T1 to T4, D8, A2)."""

from collections import Counter
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import event

from tests import factories
from tests.conftest import Starts
from tests.world import World
from webapp.access import SYSTEM, Viewer, get_visible, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import (
    EVERYBODY_ID,
    NO_BRANCH,
    CommercialStatus,
    Company,
    ReferenceItem,
    ReferenceList,
    Tree,
)
from webapp.services import companies, trees
from webapp.services.paging import PAGE, BadCursor, Cursor, Page, Place
from webapp.services.trees import COUNT_CAP, TREE_VIEWS
from webapp.text import sort_key

BY_TYPE, BY_REGION = TREE_VIEWS[Tree.ACCOUNT_TYPE], TREE_VIEWS[Tree.BUSINESS_REGION]
LEADS, PROSPECTS = TREE_VIEWS[Tree.LEADS], TREE_VIEWS[Tree.PROSPECTS]

pytestmark = pytest.mark.usefixtures("db_session")


def viewer(*principal_ids: int, is_admin: bool = False) -> Viewer:
    return Viewer(
        resource_id=None,
        name="",
        email="",
        is_admin=is_admin,
        language="fr",
        timezone="UTC",
        principal_ids=(EVERYBODY_ID, *principal_ids),
    )


def client_type() -> int:
    return factories.reference(ReferenceList.ACCOUNT_TYPE, "client")


def record(company_id: int) -> Company:
    return get_visible(Company, company_id, SYSTEM)


def names(page: Page[Any]) -> list[str]:
    return [entry.label for entry in page.entries]


def counts(view: trees.TreeView, who: Viewer) -> dict[str, int]:
    return {branch.label: branch.companies for branch in trees.branches(view, who).entries}


def fill(how_many: int) -> list[str]:
    """Add companies of the account type « Client » and return their names in the order of a list."""
    kind = client_type()
    letters = ["Épicerie", "Œuvres", "abri", "Zinc", "Été", "eau", "Ñandú", "été"]
    made = [f"{letters[number % len(letters)]} {number % 7} {number}" for number in range(how_many)]
    for name in made:
        companies.create({"name": name, "account_type": kind, "commercial_status": "client"}, SYSTEM)
    db.session.commit()
    return sorted(made, key=sort_key)


# --- who sees what -------------------------------------------------------------------------------------------------


def test_a_stranger_neither_sees_nor_counts_a_restricted_company(world: World) -> None:
    bruno, chloe = viewer(world.bruno.principal_id), viewer(world.chloe.principal_id)
    assert counts(BY_TYPE, bruno) == {"Client": 2}
    assert counts(BY_TYPE, chloe) == {"Client": 1}
    assert names(trees.page(BY_TYPE, client_type(), bruno)) == ["Durand & Fils", "L’Écluse"]
    assert names(trees.page(BY_TYPE, client_type(), chloe)) == ["Durand & Fils"]


def test_a_branch_with_nothing_to_see_is_not_shown(world: World) -> None:
    factories.company(
        "Secrète",
        account_type=factories.reference(ReferenceList.ACCOUNT_TYPE, "partner"),
        restrict_access=True,
        allowed_resources=[world.bruno.id],
    )
    assert "Partenaire" in counts(BY_TYPE, viewer(world.bruno.principal_id))
    assert "Partenaire" not in counts(BY_TYPE, viewer(world.chloe.principal_id))


def test_a_company_reached_in_two_ways_is_listed_and_counted_once(world: World) -> None:
    company = record(world.durand.id)
    companies.write_grants(company, [EVERYBODY_ID, world.bruno.principal_id, world.chloe.principal_id])
    companies.write_listings(company)
    db.session.commit()
    both = viewer(world.bruno.principal_id, world.chloe.principal_id)
    assert names(trees.page(BY_TYPE, client_type(), both)).count("Durand & Fils") == 1
    assert counts(BY_TYPE, both) == {"Client": 2}


def test_what_is_in_the_trash_is_in_no_tree(world: World) -> None:
    companies.remove(record(world.durand.id), SYSTEM)
    db.session.commit()
    assert counts(BY_TYPE, viewer()) == {}


# --- which tree, which branch --------------------------------------------------------------------------------------


def test_the_status_decides_the_tree(world: World) -> None:
    """T3, T4."""
    assert counts(LEADS, viewer()) == {"Bruno Masson": 1}
    assert counts(PROSPECTS, viewer()) == {"Chloé Œuvrard": 1}
    lead = record(world.lead.id)
    companies.update(lead, {"commercial_status": CommercialStatus.CLIENT}, SYSTEM)
    db.session.commit()
    assert counts(LEADS, viewer()) == {}
    assert "Évrard" in names(trees.page(BY_TYPE, client_type(), viewer()))


def test_a_renamed_company_moves_to_its_new_place(world: World) -> None:
    companies.update(record(world.durand.id), {"name": "Zola"}, SYSTEM)
    db.session.commit()
    factories.company("Milieu")
    assert names(trees.page(BY_TYPE, client_type(), viewer())) == ["Milieu", "Zola"]


def test_companies_without_region_are_beside_the_tree_of_regions(world: World) -> None:
    """D8."""
    factories.company("Sans attache")
    assert counts(BY_REGION, viewer()) == {"Île-de-France": 1}
    assert trees.unassigned(BY_REGION, viewer()) == 1
    assert names(trees.page(BY_REGION, NO_BRANCH, viewer())) == ["Sans attache"]


def test_leads_of_nobody_have_a_branch_of_their_own(world: World) -> None:
    """D8: however they came to have no sales representative."""
    lead = record(world.lead.id)
    lead.sales_rep_id = None
    companies.write_listings(lead)
    db.session.commit()
    assert counts(LEADS, viewer()) == {"(Non affecté)": 1}
    assert names(trees.page(LEADS, NO_BRANCH, viewer())) == ["Évrard"]


def test_a_retired_type_stays_while_companies_have_it(world: World) -> None:
    db.session.get(ReferenceItem, client_type()).retired_at = now()
    db.session.commit()
    assert counts(BY_TYPE, viewer()) == {"Client": 1}


def test_branches_of_resources_come_by_name_in_pages() -> None:
    """T4: nobody is lost between two pages, forward or back."""
    people = [factories.resource(f"Vendeur {number:03} {'Éa'[number % 2]}") for number in range(PAGE + 7)]
    for person in people:
        companies.create(
            {"name": "L", "account_type": client_type(), "commercial_status": "lead", "sales_rep": person.id}, SYSTEM
        )
    db.session.commit()
    first = trees.branches(LEADS, viewer())
    second = trees.branches(LEADS, viewer(), Place.after(str(first.after)))
    assert names(first) + names(second) == sorted((person.name for person in people), key=sort_key)
    assert (len(first.entries), second.after) == (PAGE, None)
    back = trees.branches(LEADS, viewer(), Place.before(str(second.before)))
    assert names(back) == names(first)
    around = trees.branches(LEADS, viewer(), trees.place_of_branch(people[-1].id))
    assert people[-1].name in names(around)


# --- counts --------------------------------------------------------------------------------------------------------


def test_counts_are_exact_up_to_the_cap_and_say_so_beyond(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "COUNT_CAP", 5)
    trees._list_branches.cache_clear()
    try:
        fill(4)
        assert counts(BY_TYPE, viewer()) == {"Client": 5}
        fill(2)
        assert counts(BY_TYPE, viewer()) == {"Client": 6}
        fill(3)
        assert counts(BY_TYPE, viewer()) == {"Client": 6}
        # Six in all, no principal having more than five.
        assert counts(BY_TYPE, viewer(world.bruno.principal_id))["Client"] == 6
    finally:
        trees._list_branches.cache_clear()
    assert COUNT_CAP == 1000


# --- windows -------------------------------------------------------------------------------------------------------


@pytest.fixture
def hundred_and_more(starts: Starts) -> list[str]:
    return starts.give("hundred", lambda: fill(137))


def walk(place: Place, way: str) -> list[list[str]]:
    pages = []
    while True:
        page = trees.page(BY_TYPE, client_type(), viewer(), place)
        pages.append(names(page))
        cursor = getattr(page, way)
        if cursor is None:
            return pages
        place = getattr(Place, way)(str(cursor))


def test_forward_each_comes_once_in_order(hundred_and_more: list[str]) -> None:
    pages = walk(Place(), "after")
    assert [len(page) for page in pages] == [50, 50, 37]
    assert list(chain(*pages)) == hundred_and_more


def test_backward_each_comes_once_in_order(hundred_and_more: list[str]) -> None:
    pages = walk(Place(Cursor(b"\xff\xff", 0), back=PAGE, ahead=None), "before")
    assert [len(page) for page in pages] == [50, 50, 37]
    assert list(chain(*reversed(pages))) == hundred_and_more


def test_the_page_after_is_followed_back_to_where_one_was(hundred_and_more: list[str]) -> None:
    first = trees.page(BY_TYPE, client_type(), viewer())
    second = trees.page(BY_TYPE, client_type(), viewer(), Place.after(str(first.after)))
    assert second.offset == 50
    back = trees.page(BY_TYPE, client_type(), viewer(), Place.before(str(second.before)))
    assert (names(back), back.offset, back.has_before) == (names(first), 0, False)


@pytest.mark.parametrize("letter", ["A", "E", "é", "N", "O", "Z"])
def test_a_letter_leads_to_the_first_name_that_begins_with_it(hundred_and_more: list[str], letter: str) -> None:
    page = trees.page(BY_TYPE, client_type(), viewer(), Place.at(letter))
    expected = next(place for place, name in enumerate(hundred_and_more) if sort_key(name) >= sort_key(letter)[:2])
    assert names(page)[0] == hundred_and_more[expected]
    assert page.has_before == (expected > 0)


def test_a_letter_beyond_all_names_leads_to_none(hundred_and_more: list[str]) -> None:
    page = trees.page(BY_TYPE, client_type(), viewer(), Place.at("α"))
    assert names(page) == []


@pytest.mark.parametrize("index", [0, 10, 24, 25, 68, 112, 136])
def test_around_a_company_one_sees_its_neighbours(hundred_and_more: list[str], index: int) -> None:
    """T5: the path of the open record is unfolded, wherever it stands in a long branch."""
    name = hundred_and_more[index]
    row = db.session.execute(
        unscoped(db.select(Company.sort_key, Company.id).where(Company.name == name), "a test looks it up")
    ).one()
    page = trees.page(BY_TYPE, client_type(), viewer(), Place.around(*row))
    start = max(index - PAGE // 2, 0)
    assert names(page) == hundred_and_more[start : index + PAGE // 2]
    assert (page.has_before, page.has_after) == (start > 0, index + PAGE // 2 < 137)


def test_equal_names_are_told_apart_by_their_number() -> None:
    for _number in range(PAGE + 3):
        companies.create({"name": "Jumelle", "account_type": client_type(), "commercial_status": "client"}, SYSTEM)
    db.session.commit()
    seen = Counter()
    place = Place()
    while True:
        page = trees.page(BY_TYPE, client_type(), viewer(), place)
        seen.update(entry.id for entry in page.entries)
        if page.after is None:
            break
        place = Place.after(str(page.after))
    assert len(seen) == PAGE + 3
    assert set(seen.values()) == {1}


def test_several_branches_are_read_with_one_query(world: World, queries: Any) -> None:
    kind = client_type()
    with queries() as seen:
        pages = trees.pages(BY_TYPE, {kind: Place(), 999_999: Place.at("M")}, viewer())
    assert len(seen) == 1
    assert [len(page.entries) for page in pages.values()] == [1, 0]


# --- what browsers send --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "x", "é", "====", "AAAA", "\0", "A" * 15, "' OR 1=1 --"])
def test_a_cursor_that_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.parse(text)


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(b"", 0, 0),
        Cursor(b"\x1c\x7f\0\0\x20", 12, None),
        Cursor(b"\xff" * 512, 2**63 - 1, 2**31 - 1),
        Cursor(b"", -(2**63)),
    ],
)
def test_a_cursor_comes_back_as_it_went(cursor: Cursor) -> None:
    assert Cursor.parse(str(cursor)) == cursor
    assert trees.page(BY_TYPE, client_type(), viewer(), Place(cursor, back=1)).entries == []


# --- plans ---------------------------------------------------------------------------------------------------------


def test_a_window_is_ranges_of_the_primary_key(world: World) -> None:
    """F2: whatever the number of companies, no scan and no sort of a branch; on SQLite, whose plans don't vary."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses its plans by the sizes of the tables")
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plans.extend(row[3] for row in rows.fetchall())

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        trees.page(BY_TYPE, client_type(), viewer(world.bruno.principal_id), Place.at("M"))
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)
    reads = [line for line in plans if "company_listing" in line]
    assert len(reads) == 4
    assert all(
        line.startswith("SEARCH company_listing USING PRIMARY KEY (principal_id=? AND tree=? AND branch_id=?")
        for line in reads
    )
    assert all("(sort_key,company_id)" in line for line in reads)
