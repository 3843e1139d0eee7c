"""The pages of the trees, by links alone, and what htmx gets from the same addresses (N1, N3, T1 to T5, D8)."""

from typing import Any

import pytest

from tests import factories
from tests.client import Browser, Page
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Company, ReferenceList
from webapp.services import companies
from webapp.services.paging import PAGE
from webapp.text import sort_key


@pytest.fixture
def client_type(world: World, db_session: Any) -> int:
    return factories.reference(ReferenceList.ACCOUNT_TYPE, "client")


@pytest.fixture
def many(client_type: int) -> list[str]:
    """Names of more companies than a page holds, in order, all of the type « Client » and open."""
    made = [f"{letter}{number:02} & Cie" for letter in "BKQ" for number in range(25)]
    for name in made:
        companies.create({"name": name, "account_type": client_type, "commercial_status": "client"}, SYSTEM)
    db.session.commit()
    return sorted([*made, "Durand & Fils", "L’Écluse", "Zéphyr"], key=sort_key)


def shown(page: Page, kind: str = "company") -> list[str]:
    """Return the names of the nodes of a kind in the tree, in order."""
    return [_label(node) for node in page.all("li", **{"data-kind": kind})]


def _label(node: Any) -> str:
    return next(e.text for e in node.elements if e.tag == "span" and "lab" in e.get("class").split())


def is_open(page: Page, key: str) -> bool:
    return page.one(id=f"node-{key}").get("aria-expanded") == "true"


def href(page: Page, kind: str) -> str:
    """Return what fetches the entries behind the node of this kind."""
    node = page.all("li", **{"data-kind": kind})[0]
    return next(e["hx-get"] for e in node.elements if e.tag == "a")


# --- with links alone ----------------------------------------------------------------------------------------------


def test_a_branch_then_a_company_by_links_and_the_tree_stays_open(
    bruno: Browser, world: World, client_type: int
) -> None:
    """N3, T1, T5: nothing here sends a header of htmx."""
    page = bruno.get("/companies")
    assert page.heading == "Sociétés"
    assert shown(page, "branch") == ["Client"]
    assert not is_open(page, f"type-{client_type}")

    branch = bruno.get(page.one(id=f"node-type-{client_type}-row")["href"])
    assert branch.heading == "Client"
    assert shown(branch) == ["Durand & Fils", "L’Écluse", "Zéphyr"]

    profile = bruno.get(branch.one(id=f"node-company-{world.durand.id}").one("a")["href"])
    assert profile.heading == "Durand & Fils"
    assert profile.one(id=f"node-company-{world.durand.id}")["aria-selected"] == "true"
    assert profile.one(id=f"node-company-{world.ecluse.id}")["aria-selected"] == "false"

    # Elsewhere and back: what was open is open still.
    assert is_open(bruno.get("/companies"), f"type-{client_type}")
    assert not is_open(branch.click("Replier dans l’arborescence"), f"type-{client_type}")
    assert not is_open(bruno.get("/companies"), f"type-{client_type}")


def test_an_address_may_say_which_branches_are_open(bruno: Browser, client_type: int) -> None:
    page = bruno.get(f"/companies?open=type-{client_type},type-999,region-7,company-3,contact-3,nonsense")
    assert is_open(page, f"type-{client_type}")
    assert bruno.cookie("tree") == f"type-{client_type}.type-999.region-7.company-3"
    assert is_open(bruno.get("/companies"), f"type-{client_type}")


def test_no_more_than_eight_branches_are_printed_open(bruno: Browser) -> None:
    bruno.get("/companies?open=" + ",".join(f"type-{number}" for number in range(100, 120)))
    assert bruno.cookie("tree").split(".") == [f"type-{number}" for number in range(112, 120)]


def test_the_view_is_switched_and_remembered(bruno: Browser) -> None:
    """N1, T2."""
    page = bruno.get("/companies").click("Par région")
    assert shown(page, "branch") == ["Île-de-France"]
    assert shown(bruno.get("/companies"), "branch") == ["Île-de-France"]
    assert shown(page.click("Par type de compte"), "branch") == ["Client"]


