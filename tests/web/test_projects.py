"""Projects: from a company, with or without an engagement, shown in the portal to whom they are opened (S4, H1)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from tests import factories
from tests.web.test_history import events
from tests.world import World
from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import Company, EngagementState, Project, ProjectState
from webapp.services.engagements import ENGAGEMENTS

pytestmark = pytest.mark.usefixtures("db_session")


def only() -> Project:
    db.session.expire_all()
    return db.session.scalars(unscoped(select(Project), "a test")).one()


def maintenance(world: World) -> Any:
    """Return an engagement of Durand & Fils."""
    db.session.execute(update(Company).where(Company.id == world.durand.id).values(allow_engagements=True))
    values = {"state": EngagementState.ACTIVE, "contact": world.elise.id}
    return factories.linked(ENGAGEMENTS, world.durand, name="Maintenance", **values)


def test_a_project_is_made_from_a_company_and_told_in_its_history(bruno: Any, world: World) -> None:
    """S4, H1, C9: whoever makes it manages it; the company's page shows it."""
    dialog = bruno.get(f"/companies/{world.durand.id}").click("Nouveau projet")
    assert dialog.field("company_text")["value"] == "Durand & Fils"
    assert dialog.field("manager_text")["value"] == "Bruno Masson"
    values = {"name": "Refonte du site", "state": "active", "starts_on": "2026-12-01", "ends_on": "2027-03-31"}
    page = dialog.submit(values | {"in_portal": True, "comments": "Budget serré"}).follow()
    assert "Projet créé : Refonte du site" in page
    for said in ("En cours", "01/12/2026", "31/03/2027", "Visible dans le Portail Clients Oui", "Budget serré"):
        assert said in page
    company = bruno.get(f"/companies/{world.durand.id}")
    [row] = [row.text for row in company.all("li", class_="row") if "Refonte" in row.text]
    assert "En cours" in row
    assert "31/03/2027" in row
    assert events(company)[0].startswith("Création Projet Refonte du site Bruno Masson")


def test_one_is_made_from_an_engagement_of_the_company(bruno: Any, world: World) -> None:
    """S4: the engagement's page offers it; both then name each other."""
    engagement = maintenance(world)
    dialog = bruno.get(f"/projects/new?engagement={engagement.id}")
    assert dialog.field("company_text")["value"] == "Durand & Fils"
    page = dialog.submit({"name": "Mise à niveau"}).follow()
    assert page.link("Maintenance")["href"] == f"/engagements/{engagement.id}"
    assert "Mise à niveau" in bruno.get(f"/engagements/{engagement.id}")


def test_an_engagement_of_another_company_is_refused(bruno: Any, world: World) -> None:
    """S4: beside the field, by typing and by a forged id alike."""
    engagement = maintenance(world)
    page = bruno.get(f"/projects/new?company={world.lead.id}")
    forged = {"name": "Autre", "engagement": engagement.id, "engagement_text": "Maintenance"}
    assert "Aucune réponse" in page.submit(forged, status=422).error("engagement_text")


def test_what_makes_no_sense_is_said_beside_the_field(bruno: Any, world: World) -> None:
    """S4, D20: it can't end before it begins; nothing typed is lost."""
    page = bruno.get(f"/projects/new?company={world.durand.id}")
    refused = page.submit({"name": "", "starts_on": "2027-01-02", "ends_on": "2027-01-01"}, status=422)
    assert refused.error("name") == "Ce champ est obligatoire."
    assert refused.error("ends_on") == "La fin ne peut pas précéder le début."
    assert refused.field("ends_on")["value"] == "2027-01-01"
    refused.submit({"name": "D’un jour", "ends_on": "2027-01-02"})
    assert only().ends_on == only().starts_on == date(2027, 1, 2)


def test_the_list_is_narrowed_by_state_and_to_mine(bruno: Any, world: World) -> None:
    """S4, N3: each filter has its address."""
    factories.project(world.durand, world.bruno, name="Le mien", state=ProjectState.ACTIVE)
    factories.project(world.durand, world.anne, name="Celui d’Anne")
    factories.project(world.lead, world.anne, name="Terminé hier", state=ProjectState.DONE)
    for query, names in {
        "": ["Terminé hier", "Celui d’Anne", "Le mien"],
        "?manager=me": ["Le mien"],
        "?state=done": ["Terminé hier"],
        "?q=anne": ["Celui d’Anne"],
    }.items():
        rows = [row.one("th").text for row in bruno.get(f"/projects/{query}").one("tbody").all("tr")]
        assert rows == names, query


def test_who_may_not_see_the_company_sees_none_of_its_projects(client: Any, world: World) -> None:
    """A2: neither page, nor list, nor form, nor a link from elsewhere."""
    hidden = factories.project(world.ecluse, world.bruno, name="Projet discret")
    chloe = client.as_("chloe")
    for url in (f"/projects/{hidden.id}", f"/projects/{hidden.id}/edit", f"/projects/{hidden.id}/history"):
        chloe.get(url, status=404)
        client.as_("bruno").get(url)
    assert "Projet discret" not in chloe.get("/projects/")
    assert "Projet discret" in client.as_("bruno").get("/projects/")


def test_a_project_holds_its_company(bruno: Any, world: World) -> None:
    """D16: the company can't be deleted while there is one; the project goes to the trash by itself, and comes back."""
    made = factories.project(world.durand, world.bruno, name="À garder")
    assert "tant qu’elle a : Projets (1)." in bruno.get(f"/companies/{world.durand.id}/delete")
    bruno.post(f"/companies/{world.durand.id}/delete", status=422)
    bruno.get(f"/projects/{made.id}/delete").submit(button="OK")
    bruno.get(f"/projects/{made.id}", status=404)
    bruno.get("/trash/").submit(form=f"/projects/{made.id}/restore")
    bruno.get(f"/projects/{made.id}")
