"""Team folders of the staff: members, documents in their versions, what was removed (S8, A1, A2, A3)."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.client import Browser, Page
from tests.web.test_history import events
from tests.world import World
from webapp.access import SYSTEM, get_visible, unscoped, visible
from webapp.extensions import db
from webapp.models import Company, Document, DocumentVersion, StoredFile, TeamFolder
from webapp.services import companies, documents, resources
from webapp.services.folders import FOLDERS

pytestmark = pytest.mark.usefixtures("db_session")


def send(browser: Browser, url: str, *files: tuple[str, bytes], status: int = 303) -> Page:
    """Send files by the form of a folder's page, as a browser does."""
    browser.get(url.removesuffix("/documents"))
    return browser.post(url, {"files": [(BytesIO(content), name) for name, content in files]}, status=status)


def download(browser: Browser, url: str) -> tuple[str, bytes]:
    """Return how a file is sent, and what it holds."""
    answer = browser.run(lambda: browser._flask.get(url))
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer.headers["Content-Disposition"], answer.get_data()


def ids(model: Any) -> list[int]:
    db.session.expire_all()
    return list(db.session.scalars(unscoped(select(model.id).order_by(model.id), "a test")))


def names(page: Page) -> list[str]:
    """Return the documents of a page, in order."""
    return [link.text for link in page.all("a", download=True)]


@pytest.fixture
def folder(world: World) -> TeamFolder:
    """A folder of Durand & Fils, which anybody of the staff may see, of whom only Bruno is a member."""
    made: TeamFolder = factories.linked(
        FOLDERS, world.durand, world.viewer("bruno"), name="Refonte du site", resources={world.bruno.id}
    )
    return made


@pytest.fixture
def place(folder: TeamFolder) -> str:
    return f"/folders/{folder.id}"


# --- the folder and its members --------------------------------------------------------------------------------------


def test_a_folder_is_made_with_its_members(bruno: Any, world: World) -> None:
    """S8: whoever makes it is a member; others come in by steps that lose nothing, as with scripts off."""
    dialog = bruno.get(f"/companies/{world.durand.id}").click("Nouveau dossier d’équipe")
    step = dialog.submit(
        {"name": "Plans", "resources_text": world.chloe.name, "contacts_text": "élise nguyễn", "comments": "À deux"},
        button="Ajouter un contact",
        status=200,
    )
    assert step.field("name")["value"] == "Plans"
    assert "Dans la liste : Chloé" in step.one(id="resources-said").text
    assert "Dans la liste : Élise Nguyễn." in step.one(id="contacts-said").text
    assert ids(TeamFolder) == []
    page = step.submit(button="Enregistrer").follow()
    assert "Dossier d’équipe créé : Plans" in page
    for said in ("Bruno Masson", "Chloé", "Élise Nguyễn", "sans accès aux dossiers", "À deux"):
        assert said in page.one("article").text, said


def test_the_history_says_who_came_and_who_left(bruno: Any, world: World, place: str) -> None:
    """H1: by name, staff and contacts, on the folder and on its company."""
    step = bruno.get(f"{place}/edit").submit(button="Retirer Bruno Masson", status=200)
    assert "Hors de la liste : Bruno Masson." in step.one(id="resources-said").text
    step.submit({"contacts_text": "Élise Nguyễn"}, button="Enregistrer")
    for url in (place, f"/companies/{world.durand.id}"):
        told = events(bruno.get(url))[0]
        assert "Ressources membres Bruno Masson devient vide" in told, told
        assert "Contacts membres vide devient Élise Nguyễn" in told, told


