"""Requests of customers, as the staff works them: queue, states, messages, files, tasks, mails (S7, P11)."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.portal.conftest import invite
from tests.web.test_history import events
from tests.world import World
from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import (
    Mail,
    MailKind,
    Performer,
    RequestTask,
    Resource,
    StoredFile,
    SupportRequest,
    WorkflowState,
    WorkflowStep,
)
from webapp.services import workflows
from webapp.services.requests import REQUESTS

pytestmark = pytest.mark.usefixtures("db_session")

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def request_of(world: World, **values: Any) -> SupportRequest:
    """Have Élise's request stand in the queue."""
    values = {"text": "Rien ne va plus.", "priority": "normal", "contact": world.elise.id, **values}
    made: SupportRequest = factories.linked(REQUESTS, world.durand, **values)
    return made


def stored(record: SupportRequest) -> SupportRequest:
    db.session.expire_all()
    return db.session.get_one(SupportRequest, record.id, execution_options={"access": "unscoped: a test"})


def mails(kind: MailKind | None = None) -> list[Mail]:
    rows = unscoped(select(Mail).order_by(Mail.id), "a test")
    return [mail for mail in db.session.scalars(rows) if kind in (None, mail.kind)]


def state(label: str) -> WorkflowState:
    return db.session.scalars(select(WorkflowState).where(WorkflowState.label_fr == label)).one()


def step(at: str, label: str, performer: Performer, days: int | None = None) -> None:
    values = {"label_fr": label, "label_en": label, "performer": performer, "days": days}
    db.session.add(WorkflowStep(state_id=state(at).id, position=0, **values))
    db.session.commit()


def names(page: Any) -> list[str]:
    return [row.one("th").all("bdi")[0].text for row in page.one("tbody").all("tr")]


# --- from state to state ----------------------------------------------------------------------------------------------


def test_a_request_is_made_taken_and_brought_to_its_end(bruno: Any, world: World) -> None:
    """S7: from the company's page, with a number; state after state as the workflow lets it; told in the history."""
    dialog = bruno.get(f"/companies/{world.durand.id}").click("Nouvelle demande")
    page = dialog.submit({"name": "Imprimante muette", "text": "Elle n’imprime plus.", "priority": "high"}).follow()
    assert "Demande créée : Imprimante muette" in page
    (record,) = db.session.scalars(unscoped(select(SupportRequest), "a test"))
    assert record.number.startswith("D-20")
    assert record.number.endswith("-00001")
    for said in (record.number, "Nouvelle", "Haute", "Elle n’imprime plus."):
        assert said in page
    taken = page.submit(form="/take").follow()
    assert "Demande prise en charge : Imprimante muette" in taken
    assert stored(record).owner_id == world.bruno.id
    page = bruno.get(taken.url)
    assert {form.one("button").text for form in page.all("form") if form.get("action").endswith("/state")} == {
        "En cours",
        "Résolue",
    }
    for label, button in (("Résolue", "Résolue"), ("Fermée", "Fermée")):
        page = press(page, button)
        assert f"« Imprimante muette » est passée à l’état « {label} »." in page
    assert stored(record).closed_at is not None
    page = press(page, "En cours")
    assert stored(record).closed_at is None
    told = [event.split(" ")[0] for event in events(bruno.get(f"/requests/{record.id}"))]
    assert told == ["Réouverture", "Clôture", "Changement", "Modification", "Création"]
    assert events(bruno.get(f"/companies/{world.durand.id}"))[0].startswith("Réouverture Demande Imprimante muette")
    assert "Fermée" in events(page)[0]


def press(page: Any, label: str) -> Any:
    """Press the button of a state."""
    (form,) = [
        one for one in page.all("form") if one.get("action").endswith("/state") and one.one("button").text == label
    ]
    value = form.one("input", name="state")["value"]
    return page.browser.post(form["action"], {"state": value}).follow()


