"""Contacts in the trees and « Mes contacts », by links alone, and what htmx gets (N1, N3, T1, T5, T6, A2, D9)."""

from typing import Any

import pytest

from tests import factories
from tests.client import Browser, Page
from tests.web.test_tree_pages import href, is_open, shown
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Company, Contact, MyContact, ReferenceList
from webapp.services import companies, contacts
from webapp.services.paging import PAGE


@pytest.fixture
def client_type(world: World, db_session: Any) -> int:
    return factories.reference(ReferenceList.ACCOUNT_TYPE, "client")


@pytest.fixture
def many(world: World, db_session: Any) -> list[str]:
    """More contacts than a page holds, at Durand & Fils, in order."""
    made = [f"Nom{number:02}" for number in range(PAGE + 9)]
    for name in made:
        contacts.create({"last_name": name, "first_name": "Léa", "company": world.durand.id}, SYSTEM)
    db.session.commit()
    return ["Mme Élise Nguyễn", *(f"Léa {name}" for name in made)]


def mark(person_id: int, *contact_ids: int) -> None:
    db.session.add_all(MyContact(resource_id=person_id, contact_id=contact_id) for contact_id in contact_ids)
    db.session.commit()


def on_page(browser: Browser, url: str, path: str) -> Page:
    """Fetch a tree again as htmx does on the page of this path."""
    headers = {"HX-Current-URL": f"http://localhost{path}"}
    return browser.open("GET", url, status=200, htmx=True, headers=headers)


# --- under a company -----------------------------------------------------------------------------------------------


def test_from_a_branch_to_a_contact_by_links(bruno: Browser, world: World, client_type: int) -> None:
    """N3, T1, T5: nothing here sends a header of htmx."""
    branch = bruno.get("/companies").click("Client")
    assert not is_open(branch, f"company-{world.durand.id}")
    page = bruno.get(branch.one("a", aria_label="Contacts : Durand & Fils")["href"])
    assert page.heading == "Durand & Fils"
    assert page.link("Mme Élise Nguyễn")["href"] == f"/contacts/{world.elise.id}"
    assert is_open(page, f"company-{world.durand.id}")
    assert shown(page, "contact") == ["Mme Élise Nguyễn"]

    # What was opened so stays open, in every tree that holds it, until it is folded.
    assert shown(bruno.get("/companies"), "contact") == ["Mme Élise Nguyễn"]
    by_region = bruno.get(f"/companies?view=region&open=region-{_region()}")
    assert shown(by_region, "contact") == ["Mme Élise Nguyễn"]
    assert shown(page.click("Replier dans l’arborescence"), "contact") == []
    assert page.click("Voir la fiche").heading == "Durand & Fils"
    assert page.click("Client").heading == "Client"


def _region() -> int:
    return factories.reference(ReferenceList.BUSINESS_REGION, "ile_de_france")


