"""The audit: who did what, when, from where; for admins, without secrets, and for nobody to change (R1, R2)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.client import Browser
from tests.world import World
from webapp.clock import now
from webapp.extensions import db
from webapp.models import AuditEntry, AuditKind, BillingEntity, Resource, Role
from webapp.services import audit, resources

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def anne(client: Any) -> Browser:
    browser: Browser = client.as_("anne")
    return browser


def rows(page: Any) -> list[list[str]]:
    """Return what the log says, newest first, without the moments."""
    return [[cell.text for cell in row.all("td")] for row in page.one("tbody").all("tr")]


def test_signing_in_and_out_is_kept_and_what_was_typed_in_vain_is_not(client: Any, anne: Any, world: World) -> None:
    """R2: a refused sign-in tells whose account, never what was typed: it may be a password."""
    login = client.get("/login")
    login.submit({"email": world.bruno.email, "password": "secret à moi"}, status=422)
    client.get("/login").submit({"email": "inconnue@x.example", "password": "x"}, status=422)
    home = client.get("/login").submit({"email": world.bruno.email, "password": world.bruno.password}).follow()
    home.submit(form="/logout")
    out, entered, unknown, refused = rows(anne.get("/admin/audit"))
    assert refused == ["Connexion refusée", "Bruno Masson", "—", "127.0.0.1"]
    assert unknown == ["Connexion refusée", "", "—", "127.0.0.1"]
    assert entered[0].startswith("Session ouverte")
    assert entered[1:] == ["Bruno Masson", "Bruno Masson", "127.0.0.1"]
    assert out == ["Session fermée", "Bruno Masson", "Bruno Masson", "127.0.0.1"]
    assert "secret" not in anne.get("/admin/audit")
    assert "inconnue" not in anne.get("/admin/audit")


def test_rights_settings_and_lists_are_kept_with_what_they_were(anne: Any, world: World) -> None:
    """R1: who gave whom which right; which setting was what."""
    anne.get(f"/admin/resources/{world.bruno.id}/edit").submit({"role": Role.ADMIN})
    anne.get("/admin/settings").submit({"portal_inactivity_days": "45"}, form="/settings")
    anne.get("/admin/lists/source/new").submit({"label_fr": "Salon des péniches", "label_en": "Barge fair"})
    anne.get("/admin/billing-entities/new").submit({"name": "Comptoir Nantes"})
    entity, value, setting, right = rows(anne.get("/admin/audit"))
    assert right == [
        "Ressource modifiée Rôle : Ressource → Administrateur",
        "Bruno Masson",
        "Anne Lefèvre",
        "127.0.0.1",
    ]
    assert setting[0] == "Paramètres modifiés Jours d’inactivité : 30 → 45"
    assert value[:2] == ["Liste modifiée Sources · ajout", "Salon des péniches"]
    assert entity[:2] == ["Entité de facturation modifiée ajout", "Comptoir Nantes"]


def test_billing_entities_are_told_by_the_names_they_had(anne: Any, world: World) -> None:
    """R1: they decide on who sees what (A1)."""
    edit = f"/admin/resources/{world.bruno.id}/edit"
    before, after = (db.session.get_one(BillingEntity, one) for one in (world.paris, world.lyon))
    anne.get(edit).submit({"billing_entities": []})
    anne.get(edit).submit({"billing_entities": [before.id]})
    names = before.name, after.name
    anne.get(edit).submit({"billing_entities": [after.id]})
    before.name = "Autre nom"
    db.session.commit()
    told = rows(anne.get("/admin/audit"))
    assert told[0][0] == f"Ressource modifiée Entités de facturation : {names[0]} → {names[1]}"
    assert told[1][0] == f"Ressource modifiée Entités de facturation : — → {names[0]}"


def test_a_password_and_a_second_factor_are_kept_without_themselves(anne: Any, world: World) -> None:
    page = anne.get("/account/password")
    page.submit({"current_password": world.anne.password, "password": "une péniche bleu nuit"})
    (entry,) = rows(anne.get("/admin/audit"))
    assert entry[:2] == ["Changement de mot de passe", "Anne Lefèvre"]
    assert "péniche" not in str([one.data for one in db.session.query(AuditEntry)])


def test_it_is_searched_by_kind_person_thing_and_day(anne: Any, world: World) -> None:
    with time_machine.travel(now() - timedelta(days=3), tick=False):
        audit.record(AuditKind.EXPORTED, "vieux.csv", what="companies", rows=12)
        db.session.commit()
    audit.is_by(world.bruno.id)
    audit.record(AuditKind.IMPORTED, "neuf_100%.csv", created=2, updated=1)
    db.session.commit()
    day = now().date().isoformat()
    for asked, found in (
        ({"kind": "exported"}, ["vieux.csv"]),
        ({"who": "masson"}, ["neuf_100%.csv"]),
        ({"who": "asson"}, []),
        ({"about": "NEUF"}, ["neuf_100%.csv"]),
        ({"about": "100%"}, ["neuf_100%.csv"]),
        ({"about": "%"}, ["neuf_100%.csv"]),
        ({"since": day}, ["neuf_100%.csv"]),
        ({"until": (now() - timedelta(days=2)).date().isoformat()}, ["vieux.csv"]),
        ({"kind": "nonsense", "since": "2026-99-99", "before": "x"}, ["neuf_100%.csv", "vieux.csv"]),
    ):
        page = anne.get("/admin/audit", **asked)
        assert ([row[1] for row in rows(page)] if page.all("tbody") else []) == found, asked
    assert "2 créations, 1 modification" in anne.get("/admin/audit?kind=imported")


def test_it_is_read_a_page_at_a_time(anne: Any) -> None:
    for number in range(audit.PAGE + 5):
        audit.record(AuditKind.EXPORTED, f"{number:03}.csv", rows=0)
    db.session.commit()
    page = anne.get("/admin/audit?kind=exported")
    first, second = rows(page), rows(page.click("Plus ancien"))
    assert [row[1] for row in first + second] == [f"{number:03}.csv" for number in reversed(range(audit.PAGE + 5))]


def test_only_admins_read_it(client: Any) -> None:
    client.as_("bruno").get("/admin/audit", status=403)
    client.get("/admin/audit", status=302)


def test_every_kind_has_its_words() -> None:
    assert set(audit.TITLES) == set(AuditKind)


def test_who_did_it_is_forgotten_with_the_request(client: Any, world: World) -> None:
    """What a request says of who asks is not said of the next one, nor of commands."""
    client.as_("bruno").get("/")
    client.get("/login").submit({"email": "x@x.example", "password": "x"}, status=422)
    assert db.session.query(AuditEntry).one().actor_id is None


def test_who_did_it_is_forgotten_with_its_context(app: Flask, world: World) -> None:
    """A command that follows is nobody's."""
    with app.app_context():
        audit.come_from("192.0.2.7")
        audit.is_by(world.bruno.id)
    audit.record(AuditKind.EXPORTED, "tout.csv", what="companies", rows=1)
    db.session.commit()
    entry = db.session.query(AuditEntry).one()
    assert (entry.actor_id, entry.address) == (None, "")


def test_my_contacts_that_leave_as_cards_are_kept(client: Any, anne: Any, world: World) -> None:
    """R5: by whom, and how many."""
    bruno = client.as_("bruno")
    bruno.get(f"/contacts/{world.elise.id}").submit(form="/my-contacts")
    bruno.get("/my-contacts.vcf")
    assert rows(anne.get("/admin/audit"))[0] == ["Export 1 ligne", "mes-contacts.vcf", "Bruno Masson", "127.0.0.1"]


def test_a_resource_that_comes_and_goes_is_told(anne: Any, world: World) -> None:
    anne.get("/admin/resources/new").submit({"name": "Denise Quai", "email": "denise@comptoir.example"})
    created = rows(anne.get("/admin/audit"))[0]
    assert created[:2] == ["Ressource ajoutée", "Denise Quai"]
    person = db.session.query(Resource).filter_by(name="Denise Quai").one()
    resources.deactivate(person, world.viewer("anne"))
    db.session.commit()
    assert "Oui → Non" in rows(anne.get("/admin/audit"))[0][0]