def test_only_the_moves_of_the_workflow_are_made(bruno: Any, world: World) -> None:
    """S8: whatever is posted."""
    record = request_of(world)
    bruno.get(f"/requests/{record.id}")
    for wanted in (state("Fermée").id, state("Nouvelle").id, "x", "", 2**70):
        page = bruno.post(f"/requests/{record.id}/state", {"state": wanted}).follow()
        assert "De « Nouvelle », ce passage n’est pas permis." in page
    assert stored(record).state_id == state("Nouvelle").id
    retired = state("En cours")
    retired.retired_at = record.created_at
    db.session.commit()
    bruno.post(f"/requests/{record.id}/state", {"state": retired.id})
    assert stored(record).state_id == state("Nouvelle").id


def test_of_two_who_take_it_one_is_told(client: Any, world: World) -> None:
    record = request_of(world)
    bruno, chloe = client.as_("bruno"), client.as_("chloe")
    page = chloe.get(f"/requests/{record.id}")
    bruno.get(f"/requests/{record.id}").submit(form="/take")
    assert "Quelqu’un d’autre a pris cette demande en charge entre-temps." in page.submit(form="/take").follow()
    assert stored(record).owner_id == world.bruno.id


def test_numbers_are_given_once(bruno: Any, world: World) -> None:
    first, second = request_of(world), request_of(world)
    assert first.number != second.number
    edit = bruno.get(f"/requests/{first.id}/edit")
    assert "number" not in {element.get("name") for element in edit.all("input")}


def test_two_people_change_it(client: Any, world: World) -> None:
    """R4"""
    record = request_of(world)
    url = f"/requests/{record.id}/edit"
    mine, theirs = client.as_("bruno").get(url), client.as_("chloe").get(url)
    theirs.submit({"priority": "urgent"})
    assert "Chloé Œuvrard a modifié entre-temps : Priorité." in mine.submit({"name": "Autre objet"}).follow()
    assert (stored(record).name, stored(record).priority) == ("Autre objet", "urgent")


# --- the queue --------------------------------------------------------------------------------------------------------


def test_the_queue_shows_open_requests_first_and_narrows(bruno: Any, world: World, queries: Any) -> None:
    """S7: open before closed, the last first; mine, nobody's, by state and priority; a page at a time."""
    closed = request_of(world, name="Close")
    closed.closed_at, closed.state_id = closed.created_at, state("Fermée").id
    request_of(world, name="À moi", owner=world.bruno.id)
    request_of(world, name="Urgente", priority="urgent")
    db.session.commit()
    page = bruno.get("/requests/")
    assert names(page) == ["Urgente", "À moi", "Close"]
    assert names(bruno.get("/requests/?owner=me")) == ["À moi"]
    assert names(bruno.get("/requests/?owner=none&state=open")) == ["Urgente"]
    assert names(bruno.get("/requests/?state=closed")) == ["Close"]
    assert names(bruno.get(f"/requests/?state={state('Nouvelle').id}")) == ["Urgente", "À moi"]
    assert names(bruno.get("/requests/?priority=urgent")) == ["Urgente"]
    assert names(bruno.get(f"/requests/?q={closed.number}")) == ["Close"]
    assert names(bruno.get("/requests/?q=URGENTE")) == ["Urgente"]
    page.submit(form=f"/requests/{bruno_s(page, 'Urgente')}/take")
    assert names(bruno.get("/requests/?owner=me")) == ["Urgente", "À moi"]
    with queries() as seen:
        bruno.get("/requests/")
    assert len(seen) <= 6, seen


def bruno_s(page: Any, name: str) -> str:
    (link,) = [a for a in page.all("a", href=True) if a.text == name]
    return str(link["href"]).rsplit("/", 1)[1]


def test_the_queue_is_read_a_page_at_a_time(bruno: Any, world: World) -> None:
    for number in range(55):
        record = request_of(world, name=f"Demande {number:02}")
        if number % 2:
            record.closed_at = record.created_at
    db.session.commit()
    first = bruno.get("/requests/")
    found = names(first) + names(first.click("Suite"))
    evens = [f"Demande {number:02}" for number in range(54, -1, -2)]
    odds = [f"Demande {number:02}" for number in range(53, -1, -2)]
    assert found == evens + odds