def test_companies_without_region_are_a_link_away(bruno: Browser) -> None:
    """D8."""
    page = bruno.get("/companies?view=region").click("2 sociétés sans région")
    assert page.heading == "(Sans région)"
    assert "L’Écluse" in page


def test_leads_and_prospects_have_their_trees(bruno: Browser, world: World) -> None:
    """T3, T4."""
    leads = bruno.get("/leads")
    assert (leads.heading, shown(leads, "branch")) == ("Leads", ["Bruno Masson"])
    assert leads.click("Bruno Masson").click("Évrard").heading == "Évrard"
    assert shown(bruno.get("/prospects"), "branch") == ["Chloé Œuvrard"]
    profile = bruno.get(f"/companies/{world.prospect.id}")
    assert shown(profile) == ["Péniche Bleue"]


def test_a_long_branch_is_read_page_by_page_and_by_letter(bruno: Browser, many: list[str]) -> None:
    page = bruno.get("/companies").click("Client")
    assert shown(page) == many[:PAGE]
    following = page.click("Suite")
    assert shown(following) == many[PAGE:]
    assert shown(following.click("Précédents")) == many[:PAGE]
    assert shown(page.click("Q"))[0] == "Q00 & Cie"
    assert shown(page.click("#")) == many[:PAGE]
    assert page.click("Ω").heading == "Client"