def test_the_profile_of_a_contact_selects_it_in_the_tree(bruno: Browser, world: World, many: list[str]) -> None:
    """T5: unfolded down to it, in the middle of many."""
    page = bruno.get(f"/contacts/{world.elise.id}")
    assert page.one(id=f"node-contact-{world.elise.id}")["aria-selected"] == "true"
    assert page.one(id=f"node-company-{world.durand.id}")["aria-selected"] == "false"
    assert is_open(page, f"company-{world.durand.id}")
    assert shown(page, "contact") == many[: PAGE // 2]


def test_a_company_without_contacts_is_a_leaf(bruno: Browser, world: World) -> None:
    lead = bruno.get(f"/companies/{world.lead.id}").one(id=f"node-company-{world.lead.id}")
    assert not lead.has("aria-expanded")
    assert lead.all("ul") == []


def test_htmx_gets_contacts_fifty_at_a_time(bruno: Browser, world: World, many: list[str]) -> None:
    first = bruno.hx_get(f"/trees/type/company/{world.durand.id}")
    assert shown(first, "contact") == many[:PAGE]
    nodes = first.all("li", **{"data-kind": "contact"})
    assert {(node["aria-level"], node["aria-setsize"]) for node in nodes} == {("3", "-1")}
    assert [node["aria-posinset"] for node in nodes[:2]] == ["1", "2"]
    more = bruno.hx_get(href(first, "more"))
    assert shown(more, "contact") == many[PAGE:]
    assert more.all("li", **{"data-kind": "contact"})[-1]["aria-setsize"] == str(len(many))
    # The same by links.
    following = bruno.get(f"/trees/type/company/{world.durand.id}").click("Suite")
    assert shown(following, "contact") == many[PAGE:]
    assert shown(following.click("Précédents"), "contact") == many[:PAGE]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_stranger_learns_nothing_of_hidden_contacts(
    client: Browser, world: World, client_type: int, htmx: bool
) -> None:
    """A2, D7."""
    chloe = client.as_("chloe")
    chloe.get(f"/trees/type/company/{world.ecluse.id}", htmx=htmx, status=404)
    chloe.get(f"/trees/mine/company/{world.ecluse.id}", htmx=htmx, status=404)
    assert "Denis" not in chloe.get(f"/companies?open=type-{client_type},company-{world.ecluse.id}").html


def test_a_company_whose_contacts_are_all_in_the_trash_is_a_leaf(
    bruno: Browser, world: World, client_type: int
) -> None:
    contacts.remove(get_visible(Contact, world.elise.id, SYSTEM), SYSTEM)
    db.session.commit()
    page = bruno.get(f"/companies?open=type-{client_type},company-{world.durand.id}")
    assert not page.one(id=f"node-company-{world.durand.id}").has("aria-expanded")
    assert "Aucun contact ici" in bruno.get(f"/trees/type/company/{world.durand.id}")


def test_a_page_of_contacts_costs_few_queries(
    bruno: Browser, world: World, many: list[str], client_type: int, queries: Any
) -> None:
    """F6: the person, the company, its contacts; a branch costs what it did."""
    with queries() as seen:
        bruno.hx_get(f"/trees/type/company/{world.durand.id}")
    assert len(seen) == 3
    with queries() as seen:
        bruno.hx_get(f"/trees/type/{client_type}")
    assert len(seen) == 2


def test_the_tree_shows_the_truth_after_a_change(bruno: Browser, world: World, client_type: int) -> None:
    """Renamed, moved to another company, deleted."""
    elise = get_visible(Contact, world.elise.id, SYSTEM)
    bruno.get(f"/companies?open=type-{client_type},company-{world.durand.id},company-{world.ecluse.id}")
    contacts.update(elise, {"last_name": "Aubin"}, SYSTEM)
    db.session.commit()
    assert shown(bruno.hx_get("/trees/type"), "contact") == ["Mme Élise Aubin", "Denis Écluse"]
    contacts.update(elise, {"company": world.ecluse.id}, SYSTEM)
    db.session.commit()
    fresh = on_page(bruno, "/trees/type", f"/contacts/{world.elise.id}")
    assert shown(fresh, "contact") == ["Mme Élise Aubin", "Denis Écluse"]
    assert fresh.one(id=f"node-contact-{world.elise.id}")["aria-selected"] == "true"
    assert not fresh.one(id=f"node-company-{world.durand.id}").has("aria-expanded")
    contacts.remove(elise, SYSTEM)
    db.session.commit()
    fresh = on_page(bruno, "/trees/type", f"/contacts/{world.elise.id}")
    assert shown(fresh, "contact") == ["Denis Écluse"]


def test_a_contact_whose_company_changed_tree_is_shown_there(bruno: Browser, world: World, db_session: Any) -> None:
    """T3."""
    contacts.update(get_visible(Contact, world.elise.id, SYSTEM), {"company": world.lead.id}, SYSTEM)
    db.session.commit()
    fresh = on_page(bruno, "/trees/type", f"/contacts/{world.elise.id}")
    assert fresh.one(id="sidebar")["hx-get"] == "/trees/leads"
    assert fresh.one(id=f"node-contact-{world.elise.id}")["aria-selected"] == "true"
    # The page of its company in the tree where it no longer stands leads on.
    assert bruno.get(f"/trees/type/company/{world.lead.id}", status=302).follow().heading == "Évrard"


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/trees/nothing/company/1", 404),
        ("/trees/type/company/999999", 404),
        (f"/trees/type/company/{10**30}", 404),
        ("/trees/mine/999999", 404),
        ("/trees/type/company/1?after=x", 400),
        ("/trees/mine/company/1?before=%00", 400),
        ("/my-contacts?after=x", 400),
    ],
)
def test_what_does_not_exist_is_said_so(bruno: Browser, url: str, status: int, htmx: bool) -> None:
    bruno.get(url, htmx=htmx, status=status)


# --- Mes contacts --------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(bruno: Browser) -> None:
    page = bruno.get("/companies").click("Mes contacts")
    assert page.heading == "Mes contacts"
    assert "Votre liste est vide" in page
    assert "Actions > Ajouter à la liste de mes contacts" in page
    assert page.link("Chercher dans les sociétés")["href"] == "/companies"