def test_who_may_not_see_the_company_or_the_contact_sees_nothing(client: Any, world: World) -> None:
    """A2, A3: neither page, nor list, nor files, messages, tasks; nobody acts on it either."""
    hidden = factories.contact(
        "Zoé Cachée", company=world.durand.id, restrict_access=True, allowed_resources=[world.anne.id]
    )
    step("Nouvelle", "Étape secrète", Performer.RESOURCE)
    record = request_of(world, name="Polichinelle", contact=hidden.id)
    task = db.session.scalars(unscoped(select(RequestTask), "a test")).one()
    task.resource_id = world.chloe.id
    db.session.commit()
    anne, chloe = client.as_("anne"), client.as_("chloe")
    upload(anne, record, "files", "attached", ("secret.txt", b"secret"))
    (file,) = [a for a in anne.get(f"/requests/{record.id}").all("a", href=True) if "/files/" in a["href"]]
    chloe.get("/")
    for url in (f"/requests/{record.id}", f"/requests/{record.id}/edit", file["href"]):
        chloe.get(url, status=404)
    for action in ("take", "state", "messages", "notes", "files", f"tasks/{task.id}/done", f"tasks/{task.id}/give"):
        chloe.post(f"/requests/{record.id}/{action}", {"text": "x"}, status=404)
    for url in ("/requests/", f"/companies/{world.durand.id}", "/"):
        shown = chloe.get(url)
        assert "Polichinelle" not in shown, url
        assert "Étape secrète" not in shown, url
    assert "Polichinelle" in anne.get("/requests/")


# --- what is said -----------------------------------------------------------------------------------------------------


def test_the_staff_answer_and_take_notes(bruno: Any, world: World) -> None:
    """S7: a reply and a note look different, both stand on the page, and the history tells of each."""
    record = request_of(world)
    page = bruno.get(f"/requests/{record.id}")
    assert "il n’est pas prévenu de vos réponses" in page, "Élise has no access to the portal"
    page.submit({"text": "Redémarrez-la.\nPuis rappelez."}, form="/messages")
    page.submit({"note": "Client difficile."}, form="/notes")
    page = bruno.get(f"/requests/{record.id}")
    reply, note = [one for one in page.all("article") if "note" in one.get("class")], page.all("article", class_="warn")
    assert "Redémarrez-la." in reply[0].text
    assert "Note interne" in note[0].text
    assert [event.split(" ")[0] for event in events(page)] == ["Commentaire", "Message", "Création"]
    refused = page.submit({"text": "  "}, form="/messages", status=422)
    assert "obligatoire" in refused.error("text")
    refused = page.submit({"note": ""}, form="/notes", status=422)
    assert "obligatoire" in refused.error("note")


def test_a_long_conversation_is_read_a_page_at_a_time(bruno: Any, world: World, queries: Any) -> None:
    record = request_of(world)
    for number in range(33):
        REQUESTS.answer(record, f"Message numéro {number:02}", world.viewer("bruno"))
    db.session.commit()
    page = bruno.get(f"/requests/{record.id}")
    assert "Message numéro 02" not in page
    assert "Message numéro 32" in page
    earlier = page.click("Messages précédents")
    assert "Message numéro 02" in earlier
    assert "Message numéro 03" not in earlier
    with queries() as seen:
        bruno.get(f"/requests/{record.id}")
    assert len(seen) <= 20, seen


def test_who_waits_for_an_answer_is_seen_in_the_queue(bruno: Any, client: Any, world: World) -> None:
    guest = invite(world, world.elise.id, online_support=True)
    record = request_of(world)
    contact = client.as_contact(guest.id)
    contact.get(f"/portal/requests/{record.id}").submit({"text": "Toujours rien ?"}, form="/messages")
    assert "Réponse attendue" in bruno.get("/requests/")
    page = bruno.get(f"/requests/{record.id}")
    page.submit({"note": "Je regarde."}, form="/notes")
    assert "Réponse attendue" in bruno.get("/requests/"), "a note is no answer"
    page.submit({"text": "Nous regardons."}, form="/messages")
    assert "Réponse attendue" not in bruno.get("/requests/")


