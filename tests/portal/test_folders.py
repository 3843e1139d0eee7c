"""« Dossiers d’équipe » in the portal: one's own, documents to read, download and add; for nobody else (P7, D11)."""

from typing import Any

import pytest
from sqlalchemy import delete

from tests import factories
from tests.client import Browser
from tests.portal.conftest import Guest, access_of, invite
from tests.web.test_folders import download, ids, names, send
from tests.web.test_history import events
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Contact, Document, DocumentVersion, FolderContact, StoredFile, TeamFolder
from webapp.services import contacts, documents, folders
from webapp.services.folders import FOLDERS

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def member(world: World) -> Guest:
    return invite(world, world.elise.id, team_folders=True)


@pytest.fixture
def folder(world: World, member: Guest) -> TeamFolder:
    made: TeamFolder = factories.linked(
        FOLDERS,
        world.durand,
        world.viewer("bruno"),
        name="Refonte du site",
        comments="Entre nous",
        contacts={member.id},
    )
    return made


@pytest.fixture
def here(folder: TeamFolder) -> str:
    return f"/portal/folders/{folder.id}"


@pytest.fixture
def elise(client: Browser, member: Guest) -> Browser:
    return client.as_contact(member.id)


def addresses(here: str) -> list[str]:
    """Return all addresses of a folder and of its first document."""
    document, version = ids(Document)[0], ids(DocumentVersion)[0]
    one = f"{here}/documents/{document}"
    return [here, one, f"{one}/file", f"{one}/versions/{version}"]


def test_a_member_reads_and_adds_documents(client: Browser, elise: Browser, world: World, here: str) -> None:
    """P7: who did what is said on both sides; what the staff notes of the folder is not."""
    send(client.as_("bruno"), f"{here.removeprefix('/portal')}/documents", ("devis.txt", b"10 EUR"))
    folder = elise.get("/portal/").click("Dossiers d’équipe").click("Refonte du site")
    assert folder.heading == "Refonte du site"
    assert "Entre nous" not in folder
    assert names(folder) == ["devis.txt"]
    assert "Bruno Masson" in folder.one("main").text
    assert download(elise, folder.link("devis.txt")["href"])[1] == b"10 EUR"
    page = send(elise, here, ("DEVIS.txt", b"9 EUR"), ("photo.png", b"\x89PNG\r\n\x1a\n")).follow()
    assert "2 fichiers ajoutés." in page
    assert names(page) == ["devis.txt", "photo.png"]
    versions = page.click("2 versions")
    assert [download(elise, link["href"])[1] for link in versions.all("a", download=True)] == [b"9 EUR", b"10 EUR"]
    told = events(client.as_("bruno").get(here.removeprefix("/portal")))[0]
    assert told.startswith("Ajout d’un document Élise Nguyễn")
    assert "photo.png" in told


def test_what_may_not_be_kept_is_refused_there_too(elise: Browser, here: str) -> None:
    page = send(elise, here, ("virus.exe", b"MZ"), status=422)
    assert "ce type de fichier n’est pas accepté" in page.error("files")
    assert ids(StoredFile) == []


def test_who_is_not_a_member_finds_nothing(client: Browser, elise: Browser, world: World, here: str) -> None:
    """P7, D11: a colleague with the right who is no member, and a member's namesake at another company."""
    send(elise, here, ("plan.txt", b"un"))
    for guest in (
        invite(world, factories.contact("Ada", company=world.durand.id, email1="a@x.example").id, team_folders=True),
        invite(world, factories.contact("Ada", company=world.zephyr.id, email1="b@x.example").id, team_folders=True),
    ):
        other = client.as_contact(guest.id)
        assert "Aucun dossier pour l’instant" in other.get("/portal/folders")
        for url in addresses(here):
            other.get(url, status=404)
        other.get("/portal/account")
        other.post(here, {}, status=404)


