"""« Mes coordonnées »: what a contact reads and changes of themselves, and who hears of it (P6, R4)."""

from typing import Any

import pytest
from sqlalchemy import select, update

from tests import factories
from tests.client import Browser, Page
from tests.portal.conftest import PASSWORD, Guest, access_of, invite
from tests.world import World
from webapp.extensions import db
from webapp.models import Contact, HistoryEvent, HistoryKind, Mail, MailKind, ReferenceList
from webapp.services import contacts, links
from webapp.services.portal import accounts

EDIT = "/portal/coordinates/edit"


def contact_of(guest: Guest) -> Contact:
    db.session.rollback()
    options = {"access": "unscoped: tests"}
    contact = db.session.get(Contact, guest.id, execution_options=options, populate_existing=True)
    assert contact is not None
    return contact


def save(visitor: Browser, values: dict[str, Any], status: int = 303) -> Page:
    return visitor.get(EDIT).submit(values, form=EDIT, status=status)


def mails(kind: MailKind) -> list[Mail]:
    found = select(Mail).where(Mail.kind == kind).execution_options(access="unscoped: tests")
    return list(db.session.scalars(found))


def test_what_is_known_of_her_is_there_to_read(visitor: Browser, elise: Guest, world: World, db_session: Any) -> None:
    france = factories.reference(ReferenceList.COUNTRY, "FR")
    values = {
        "phone_mobile": "06 12 34 56 78",
        "main_city": "Lyon",
        "main_postal_code": "69002",
        "main_country": france,
    }
    contacts.update(contact_of(elise), {**values, "comments": "Zorglub"}, world.viewer("bruno"))
    db_session.commit()
    page = visitor.get("/portal/coordinates")
    for words in ("Mme Élise Nguyễn", elise.email, "+33 6 12 34 56 78", "69002 LYON"):
        assert words in page
    assert "Zorglub" not in page.html + visitor.get(EDIT).html


def test_she_changes_a_number_and_the_history_and_her_sponsor_are_told(
    client: Browser, visitor: Browser, elise: Guest, world: World
) -> None:
    """P6, H2: under her own name, with the number before and after."""
    done = save(visitor, {"phone_mobile": "06 98 76 54 32"}).follow()
    assert "Vos coordonnées sont enregistrées." in done
    assert "+33 6 98 76 54 32" in done
    entry = db.session.scalars(
        select(HistoryEvent).order_by(HistoryEvent.id.desc()).execution_options(access="unscoped: tests")
    ).first()
    assert entry is not None
    assert (entry.kind, entry.actor_id, entry.actor_contact_id) == (HistoryKind.MODIFIED, None, elise.id)
    history = client.as_("chloe").get(f"/contacts/{elise.id}")
    assert f"{elise.name} · " in history
    assert "06 98 76 54 32" in history
    (mail,) = mails(MailKind.PORTAL_COORDINATES)
    assert (mail.to_email, mail.contact_id) == (world.bruno.email, elise.id)
    assert "Mobile" in mail.text
    assert "06 98 76 54 32" not in mail.text
    assert f"/contacts/{elise.id}" in mail.text


def test_a_save_that_changes_nothing_tells_nobody(visitor: Browser, elise: Guest, db_session: Any) -> None:
    assert "Aucune modification à enregistrer." in save(visitor, {}).follow()
    assert not mails(MailKind.PORTAL_COORDINATES)


def test_a_number_is_read_in_her_own_country(visitor: Browser, elise: Guest) -> None:
    belgium = factories.reference(ReferenceList.COUNTRY, "BE")
    save(visitor, {"main_country": belgium, "phone_office": "02 512 34 56"})
    assert contact_of(elise).phones["office"].e164 == "+3225123456"


def test_a_province_is_found_as_one_types(visitor: Browser, elise: Guest) -> None:
    canada = factories.reference(ReferenceList.COUNTRY, "CA")
    visitor.get(EDIT)
    options = visitor.hx_get("/portal/lookups/provinces", q="queb", depends="main_country", main_country=canada)
    assert "Québec" in options
    page = visitor.hx_post("/portal/addresses/main", {"main_country": canada, "main_city": "Laval"})
    assert page.field("main_city")["value"] == "Laval"
    save(visitor, {"main_country": canada, "main_subdivision_text": "quebec", "main_city": "Laval"})
    assert contact_of(elise).addresses["main"].subdivision_id == factories.reference(
        ReferenceList.PROVINCE, "QC", canada
    )


@pytest.mark.parametrize("name", ["companies", "resources", "work-sites", "nothing"])
def test_nothing_else_is_found_there(visitor: Browser, name: str) -> None:
    visitor.get(f"/portal/lookups/{name}", status=404, q="a")


def test_what_is_refused_stays_as_typed(visitor: Browser, elise: Guest) -> None:
    page = save(visitor, {"last_name": "", "email2": "pas une adresse", "first_name": "Lison"}, status=422)
    assert page.error("last_name")
    assert page.error("email2")
    assert page.field("first_name")["value"] == "Lison"
    assert page.field("email2")["value"] == "pas une adresse"


@pytest.mark.parametrize(
    "values",
    [
        {"company": "1", "company_text": "L’Écluse"},
        {"comments": "rien"},
        {"portal_enabled": ""},
        {"portal_all_resource_profiles": "1", "portal_resource_profiles": "1"},
        {"main_work_region": "1", "main_work_region_text": "Nord"},
        {"contact_number": "X"},
        {"is_reference": "1"},
        {"restrict_access": "1"},
    ],
)
def test_nothing_else_of_her_can_be_changed(
    visitor: Browser, elise: Guest, world: World, values: dict[str, str]
) -> None:
    """P1, P2, P5: what the form does not hold is not read, however it is posted."""
    before = contacts.read(contact_of(elise))
    page = visitor.get(EDIT)
    data = {field["name"]: field.get("value") for field in page.all("input", type="hidden", name=True)}
    visitor.post(EDIT, {**data, "last_name": "Nguyễn", "first_name": "Élise", "email1": elise.email, **values})
    after = contacts.read(contact_of(elise))
    assert {name for name in before if before[name] != after[name]} <= {"title"}