# --- files ------------------------------------------------------------------------------------------------------------


def upload(browser: Any, record: SupportRequest, to: str, field: str, *sent: tuple[str, bytes], **more: Any) -> Any:
    """Send files as a browser does."""
    status = more.pop("status", 303)
    browser.get(f"/requests/{record.id}")
    data = {"csrf_token": browser.csrf_token, field: [(BytesIO(content), name) for name, content in sent], **more}
    url = f"/requests/{record.id}/{to}"
    page = browser.open("POST", url, status=status, data=data, content_type="multipart/form-data")
    page.response.request.environ["wsgi.input"].close()
    return page


def links(page: Any) -> list[Any]:
    return [a for a in page.all("a", href=True) if "/files/" in a["href"]]


def test_files_come_with_the_request_and_with_messages(bruno: Any, world: World) -> None:
    """S7: served as downloads, under their names, never shown."""
    record = request_of(world)
    upload(bruno, record, "files", "attached", ("Capture d’écran é.png", PNG), ("../../etc/passwd.txt", b"root"))
    upload(bruno, record, "messages", "files", ("devis.pdf", b"%PDF-1.7"), text="Voici.")
    page = bruno.get(f"/requests/{record.id}")
    assert [link.one("bdi").text for link in links(page)] == ["Capture d’écran é.png", "passwd.txt", "devis.pdf"]
    answer = bruno.get(links(page)[0]["href"]).response
    assert answer.get_data() == PNG
    assert answer.mimetype == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "%C3%A9.png" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.html", b"<script>alert(1)</script>", "ce type de fichier n’est pas accepté"),
        ("dessin.svg", b"<svg onload='alert(1)'/>", "ce type de fichier n’est pas accepté"),
        ("page.png", b"<script>alert(1)</script>", "ne contient pas ce que son nom annonce"),
        ("vide.txt", b"", "est vide"),
        ("gros.txt", b"a" * (10 * 1024 * 1024 + 1), "dépasse 10 Mo"),
    ],
)
def test_a_file_that_is_refused_keeps_what_was_typed(
    bruno: Any, world: World, name: str, content: bytes, said: str
) -> None:
    record = request_of(world)
    refused = upload(bruno, record, "messages", "files", (name, content), text="Voici ce que je vois.", status=422)
    assert said in refused.error("files")
    assert "choisissez-les de nouveau" in refused
    assert refused.field("text").raw_text.strip() == "Voici ce que je vois."
    assert not db.session.scalars(unscoped(select(StoredFile.id), "a test")).all()


def test_six_files_are_too_many(bruno: Any, world: World) -> None:
    record = request_of(world)
    six = [(f"{number}.txt", b"a") for number in range(6)]
    refused = upload(bruno, record, "files", "attached", *six, status=422)
    assert "5 fichiers au plus à la fois." in refused.error("attached")
    assert not links(bruno.get(f"/requests/{record.id}"))


def test_a_file_is_found_only_under_its_own_request(bruno: Any, world: World) -> None:
    first, second = request_of(world), request_of(world)
    upload(bruno, first, "files", "attached", ("a.txt", b"a"))
    (link,) = links(bruno.get(f"/requests/{first.id}"))
    attachment = link["href"].rsplit("/", 1)[1]
    bruno.get(f"/requests/{second.id}/files/{attachment}", status=404)
    for nothing in (0, 999, 2**63, 2**70):
        bruno.get(f"/requests/{first.id}/files/{nothing}", status=404)


# --- tasks ------------------------------------------------------------------------------------------------------------


