"""Admins draw how requests go from state to state, and strand none (S8, R1)."""

import re
from typing import Any

import pytest
from sqlalchemy import select, update

from tests import factories
from tests.world import World
from webapp.extensions import db
from webapp.models import Resource, Role, Workflow, WorkflowState
from webapp.services import workflows
from webapp.services.requests import REQUESTS

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def anne(client: Any, world: World) -> Any:
    return client.as_("anne")


def default() -> Workflow:
    db.session.expire_all()
    return db.session.scalars(select(Workflow).where(Workflow.is_default)).one()


def url(workflow: Workflow | None = None) -> str:
    return f"/admin/workflows/{(workflow or default()).id}"


def state(label: str) -> WorkflowState:
    db.session.expire_all()
    return db.session.scalars(select(WorkflowState).where(WorkflowState.label_fr == label)).first()  # type: ignore[return-value]


def labels() -> list[str]:
    return [one.label_fr for one in workflows.states(default())]


def boxes(page: Any) -> dict[tuple[str, str], bool]:
    found = {}
    for box in page.all("input", type="checkbox", name="move"):
        found[tuple(re.findall("«\xa0(.*?)\xa0»", box["aria-label"]))] = box.has("checked")
    return found


def stand(world: World, label: str) -> Any:
    """Have a request stand in a state."""
    made = factories.linked(REQUESTS, world.durand, text="Rien ne va", priority="normal")
    made.state_id = state(label).id
    db.session.commit()
    return made


def test_an_installation_begins_with_a_workflow(anne: Any) -> None:
    """S8: five states, and from each a way to the end."""
    assert labels() == ["Nouvelle", "En cours", "En attente du client", "Résolue", "Fermée"]
    assert workflows.fill() == 0, "what is there stays as it is"
    page = anne.get("/admin/").click("Flux de travail 1 flux").click("Assistance")
    drawn = boxes(page)
    assert drawn["Nouvelle", "En cours"]
    assert drawn["Fermée", "En cours"]
    assert not drawn["Nouvelle", "Fermée"]
    assert len(drawn) == 20
    assert not workflows.stranding(default())


def test_a_state_is_added_moved_renamed_and_led_to(anne: Any) -> None:
    page = anne.get(url()).click("Ajouter un état").submit({"label_fr": "Chez le fournisseur"}).follow()
    assert "« Chez le fournisseur » a été ajouté." in page
    added = state("Chez le fournisseur")
    assert added.label_en == "Chez le fournisseur", "what has no English says it in French"
    page.submit(form=f"/states/{added.id}/move", button="Monter « Chez le fournisseur »")
    assert labels()[-2:] == ["Chez le fournisseur", "Fermée"]
    ticked = [f"{state('En cours').id}-{added.id}", f"{added.id}-{state('En cours').id}"]
    page = anne.get(url())
    kept = [box["value"] for box in page.all("input", name="move") if box.has("checked")]
    assert "Les passages sont enregistrés." in page.submit({"move": kept + ticked}, form="/moves").follow()
    assert (state("En cours").id, added.id) in workflows.moves(default())
    edit = anne.get(f"{url()}/states/{added.id}/edit")
    edit.submit({"label_fr": "Chez un tiers", "label_en": "With a third party"})
    assert state("Chez un tiers").label_en == "With a third party"
    refused = anne.get(f"{url()}/states/new").submit({"label_fr": "EN COURS"}, status=422)
    assert "« EN COURS » existe déjà dans ce flux." in refused.error("label_fr")
    assert "« Flux de travail modifié »" not in anne.get("/admin/audit")
    assert "Flux de travail modifié" in anne.get("/admin/audit")


def test_exactly_one_state_begins(anne: Any) -> None:
    """Another takes its place; nobody unticks the only one."""
    edit = anne.get(f"{url()}/states/{state('En cours').id}/edit")
    edit.submit({"is_initial": True})
    assert [one.label_fr for one in workflows.states(default()) if one.is_initial] == ["En cours"]
    first = anne.get(f"{url()}/states/{state('En cours').id}/edit")
    assert "is_initial" not in {e.get("name") for e in first.all("input")}
    first.submit({"label_fr": "En traitement"})
    assert state("En traitement").is_initial
    first = anne.get(f"{url()}/states/{state('En traitement').id}/edit")
    refused = first.submit({"is_closed": True}, status=422)
    assert "Une demande ne peut pas commencer fermée." in refused.error("is_closed")