def test_a_member_is_a_contact_of_the_company(bruno: Any, world: World, place: str) -> None:
    elsewhere = factories.contact("Paul Roux", company=world.zephyr.id)
    page = bruno.get(f"{place}/edit")
    refused = page.submit({"contacts_text": "Paul Roux", "name": "Autre"}, button="Enregistrer", status=422)
    assert "Aucune réponse pour « Paul Roux »." in refused.error("contacts_text")
    assert refused.field("name")["value"] == "Autre"
    sent = {"version": page.field("version")["value"], "name": "X", "contacts": elsewhere.id, "contacts_text": ""}
    assert "Choisissez des valeurs de la liste." in bruno.post(f"{place}/edit", sent, status=422)


def test_a_member_one_may_not_see_stays_and_is_not_named(client: Browser, world: World) -> None:
    """A3: Chloé saves a folder among whose members is a contact restricted to Anne."""
    hidden = factories.contact(
        "Zoé Cachée", company=world.durand.id, restrict_access=True, allowed_resources=[world.anne.id]
    )
    folder = factories.linked(FOLDERS, world.durand, contacts={hidden.id, world.elise.id}, resources=set())
    anne, chloe = client.as_("anne"), client.as_("chloe")
    dialog = chloe.get(f"/folders/{folder.id}/edit")
    assert "Cachée" not in dialog
    step = dialog.submit(button="Retirer Élise Nguyễn", status=200)
    step.submit({"name": "Autre nom"}, button="Enregistrer")
    assert "Retirer Zoé Cachée" in anne.get(f"/folders/{folder.id}/edit").html
    page = chloe.get(f"/folders/{folder.id}")
    assert "Cachée" not in page
    assert "Contact à accès restreint" in events(page)[0]


def test_whoever_sees_the_company_sees_its_folders(client: Browser, world: World, place: str) -> None:
    """A1, A2: member or not; and nobody else."""
    assert client.as_("chloe").get(place).heading == "Refonte du site"
    send(client.as_("chloe"), f"{place}/documents", ("plan.txt", b"un plan"))
    (document_id,), (version_id,) = ids(Document), ids(DocumentVersion)
    companies.update(
        get_visible(Company, world.durand.id, SYSTEM),
        {"restrict_access": True, "allowed_resources": [world.bruno.id]},
        SYSTEM,
    )
    db.session.commit()
    chloe, here = client.as_("chloe"), f"{place}/documents/{document_id}"
    for url in (place, f"{place}/documents", f"{place}/removed", here, f"{here}/file", f"{here}/versions/{version_id}"):
        chloe.get(url, status=404)
    chloe.get("/")
    for url in (f"{place}/documents", f"{here}/remove", f"{here}/restore"):
        chloe.post(url, status=404)
    assert "Refonte du site" not in chloe.get("/folders/")
    for model in (Document, DocumentVersion):
        assert db.session.scalars(visible(model, world.viewer("chloe"))).all() == [], "the rule itself, below the views"
        assert db.session.scalars(visible(model, world.viewer("bruno"))).all()
    assert client.as_("bruno").get(here)


# --- documents -------------------------------------------------------------------------------------------------------


def test_documents_are_added_read_and_told_of(bruno: Any, world: World, place: str) -> None:
    """S8, H1: several at a time; the list says how heavy, when and from whom; each is a download, never shown."""
    page = send(bruno, f"{place}/documents", ("b.txt", b"x" * 2500), ("Été.txt", b"chaud")).follow()
    assert "2 fichiers ajoutés." in page
    assert names(page) == ["b.txt", "Été.txt"]
    rows = page.one("section", **{"aria-labelledby": "folder-documents"}).text
    assert "2 Ko" in rows
    assert "Bruno Masson" in rows
    disposition, content = download(bruno, page.link("Été.txt")["href"])
    assert disposition.startswith("attachment;")
    assert "%C3%89t%C3%A9.txt" in disposition
    assert content == b"chaud"
    for url in (place, f"/companies/{world.durand.id}"):
        assert "Ajout d’un document" in events(bruno.get(url))[0]
        assert "b.txt Été.txt" in events(bruno.get(url))[0]


