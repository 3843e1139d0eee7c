"""« Qui voit cette société, et pourquoi », and of a contact (A1 to A3): the page, its list, its filters."""

from typing import Any

from tests import factories
from tests.world import World
from webapp.services import sight


def rows(page: Any) -> dict[str, list[str]]:
    found = page.one("tbody").all("tr")
    return {row.one("th").text: [cell.text for cell in row.all("td")] for row in found if row.all("th")}


def test_it_is_reached_from_the_profile_and_tells_of_each(client: Any, world: World) -> None:
    profile = client.as_("bruno").get(f"/companies/{world.zephyr.id}")
    page = profile.click("Qui voit cette société, et pourquoi")
    assert page.heading == "Qui voit cette société, et pourquoi"
    assert rows(page) == {
        "Anne Lefèvre": ["voit", "administrateur"],
        "Bruno Masson": ["voit", "entité de facturation Comptoir Paris"],
        "Chloé Œuvrard": ["ne voit pas", "aucun accès"],
    }
    assert "Vous voyez cette société : entité de facturation Comptoir Paris." in page
    assert page.click("Zéphyr").heading == "Zéphyr"


def test_of_a_contact_it_tells_both_halves(client: Any, world: World, db_session: Any) -> None:
    """A3: its company's and its own."""
    own = {"restrict_access": True, "allowed_resources": [world.bruno.id]}
    contact = factories.contact("Zoé N’Diaye", company=world.durand.id, **own)
    page = client.as_("bruno").get(f"/contacts/{contact.id}").click("Qui voit ce contact, et pourquoi")
    assert rows(page)["Bruno Masson"] == ["voit", "ouverte à toutes les ressources", "ressource autorisée"]
    assert rows(page)["Chloé Œuvrard"] == ["ne voit pas", "ouverte à toutes les ressources", "aucun accès"]
    assert "sa société (ouverte à toutes les ressources), et que ce contact vous est ouvert (ressource" in page
    open_one = client.as_("chloe").get(f"/contacts/{world.elise.id}/access")
    assert rows(open_one)["Chloé Œuvrard"] == ["voit", "ouverte à toutes les ressources", "contact non restreint"]
    assert "et qu’il n’est pas restreint" in open_one


def test_whoever_does_not_see_it_is_not_told_who_does(client: Any, world: World) -> None:
    """A2: 404, like the record."""
    client.as_("chloe").get(f"/companies/{world.ecluse.id}/access", status=404)
    client.as_("chloe").get(f"/contacts/{world.denis.id}/access", status=404)


def test_it_is_narrowed_and_searched_without_scripts(client: Any, world: World) -> None:
    page = client.as_("bruno").get(f"/companies/{world.ecluse.id}/access")
    assert rows(page.click("Voient")).keys() == {"Anne Lefèvre", "Bruno Masson"}
    blind = page.click("Ne voient pas")
    assert rows(blind).keys() == {"Chloé Œuvrard"}
    main = {"form": f"/companies/{world.ecluse.id}/access"}
    assert rows(blind.submit({"q": "chloe"}, **main)).keys() == {"Chloé Œuvrard"}
    assert "Aucune ressource ne porte ce nom" in blind.submit({"q": "bruno"}, **main)
    assert rows(page.submit({"q": "bruno"}, **main)).keys() == {"Bruno Masson"}


def test_the_next_resources_come_as_a_page_or_as_rows(client: Any, world: World, db_session: Any) -> None:
    for number in range(sight.PAGE):
        factories.resource(f"Personne {number:03}")
    chloe = client.as_("chloe")
    first = chloe.get(f"/companies/{world.durand.id}/access")
    second = first.click("Ressources suivantes")
    assert second.heading == first.heading
    assert len(rows(first)) == sight.PAGE
    assert len(rows(second)) == 3
    assert rows(first).keys().isdisjoint(rows(second))
    assert rows(second.click("Début de la liste")) == rows(first)
    fragment = chloe.hx_get(first.link("Ressources suivantes")["href"])
    assert [row.one("th").text for row in fragment.all("tr")] == list(rows(second))
