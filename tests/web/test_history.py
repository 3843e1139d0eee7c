"""The history of companies and contacts: in words, for those who may read it, for nobody to change (H1, H2, H4)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, get_visible, unscoped
from webapp.cli.docs import HISTORY_PAGE, history_page
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import (
    AuditEntry,
    Company,
    Contact,
    ContactGrant,
    HistoryEvent,
    HistoryKind,
    ReferenceItem,
    ReferenceList,
    Resource,
)
from webapp.services import companies, contacts
from webapp.services.history import reading, recording

pytestmark = pytest.mark.usefixtures("db_session")


def events(page: Any) -> list[str]:
    """Return what the entries of a page say, newest first."""
    return [item.text for item in page.one(id="history").all("li", **{"class": "event"})]


def change(record: Any, **values: Any) -> None:
    """Save some values of a record, as a command does."""
    service: Any = contacts if isinstance(record, Contact) else companies
    service.update(record, values, by=SYSTEM)
    db.session.commit()


def test_a_save_is_told_in_the_words_of_the_dialog(bruno: Any, world: World) -> None:
    """H1: who, when, which fields, from what to what; one save is one entry (D17)."""
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    partner = factories.reference(ReferenceList.ACCOUNT_TYPE, "partner")
    page.submit(
        {
            "name": "Durand et Filles",
            "account_type": partner,
            "is_reference": "1",
            "main_city": "Lyon",
            "phone_fax": "01 99 00 11 22",
            "account_manager_text": "Chloé Œuvrard",
        }
    )
    profile = bruno.get(f"/companies/{world.durand.id}")
    saved, *others = events(profile)
    assert len(others) == 2, "the company and its contact were made, nothing else"
    assert saved.startswith("Modification Bruno Masson · ")
    for said in (
        "Société Durand & Fils devient Durand et Filles",
        "Type de compte Client devient Partenaire",
        "Référence commerciale Non devient Oui",
        "Adresse principale · Localité vide devient Lyon",
        "Télécopie vide devient 01 99 00 11 22",
        "Gestionnaire de compte vide devient Chloé Œuvrard",
    ):
        assert said in saved
    bruno.get(f"/companies/{world.durand.id}/edit").submit()
    assert events(bruno.get(f"/companies/{world.durand.id}")) == [saved, *others], "a save that changes nothing"


def test_it_reads_the_same_in_the_language_of_the_reader(client: Any, world: World) -> None:
    """N4: and when a list is renamed, it says what was chosen at the time."""
    partner = factories.reference(ReferenceList.ACCOUNT_TYPE, "partner")
    change(get_visible(Company, world.durand.id, SYSTEM), account_type=partner, allow_engagements=True)
    item = db.session.get_one(ReferenceItem, partner)
    item.label_fr, item.label_en = "Compagnon", "Mate"
    db.session.get_one(Resource, world.chloe.id).language = "en"
    db.session.commit()
    french, english = (events(client.as_(name).get(f"/companies/{world.durand.id}"))[0] for name in ("bruno", "chloe"))
    assert "Type de compte Client devient Partenaire" in french
    assert "Account type Client becomes Partner" in english
    assert "Allow engagements No becomes Yes" in english


def test_a_contact_and_its_company_tell_the_same(bruno: Any, world: World) -> None:
    """H2: created, modified; on the company with the contact's name, on the contact without."""
    change(get_visible(Contact, world.elise.id, SYSTEM), birthday=PartialDate.parse("--01-12"), job_title="Directrice")
    of_contact, of_company = (
        events(bruno.get(path))[0] for path in (f"/contacts/{world.elise.id}", f"/companies/{world.durand.id}")
    )
    assert "Date de naissance vide devient 12 janvier" in of_contact
    assert "Élise" not in of_contact
    assert of_company == of_contact.replace("Modification", "Modification Élise Nguyễn")


def test_a_contact_who_moves_leaves_what_was_and_is_told_of_at_both(bruno: Any, world: World) -> None:
    """D17: neither company loses anything."""
    change(get_visible(Contact, world.elise.id, SYSTEM), job_title="Directrice")
    change(get_visible(Contact, world.elise.id, SYSTEM), company=world.zephyr.id)
    change(get_visible(Contact, world.elise.id, SYSTEM), job_title="Retraitée")
    former, present, own = (
        events(bruno.get(path))
        for path in (f"/companies/{world.durand.id}", f"/companies/{world.zephyr.id}", f"/contacts/{world.elise.id}")
    )
    assert former[0].startswith("Départ pour une autre société Élise Nguyễn")
    assert "Durand & Fils devient Zéphyr" in former[0]
    assert "devient Directrice" in former[1]
    assert present[1].startswith("Arrivée d’une autre société Élise Nguyễn")
    assert "devient Retraitée" in present[0]
    assert len(present) == 3
    assert [entry.partition(" ")[0] for entry in own] == ["Modification", "Changement", "Modification", "Création"]


def test_what_one_may_not_see_is_neither_told_nor_counted(client: Any, world: World) -> None:
    """A2, A3, D7: an entry about a hidden contact, the name of a hidden company."""
    contact = get_visible(Contact, world.elise.id, SYSTEM)
    contact.restrict_access = True
    db.session.add(ContactGrant(contact_id=contact.id, principal_id=world.bruno.principal_id))
    change(contact, job_title="Directrice secrète")
    change(get_visible(Company, world.durand.id, SYSTEM), parent=world.ecluse.id)
    bruno, chloe = (client.as_(name).get(f"/companies/{world.durand.id}") for name in ("bruno", "chloe"))
    assert "Directrice secrète" in bruno.one(id="history").text
    assert "Société parente vide devient L’Écluse" in events(bruno)[0]
    assert "Élise" not in chloe.one(id="history").text
    assert "Directrice secrète" not in chloe
    assert "Société parente vide devient Société à accès restreint" in events(chloe)[0]
    assert len(events(chloe)) == 2
    for path in (f"/companies/{world.ecluse.id}/history", f"/contacts/{contact.id}/history"):
        client.as_("chloe").get(path, status=404)