def test_a_file_of_the_same_name_is_a_new_version(client: Browser, world: World, place: str) -> None:
    """S8: whatever the case; any version can be had."""
    send(client.as_("bruno"), f"{place}/documents", ("Plan.txt", b"un"))
    page = send(client.as_("chloe"), f"{place}/documents", ("PLAN.TXT", b"deux"), ("plan.txt", b"trois")).follow()
    assert names(page) == ["Plan.txt"]
    assert download(page.browser, page.link("Plan.txt")["href"])[1] == b"trois"
    versions = page.click("3 versions")
    assert names(versions) == ["plan.txt", "PLAN.TXT", "Plan.txt"]
    texts = [download(page.browser, link["href"])[1] for link in versions.all("a", download=True)]
    assert texts == [b"trois", b"deux", b"un"]
    assert "Bruno Masson" in versions.one("main").text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("virus.exe", b"MZ", "ce type de fichier n’est pas accepté"),
        ("page.html", b"<script>", "ce type de fichier n’est pas accepté"),
        ("vide.txt", b"", "est vide"),
        ("faux.pdf", b"pas un PDF", "ne contient pas ce que son nom annonce"),
    ],
)
def test_what_may_not_be_kept_is_refused(bruno: Any, place: str, name: str, content: bytes, said: str) -> None:
    """All or nothing, with the reason beside the field."""
    page = send(bruno, f"{place}/documents", ("bon.txt", b"bon"), (name, content), status=422)
    assert page.heading == "Refonte du site"
    assert said in page.error("files")
    assert ids(Document) == ids(StoredFile) == []


def test_nothing_chosen_is_said(bruno: Any, place: str) -> None:
    assert "Choisissez au moins un fichier." in send(bruno, f"{place}/documents", status=422).error("files")


def test_a_document_is_removed_and_put_back(bruno: Any, place: str) -> None:
    """S8: kept, told of, gone from its old addresses until it is put back."""
    send(bruno, f"{place}/documents", ("plan.txt", b"un"), ("autre.txt", b"2"))
    document_id, version_id = ids(Document)[0], ids(DocumentVersion)[0]
    here = f"{place}/documents/{document_id}"
    page = bruno.get(place).submit(form=f"{here}/remove").follow()
    assert "Document retiré : plan.txt" in page
    assert names(page) == ["autre.txt"]
    assert events(page)[0].startswith("Retrait d’un document")
    assert "plan.txt" in events(page)[0]
    for url in (here, f"{here}/file", f"{here}/versions/{version_id}"):
        bruno.get(url, status=404)
    bruno.post(f"{here}/remove", status=404)
    removed = page.click("Documents retirés")
    assert "plan.txt" in removed.one("main").text
    back = removed.submit(form=f"{here}/restore").follow()
    assert names(back) == ["autre.txt", "plan.txt"]
    assert events(back)[0].startswith("Rétablissement d’un document")
    assert download(bruno, f"{here}/file")[1] == b"un"
    bruno.post(f"{here}/restore", status=404)


def test_it_is_not_put_back_over_another_of_its_name(bruno: Any, place: str) -> None:
    send(bruno, f"{place}/documents", ("plan.txt", b"un"))
    here = f"{place}/documents/{ids(Document)[0]}"
    bruno.get(place).submit(form=f"{here}/remove")
    page = send(bruno, f"{place}/documents", ("Plan.txt", b"autre")).follow()
    assert "versions" not in page.one("section", **{"aria-labelledby": "folder-documents"}).text
    refused = bruno.get(f"{place}/removed").submit(form=f"{here}/restore").follow()
    assert "Un autre document porte ce nom" in refused
    assert names(bruno.get(place)) == ["Plan.txt"]