def test_entering_a_state_makes_its_tasks(bruno: Any, world: World) -> None:
    """S8: with their day; one that waits already is not made twice."""
    step("En cours", "Appeler le fournisseur", Performer.RESOURCE, 3)
    record = request_of(world)
    page = bruno.get(f"/requests/{record.id}")
    assert "Appeler le fournisseur" not in page
    page = press(page, "En cours")
    assert "Appeler le fournisseur" in page
    assert "À confier" in page
    page = press(press(page, "Résolue"), "En cours")
    (task,) = db.session.scalars(unscoped(select(RequestTask), "a test"))
    assert (task.due_on - record.created_at.date()).days in (3, 4)


def test_a_task_is_given_to_a_resource_who_finds_and_does_it(client: Any, world: World) -> None:
    """P11: told by mail, on one's first page, done with a remark that the history keeps."""
    step("Nouvelle", "Appeler le fournisseur", Performer.RESOURCE)
    record = request_of(world)
    bruno, chloe = client.as_("bruno"), client.as_("chloe")
    page = bruno.get(f"/requests/{record.id}").click("Confier")
    refused = page.submit({"person_text": "Zorglub"}, status=422)
    assert "Aucune réponse" in refused.error("person_text")
    refused.submit({"person_text": "Chloé Œuvrard"}).follow()
    (mail,) = mails(MailKind.TASK_GIVEN)
    assert (mail.to_email, mail.resource_id) == (world.chloe.email, world.chloe.id)
    assert "Appeler le fournisseur" in mail.text
    assert "Appeler le fournisseur" in chloe.get("/")
    assert "Appeler le fournisseur" not in bruno.get("/")
    done = chloe.get(f"/requests/{record.id}").click("Accomplir").submit({"remark": "Il livre lundi."}).follow()
    assert "Il livre lundi." in done
    assert "Appeler le fournisseur" not in chloe.get("/")
    assert events(done)[0].startswith("Achèvement")
    assert "Il livre lundi." in events(done)[0]
    task = db.session.scalars(unscoped(select(RequestTask.id), "a test")).one()
    assert "déjà accomplie" in bruno.get(f"/requests/{record.id}/tasks/{task}/give").submit(status=422).error(
        "person_text"
    )


def test_a_contact_s_task_goes_only_to_those_who_take_part(bruno: Any, world: World) -> None:
    """P11: of the company, with the right, and an access that is active."""
    step("Nouvelle", "Signer", Performer.CONTACT)
    record = request_of(world)
    other = factories.contact("Ada Autre", company=world.zephyr.id, email1="ada@zephyr.example")
    idle = factories.contact("Ida Inerte", company=world.durand.id, email1="ida@durand.example")
    invite(world, other.id, workflow_participation=True)
    invite(world, idle.id)
    invite(world, world.elise.id, workflow_participation=True)
    dialog = bruno.get(f"/requests/{record.id}").click("Confier")
    options = [option.text for option in dialog.field("person").all("option")]
    assert options == ["—", "Élise Nguyễn"]
    bruno.post(dialog.url, {"person": other.id}, status=422)
    dialog.submit({"person": world.elise.id})
    (task,) = db.session.scalars(unscoped(select(RequestTask), "a test"))
    assert task.contact_id == world.elise.id
    assert [mail.to_email for mail in mails(MailKind.TASK_GIVEN)] == ["elise.nguyen@durand.example"]


# --- mails ------------------------------------------------------------------------------------------------------------


def test_the_contact_is_told_of_each_step_and_never_what_was_said(bruno: Any, world: World) -> None:
    """S7: in their language, with a link; a note tells nobody."""
    invite(world, world.elise.id, online_support=True).id  # noqa: B018
    record = request_of(world, name="Imprimante")
    page = bruno.get(f"/requests/{record.id}")
    page.submit({"text": "Le code est 1234-SECRET."}, form="/messages")
    page.submit({"note": "NOTE-SECRETE"}, form="/notes")
    press(page, "En cours")
    told = mails()
    assert [mail.kind for mail in told] == [
        MailKind.PORTAL_INVITED,
        MailKind.REQUEST_OPENED,
        MailKind.REQUEST_ANSWERED,
        MailKind.REQUEST_MOVED,
    ]
    for mail in told[1:]:
        assert mail.to_email == "elise.nguyen@durand.example"
        assert f"/portal/requests/{record.id}" in mail.text
        assert record.number in mail.subject
        assert "SECRET" not in mail.text + mail.html + mail.subject
    assert "En cours" in told[-1].text


