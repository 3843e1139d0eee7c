"""« Accès au Portail Clients » of the administration: the list, what is decided there, one or many (R1, P2, D3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.accesses import signed_in
from tests.client import Browser
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import AuditEntry, AuditKind, Contact
from webapp.services import contacts, organisation
from webapp.services.portal import overview
from webapp.services.portal.access import PortalState, state_of


@pytest.fixture
def anne(client: Browser) -> Browser:
    return client.as_("anne")


def of(contact_id: int) -> Contact:
    db.session.rollback()
    db.session.expire_all()
    return get_visible(Contact, contact_id, SYSTEM)


def state(contact_id: int) -> PortalState | None:
    return state_of(of(contact_id).portal_access)


@pytest.fixture
def requests(world: World, db_session: Any) -> list[int]:
    """Two requests of Bruno's, one of them at the company restricted to him, and one of Anne's."""
    organisation.save({"portal_approval": True})
    db_session.commit()
    denis = of(world.denis.id)
    contacts.update(denis, {"email1": "denis@ecluse.example"}, SYSTEM)
    zoe = factories.contact("Zoé Roux", company=world.durand.id, email1="zoe@durand.example")
    for contact, by in ((of(world.elise.id), "bruno"), (denis, "bruno"), (zoe, "anne")):
        factories.portal_access(contact, world.viewer(by))
    return [world.elise.id, world.denis.id, zoe.id]


def names(page: Any) -> list[str]:
    return [cell.text.split(" ")[0] for cell in page.all("th", scope="row")]


def test_the_list_shows_who_has_access_in_which_state(anne: Browser, requests: list[int]) -> None:
    """R1: hidden companies too, as an administrator sees all; narrowed by state, sponsor, name or login."""
    assert "3 en attente" in anne.get("/admin/")
    page = anne.get("/admin/portal/")
    assert sorted(names(page)) == ["Denis", "Zoé", "Élise"]
    assert "Approbation en attente" in page
    assert names(anne.get("/admin/portal/?state=active")) == []
    assert "Aucun accès de ce genre" in anne.get("/admin/portal/?state=active")
    assert names(anne.get("/admin/portal/?q=ECLUSE.example")) == ["Denis"]
    assert names(anne.get("/admin/portal/?q=roux+zoe")) == ["Zoé"]
    sponsor = next(option["value"] for option in page.all("option") if option.text == "Anne Lefèvre")
    assert names(anne.get(f"/admin/portal/?sponsor={sponsor}")) == ["Zoé"]


def test_on_a_phone_each_cell_says_what_it_is(anne: Browser, requests: list[int]) -> None:
    """N6: where the heads of the columns are not shown, a cell that does not speak for itself has a label."""
    for row in anne.get("/admin/portal/").one("tbody").all("tr"):
        labels = [cell.get("data-label") for cell in row.all("td")]
        assert labels == ["", "", "Commanditaire", "Dernier accès", "Fin"]


def test_it_is_for_administrators(client: Browser, world: World, requests: list[int]) -> None:
    bruno = client.as_("bruno")
    bruno.get("/")
    bruno.get("/admin/portal/", status=403)
    for action in ("approve", "reject", "hand_over", "reset", "sign_out"):
        bruno.get(f"/admin/portal/{action}?contact={world.elise.id}", status=403)
        bruno.post(f"/admin/portal/{action}", {"contact": world.elise.id, "reason": "x"}, status=403)
    assert state(world.elise.id) is PortalState.PENDING


def test_requests_are_approved_together_but_nobodys_own(anne: Browser, requests: list[int], db_session: Any) -> None:
    """D3: an administrator other than the sponsor decides; a GET changes nothing."""
    asked = anne.get("/admin/portal/approve", contact=requests)
    assert "Zoé" not in asked.one("ul", **{"class": "rows"}).text
    assert "vous en êtes le commanditaire" in asked
    assert [state(one) for one in requests] == [PortalState.PENDING] * 3
    assert "2 accès traités" in asked.submit(button="Approuver").follow()
    assert [state(one) for one in requests] == [PortalState.ACTIVE, PortalState.ACTIVE, PortalState.PENDING]
    told = db_session.scalars(select(AuditEntry).where(AuditEntry.kind == AuditKind.PORTAL_ACCESS_CHANGED)).all()
    assert [entry.data["what"] for entry in told][-2:] == ["portal_invited"] * 2
    assert "Invitation au Portail Clients" in anne.get("/admin/audit?kind=portal_access_changed")


def test_ones_own_request_is_refused(anne: Browser, requests: list[int]) -> None:
    """D3."""
    anne.get("/admin/portal/")
    anne.get(f"/admin/portal/approve?contact={requests[2]}", status=403)
    anne.post("/admin/portal/approve", {"contact": requests[2]}, status=403)
    assert state(requests[2]) is PortalState.PENDING


def test_a_rejection_asks_for_a_reason(anne: Browser, world: World, requests: list[int]) -> None:
    """D3: from the page of the contact."""
    page = anne.get(f"/contacts/{world.elise.id}").click("Rejeter")
    refused = page.submit(button="Rejeter", status=422)
    assert "obligatoire" in refused.error("reason")
    shown = refused.submit({"reason": "Pas de contrat."}, button="Rejeter").follow()
    assert "Motif : Pas de contrat. (Anne Lefèvre)" in shown
    assert "Approbation rejetée" in shown


def test_accesses_are_handed_over_together(anne: Browser, world: World, requests: list[int]) -> None:
    """P2, D6: only to somebody who sees them all."""
    page = anne.get("/admin/portal/hand_over", contact=requests[:2])
    values = {"sponsor_text": "Chloé Œuvrard", "reason": "Bruno part."}
    refused = page.submit(values, button="Changer de commanditaire", status=422)
    assert "ne voit pas 1 de ces contacts" in refused.error("sponsor_text")
    refused.submit({"sponsor": "", "sponsor_text": "Anne Lefèvre"}, button="Changer de commanditaire")
    sponsors = {of(one).portal_access.sponsor_id for one in requests}  # type: ignore[union-attr]
    assert sponsors == {world.anne.id}


def test_sessions_end_and_passwords_are_reset(anne: Browser, world: World, db_session: Any) -> None:
    """R1, P4."""
    access = factories.portal_access(of(world.elise.id), world.viewer("bruno"))
    access.password_hash = factories.password_hash()
    db_session.commit()
    session = signed_in(of(world.elise.id))
    anne.get(f"/admin/portal/sign_out?contact={world.elise.id}").submit(button="Terminer les sessions")
    db_session.expire_all()
    assert session.ended_at is not None
    assert of(world.elise.id).portal_access.password_hash  # type: ignore[union-attr]
    anne.get(f"/admin/portal/reset?contact={world.elise.id}").submit(button="Réinit. mot de passe")
    assert of(world.elise.id).portal_access.password_hash is None  # type: ignore[union-attr]


@pytest.mark.parametrize("hostile", ["%", "'; --", "\0", "9" * 40, "<b>", "-1"])
def test_what_makes_no_sense_finds_nothing(anne: Browser, world: World, hostile: str) -> None:
    anne.get("/admin/portal/", q=hostile, state=hostile, sponsor=hostile, after=hostile)
    anne.get("/admin/portal/approve", contact=hostile, status=(200, 404))
    anne.get("/admin/portal/nothing", status=404)


def test_a_page_of_the_list_asks_few_questions_and_leads_on(
    anne: Browser, world: World, queries: Any, db_session: Any, monkeypatch: Any
) -> None:
    """R1, F6: paged by key."""
    monkeypatch.setattr(overview, "PAGE", 3)
    for number in range(7):
        contact = factories.contact(f"Ana Zola{number}", company=world.durand.id, email1=f"a{number}@durand.example")
        factories.portal_access(contact, world.viewer("bruno"))
    with queries() as seen:
        page = anne.get("/admin/portal/")
    assert len(seen) <= 5, "\n".join(seen)
    found = names(page)
    while any(link.text == "Suite" for link in page.all("a", href=True)):
        page = page.click("Suite")
        found += names(page)
    assert len(found) == 7


def test_the_first_page_tells_admins_what_waits_and_sponsors_what_ends(
    client: Browser, world: World, db_session: Any
) -> None:
    """D3, D2: an administrator of requests that are not their own, a sponsor of what they see."""
    day = datetime.now(UTC).date() + timedelta(days=3)
    factories.portal_access(of(world.elise.id), world.viewer("bruno"), expires_on=day)
    home = client.as_("bruno").get("/")
    assert "Vos accès au Portail Clients" in home
    assert "Prolonger" in home.one("section", **{"aria-labelledby": "home-sponsored"}).text
    assert "Vos accès au Portail Clients" not in client.as_("chloe").get("/")
    organisation.save({"portal_approval": True})
    zoe = factories.contact("Zoé Roux", company=world.durand.id, email1="zoe@durand.example")
    factories.portal_access(zoe, world.viewer("bruno"))
    waiting = client.as_("anne").get("/").one("section", **{"aria-labelledby": "home-requests"})
    assert "Zoé Roux" in waiting.text
    assert "Demandes d’accès en attente" not in client.as_("bruno").get("/")


# --- P2: who leaves ----------------------------------------------------------------------------------------------


def test_deactivating_a_sponsor_asks_for_a_successor(anne: Browser, world: World, db_session: Any) -> None:
    """P2: in the form of the resource."""
    factories.portal_access(of(world.elise.id), world.viewer("bruno"))
    page = anne.get(f"/admin/resources/{world.bruno.id}/edit")
    refused = page.submit({"is_active": False}, status=422)
    assert "commanditaire de l’accès de 1 contact" in refused.error("portal_successor_text")
    refused.submit({"portal_successor_text": "Chloé Œuvrard"})
    access = of(world.elise.id).portal_access
    assert access is not None
    assert access.sponsor_id == world.chloe.id
    page = anne.get(f"/admin/resources/{world.anne.id}/edit")
    assert not [e for e in page.all("input") if e.get("name").startswith("portal_successor")], "Anne sponsors nobody"
