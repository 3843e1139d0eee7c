"""« Projets » in the portal: those of one's own company that were opened to it, and nothing internal (P8, D11)."""

from datetime import date
from typing import Any

import pytest

from tests import factories
from tests.client import Browser
from tests.portal.conftest import invite
from tests.world import World
from webapp.models import ProjectState
from webapp.services.projects import PROJECTS


@pytest.fixture
def reader(client: Browser, world: World, db_session: Any) -> Browser:
    """The browser of Élise, who may review projects."""
    return client.as_contact(invite(world, world.elise.id, project_review=True).id)


def names(reader: Browser) -> list[str]:
    return [card.one("strong").text for card in reader.get("/portal/projects").all("a", class_="portal-card")]


def test_those_opened_to_the_portal_and_no_others(reader: Browser, world: World, db_session: Any) -> None:
    """P8, D11: not one of another company, of the parent, in the trash, or kept for the staff."""
    shown = factories.project(
        world.durand,
        world.bruno,
        name="Refonte",
        in_portal=True,
        state=ProjectState.ACTIVE,
        ends_on=date(2027, 3, 31),
        comments="Budget serré",
    )
    kept = factories.project(world.durand, world.bruno, name="Interne")
    other = factories.project(world.lead, world.bruno, name="D’un autre", in_portal=True)
    gone = factories.project(world.durand, world.bruno, name="Jeté", in_portal=True)
    PROJECTS.remove(gone, by=world.viewer("bruno"))
    subsidiary = factories.company("Durand Filiale", parent=world.durand.id)
    below = factories.project(subsidiary, world.bruno, name="De la filiale", in_portal=True)
    db_session.commit()
    assert names(reader) == ["Refonte"]
    page = reader.get("/portal/").click("Projets").browser.get(f"/portal/projects/{shown.id}")
    for said in ("Refonte", "En cours", "31 mars 2027", "Bruno Masson"):
        assert said in page
    assert "Budget serré" not in page
    assert world.bruno.email not in page
    for hidden in (kept, other, gone, below):
        reader.get(f"/portal/projects/{hidden.id}", status=404)
    for number in (0, 2**63, 2**70):
        reader.get(f"/portal/projects/{number}", status=404)


def test_closed_again_it_is_gone_at_once(reader: Browser, client: Browser, world: World) -> None:
    shown = factories.project(world.durand, world.bruno, name="Refonte", in_portal=True)
    reader.get(f"/portal/projects/{shown.id}")
    client.as_("bruno").get(f"/projects/{shown.id}/edit").submit({"in_portal": False})
    reader.get(f"/portal/projects/{shown.id}", status=404)
    assert names(reader) == []


def test_without_the_right_there_is_no_such_page(client: Browser, world: World, db_session: Any) -> None:
    """P1, P5: neither page nor menu."""
    shown = factories.project(world.durand, world.bruno, name="Refonte", in_portal=True)
    visitor = client.as_contact(invite(world, world.elise.id, invoice_review=True).id)
    visitor.get("/portal/projects", status=404)
    visitor.get(f"/portal/projects/{shown.id}", status=404)
    assert "Projets" not in visitor.get("/portal/")


def test_a_long_list_is_read_a_page_at_a_time(reader: Browser, world: World, queries: Any) -> None:
    for number in range(32):
        factories.project(world.durand, world.bruno, name=f"Projet {number}", in_portal=True)
    with queries() as seen:
        first = reader.get("/portal/projects")
    assert len(seen) <= 4, seen
    assert len(first.all("a", class_="portal-card")) == 30
    rest = first.click("Suite").all("a", class_="portal-card")
    assert [card.one("strong").text for card in rest] == ["Projet 1", "Projet 0"]
    reader.get("/portal/projects?before=x")