def test_at_least_one_state_is_closed(anne: Any) -> None:
    closed = state("Fermée")
    refused = anne.get(f"{url()}/states/{closed.id}/edit").submit({"is_closed": False}, status=422)
    assert "C’est le seul état fermé" in refused.error("is_closed")
    for what in ("retire", "delete"):
        assert "C’est le seul état fermé" in anne.get(url()).submit(form=f"/states/{closed.id}/{what}").follow()
    assert state("Fermée").retired_at is None


def test_no_change_of_the_moves_strands_a_request(anne: Any, world: World) -> None:
    """S8: neither those that are there, nor those that may come; what was ticked is kept."""
    solved, closed = state("Résolue").id, state("Fermée").id
    page = anne.get(url())
    ticked = [box["value"] for box in page.all("input", name="move") if box.has("checked")]
    without = [one for one in ticked if one != f"{solved}-{closed}"]
    refused = page.submit({"move": without}, form="/moves", status=422)
    assert (
        "n’auraient plus de chemin vers un état fermé depuis : Nouvelle, En cours, En attente du client, Résolue."
        in refused
    )
    assert not boxes(refused)["Résolue", "Fermée"], "what was ticked stays"
    assert (solved, closed) in workflows.moves(default())
    page.submit({"move": [*without, f"{state('En cours').id}-{closed}"]}, form="/moves")
    assert (solved, closed) not in workflows.moves(default()), "there is another way"


def test_two_admins_draw_moves(anne: Any, client: Any, world: World) -> None:
    """R4: what each ticked or unticked is kept."""
    db.session.get_one(Resource, world.chloe.id).role = Role.ADMIN
    db.session.commit()
    mine, theirs = anne.get(url()), client.as_("chloe").get(url())
    ticked = [box["value"] for box in mine.all("input", name="move") if box.has("checked")]
    new, old = (f"{state('Nouvelle').id}-{state(end).id}" for end in ("Fermée", "Résolue"))
    theirs.submit({"move": [*ticked, new]}, form="/moves")
    mine.submit({"move": [one for one in ticked if one != old]}, form="/moves")
    drawn = boxes(anne.get(url()))
    assert drawn["Nouvelle", "Fermée"]
    assert not drawn["Nouvelle", "Résolue"]


def test_a_state_in_use_is_retired_and_left_not_deleted(anne: Any, world: World) -> None:
    waiting = state("En attente du client")
    request = stand(world, "En attente du client")
    page = anne.get(url())
    assert not page.all("form", action=f"{url()}/states/{waiting.id}/delete")
    anne.post(f"{url()}/states/{waiting.id}/delete")
    assert "Des demandes s’y trouvent : vous pouvez le retirer." in anne.get(url())
    anne.post(f"{url()}/states/{waiting.id}/retire")
    assert state("En attente du client").retired_at
    assert ("En cours", "En attente du client") not in boxes(anne.get(url()))
    assert [one.label_fr for one in workflows.next_states(state("En attente du client"))] == ["En cours", "Résolue"]
    assert waiting.id not in {one.id for one in workflows.next_states(state("En cours"))}
    anne.post(f"{url()}/states/{waiting.id}/restore")
    assert state("En attente du client").retired_at is None
    assert db.session.get(type(request), request.id, execution_options={"access": "unscoped: a test"}) is not None


def test_a_state_is_not_retired_when_it_is_the_only_way_out(anne: Any, world: World) -> None:
    stand(world, "Nouvelle")
    anne.get(url())
    anne.post(f"{url()}/states/{state('Résolue').id}/retire")
    assert "n’auraient plus de chemin" in anne.get(url())
    assert state("Résolue").retired_at is None
    anne.post(f"{url()}/states/{state('Résolue').id}/delete")
    assert state("Résolue") is not None


def test_open_and_closed_do_not_change_places_under_requests(anne: Any, world: World) -> None:
    stand(world, "Résolue")
    refused = anne.get(f"{url()}/states/{state('Résolue').id}/edit").submit({"is_closed": True}, status=422)
    assert "Impossible : des demandes s’y trouvent (1)." in refused.error("is_closed")


