"""Activities: from a company, a contact or an opportunity; due, owned, done (S1, H1, H2, D17)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.test_history import events
from tests.world import World
from webapp.access import unscoped
from webapp.clock import today
from webapp.extensions import db
from webapp.models import Activity, ActivityKind, ReferenceItem, ReferenceList
from webapp.services.linked import listing
from webapp.services.opportunities import OPPORTUNITIES

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
        "Activité restaurée : À jeter"
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


def in_days(count: int) -> date:
    return today("Europe/Paris") + timedelta(days=count)


def listed(page: Any) -> list[str]:
    return [row.one("th").text for row in page.one("tbody").all("tr")]


@pytest.fixture
def agenda(world: World) -> dict[str, Activity]:
    """What Bruno has to do, in no order, and what he did."""
    return {
        name: factories.activity(world.durand, world.bruno, name=name, **values)
        for name, values in {
            "Un jour": {},
            "Demain": {"due_on": in_days(1)},
            "Aujourd’hui": {"due_on": in_days(0)},
            "Aujourd’hui tôt": {"due_on": in_days(0), "due_time": "08:30"},
            "En retard": {"due_on": in_days(-3), "due_time": "10:00"},
            "Dans un mois": {"due_on": in_days(30)},
        }.items()
    }


BY_DAY = ["En retard", "Aujourd’hui tôt", "Aujourd’hui", "Demain", "Dans un mois", "Un jour"]


def test_the_list_begins_with_what_is_to_be_done_first(
    bruno: Any, world: World, agenda: dict[str, Activity], monkeypatch: Any
) -> None:
    """S1: by day and hour, without a day last, a page at a time; what was done is asked for, the last first."""
    assert listed(bruno.get("/activities/")) == BY_DAY
    monkeypatch.setattr(listing, "PAGE", 4)
    first = bruno.get("/activities/")
    assert listed(first) + listed(first.click("Suite")) == BY_DAY
    for name in ("Demain", "En retard"):
        bruno.get(f"/activities/{agenda[name].id}").submit(form="/complete")
    assert listed(bruno.get("/activities/?state=done")) == ["En retard", "Demain"]
    assert listed(bruno.get("/activities/?state=&q=aujourd")) == ["Aujourd’hui tôt", "Aujourd’hui"]


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("late", ["En retard"]),
        ("today", ["Aujourd’hui tôt", "Aujourd’hui"]),
        ("week", ["Aujourd’hui tôt", "Aujourd’hui", "Demain"]),
        ("later", ["Dans un mois"]),
    ],
)
def test_it_is_narrowed_by_day_owner_and_kind(
    bruno: Any, world: World, agenda: dict[str, Activity], due: str, expected: list[str]
) -> None:
    """S1: what is asked for stays in the form."""
    factories.activity(world.durand, world.chloe, name="De Chloé", due_on=in_days(0))
    page = bruno.get(f"/activities/?state=open&owner=me&kind=task&due={due}")
    assert listed(page) == expected
    again = page.submit(form="/activities/")
    assert listed(again) == expected
    assert "Aucun résultat" in page.submit({"kind": "call"}, form="/activities/")


def test_the_first_page_says_what_i_have_to_do(
    bruno: Any, world: World, agenda: dict[str, Activity], queries: Any
) -> None:
    """S1: what is late first; one press does it, on the page where one is, and can be taken back."""
    factories.activity(world.durand, world.chloe, name="De Chloé", due_on=in_days(0))
    section = bruno.get("/").one("section", **{"aria-labelledby": "home-activities"})
    assert [link.text for link in section.all("a") if "/activities/" in link["href"]][1:] == BY_DAY
    late, rest = section.text.split("Aujourd’hui tôt")
    assert "En retard ·" in late
    assert "En retard ·" not in rest
    home = bruno.get("/").submit(form=f"/activities/{agenda['En retard'].id}/complete").follow()
    assert home.heading == "Accueil"
    assert "Activité achevée : En retard" in home
    assert "En retard ·" not in home
    assert home.submit(form=f"/activities/{agenda['En retard'].id}/reopen").follow().heading == "En retard"
    with queries() as seen:
        bruno.get("/")
    assert len(seen) <= 12
    for number in range(4):
        factories.activity(world.durand, world.bruno, name=f"Plus tard {number}")
    assert len(listed(bruno.get("/").click("Tout afficher"))) == 10
    assert "Rien à faire pour l’instant" in bruno.as_("anne").get("/")


def test_an_activity_of_an_opportunity_knows_company_and_contact(bruno: Any, world: World) -> None:
    """S1, H2, H3, D17: filled in where it is made; the opportunity and the company are told of its making, the contact
    only that it was done."""
    hope = factories.linked(
        OPPORTUNITIES, world.durand, world.viewer("bruno"), name="Refonte", contact=world.elise.id, **needed(world)
    )
    dialog = bruno.get(f"/opportunities/{hope.id}").click("Nouvelle activité")
    shown = {name: dialog.field(f"{name}_text")["value"] for name in ("company", "contact", "opportunity")}
    assert shown == {"company": "Durand & Fils", "contact": "Élise Nguyễn", "opportunity": "Refonte"}
    page = dialog.submit({"name": "Présenter l’offre", "kind": "meeting"}).follow()
    pages = [f"/opportunities/{hope.id}", f"/companies/{world.durand.id}"]
    for url in pages:
        assert events(bruno.get(url))[0].startswith("Création Activité Présenter l’offre"), url
    assert not any("Présenter" in told for told in events(bruno.get(f"/contacts/{world.elise.id}")))
    page.submit(form="/complete")
    for url in (*pages, f"/contacts/{world.elise.id}"):
        assert events(bruno.get(url))[0].startswith("Achèvement Activité Présenter l’offre"), url


def needed(world: World) -> dict[str, Any]:
    """What an opportunity can't be without."""
    state = db.session.scalars(
        select(ReferenceItem.id).where(ReferenceItem.list == ReferenceList.OPPORTUNITY_STATE)
    ).first()
    return {"owner": world.bruno.id, "state": state, "currency": "EUR"}
