"""The first page of the day: one's companies, what changed, the first steps (issue item 8)."""

from typing import Any

from tests import factories
from tests.client import Browser
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Company, Role
from webapp.services import companies, organisation


def test_it_works(client: Browser, world: World) -> None:
    """What Bruno sells, and what he may see of the last changes."""
    page = client.as_("bruno").get("/")
    assert page.heading == "Accueil"
    assert page.link("Nouvelle société")["href"] == "/companies/new"
    mine = page.one("section", **{"aria-labelledby": "home-mine"})
    assert "Je suis commercial" in mine.text
    assert "Évrard" in mine.text
    assert "Péniche Bleue" not in mine.text
    assert page.click("Évrard").heading == "Évrard"


def test_recent_changes_are_those_one_may_see_the_last_first(client: Browser, world: World, db_session: Any) -> None:
    """A2."""
    changed = client.as_("chloe").get("/").one("section", **{"aria-labelledby": "home-changed"})
    assert "L’Écluse" not in changed.text
    assert changed.text.index("Péniche Bleue") < changed.text.index("Durand & Fils")
    companies.update(get_visible(Company, world.durand.id, SYSTEM), {"alias": "D"}, SYSTEM)
    db.session.commit()
    changed = client.as_("chloe").get("/").one("section", **{"aria-labelledby": "home-changed"})
    assert changed.text.index("Durand & Fils") < changed.text.index("Péniche Bleue")


def test_a_company_in_the_trash_is_no_more_mine(client: Browser, world: World, db_session: Any) -> None:
    companies.remove(get_visible(Company, world.lead.id, SYSTEM), SYSTEM)
    db.session.commit()
    page = client.as_("bruno").get("/")
    assert "Évrard" not in page
    assert "Aucune société ne vous est confiée" in page


def test_an_admin_sees_the_first_steps_until_they_are_done(client: Browser, world: World, db_session: Any) -> None:
    anne = client.as_("anne")
    page = anne.get("/")
    assert page.link("Régler l’organisation")["href"] == "/admin/settings"
    assert "Premiers pas" not in client.as_("bruno").get("/")
    organisation.save({"name": "Péniche & Cie"})
    db.session.commit()
    assert "Premiers pas" not in anne.get("/")


def test_an_empty_house_says_what_to_do(app: Any, db_session: Any) -> None:
    alone = factories.resource("Seule", role=Role.ADMIN)
    page = Browser(app, lambda name: alone).as_("seule").get("/")
    steps = page.one("section", **{"aria-labelledby": "home-steps"})
    assert "Fait" not in steps.text
    assert "Rien n’a encore changé" in page
    assert page.link("Créer une société")["href"] == "/companies/new"


def test_it_costs_few_queries_and_htmx_gets_the_main_part(client: Browser, world: World, queries: Any) -> None:
    anne = client.as_("anne")
    with queries() as seen:
        anne.get("/")
    assert len(seen) <= 8
    assert anne.hx_get("/").all("h1")[0].text == "Accueil"