def test_steps_are_kept_with_their_state(anne: Any) -> None:
    solved = state("Résolue")
    dialog = anne.get(f"{url()}/states/{solved.id}/steps/new")
    refused = dialog.submit({"label_fr": "Faire signer", "days": "bientôt"}, status=422)
    assert "Un nombre entier" in refused.error("days")
    assert "obligatoire" in refused.error("performer")
    page = refused.submit({"performer": "contact", "days": "3"}).follow()
    for said in ("Faire signer", "Un contact du portail", "3 jours"):
        assert said in page
    (step,) = workflows.steps_of([solved.id])[solved.id]
    anne.get(f"{url()}/steps/{step.id}/edit").submit({"label_fr": "Signer", "days": ""})
    assert "Signer" in anne.get(url())
    anne.get(url()).submit(form=f"/steps/{step.id}/delete")
    assert not workflows.steps_of([solved.id])[solved.id]


def test_another_workflow_is_made_and_followed(anne: Any, world: World) -> None:
    """New requests follow the default one; the others stay where they are; the default one is neither retired nor
    deleted."""
    old = stand(world, "En cours")
    assistance = default()
    page = anne.get("/admin/workflows/new").submit({"name": "Matériel"}).follow()
    assert page.heading == "Matériel"
    assert boxes(page)["Nouvelle", "Fermée"]
    (made,) = [one for one in workflows.everything() if not one.is_default]
    anne.post(f"{url(made)}/default")
    assert default().name == "Matériel"
    assert factories.linked(REQUESTS, world.durand, text="x", priority="low").state_id == workflows.initial_state().id
    assert old.state_id != workflows.initial_state().id
    anne.post(f"{url()}/retire")
    assert "Les nouvelles demandes suivent ce flux" in anne.get("/admin/workflows/")
    anne.post(f"{url(assistance)}/delete")
    assert "Des demandes suivent ce flux : vous pouvez le retirer." in anne.get("/admin/workflows/")
    anne.post(f"{url(assistance)}/retire")
    assert "Retiré" in anne.get("/admin/workflows/")
    refused = anne.get("/admin/workflows/new").submit({"name": "MATERIEL"}, status=422)
    assert "existe déjà" in refused.error("name")


def test_one_that_could_close_nothing_is_not_followed(anne: Any) -> None:
    anne.get("/admin/workflows/new").submit({"name": "Impasse"})
    (made,) = [one for one in workflows.everything() if not one.is_default]
    anne.get(url(made)).submit({"move": []}, form="/moves")
    anne.post(f"{url(made)}/default")
    assert "n’auraient plus de chemin vers un état fermé" in anne.get("/admin/workflows/")
    assert default().name == "Assistance"


def test_a_label_that_somebody_else_changed_is_chosen(anne: Any, client: Any, world: World) -> None:
    """R4"""
    db.session.get_one(Resource, world.chloe.id).role = Role.ADMIN
    db.session.commit()
    address = f"{url()}/states/{state('En cours').id}/edit"
    mine, theirs = anne.get(address), client.as_("chloe").get(address)
    theirs.submit({"label_fr": "Prise en charge"})
    assert "quelle valeur garder" in mine.submit({"label_fr": "En traitement"}, status=409)


def test_what_is_not_of_this_workflow_is_not_found(anne: Any, client: Any) -> None:
    anne.get("/admin/workflows/999", status=404)
    anne.get("/admin/workflows/new").submit({"name": "Autre"})
    (made,) = [one for one in workflows.everything() if not one.is_default]
    anne.get(f"{url(made)}/states/{state('En cours').id}/edit", status=404)
    client.as_("bruno").get("/admin/workflows/", status=403)
    nonsense = ["x", "1-", "-", f"{state('En cours').id}-999999", "1-2-3"]
    page = anne.get(url())
    ticked = [box["value"] for box in page.all("input", name="move") if box.has("checked")]
    anne.post(f"{url()}/moves", {"move": [*ticked, *nonsense], "was": ticked})
    assert len(workflows.moves(default())) == len(ticked)


def test_an_installation_of_before_gets_one(run: Any) -> None:
    """At `db upgrade`; what admins made of theirs stays."""
    db.session.execute(update(Workflow).values(is_default=False, name="La nôtre"))
    db.session.commit()
    run("db", "upgrade")
    assert [one.name for one in workflows.everything()] == ["La nôtre"]
