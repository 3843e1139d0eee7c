"""The trash: what was deleted comes back as one set, by whoever may; or is gone for good (R3, D16)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, get_visible, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import (
    AuditEntry,
    AuditKind,
    Company,
    CompanySearch,
    Contact,
    ContactSearch,
    HistoryEvent,
    HistoryKind,
    MyContact,
    Resource,
)
from webapp.services import organisation, trash

pytestmark = pytest.mark.usefixtures("db_session")


def delete(browser: Any, path: str) -> Any:
    """Delete a record as one does, and return the page one is sent to."""
    return browser.get(f"{path}/delete").submit(button="OK").follow()


def rows(model: Any, **values: Any) -> int:
    statement = select(func.count()).select_from(model).filter_by(**values)
    return db.session.scalar(unscoped(statement, "a test")) or 0


def entries(kind: HistoryKind) -> list[HistoryEvent]:
    found = select(HistoryEvent).where(HistoryEvent.kind == kind).order_by(HistoryEvent.id)
    return list(db.session.scalars(unscoped(found, "a test")))


def test_the_notice_takes_a_deletion_back(bruno: Any, world: World) -> None:
    """R3: one button, with scripts off too; the contacts come back with their company, in the tree and the search."""
    confirmation = bruno.get(f"/companies/{world.durand.id}/delete")
    assert "Son contact y va et en revient avec elle." in confirmation
    page = confirmation.submit(button="OK").follow()
    assert "Société supprimée : Durand & Fils" in page
    assert "Durand" not in bruno.get("/search", q="durand").one(id="search-results").text
    bruno.get(f"/contacts/{world.elise.id}", status=404)

    profile = page.submit(form=f"/trash/companies/{world.durand.id}/restore").follow()
    assert profile.heading == "Durand & Fils"
    assert "Société restaurée : Durand & Fils (avec 1 contact)" in profile
    bruno.get(f"/contacts/{world.elise.id}")
    assert "Durand" in bruno.get("/search", q="durand").one(id="search-results").text
    assert "Durand" in bruno.get("/companies?filter=durand")
    (gone,), (back,) = entries(HistoryKind.DELETED), entries(HistoryKind.RESTORED)
    assert gone.data == back.data == {"contacts": 1}
    assert (gone.actor_id, back.actor_id) == (world.bruno.id, world.bruno.id)


def test_a_contact_deleted_alone_comes_back_alone(bruno: Any, world: World) -> None:
    other = factories.contact("Paul Roux", company=world.durand.id)
    page = delete(bruno, f"/contacts/{other.id}")
    assert "Contact supprimé : Paul Roux" in page
    delete(bruno, f"/companies/{world.durand.id}")
    listed = bruno.get("/trash/")
    assert "avec 1 contact" in listed, "who was there already did not go with the company"

    refused = listed.submit(form=f"/trash/contacts/{other.id}/restore").follow()
    assert "La société de ce contact est dans la corbeille : restaurez-la d’abord." in refused
    refused.submit(form=f"/trash/companies/{world.durand.id}/restore").follow()
    bruno.get(f"/contacts/{other.id}", status=404)
    bruno.get("/trash/").submit(form=f"/trash/contacts/{other.id}/restore").follow()
    bruno.get(f"/contacts/{other.id}")


def test_what_hung_on_it_comes_back_too(bruno: Any, world: World) -> None:
    """R3, T6, A1: marks of « Mes contacts », numbers, access, the company's number."""
    with_all = factories.company(
        "Marinière", phone_main="01 99 00 12 34", restrict_access=True, allowed_resources=[world.bruno.id]
    )
    friend = factories.contact("Paul Roux", company=with_all.id, birthday=None)
    db.session.add(MyContact(resource_id=world.bruno.id, contact_id=friend.id))
    db.session.commit()
    delete(bruno, f"/companies/{with_all.id}").submit(form=f"/trash/companies/{with_all.id}/restore").follow()
    profile = bruno.get(f"/companies/{with_all.id}")
    assert "+33 1 99 00 12 34" in profile
    assert "Roux" in bruno.get("/my-contacts")
    assert with_all.company_number in profile


def test_everybody_finds_their_own_and_admins_everything(client: Any, bruno: Any, world: World) -> None:
    """R3, A2: and nobody is told what they never saw."""
    delete(bruno, f"/companies/{world.ecluse.id}")
    delete(client.as_("chloe"), f"/companies/{world.durand.id}")
    assert ["L’Écluse" in bruno.get("/trash/"), "Durand" in bruno.get("/trash/")] == [True, False]
    chloe = client.as_("chloe")
    assert ["L’Écluse" in chloe.get("/trash/"), "Durand" in chloe.get("/trash/")] == [False, True]
    anne = client.as_("anne").get("/trash/")
    assert "L’Écluse" in anne
    assert "Durand" in anne
    chloe.post(f"/trash/companies/{world.ecluse.id}/restore", status=404)
    bruno.post(f"/trash/companies/{world.durand.id}/restore", status=404)
    bruno.post(f"/trash/companies/{world.zephyr.id}/restore", status=404)
    bruno.post(f"/trash/companies/{2**70}/restore", status=404)
    bruno.post(f"/trash/companies/{world.ecluse.id}/purge", status=403)