def test_nobody_is_told_who_could_not_open_the_page(bruno: Any, world: World) -> None:
    """Neither a contact without the right, nor one who left for another company, nor an owner who may not see it."""
    invite(world, world.elise.id, team_folders=True)
    record = request_of(world)
    bruno.get(f"/requests/{record.id}").submit({"text": "Réponse"}, form="/messages")
    assert [mail.kind for mail in mails()] == [MailKind.PORTAL_INVITED]
    closed_to_chloe = factories.linked(REQUESTS, world.ecluse, text="x", priority="low", owner=world.chloe.id)
    assert closed_to_chloe.owner_id == world.chloe.id
    assert MailKind.REQUEST_ASSIGNED not in {mail.kind for mail in mails()}


def test_the_owner_is_told_when_a_contact_writes_and_who_gave_it_to_them(bruno: Any, client: Any, world: World) -> None:
    guest = invite(world, world.elise.id, online_support=True)
    db.session.get_one(Resource, world.chloe.id).language = "en"
    record = request_of(world)
    contact = client.as_contact(guest.id)
    contact.get(f"/portal/requests/{record.id}").submit({"text": "Sans suite ?"}, form="/messages")
    assert not mails(MailKind.REQUEST_WRITTEN), "it is nobody's: the queue shows it"
    bruno.get(f"/requests/{record.id}/edit").submit({"owner": world.chloe.id, "owner_text": "Chloé Œuvrard"})
    (assigned,) = mails(MailKind.REQUEST_ASSIGNED)
    assert (assigned.to_email, assigned.language) == (world.chloe.email, "en")
    contact.get(f"/portal/requests/{record.id}").submit({"text": "SECRET"}, form="/messages")
    (written,) = mails(MailKind.REQUEST_WRITTEN)
    assert written.to_email == world.chloe.email
    assert f"/requests/{record.id}" in written.text
    assert "/portal/" not in written.text
    assert "SECRET" not in written.text + written.subject


# --- knowledge --------------------------------------------------------------------------------------------------------


def test_what_was_learnt_is_written_from_the_request(bruno: Any, world: World) -> None:
    """S6: title and text begin as the request's; both pages lead to each other."""
    record = request_of(world, name="Imprimante muette", text="Elle n’imprime plus.")
    dialog = bruno.get(f"/requests/{record.id}").click("Nouvel élément de connaissance")
    assert dialog.field("name")["value"] == "Imprimante muette"
    page = dialog.submit().follow()
    assert page.link("Imprimante muette")["href"] in (f"/requests/{record.id}", f"/knowledge/{page.url[-1]}")
    assert "Brouillon" in bruno.get(f"/requests/{record.id}")


def test_it_goes_to_the_trash_and_is_erased_with_all_it_holds(client: Any, world: World) -> None:
    """R3: its messages, files and tasks go with it for good."""
    step("Nouvelle", "Signer", Performer.CONTACT)
    record = request_of(world)
    anne = client.as_("anne")
    upload(anne, record, "messages", "files", ("a.txt", b"a"), text="Voici.")
    anne.get(f"/requests/{record.id}/delete").submit(button="OK")
    anne.get(f"/requests/{record.id}", status=404)
    anne.get("/trash/").submit(form=f"/requests/{record.id}/restore")
    anne.get(f"/requests/{record.id}/delete").submit(button="OK")
    anne.get(f"/requests/{record.id}/purge").submit()
    assert not db.session.scalars(unscoped(select(RequestTask.id), "a test")).all()
    assert workflows.uses(workflows.everything()[0]) == {}