def test_the_service_itself_takes_nothing_else(elise: Guest, world: World) -> None:
    from webapp.services.portal import viewers

    viewer = viewers.seen_by(world.viewer("bruno"), elise.id)
    assert viewer is not None
    with pytest.raises(KeyError):
        accounts.update_own(contact_of(elise), {"company": world.ecluse.id}, viewer)


# --- the address one signs in with ---------


def test_the_login_changes_with_the_password_alone(client: Browser, visitor: Browser, elise: Guest) -> None:
    """D4: and whoever had a session elsewhere, or a link sent to the former address, is out."""
    elsewhere = client.as_contact(elise.id)
    token = links.create(links.LinkPurpose.PORTAL_PASSWORD, access_of(elise), links.PORTAL_PASSWORD_LIFETIME)
    db.session.commit()
    page = save(visitor, {"email1": "lise@durand.example", "phone_home": "01 23"}, status=422)
    assert "Ce n’est pas votre mot de passe actuel." in page.error("current_password")
    assert page.field("email1")["value"] == "lise@durand.example"
    assert access_of(elise).login_key == elise.email
    page.submit({"current_password": PASSWORD}, form=EDIT)
    assert access_of(elise).login_key == "lise@durand.example"
    visitor.get("/portal/")
    elsewhere.get("/portal/", status=302)
    Browser(client.app, client._people).get(f"/portal/password/{token}", status=410)


def test_the_login_cannot_be_emptied_nor_be_another_contact_s(
    visitor: Browser, elise: Guest, world: World, db_session: Any
) -> None:
    """D4: and nobody learns whose it is."""
    invite(world, factories.contact("Ada Zorglub", email1="ada@secret.example").id)
    assert save(visitor, {"email1": "", "current_password": PASSWORD}, status=422).error("email1")
    page = save(visitor, {"email1": "ADA@secret.example", "current_password": PASSWORD}, status=422)
    assert page.error("email1")
    assert "Zorglub" not in page.html


def test_other_changes_ask_for_no_password(visitor: Browser, elise: Guest) -> None:
    save(visitor, {"email2": "elise@perso.example", "current_password": "n’importe quoi"})
    assert contact_of(elise).email2 == "elise@perso.example"


# --- at the same time as the staff ---------


def test_what_the_staff_changed_meanwhile_is_kept(
    visitor: Browser, elise: Guest, world: World, db_session: Any
) -> None:
    """R4: and the contact is not told the name of whoever did it, whose profile they may not read."""
    page = visitor.get(EDIT)
    contacts.update(contact_of(elise), {"job_title": "Directrice"}, world.viewer("bruno"))
    db_session.commit()
    done = page.submit({"phone_home": "01 44 55 66 77"}, form=EDIT).follow()
    assert world.bruno.name not in done.html
    assert "Comptoir a modifié entre-temps : Poste occupé." in done
    assert (contact_of(elise).job_title, contact_of(elise).phones["home"].typed) == ("Directrice", "01 44 55 66 77")


def test_what_both_changed_is_chosen_and_nothing_typed_is_lost(
    visitor: Browser, elise: Guest, world: World, db_session: Any
) -> None:
    """R4"""
    page = visitor.get(EDIT)
    contacts.update(contact_of(elise), {"job_title": "Directrice"}, world.viewer("bruno"))
    db_session.commit()
    clash = page.submit({"job_title": "Présidente", "phone_home": "01 44 55 66 77"}, form=EDIT, status=409)
    assert world.bruno.name not in clash.html
    assert clash.field("job_title")["value"] == "Présidente"
    assert clash.field("phone_home")["value"] == "01 44 55 66 77"
    clash.submit({"keep_job_title": "theirs"}, form=EDIT)
    assert (contact_of(elise).job_title, contact_of(elise).phones["home"].typed) == ("Directrice", "01 44 55 66 77")


def test_the_staff_hear_what_the_contact_changed_meanwhile(client: Browser, visitor: Browser, elise: Guest) -> None:
    """R4, the other way round: by her name."""
    bruno = client.as_("bruno")
    edit = f"/contacts/{elise.id}/edit"
    page = bruno.get(edit)
    save(visitor, {"phone_home": "01 44 55 66 77"})
    done = page.submit({"department": "Achats"}, form=edit).follow()
    assert f"{elise.name} a modifié entre-temps : Téléphone (domicile)." in done


def test_a_page_of_it_asks_a_fixed_number_of_queries(visitor: Browser, elise: Guest, queries: Any) -> None:
    with queries() as seen:
        visitor.get("/portal/coordinates")
    assert len(seen) <= 8, seen
    with queries() as seen:
        visitor.get(EDIT)
    assert len(seen) <= 14, seen


def test_without_the_box_ticked_nothing_is_saved(visitor: Browser, elise: Guest, db_session: Any) -> None:
    """D1: at the very moment of the save."""
    page = visitor.get(EDIT)
    db_session.execute(update(factories.PortalAccess).values(enabled=False))
    db_session.commit()
    page.submit({"first_name": "Lison"}, form=EDIT, status=302)
    assert contact_of(elise).first_name == "Élise"
