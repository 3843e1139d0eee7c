"""« Voir le portail comme ce contact »: reading only, noted, never more than one's right to the contact (issue 5)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from tests import factories
from tests.client import Browser
from tests.portal.conftest import Guest, access_of, invite
from tests.test_access_table import address, methods, rules
from tests.world import World
from webapp.access import PORTAL, PORTAL_DOOR
from webapp.extensions import db
from webapp.models import AuditEntry, AuditKind, CompanyGrant, Contact, PortalAccess, PortalSession


def look(browser: Browser, guest: Guest) -> Any:
    page = browser.get(f"/contacts/{guest.id}")
    return page.submit(form="/portal-look", button="Voir le portail comme ce contact").follow()


def test_the_sponsor_sees_what_the_contact_sees(client: Browser, elise: Guest, world: World) -> None:
    bruno = client.as_("bruno")
    home = look(bruno, elise)
    assert home.heading == f"Bonjour {elise.name}"
    assert f"Vous voyez le portail comme {elise.name}." in home
    assert elise.email in bruno.get("/portal/coordinates")
    assert "Modifier" not in bruno.get("/portal/coordinates")
    assert bruno.get("/portal/").submit(form="/portal-look/end").location == f"/contacts/{elise.id}"
    assert bruno.get("/portal/", status=303).location == "/"


def test_it_is_noted_and_leaves_no_trace_on_the_contact(client: Browser, elise: Guest, world: World) -> None:
    look(client.as_("bruno"), elise)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.kind, entry.actor_id, entry.data) == (
        AuditKind.PORTAL_LOOKED_AT,
        world.bruno.id,
        {"about": elise.name},
    )
    assert access_of(elise).last_access_at is None
    assert not db.session.scalars(select(PortalSession)).all()


def test_an_admin_may_look_too_and_nobody_else(client: Browser, elise: Guest) -> None:
    look(client.as_("anne"), elise)
    chloe = client.as_("chloe")
    assert "Voir le portail comme ce contact" not in chloe.get(f"/contacts/{elise.id}")
    chloe.post(f"/contacts/{elise.id}/portal-look", status=403)
    chloe.get("/portal/", status=303)


def test_nobody_looks_as_a_contact_they_do_not_see(client: Browser, world: World, db_session: Any) -> None:
    """A2: for the sponsor too, once they have lost access to the company; and a look that has begun ends with it."""
    denis = db_session.get(Contact, world.denis.id, execution_options={"access": "unscoped: tests"})
    denis.email1 = "denis@ecluse.example"
    db_session.commit()
    guest = invite(world, world.denis.id)
    client.as_("chloe").get(f"/contacts/{guest.id}", status=404)
    bruno = client.as_("bruno")
    look(bruno, guest)
    mine = CompanyGrant.principal_id == world.bruno.principal_id
    db_session.execute(delete(CompanyGrant).where(CompanyGrant.company_id == world.ecluse.id, mine))
    db_session.commit()
    assert bruno.get("/portal/", status=303).location == "/"


@pytest.mark.parametrize("values", [{"enabled": False}, {"activated_at": None}])
def test_there_is_nothing_to_see_of_an_access_that_is_not_active(
    client: Browser, elise: Guest, db_session: Any, values: dict[str, Any]
) -> None:
    bruno = client.as_("bruno")
    look(bruno, elise)
    db_session.execute(update(PortalAccess).values(**values))
    db_session.commit()
    assert bruno.get("/portal/", status=303).location == "/"
    assert "Voir le portail comme ce contact" not in bruno.get(f"/contacts/{elise.id}")
    bruno.post(f"/contacts/{elise.id}/portal-look", status=303)
    assert "il ne verrait rien du portail" in bruno.get(f"/contacts/{elise.id}")


def test_a_look_ends_when_its_sponsor_hands_the_contact_over(
    client: Browser, elise: Guest, world: World, db_session: Any
) -> None:
    bruno = client.as_("bruno")
    look(bruno, elise)
    db_session.execute(update(PortalAccess).values(sponsor_id=world.chloe.id))
    db_session.commit()
    bruno.get("/portal/", status=303)


def test_whoever_looks_on_changes_nothing(app: Flask, client: Browser, elise: Guest) -> None:
    """Every POST of the portal is refused, its doors' too; what is the contact's alone is not shown."""
    anne = client.as_("anne")
    look(anne, elise)
    tried = 0
    for rule in [*rules(app, PORTAL), *rules(app, PORTAL_DOOR)]:
        if "POST" in methods(rule):
            anne.post(address(app, rule), status=403)
            tried += 1
    assert tried > 10
    for private in (
        "/portal/account",
        "/portal/account/password",
        "/portal/account/second-factor",
        "/portal/coordinates/edit",
    ):
        anne.get(private, status=404)
    assert "Sécurité" not in anne.get("/portal/")


def test_a_look_ends_with_the_session(client: Browser, elise: Guest, world: World) -> None:
    bruno = client.as_("bruno")
    look(bruno, elise)
    bruno.get("/companies").submit(form="/logout")
    assert bruno.get("/portal/", status=302).location.startswith("/portal/login")
    bruno.get("/login").submit({"email": world.bruno.email, "password": factories.PASSWORD}, form="/login")
    assert bruno.get("/portal/", status=303).location == "/"


def test_the_staff_s_side_stays_theirs_meanwhile(client: Browser, elise: Guest, world: World) -> None:
    bruno = client.as_("bruno")
    look(bruno, elise)
    assert world.ecluse.name in bruno.get(f"/companies/{world.ecluse.id}")