def test_my_contacts_by_links(bruno: Browser, world: World, client_type: int, db_session: Any) -> None:
    """T6, N3."""
    factories.contact("Ida Autre", company=world.durand.id)
    mark(world.bruno.id, world.elise.id, world.denis.id)
    page = bruno.get("/my-contacts")
    assert shown(page, "branch") == ["Client"]
    assert page.one(id=f"node-mine-{client_type}").one("span", class_="n").text == "2"
    table = page.one("table")
    assert table.text.index("Denis Écluse") < table.text.index("Mme Élise Nguyễn")
    assert "mailto:elise.nguyen@durand.example" in [link.get("href") for link in table.all("a")]

    branch = bruno.get(page.one(id=f"node-mine-{client_type}-row")["href"])
    assert shown(branch) == ["Durand & Fils", "L’Écluse"]
    company = bruno.get(branch.one("a", aria_label="Contacts : Durand & Fils")["href"])
    assert shown(company, "contact") == ["Mme Élise Nguyễn"]
    assert bruno.hx_get("/my-contacts").all("h1")[0].text == "Mes contacts"


def test_each_has_a_list_of_their_own(client: Browser, world: World, db_session: Any) -> None:
    mark(world.bruno.id, world.elise.id)
    mark(world.chloe.id, world.denis.id)
    assert "Élise" in client.as_("bruno").get("/my-contacts")
    for name in ("anne", "chloe"):
        # Chloé's one contact is hidden from her (D9).
        assert "Votre liste est vide" in client.as_(name).get("/my-contacts")


def test_one_stays_in_my_contacts_from_there(bruno: Browser, world: World, db_session: Any) -> None:
    """T5, T6: the tree beside a contact of one's own is the one one came by; beside another, its company's."""
    other = factories.contact("Ida Autre", company=world.durand.id)
    mark(world.bruno.id, world.elise.id)

    def tree(path: str) -> str:
        return bruno.get(path).one(id="sidebar")["hx-get"]

    assert tree(f"/contacts/{world.elise.id}") == "/trees/type"
    bruno.get("/my-contacts")
    assert tree(f"/contacts/{world.elise.id}") == "/trees/mine"
    assert tree(f"/companies/{world.durand.id}") == "/trees/mine"
    assert tree(f"/contacts/{other.id}") == "/trees/type"
    assert tree(f"/companies/{world.lead.id}") == "/trees/leads"
    page = bruno.get(f"/contacts/{world.elise.id}")
    assert page.one(id=f"node-contact-{world.elise.id}")["aria-selected"] == "true"
    assert is_open(page, f"my-company-{world.durand.id}")
    bruno.get("/companies")
    assert tree(f"/contacts/{world.elise.id}") == "/trees/type"


def test_a_contact_taken_off_the_list_leaves_the_tree(bruno: Browser, world: World, db_session: Any) -> None:
    """T6: and the tree beside its page is its company's."""
    mark(world.bruno.id, world.elise.id, world.denis.id)
    assert on_page(bruno, "/trees/mine", f"/contacts/{world.elise.id}").one(id="sidebar")["hx-get"] == "/trees/mine"
    db.session.delete(db.session.get(MyContact, (world.bruno.id, world.elise.id), execution_options={"access": "test"}))
    db.session.commit()
    assert on_page(bruno, "/trees/mine", f"/contacts/{world.elise.id}").one(id="sidebar")["hx-get"] == "/trees/type"
    assert "Durand" not in on_page(bruno, "/trees/mine", "/my-contacts").text


def test_my_contacts_cost_few_queries_with_five_hundred_marks(
    bruno: Browser, world: World, client_type: int, db_session: Any, queries: Any
) -> None:
    """F2, F6: the person and one query a level; a company stands in as many pages as it must."""
    for number in range(PAGE + 5):
        record = companies.create(
            {"name": f"Atelier {number:03}", "account_type": client_type, "commercial_status": "client"}, SYSTEM
        )
        people = [contacts.create({"last_name": f"Nom {one}", "company": record.id}, SYSTEM) for one in range(9)]
        db.session.add_all(MyContact(resource_id=world.bruno.id, contact_id=one.id) for one in people)
    db.session.commit()
    for url in (f"/trees/mine/{client_type}", f"/trees/mine/{client_type}?at=At"):
        with queries() as seen:
            bruno.hx_get(url)
        assert len(seen) == 2
    with queries() as seen:
        bruno.get(f"/my-contacts?open=mine-{client_type},my-company-{record.id}")
    assert len(seen) <= 5
    branch = bruno.hx_get(f"/trees/mine/{client_type}")
    assert len(shown(branch)) == PAGE
    assert len(shown(bruno.hx_get(href(branch, "more")))) == 5


def test_a_company_one_no_longer_sees_is_not_named(bruno: Browser, world: World, db_session: Any) -> None:
    """D9, A2."""
    mark(world.bruno.id, world.denis.id)
    assert "L’Écluse" in bruno.get("/my-contacts")
    ecluse = get_visible(Company, world.ecluse.id, SYSTEM)
    companies.write_grants(ecluse, [world.chloe.principal_id])
    companies.write_listings(ecluse)
    db.session.commit()
    page = bruno.get("/my-contacts")
    assert "L’Écluse" not in page
    assert "Denis" not in page.html
    assert db.session.query(MyContact).execution_options(access="test").count() == 1
