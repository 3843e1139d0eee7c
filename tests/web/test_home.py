"""The first page of the day: one's companies, what changed, the first steps (issue item 8)."""

from datetime import UTC, datetime
from typing import Any

from tests import factories
from tests.client import Browser
from tests.world import World
from webapp import clock
from webapp.access import SYSTEM, get_visible
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import Company, Resource, Role
from webapp.services import companies, contacts, my_contacts, organisation


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


def test_the_records_opened_last_come_first(client: Browser, world: World) -> None:
    """Item 6."""
    bruno = client.as_("bruno")
    assert "Ouvert récemment" not in bruno.get("/")
    for url in (
        f"/companies/{world.durand.id}",
        f"/contacts/{world.elise.id}",
        f"/companies/{world.lead.id}",
        f"/companies/{world.durand.id}",
    ):
        bruno.get(url)
    bruno.hx_get(f"/contacts/{world.denis.id}")
    bruno.get(f"/companies/{world.lead.id}/edit")
    bruno.get("/companies/999999", status=404)
    opened = bruno.get("/").one("section", **{"aria-labelledby": "home-opened"})
    assert [link.text for link in opened.all("a")] == [
        "Denis Écluse",
        "Durand & Fils",
        "Évrard",
        "Mme Élise Nguyễn",
    ]


def test_opened_records_are_one_persons_and_hidden_ones_go(client: Browser, world: World, db_session: Any) -> None:
    """A2: on a computer that several use, in a cookie that somebody wrote, after a deletion."""
    bruno, chloe = client.as_("bruno"), client.as_("chloe")
    bruno.get(f"/companies/{world.ecluse.id}")
    bruno.get(f"/companies/{world.durand.id}")
    cookie = bruno.cookie("recent")
    name = bruno.app.config["SESSION_COOKIE_NAME"]
    session = f"{name}={chloe.cookie(name)}"
    for text in (cookie, f"{world.chloe.id}.company-{world.ecluse.id}", "x" * 5000, f"{world.chloe.id}.company-é.."):
        page = chloe.open("GET", "/", status=200, headers={"Cookie": f"{session}; recent={text}"})
        assert "Ouvert récemment" not in page
    companies.remove(get_visible(Company, world.durand.id, SYSTEM), SYSTEM)
    db.session.commit()
    opened = bruno.get("/").one("section", **{"aria-labelledby": "home-opened"})
    assert [link.text for link in opened.all("a")] == ["L’Écluse"]


def test_opening_a_record_writes_nothing(client: Browser, world: World, queries: Any) -> None:
    """On SQLite, who only reads never waits for who writes."""
    bruno = client.as_("bruno")
    with queries() as seen:
        bruno.get(f"/companies/{world.durand.id}")
    assert all(statement.startswith(("SELECT", "WITH")) for statement in seen)


def test_days_to_wish_are_those_of_my_contacts_in_my_zone(
    client: Browser, world: World, db_session: Any, monkeypatch: Any
) -> None:
    """D20: it is tomorrow already in Nouméa."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 5, 31, 20, tzinfo=UTC))
    monkeypatch.setattr(clock, "datetime", _Stopped)
    born = contacts.create(
        {"last_name": "Juin", "company": world.durand.id, "birthday": PartialDate(6, 7, 1986)}, SYSTEM
    )
    my_contacts.put(born, world.viewer("bruno"), True)
    db.session.commit()
    bruno = client.as_("bruno")
    assert "Anniversaires" not in bruno.get("/")
    db.session.get(Resource, world.bruno.id).timezone = "Pacific/Noumea"
    db.session.commit()
    days = bruno.get("/").one("section", **{"aria-labelledby": "home-days"})
    assert "Juin" in days.text
    assert "Durand & Fils" in days.text
    assert "40 ans" in days.text
    assert "Anniversaires" not in client.as_("chloe").get("/")


class _Stopped(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime(2026, 5, 31, 20, tzinfo=UTC).astimezone(tz)


def test_it_costs_few_queries_and_htmx_gets_the_main_part(client: Browser, world: World, queries: Any) -> None:
    anne = client.as_("anne")
    with queries() as seen:
        anne.get("/")
    assert len(seen) <= 13
    assert anne.hx_get("/").all("h1")[0].text == "Accueil"
