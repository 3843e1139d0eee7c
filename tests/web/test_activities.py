"""Activities: from a company, a contact or an opportunity; due, owned, done (S1, H1, H2, D17)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.test_history import events
from tests.world import World
from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import Activity, ActivityKind

pytestmark = pytest.mark.usefixtures("db_session")


def only() -> Activity:
    db.session.expire_all()
    return db.session.scalars(unscoped(select(Activity), "a test")).one()


def test_a_company_gets_a_call_to_make_and_it_is_made(bruno: Any, world: World) -> None:
    """S1, H1: made from the company's page, shown there, told in its history, completed with one press."""
    dialog = bruno.get(f"/companies/{world.durand.id}").click("Nouvelle activité")
    assert dialog.field("company_text")["value"] == "Durand & Fils"
    answer = dialog.submit(
        {"name": "Rappeler pour le devis", "kind": "call", "due_on": "2026-12-03", "due_time": "14h30"}
    )
    page = answer.follow()
    assert "Activité créée : Rappeler pour le devis" in page
    for said in ("Appel", "03/12/2026 14:30", "Bruno Masson", "À faire"):
        assert said in page
    company = bruno.get(f"/companies/{world.durand.id}")
    assert "Rappeler pour le devis" in company
    assert events(company)[0].startswith("Création Activité Rappeler pour le devis Bruno Masson")
    done = page.submit(form="/complete").follow()
    assert "Achevée le" in done
    assert events(bruno.get(f"/companies/{world.durand.id}"))[0].startswith("Achèvement Activité Rappeler")
    assert only().completed_by_id == world.bruno.id
    assert "À faire" in done.submit(form="/reopen").follow()


def test_a_contact_s_activity_is_told_when_it_is_done(bruno: Any, world: World) -> None:
    """H2, D17: neither the contact nor the company is told of its making, nor of a change."""
    contact = f"/contacts/{world.elise.id}"
    before = events(bruno.get(contact)), events(bruno.get(f"/companies/{world.durand.id}"))
    page = bruno.get(contact).click("Nouvelle activité").submit({"name": "Déjeuner", "kind": "meeting"}).follow()
    page.click("Modifier").submit({"name": "Déjeuner de travail"})
    assert (events(bruno.get(contact)), events(bruno.get(f"/companies/{world.durand.id}"))) == before
    assert events(bruno.get(page.url))[0].startswith("Modification"), "its own page tells it"
    bruno.get(page.url).submit(form="/complete")
    for url in (contact, f"/companies/{world.durand.id}"):
        assert events(bruno.get(url))[0].startswith("Achèvement Activité Déjeuner de travail")


def test_who_may_not_see_the_contact_sees_nothing_of_it(client: Any, world: World) -> None:
    """A2, A3: neither the page, nor the list, nor the company's page, nor its history."""
    hidden = factories.contact(
        "Zoé Cachée", company=world.durand.id, restrict_access=True, allowed_resources=[world.anne.id]
    )
    mine = factories.activity(world.durand, world.anne, name="Secret de polichinelle", contact=hidden.id)
    bruno, anne = client.as_("bruno"), client.as_("anne")
    anne.get(f"/activities/{mine.id}").submit(form="/complete")
    bruno.get(f"/activities/{mine.id}", status=404)
    for url in ("/activities/", f"/companies/{world.durand.id}", "/", f"/companies/{world.durand.id}/history"):
        assert "polichinelle" not in bruno.get(url), url
    for url in ("/activities/", f"/companies/{world.durand.id}", f"/contacts/{hidden.id}"):
        assert "polichinelle" in anne.get(url), url


def test_what_makes_no_sense_is_said_beside_the_field(bruno: Any, world: World) -> None:
    """Nothing typed is lost; a contact of another company is refused, an hour without a day too."""
    elsewhere = factories.contact("Paul Roux", company=world.zephyr.id)
    page = bruno.get(f"/activities/new?company={world.durand.id}")
    refused = page.submit(
        {"name": "", "kind": "call", "contact": elsewhere.id, "contact_text": "Paul Roux", "due_time": "25:00"},
        status=422,
    )
    assert refused.error("name") == "Ce champ est obligatoire."
    assert refused.error("contact_text") == "Aucune réponse pour « Paul Roux »."
    assert refused.error("due_time") == "Ce n’est pas une heure. Exemple : 14:30."
    assert refused.field("due_time")["value"] == "25:00"
    again = refused.submit({"name": "Appeler", "contact_text": "", "due_time": "14:30"}, status=422)
    assert again.error("due_time") == "Indiquez aussi le jour."


def test_it_goes_to_the_trash_and_comes_back(bruno: Any, world: World) -> None:
    """R3, D16: by itself, with undo; and with its company."""
    activity = factories.activity(
        world.durand, world.bruno, name="À jeter", kind=ActivityKind.TASK, due_on=date(2026, 12, 1)
    )
    page = bruno.get(f"/activities/{activity.id}/delete").submit(button="OK").follow()
    assert "Activité supprimée : À jeter" in page
    bruno.get(f"/activities/{activity.id}", status=404)
    assert "À jeter" in bruno.get("/trash/")
    assert (
        "Activité restaurée : À jeter"
        in bruno.get("/trash/").submit(form=f"/activities/{activity.id}/restore").follow()
    )
    bruno.get(f"/companies/{world.durand.id}/delete").submit(button="OK")
    bruno.get(f"/activities/{activity.id}", status=404)
    assert "À jeter" not in bruno.get("/trash/"), "it went with its company"
    bruno.get("/trash/").submit(form=f"/companies/{world.durand.id}/restore")
    bruno.get(f"/activities/{activity.id}")


def test_two_people_change_it(client: Any, world: World) -> None:
    """R4: what each changed is kept; the same value is chosen."""
    activity = factories.activity(world.durand, world.bruno, name="Relancer")
    url = f"/activities/{activity.id}/edit"
    first, second = client.as_("bruno").get(url), client.as_("chloe").get(url)
    first.submit({"comments": "Plutôt le matin"})
    assert "Bruno Masson a modifié entre-temps : Commentaires." in second.submit({"name": "Relancer vite"}).follow()
    assert (only().name, only().comments) == ("Relancer vite", "Plutôt le matin")
    third, fourth = client.as_("bruno").get(url), client.as_("chloe").get(url)
    third.submit({"name": "A"})
    assert "quelle valeur garder" in fourth.submit({"name": "B"}, status=409)