def test_entries_about_the_trash_are_told_to_who_saw_it(client: Any, world: World) -> None:
    bruno = client.as_("bruno")
    bruno.get(f"/contacts/{world.elise.id}/delete").submit(button="OK")
    page = bruno.get(f"/companies/{world.durand.id}")
    assert events(page)[0].startswith("Suppression Élise Nguyễn Bruno Masson")
    assert not [link for link in page.one(id="history").all("a") if "Élise" in link.text], "its page is not there"


def test_it_is_read_a_page_at_a_time_and_narrowed(bruno: Any, world: World) -> None:
    """H: newest first, by key, with scripts off and on."""
    company = get_visible(Company, world.durand.id, SYSTEM)
    for number in range(25):
        change(company, alias=f"Alias {number:02}")
    recording.commented(company, "Un mot", world.viewer("chloe"))
    db.session.commit()
    seen = events(page := bruno.get(f"/companies/{company.id}"))
    assert seen[0].startswith("Commentaire Chloé Œuvrard")
    while "Plus ancien" in page:
        page = page.click("Plus ancien")
        seen += events(page)
    assert len(seen) == 1 + 25 + 2
    assert [one.split()[-1] for one in seen[1:26]] == [f"{number:02}" for number in reversed(range(25))]

    fragment = bruno.hx_get(f"/companies/{company.id}/history", kind="commented")
    assert [one.split(" · ")[0] for one in events(fragment)] == ["Commentaire Chloé Œuvrard"]
    assert "Rien de tel dans l’historique." in bruno.get(f"/companies/{company.id}/history?kind=restored")
    assert len(events(bruno.get(f"/companies/{company.id}/history?kind=nonsense&before=x"))) == reading.PAGE


def test_a_comment_is_added_and_a_refused_one_keeps_what_was_typed(bruno: Any, world: World) -> None:
    """H1, H2: comment added."""
    for path in (f"/companies/{world.durand.id}", f"/contacts/{world.elise.id}"):
        profile = bruno.get(path)
        added = profile.submit({"comment": "À rappeler <b>lundi</b>\nsans faute"}, form="/comments").follow()
        assert "Commentaire ajouté." in added
        assert "À rappeler <b>lundi</b> sans faute" in events(added)[0]
        refused = profile.submit({"comment": "é" * 5001}, form="/comments", status=422)
        assert "5000 caractères au plus ; il y en a 5001." in refused.error("comment")
        assert len(refused.field("comment").text) == 5001
        assert profile.submit({"comment": " "}, form="/comments", status=422).error("comment")
        fragment = profile.submit({"comment": ""}, form="/comments", status=422, htmx=True)
        assert fragment.one(id="history")


def test_nobody_comments_what_they_may_not_see(client: Any, world: World) -> None:
    chloe = client.as_("chloe")
    chloe.get("/")
    for path in (f"/companies/{world.ecluse.id}", f"/contacts/{world.denis.id}", f"/companies/{2**70}"):
        chloe.post(f"{path}/comments", {"comment": "x"}, status=404)


def test_a_long_value_unfolds(bruno: Any, world: World) -> None:
    change(get_visible(Company, world.durand.id, SYSTEM), comments="mot " * 100)
    (long,) = bruno.get(f"/companies/{world.durand.id}").one(id="history").all("details", **{"class": "long"})
    assert long.text.count("mot") > 100


@pytest.mark.parametrize("model", [HistoryEvent, AuditEntry])
@pytest.mark.parametrize("statement", [update, delete])
def test_the_database_itself_refuses_to_change_it(world: World, model: Any, statement: Any) -> None:
    """H4: whatever program tries."""
    db.session.add(AuditEntry(kind="purged"))
    db.session.commit()
    changing = statement(model)
    if statement is update:
        changing = changing.values(data={})
    with pytest.raises(DatabaseError, match="stays as it is"):
        db.session.execute(changing)
    db.session.rollback()


def test_every_kind_has_its_words() -> None:
    assert set(reading.TITLES) == set(HistoryKind)


def test_the_page_of_the_documentation_is_up_to_date(app: Flask) -> None:
    with app.app_context():
        assert HISTORY_PAGE.read_text("utf-8") == history_page(), "run: ./run flask docs history"


def test_a_change_is_not_saved_without_its_entry(world: World, monkeypatch: Any) -> None:
    """H4: same transaction."""

    def fail(*_arguments: Any) -> None:
        raise RuntimeError("no room left")

    monkeypatch.setattr(recording, "_add", fail)
    company = get_visible(Company, world.durand.id, SYSTEM)
    with pytest.raises(RuntimeError):
        companies.update(company, {"name": "Autre"}, SYSTEM)
    db.session.rollback()
    name = unscoped(select(Company.name).where(Company.id == world.durand.id), "a test")
    assert db.session.scalar(name) == "Durand & Fils"


def test_reading_it_costs_the_same_whatever_there_is(bruno: Any, world: World, queries: Any) -> None:
    """F6: two questions, once the page's own are asked."""
    company = get_visible(Company, world.durand.id, SYSTEM)
    for number in range(30):
        change(company, alias=f"Alias {number}", parent=world.zephyr.id if number % 2 else None)
    with queries() as seen:
        bruno.hx_get(f"/companies/{company.id}/history")
    assert len(seen) <= 6, "\n".join(seen)