def test_a_member_without_the_right_finds_nothing(client: Browser, world: World, here: str, member: Guest) -> None:
    """P1: nor one whose right ended; it comes back with the right."""
    elise = client.as_contact(member.id)
    send(elise, here, ("plan.txt", b"un"))
    access_of(member).team_folders = False
    db.session.commit()
    for url in ("/portal/folders", *addresses(here)):
        elise.get(url, status=404)
    assert "Dossiers d’équipe" not in elise.get("/portal/")
    elise.post(here, {}, status=404)
    access_of(member).team_folders = True
    db.session.commit()
    assert names(elise.get(here)) == ["plan.txt"]


def test_who_is_no_longer_a_member_or_of_the_company_finds_nothing(
    client: Browser, elise: Browser, world: World, here: str, member: Guest
) -> None:
    send(elise, here, ("plan.txt", b"un"))
    contacts.update(get_visible(Contact, member.id, SYSTEM), {"company": world.zephyr.id}, SYSTEM)
    db.session.commit()
    for url in addresses(here):
        elise.get(url, status=404)
    contacts.update(get_visible(Contact, member.id, SYSTEM), {"company": world.durand.id}, SYSTEM)
    db.session.commit()
    elise.get(here)
    db.session.execute(delete(FolderContact))
    db.session.commit()
    for url in addresses(here):
        elise.get(url, status=404)


def test_what_was_removed_or_is_elsewhere_is_not_found(
    client: Browser, elise: Browser, world: World, here: str, member: Guest
) -> None:
    """A removed document by its old address, a document and a version of another folder, a folder in the trash."""
    other = factories.linked(FOLDERS, world.durand, world.viewer("bruno"), name="Autre", contacts={member.id})
    foreign = factories.linked(FOLDERS, world.zephyr, world.viewer("bruno"), name="Étranger", contacts=set())
    bruno = client.as_("bruno")
    staff = here.removeprefix("/portal")
    send(bruno, f"{staff}/documents", ("plan.txt", b"un"))
    send(bruno, f"/folders/{other.id}/documents", ("autre.txt", b"deux"))
    send(bruno, f"/folders/{foreign.id}/documents", ("secret.txt", b"trois"))
    first, second, third = ids(Document)
    versions = ids(DocumentVersion)
    for document in (second, third):
        elise.get(f"{here}/documents/{document}", status=404)
        elise.get(f"{here}/documents/{document}/file", status=404)
    for version in versions[1:]:
        elise.get(f"{here}/documents/{first}/versions/{version}", status=404)
    for number in (0, 2**63, 2**70):
        elise.get(f"/portal/folders/{number}", status=404)
        elise.get(f"{here}/documents/{number}/file", status=404)
    bruno.get(staff).submit(form=f"{staff}/documents/{first}/remove")
    for url in addresses(here)[1:]:
        elise.get(url, status=404)
    assert "plan.txt" not in elise.get(here)
    bruno.get(f"{staff}/delete").submit(button="OK")
    elise.get(here, status=404)
    assert "Refonte" not in elise.get("/portal/folders")


def test_a_resource_who_looks_on_adds_nothing(client: Browser, world: World, here: str, member: Guest) -> None:
    bruno = client.as_("bruno")
    bruno.get(f"/contacts/{member.id}").submit(form="/portal-look", button="Voir le portail comme ce contact")
    page = bruno.get(here)
    assert "Ajouter des fichiers" not in page
    bruno.post(here, {}, status=403)


def test_folders_and_documents_are_read_a_page_at_a_time(
    elise: Browser, world: World, member: Guest, folder: TeamFolder, here: str, queries: Any, monkeypatch: Any
) -> None:
    for number in range(4):
        factories.linked(FOLDERS, world.durand, name=f"Dossier {number}", contacts={member.id}, resources=set())
    monkeypatch.setattr(folders, "PAGE", 3)
    monkeypatch.setattr(documents, "PAGE", 3)
    first = elise.get("/portal/folders")
    cards = [card.text for page in (first, first.click("Suite")) for card in page.all("a", class_="portal-card")]
    assert cards == ["Dossier 3", "Dossier 2", "Dossier 1", "Dossier 0", "Refonte du site"]
    send(elise, here, *((f"{number}.txt", b"x") for number in range(5)))
    with queries() as seen:
        page = elise.get(here)
    assert len(seen) <= 7, seen
    assert names(page) + names(page.click("Suite")) == [f"{number}.txt" for number in range(5)]