def test_who_lost_access_does_not_find_it_any_more(bruno: Any, world: World) -> None:
    delete(bruno, f"/companies/{world.zephyr.id}")
    assert "Zéphyr" in bruno.get("/trash/")
    db.session.get_one(Resource, world.bruno.id).billing_entities = []
    db.session.commit()
    assert "Zéphyr" not in bruno.get("/trash/")
    bruno.post(f"/trash/companies/{world.zephyr.id}/restore", status=404)


def test_the_list_is_filtered_and_paged(client: Any, world: World) -> None:
    """By key: what is deleted while one reads moves nothing."""
    count = trash.PAGE + 3
    for number in range(count):
        made = factories.company(f"Cabotage {number:03}")
        made.deleted_at = now() if number % 2 else now().replace(microsecond=0)
    db.session.commit()
    anne = client.as_("anne")
    seen: list[str] = []
    page = anne.get("/trash/")
    while True:
        seen += [row.one("bdi").text for row in page.one("tbody").all("tr")]
        if not page.all("a", href=True) or not any(link.text == "Suite" for link in page.all("a")):
            break
        page = page.click("Suite")
    assert sorted(seen) == [f"Cabotage {number:03}" for number in range(count)]
    assert [row.one("bdi").text for row in anne.get("/trash/", q="CABOTAGE 007").one("tbody").all("tr")] == [
        "Cabotage 007"
    ]
    assert "Rien de ce nom dans la corbeille" in anne.get("/trash/", q="%")
    for nonsense in (
        "at=x",
        "at=2026-01-01T00:00:00&kind=company&id=1",
        "at=2026-01-01T00:00:00Z&kind=x&id=1",
        "id=-1",
    ):
        anne.get(f"/trash/?{nonsense}")


def test_an_admin_erases_for_good(client: Any, world: World) -> None:
    """R3, H4: nothing of it is left but what happened; a subsidiary stays, without parent."""
    child = factories.company("Fille", parent=world.durand.id)
    alone = factories.contact("Paul Roux", company=world.durand.id)
    anne = client.as_("anne")
    delete(anne, f"/contacts/{alone.id}")
    delete(anne, f"/companies/{world.durand.id}")
    page = anne.get("/trash/").browser.get(f"/trash/companies/{world.durand.id}/purge")
    assert "tout ce qui en dépend, contacts compris" in page
    assert "Effacé pour de bon : Durand & Fils" in page.submit(button="Effacer").follow()
    db.session.expire_all()
    assert rows(Company, id=world.durand.id) == rows(Contact, company_id=world.durand.id) == 0
    assert rows(CompanySearch, company_id=world.durand.id) == rows(ContactSearch, contact_id=world.elise.id) == 0
    assert rows(HistoryEvent, company_id=world.durand.id) >= 4, "history stays"
    assert get_visible(Company, child.id, SYSTEM).parent_id is None
    (moved,) = [entry for entry in entries(HistoryKind.MODIFIED) if entry.company_id == child.id]
    assert moved.data["changes"] == [{"name": "parent", "old": world.durand.id, "new": None, "of": "company"}]
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.kind == AuditKind.PURGED)).one()
    assert (noted.actor_id, noted.data["about"]) == (world.anne.id, "Durand & Fils")
    anne.get(f"/trash/companies/{world.durand.id}/purge", status=404)


def test_a_contact_is_erased_alone(client: Any, world: World) -> None:
    anne = client.as_("anne")
    delete(anne, f"/contacts/{world.elise.id}")
    anne.get(f"/trash/contacts/{world.elise.id}/purge").submit(button="Effacer").follow()
    db.session.expire_all()
    assert rows(Contact, id=world.elise.id) == 0
    anne.get(f"/companies/{world.durand.id}")


def test_the_clock_erases_what_is_old(client: Any, world: World) -> None:
    """R3: after the days of the settings; 0 keeps everything."""
    anne = client.as_("anne")
    delete(anne, f"/companies/{world.durand.id}")
    delete(anne, f"/contacts/{world.denis.id}")
    with time_machine.travel(now() + timedelta(days=89), tick=False):
        assert trash.purge_old(SYSTEM) == 0
    organisation.save({"trash_days": 0})
    with time_machine.travel(now() + timedelta(days=900), tick=False):
        assert trash.purge_old(SYSTEM) == 0
    organisation.save({"trash_days": 90})
    with time_machine.travel(now() + timedelta(days=91), tick=False):
        assert [trash.purge_old(SYSTEM), trash.purge_old(SYSTEM), trash.purge_old(SYSTEM)] == [1, 1, 0]
    db.session.commit()
    assert rows(Company, id=world.durand.id) == rows(Contact, id=world.denis.id) == 0
    assert rows(Company, id=world.ecluse.id) == 1


def test_an_empty_trash_says_what_it_is_for(bruno: Any) -> None:
    assert "La corbeille est vide" in bruno.get("/trash/")
    assert "Ce que vous avez supprimé." in bruno.get("/trash/")