def test_a_document_of_another_folder_is_not_found(bruno: Any, world: World, place: str) -> None:
    """Nor a version of another document."""
    other = factories.linked(FOLDERS, world.durand, world.viewer("bruno"), name="Autre")
    send(bruno, f"{place}/documents", ("un.txt", b"un"))
    send(bruno, f"/folders/{other.id}/documents", ("deux.txt", b"deux"))
    (one, two), (_first, second) = ids(Document), ids(DocumentVersion)
    for url in (f"{place}/documents/{two}", f"{place}/documents/{two}/file"):
        bruno.get(url, status=404)
    for action in ("remove", "restore"):
        bruno.post(f"{place}/documents/{two}/{action}", status=404)
    bruno.get(f"{place}/documents/{one}/versions/{second}", status=404)
    bruno.get(f"{place}/documents/{two}/versions/{second}", status=404)
    bruno.get(f"/folders/{other.id}/documents/{two}/versions/{second}")
    for number in (0, 999_999, 2**63, 2**70):
        bruno.get(f"{place}/documents/{number}", status=404)
        bruno.get(f"{place}/documents/{one}/versions/{number}", status=404)


def test_many_documents_are_read_a_page_at_a_time(bruno: Any, place: str, queries: Any, monkeypatch: Any) -> None:
    """By name, the same number of questions however many there are."""
    monkeypatch.setattr(documents, "PAGE", 3)
    everything = [f"plan {number}.txt" for number in range(8)]
    for start in (0, 4):
        send(bruno, f"{place}/documents", *((name, b"x") for name in everything[start : start + 4]))
    with queries() as seen:
        first = bruno.get(place)
    assert len(seen) <= 12, seen
    second = first.click("Suite")
    third = second.click("Suite")
    assert names(first) + names(second) + names(third) == everything
    assert names(bruno.hx_get(second.url)) == names(second), "htmx gets the entries alone"
    bruno.get(f"{place}/documents?after=x")


def test_what_is_purged_takes_its_documents_along(client: Browser, world: World, place: str) -> None:
    """R3: the files go by the clock, once nothing holds them."""
    anne = client.as_("anne")
    send(anne, f"{place}/documents", ("plan.txt", b"un"))
    here = f"{place}/documents/{ids(Document)[0]}"
    anne.get(f"{place}/delete").submit(button="OK")
    anne.get(f"{here}/file", status=404)
    anne.get(f"{place}/purge").submit()
    assert ids(Document) == ids(DocumentVersion) == []


def test_a_member_who_left_is_said_to_be_inactive(bruno: Any, world: World, place: str) -> None:
    resources.update_resource(db.session.get_one(resources.Resource, world.bruno.id), {"is_active": False}, SYSTEM)
    db.session.commit()
    page = bruno.as_("anne").get(place)
    assert "inactive" in page.one("article").text


def test_two_people_change_the_members(client: Browser, world: World, place: str) -> None:
    """R4: what each changed is kept; a member taken out here and another there is chosen."""
    first, second = client.as_("bruno").get(f"{place}/edit"), client.as_("chloe").get(f"{place}/edit")
    first.submit({"contacts_text": "Élise Nguyễn"}, button="Enregistrer")
    merged = second.submit({"name": "Autre nom"}, button="Enregistrer").follow()
    assert "Bruno Masson a modifié entre-temps : Contacts membres." in merged
    assert "Élise Nguyễn" in merged
    assert merged.heading == "Autre nom"


def test_the_count_of_versions_is_each_document_s_own(bruno: Any, world: World, place: str) -> None:
    send(bruno, f"{place}/documents", ("a.txt", b"1"), ("a.txt", b"2"), ("b.txt", b"3"))
    found = documents.page(db.session.get_one(TeamFolder, ids(TeamFolder)[0], execution_options=TESTS), SYSTEM)
    assert [(line.name, line.versions) for line in found.lines] == [("a.txt", 2), ("b.txt", 1)]
    assert db.session.scalar(unscoped(select(func.count()).select_from(StoredFile), "a test")) == 3


TESTS = {"access": "unscoped: tests"}
