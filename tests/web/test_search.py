"""The search: its page, what it offers while one types, and what it never tells (N2, A2)."""

from typing import Any

import pytest

from tests import factories
from tests.client import Browser, Page
from tests.world import World
from webapp.models import Noun


def results(page: Page) -> list[str]:
    """Return where the results lead, in order."""
    return [link["href"] for link in page.one(id="search-results").all("a", href=True)]


def test_the_page_finds_companies_and_contacts(client: Browser, world: World) -> None:
    page = client.as_("bruno").get("/search", q="ecluse")
    assert results(page) == [f"/companies/{world.ecluse.id}", f"/contacts/{world.denis.id}"]
    assert [mark.text for mark in page.one(id="search-results").all("mark")] == ["Écluse", "Écluse"]


def test_what_hangs_on_companies_is_a_group_of_its_own(client: Browser, world: World, db_session: Any) -> None:
    """Issue 6, 12: in the bar and on the page, with what it is and whose; one may look for it alone."""
    made = factories.of_noun(Noun.PROJECT, world.durand, world.bruno, name="Pont levant")
    bruno = client.as_("bruno")
    offer = bruno.hx_get("/search/offers", q="levant").all("li", role="option")[0]
    assert offer["data-href"] == f"/projects/{made.id}"
    assert "Projet Pont levant" in offer.text
    assert "Durand & Fils" in offer.text
    page = bruno.get("/search", q="levant")
    assert results(page) == [f"/projects/{made.id}"]
    assert "Fiches liées" in page
    assert "Durand & Fils" in page.one(id="search-results").text
    alone = page.submit({"kind": "linked", "q": "durand"}, form="/search")
    assert results(alone) == []
    assert "/projects/" not in bruno.hx_get("/search/tree", q="levant").html, "it stands in no tree (N2)"


@pytest.mark.parametrize("typed", ["ecluse", "denis", "clus"])
def test_who_may_not_see_is_told_nothing(client: Browser, world: World, typed: str) -> None:
    """A2: not even that something was found."""
    page = client.as_("chloe").get("/search", q=typed)
    assert results(page) == []
    assert "Aucun résultat" in page
    offers = client.as_("chloe").hx_get("/search/offers", q=typed)
    assert "/companies/" not in offers.html
    assert "/contacts/" not in offers.html
    assert "cluse" not in offers.html.replace(typed, "")


def test_it_is_narrowed_and_the_address_keeps_how(client: Browser, world: World) -> None:
    """N3."""
    page = client.as_("anne").get("/search?q=e&kind=contact&status=client")
    assert all(href.startswith("/contacts/") for href in results(page))
    assert page.one("option", selected=True, value="contact")
    assert page.one("option", selected=True, value="client")
    again = page.submit({"kind": "company"}, form="/search")
    assert all(href.startswith("/companies/") for href in results(again))
    assert again.one("option", selected=True, value="client")


def test_what_narrows_nothing_is_no_error(client: Browser, world: World) -> None:
    client.as_("anne").get("/search?q=durand&type=x&region=-1&status=none&kind=any")
    client.as_("anne").get("/search?q=durand&type=999999999999999999")
    client.as_("anne").get("/search")


def test_one_searches_from_the_bar_of_any_page(client: Browser, world: World) -> None:
    """With scripts off it is a form."""
    page = client.as_("anne").get("/account")
    found = page.one("search").one("form")
    assert found["action"] == "/search"
    assert f"/companies/{world.durand.id}" in results(client.as_("anne").get("/search", q="durand"))


def test_the_bar_offers_records_then_the_page_of_all(client: Browser, world: World) -> None:
    offers = client.as_("anne").hx_get("/search/offers", q="durand")
    hrefs = [option["data-href"] for option in offers.all("li", role="option")]
    assert hrefs[0] == f"/companies/{world.durand.id}"
    assert hrefs[-1] == "/search?q=durand"
    assert client.as_("anne").get("/search/offers", q="durand", status=302).location == "/search?q=durand"


def test_a_contact_says_where_and_why(client: Browser, world: World) -> None:
    """Found by the address, which the result shows with its match marked."""
    page = client.as_("anne").get("/search", q="elise.nguyen@durand")
    row = page.one(id="search-results").one("li")
    assert "Mme Élise Nguyễn" in row.text
    assert "Durand & Fils" in row.text
    assert "elise.nguyen@durand.example" in row.text


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", '"><img src=x>', "%00", "\u202e"])
def test_what_is_typed_is_only_shown(client: Browser, world: World, typed: str) -> None:
    page = client.as_("anne").get("/search", q=typed)
    assert "<img" not in page.html
    assert "<script>alert" not in page.html


def test_a_search_asks_few_questions(client: Browser, world: World, queries: Any) -> None:
    """F6, F3: who is asking; at most three times for each kind, twice what has no order of names; once for each how
    common a word is; numbers once."""
    browser = client.as_("anne")
    browser.hx_get("/search/offers", q="durand")
    with queries() as seen:
        browser.hx_get("/search/offers", q="durand")
    assert len(seen) <= 12, seen
