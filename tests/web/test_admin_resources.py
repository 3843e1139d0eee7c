"""Admins keep the resources: who they are, what they may, how they come in (R1, R2)."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import factories
from webapp.extensions import db
from webapp.models import BillingEntity, Resource, Role


@pytest.fixture
def anne(client: Any, world: Any) -> Any:
    return client.as_("anne")


def names(page: Any) -> list[str]:
    return [row.one("th", scope="row").one("bdi").text for row in page.one("tbody").all("tr")]


def stored(resource_id: int) -> Resource:
    db.session.expire_all()
    return db.session.get_one(Resource, resource_id)


@pytest.mark.usefixtures("db_session")
def test_a_resource_is_added_gets_a_link_and_comes_in(anne: Any, client: Any, world: Any, app: Any) -> None:
    form = anne.get("/admin/resources/").click("Ajouter une ressource")
    page = form.submit(
        {
            "name": "Élodie Nguyễn",
            "email": "Elodie@Comptoir.example",
            "job_title": "Comptable",
            "phone_office": "01 42 68 53 00",
            "billing_entities": [world.paris],
        }
    ).follow()
    assert page.heading == "Élodie Nguyễn"
    assert "+33 1 42 68 53 00" in page
    assert "Comptoir Paris" in page
    assert "Aucun mot de passe n’est encore choisi." in page
    shown = page.submit(form="/link", status=200)
    link = shown.one("input", id="link-text")["value"]
    assert link.startswith("http://127.0.0.1:8000/links/")
    assert link not in anne.get(page.url).html, "it is shown once"
    visitor: FlaskClient = app.test_client()
    assert "mot de passe" in visitor.get(link.removeprefix("http://127.0.0.1:8000")).get_data(as_text=True)


@pytest.mark.usefixtures("db_session")
def test_the_list_is_in_order_filtered_and_paged(anne: Any) -> None:
    assert names(anne.get("/admin/resources/")) == ["Anne Lefèvre", "Bruno Masson", "Chloé Œuvrard"]
    assert names(anne.get("/admin/resources/", q="oeuv")) == ["Chloé Œuvrard"]
    assert "Aucune ressource ne porte ce nom" in anne.get("/admin/resources/", q="%")
    for number in range(120):
        factories.resource(f"Personne {number:03}", password_hash=None)
    page, seen = anne.get("/admin/resources/"), []
    while True:
        seen += names(page)
        if not [a for a in page.all("a", href=True) if a.text == "Suite"]:
            break
        page = page.click("Suite")
    assert len(seen) == len(set(seen)) == 123
    waiting = anne.get("/admin/").click("Les voir")
    assert names(waiting)[0] == "Personne 000"


@pytest.mark.usefixtures("db_session")
def test_changes_are_kept_and_an_unreadable_number_too(anne: Any, world: Any) -> None:
    form = anne.get(f"/admin/resources/{world.bruno.id}/edit")
    assert [e["value"] for e in form.all("input", name="billing_entities") if e.has("checked")] == [str(world.paris)]
    form.submit({"phone_mobile": "poste douze", "billing_entities": [world.lyon], "language": "en"})
    bruno = stored(world.bruno.id)
    assert (bruno.phone_mobile, bruno.language) == ("poste douze", "en")
    assert [entity.id for entity in bruno.billing_entities] == [world.lyon]
    assert "gardé tel quel" in anne.get(f"/admin/resources/{world.bruno.id}/edit")


@pytest.mark.usefixtures("db_session")
def test_bad_values_are_refused_beside_their_field(anne: Any, world: Any) -> None:
    form = anne.get("/admin/resources/new")
    refused = form.submit({"name": "", "email": world.bruno.email.upper()}, status=422)
    assert refused.error("name")
    refused = refused.submit({"name": "Double"}, status=422)
    assert "Bruno Masson" in refused.error("email")
    bad = {"name": "X", "email": "x@comptoir.example", "role": "god", "language": "xx", "timezone": "../etc"}
    refused = anne.post("/admin/resources/new", {**bad, "billing_entities": "99999", "is_active": "1"}, status=422)
    for name in ("role", "language", "timezone"):
        assert refused.error(name)
    assert "Choisissez des valeurs de la liste." in refused


@pytest.mark.usefixtures("db_session")
def test_the_last_admin_stays(anne: Any, world: Any) -> None:
    form = anne.get(f"/admin/resources/{world.anne.id}/edit")
    assert "dernier administrateur" in form.submit({"role": "resource"}, status=422).error("role")
    assert "dernier administrateur" in form.submit({"is_active": False}, status=422).error("is_active")
    assert stored(world.anne.id).role is Role.ADMIN


@pytest.mark.usefixtures("db_session")
def test_whoever_is_deactivated_is_out_at_once(anne: Any, client: Any, world: Any) -> None:
    bruno = client.as_("bruno")
    bruno.get("/")
    anne.get(f"/admin/resources/{world.bruno.id}/edit").submit({"is_active": False})
    bruno.get("/", status=302)
    assert names(anne.get("/admin/resources/", inactive=1)) == ["Bruno Masson"]
    page = anne.get(f"/admin/resources/{world.bruno.id}")
    assert not [f for f in page.all("form") if f.get("action").endswith("/link")]
    anne.post(f"/admin/resources/{world.bruno.id}/link", status=422)


@pytest.mark.usefixtures("db_session")
def test_sessions_are_ended_after_a_confirmation(anne: Any, client: Any, world: Any) -> None:
    bruno = client.as_("bruno")
    bruno.get("/")
    confirmation = anne.get(f"/admin/resources/{world.bruno.id}").click("Terminer les sessions")
    confirmation.submit()
    bruno.get("/", status=302)
    anne.get(f"/admin/resources/{world.anne.id}/sign-out").submit()
    anne.get("/admin/")


@pytest.mark.usefixtures("db_session")
def test_a_retired_entity_stays_with_who_has_it(anne: Any, world: Any) -> None:
    anne.get("/admin/billing-entities/").submit(form=f"/{world.paris}/retire")
    boxes = {
        e["value"] for e in anne.get(f"/admin/resources/{world.bruno.id}/edit").all("input", name="billing_entities")
    }
    assert boxes == {str(world.paris), str(world.lyon)}
    boxes = {e["value"] for e in anne.get("/admin/resources/new").all("input", name="billing_entities")}
    assert boxes == {str(world.lyon)}


@pytest.mark.usefixtures("db_session")
@pytest.mark.parametrize("resource_id", [0, 999_999, 2**63, 10**30])
def test_nobody_is_there(anne: Any, resource_id: int) -> None:
    anne.get(f"/admin/resources/{resource_id}", status=404)
    anne.get("/admin/resources/", after=resource_id)


@pytest.mark.usefixtures("db_session")
def test_entities_are_kept_from_their_page(anne: Any, world: Any) -> None:
    page = anne.get("/admin/billing-entities/")
    assert "1 ressource, 1 société" in page
    page = page.click("Ajouter une entité").submit({"name": "Comptoir Nantes"}).follow()
    refused = anne.get("/admin/billing-entities/new").submit({"name": "comptoir nantes"}, status=422)
    assert "« Comptoir Nantes » existe déjà." in refused.error("name")
    nantes = db.session.query(BillingEntity).filter_by(name="Comptoir Nantes").one().id
    moved = page.submit(form=f"/{nantes}/move", button="Monter « Comptoir Nantes »").follow()
    assert names(moved).index("Comptoir Nantes") == 1
    anne.get(f"/admin/billing-entities/{nantes}/edit").submit({"name": "Comptoir Loire"})
    assert "est utilisée" in anne.get(f"/admin/billing-entities/{world.paris}/delete")
    gone = anne.get(f"/admin/billing-entities/{nantes}/delete").submit(button="Supprimer").follow()
    assert "Comptoir Loire" not in names(gone)