def test_the_path_of_the_open_record_is_unfolded_in_a_long_branch(
    bruno: Browser, many: list[str], world: World
) -> None:
    """T5."""
    page = bruno.get(f"/companies/{world.zephyr.id}")
    assert shown(page) == many[-(PAGE // 2 + 1) :]
    assert page.one(id=f"node-company-{world.zephyr.id}")["aria-selected"] == "true"


# --- who sees what -------------------------------------------------------------------------------------------------


def test_a_stranger_sees_nothing_of_a_restricted_company(client: Browser, world: World, client_type: int) -> None:
    """A2: neither the name nor the count."""
    chloe = client.as_("chloe")
    page = chloe.get(f"/companies?open=type-{client_type}")
    assert shown(page) == ["Durand & Fils"]
    assert "L’Écluse" not in page.html
    chloe.get(f"/companies/{world.ecluse.id}", status=404)


# --- what htmx asks for --------------------------------------------------------------------------------------------


def test_htmx_gets_the_entries_of_a_branch_and_then_more(bruno: Browser, many: list[str], client_type: int) -> None:
    first = bruno.hx_get(f"/trees/type/{client_type}")
    assert shown(first) == many[:PAGE]
    assert [node.get("aria-posinset") for node in first.all("li", **{"data-kind": "company"})][:2] == ["1", "2"]
    more = bruno.hx_get(href(first, "more"))
    assert shown(more) == many[PAGE:]
    assert more.all("li", **{"data-kind": "before"}) == []
    assert more.all("li", **{"data-kind": "company"})[0]["aria-posinset"] == "51"


def test_htmx_jumps_to_a_letter_and_finds_what_stands_before(bruno: Browser, many: list[str], client_type: int) -> None:
    letters = bruno.hx_get(f"/trees/type/{client_type}/letters")
    assert shown(letters, "letter")[:3] == ["#", "A", "B"]
    at_k = bruno.hx_get(f"/trees/type/{client_type}?at=K")
    assert shown(at_k)[0] == "K00 & Cie"
    before = bruno.hx_get(href(at_k, "before"))
    assert shown(before) == many[: many.index("K00 & Cie")]
    assert before.all("li", **{"data-kind": "more"}) == []


def test_a_branch_costs_two_queries_and_the_page_of_a_tree_few(
    bruno: Browser, many: list[str], client_type: int, queries: Any
) -> None:
    """F6: with the signed-in person, and whatever the data."""
    with queries() as seen:
        bruno.hx_get(f"/trees/type/{client_type}")
    assert len(seen) == 2
    with queries() as seen:
        bruno.get(f"/trees/type/{client_type}?at=K")
    assert len(seen) <= 6


def test_after_a_rename_the_tree_fetches_itself_and_shows_the_truth(
    bruno: Browser, world: World, client_type: int
) -> None:
    bruno.get(f"/companies?open=type-{client_type}")
    companies.update(get_visible(Company, world.durand.id, SYSTEM), {"name": "Zola"}, SYSTEM)
    db.session.commit()
    fresh = bruno.hx_get("/trees/type")
    assert shown(fresh) == ["L’Écluse", "Zéphyr", "Zola"]


def test_a_company_that_moved_to_another_tree_is_shown_there(bruno: Browser, world: World, db_session: Any) -> None:
    """T3: a lead becomes a client while its page is open."""
    companies.update(get_visible(Company, world.lead.id, SYSTEM), {"commercial_status": "client"}, SYSTEM)
    db.session.commit()
    headers = {"HX-Current-URL": f"http://localhost/companies/{world.lead.id}"}
    fresh = bruno.open("GET", "/trees/leads", status=200, htmx=True, headers=headers)
    assert fresh.one(id="sidebar")["hx-get"] == "/trees/type"
    assert fresh.one(id=f"node-company-{world.lead.id}")["aria-selected"] == "true"


def test_the_tree_keeps_quiet_about_messages_meant_for_the_page(bruno: Browser, world: World) -> None:
    """Fetched at the same time as the page, it would say them twice."""
    assert "toasts" not in bruno.hx_get("/trees/type").html


def test_restoring_history_gets_a_whole_page(bruno: Browser, client_type: int) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    page = bruno.open("GET", f"/trees/type/{client_type}", status=200, headers=headers)
    assert page.heading == "Client"


# --- what does not exist, what is hostile --------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    "url",
    [
        "/trees/nothing",
        "/trees/type/999999",
        "/trees/type/0",
        "/trees/leads/999999",
        f"/trees/type/{10**30}",
        "/trees/type/x",
    ],
)
def test_an_unknown_tree_or_branch_is_not_found(bruno: Browser, url: str, htmx: bool) -> None:
    bruno.get(url, htmx=htmx, status=404)


def test_a_value_of_another_list_is_not_a_branch(bruno: Browser, db_session: Any) -> None:
    region = factories.reference(ReferenceList.BUSINESS_REGION, "ile_de_france")
    bruno.get(f"/trees/type/{region}", status=404)


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("cursor", ["x", "%00", "é", "A" * 5000, "' OR 1=1 --", "AAAA"])
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_cursor_that_is_none_of_ours_is_not_understood(
    bruno: Browser, client_type: int, way: str, cursor: str, htmx: bool
) -> None:
    bruno.get(f"/trees/type/{client_type}", htmx=htmx, status={200, 400}, **{way: cursor})
    bruno.get("/trees/leads", htmx=True, status={200, 400}, **{way: cursor})


@pytest.mark.parametrize("prefix", ["\0", "😀", "é" * 3000, "日本"])
def test_any_letter_may_be_asked_for(bruno: Browser, client_type: int, prefix: str) -> None:
    bruno.get(f"/trees/type/{client_type}", at=prefix)


@pytest.mark.parametrize("text", ["type-1" * 3000, "type-" + "9" * 40, "\x7f", "type-1;DROP", "letters-type-3"])
def test_a_hostile_cookie_opens_nothing(bruno: Browser, text: str) -> None:
    page = bruno.open(
        "GET", "/companies", status=200, headers={"Cookie": f"{_session(bruno)}; tree={text}; tree_view=x"}
    )
    assert page.heading == "Sociétés"


def _session(browser: Browser) -> str:
    name = browser.app.config["SESSION_COOKIE_NAME"]
    return f"{name}={browser.cookie(name)}"


def test_an_empty_tree_says_how_to_begin(client: Browser, app: Any, world: World) -> None:
    with app.app_context():
        companies.remove(get_visible(Company, world.lead.id, SYSTEM), SYSTEM)
        db.session.commit()
    page = client.as_("chloe").get("/leads")
    assert "Aucune société ici pour l’instant" in page
    assert page.link("Créer la première")["href"] == "/companies/new?status=lead"
