"""« Assistance »: what a contact asks, follows, answers and closes, and the tasks they are given (P9 to P11, D11)."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.client import Browser
from tests.portal.conftest import Guest, access_of, invite
from tests.portal.test_look import look
from tests.world import World
from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import (
    HistoryEvent,
    HistoryKind,
    Mail,
    MailKind,
    Performer,
    RequestTask,
    SupportRequest,
    WorkflowMove,
    WorkflowState,
)
from webapp.services.requests import REQUESTS
from webapp.uploads import read

pytestmark = pytest.mark.usefixtures("db_session")

#: What the staff say among themselves, and no page of the portal may show.
MARK = "Zorglub"


@pytest.fixture
def visit(client: Browser, world: World, db_session: Any) -> Any:
    """Give Élise these rights besides online support, and return her browser."""

    def open_for(**rights: Any) -> Browser:
        guest = invite(world, world.elise.id, **{"online_support": True, **rights})
        return client.as_contact(guest.id)

    return open_for


def request_of(world: World, company: Any = None, **values: Any) -> SupportRequest:
    values = {"name": "Imprimante", "text": "Elle n’imprime plus.", "priority": "normal", **values}
    made: SupportRequest = factories.linked(REQUESTS, company or world.durand, **values)
    return made


def stored(record: SupportRequest) -> SupportRequest:
    db.session.expire_all()
    return db.session.get_one(SupportRequest, record.id, execution_options={"access": "unscoped: a test"})


def state(label: str) -> WorkflowState:
    return db.session.scalars(select(WorkflowState).where(WorkflowState.label_fr == label)).one()


def put(record: SupportRequest, label: str) -> None:
    """Put a request in a state."""
    record.state_id = state(label).id
    record.closed_at = record.created_at if state(label).is_closed else None
    db.session.commit()


def kinds(record: SupportRequest) -> list[HistoryKind]:
    rows = select(HistoryEvent.kind).where(HistoryEvent.record_id == record.id).order_by(HistoryEvent.id)
    return list(db.session.scalars(unscoped(rows, "a test")))


def send(browser: Browser, url: str, status: int = 303, **data: Any) -> Any:
    """Send a form with files as a browser does."""
    content = {"csrf_token": browser.csrf_token, **data}
    page = browser.open("POST", url, status=status, data=content, content_type="multipart/form-data")
    page.response.request.environ["wsgi.input"].close()
    return page


# --- asking and following ---------------------------------------------------------------------------------------------


def test_a_contact_asks_and_follows(visit: Any, client: Browser, world: World) -> None:
    """P9: with a number, files, and a mail that says so; the staff find it in their queue."""
    browser = visit()
    page = browser.get("/portal/").click("Assistance")
    assert "Aucune demande pour l’instant" in page
    page = page.click("Nouvelle demande")
    refused = page.submit({"name": "", "text": "Elle fait du bruit."}, status=422)
    assert "obligatoire" in refused.error("name")
    assert refused.field("text").raw_text.strip() == "Elle fait du bruit."
    files = [(BytesIO(b"%PDF-1.7"), "rapport é.pdf")]
    answer = send(
        browser, "/portal/requests/new", name="Bruit", text="Elle fait du bruit.", priority="high", files=files
    )
    page = answer.follow()
    (record,) = db.session.scalars(unscoped(select(SupportRequest), "a test"))
    assert f"Votre demande est enregistrée sous le numéro {record.number}." in page
    assert (record.company_id, record.contact_id, record.owner_id) == (world.durand.id, world.elise.id, None)
    assert record.created_by_id is None
    for said in ("Bruit", "Elle fait du bruit.", "Nouvelle", "Haute", "Élise Nguyễn", "rapport é.pdf"):
        assert said in page
    (link,) = [a for a in page.all("a", href=True) if "/files/" in a["href"]]
    assert browser.get(link["href"]).response.get_data() == b"%PDF-1.7"
    assert browser.get(link["href"]).headers["Content-Disposition"].startswith("attachment;")
    (mail,) = db.session.scalars(unscoped(select(Mail).where(Mail.kind == MailKind.REQUEST_OPENED), "a test"))
    assert record.number in mail.text
    assert "fait du bruit" not in mail.text
    bruno = client.as_("bruno")
    assert "Bruit" in bruno.get("/requests/?owner=none")
    assert "Élise Nguyễn" in bruno.get(f"/requests/{record.id}/history")


def test_the_list_shows_one_s_own_company_open_first(visit: Any, world: World) -> None:
    """D11: all of it, whoever asked; never another's, nor what is in the trash."""
    child = factories.company("Filiale", parent=world.durand.id)
    closed = request_of(world, name="Close")
    put(closed, "Fermée")
    request_of(world, name="Ouverte")
    hidden = [request_of(world, child, name=f"{MARK} 1"), request_of(world, world.zephyr, name=f"{MARK} 2")]
    gone = request_of(world, name=f"{MARK} 3")
    REQUESTS.remove(gone, world.viewer("anne"))
    db.session.commit()
    browser = visit()
    page = browser.get("/portal/requests")
    assert names(page) == ["Ouverte", "Close"]
    assert MARK not in page
    assert names(browser.get("/portal/requests?state=closed")) == ["Close"]
    assert names(browser.get("/portal/requests?state=open")) == ["Ouverte"]
    assert names(browser.get(f"/portal/requests?q={closed.number}")) == ["Close"]
    assert "Aucune demande ne correspond" in browser.get("/portal/requests?q=zorglub")
    for one in (*hidden, gone):
        browser.get(f"/portal/requests/{one.id}", status=404)
        for action in ("messages", "close"):
            browser.post(f"/portal/requests/{one.id}/{action}", {"text": "x"}, status=404)


def names(page: Any) -> list[str]:
    return [card.one("bdi").text for card in page.all("a", class_="portal-card")]


def test_the_list_is_read_a_page_at_a_time(visit: Any, world: World, queries: Any) -> None:
    for number in range(30):
        record = request_of(world, name=f"Demande {number:02}")
        if number % 2:
            record.closed_at = record.created_at
    db.session.commit()
    browser = visit()
    with queries() as seen:
        first = browser.get("/portal/requests")
    assert len(seen) <= 6, seen
    found = names(first) + names(first.click("Suite"))
    assert found == [f"Demande {n:02}" for n in (*range(28, -1, -2), *range(29, -1, -2))]
    browser.get("/portal/requests?before=999")
    browser.get("/portal/requests?before=x&state=x")


@pytest.mark.parametrize("rights", [{}, {"close_requests_anytime": True}, {"workflow_participation": True}])
def test_without_the_right_there_is_nothing(client: Browser, world: World, rights: dict[str, bool]) -> None:
    """P1, P5: neither page, nor menu, nor action, nor file."""
    record = request_of(world)
    browser = client.as_contact(invite(world, world.elise.id, **rights).id)
    home = browser.get("/portal/")
    assert "Assistance" not in home
    assert "Base de connaissances" not in home
    for url in ("", "/new", f"/{record.id}", f"/{record.id}/files/1"):
        browser.get(f"/portal/requests{url}", status=404)
    for url in ("/new", f"/{record.id}/messages", f"/{record.id}/close"):
        browser.post(f"/portal/requests{url}", {"text": "x", "name": "x"}, status=404)
    browser.get("/portal/knowledge", status=404)


# --- what the staff say among themselves ------------------------------------------------------------------------------


def test_nothing_of_a_note_is_shown(visit: Any, world: World) -> None:
    """P9: neither its words, nor its files or their names, nor that there is one; not by its address either."""
    record = request_of(world)
    bruno = world.viewer("bruno")
    REQUESTS.answer(record, "Bonjour", bruno, [read("public.txt", b"a")])
    db.session.commit()
    browser = visit()
    before = {url: browser.get(url).text for url in ("/portal/requests", f"/portal/requests/{record.id}")}
    note = REQUESTS.note(record, f"{MARK} note", bruno, [read(f"{MARK}.txt", b"Zorglub")])
    db.session.commit()
    assert note.is_internal
    for url, text in before.items():
        assert browser.get(url).text == text, url
    (link,) = [a for a in browser.get(f"/portal/requests/{record.id}").all("a", href=True) if "/files/" in a["href"]]
    base, number = link["href"].rsplit("/", 1)
    browser.get(link["href"])
    browser.get(f"{base}/{int(number) + 1}", status=404)


def test_fewer_are_left_out_by_notes_than_a_page_holds(visit: Any, world: World) -> None:
    """A page of messages is one of messages that one reads."""
    record = request_of(world)
    for number in range(31):
        REQUESTS.note(record, f"{MARK} {number}", world.viewer("bruno"))
    REQUESTS.answer(record, "Bonjour", world.viewer("bruno"))
    db.session.commit()
    page = visit().get(f"/portal/requests/{record.id}")
    assert "Bonjour" in page
    assert "Messages précédents" not in page


# --- answering and closing --------------------------------------------------------------------------------------------


def test_a_contact_answers_and_the_staff_read_it(visit: Any, client: Browser, world: World) -> None:
    record = request_of(world, contact=world.elise.id)
    browser = visit()
    page = browser.get(f"/portal/requests/{record.id}")
    refused = send(browser, page.form("/messages")["action"], 422, text="Voici", files=[(BytesIO(b"MZ"), "x.exe")])
    assert "n’est pas accepté" in refused.error("files")
    send(browser, page.form("/messages")["action"], text="Voici", files=[(BytesIO(b"a"), "a.txt")])
    assert "Votre message est envoyé." in browser.get(f"/portal/requests/{record.id}")
    shown = client.as_("bruno").get(f"/requests/{record.id}")
    assert "Voici" in shown
    assert "a.txt" in shown
    assert kinds(record) == [HistoryKind.CREATED, HistoryKind.ANSWERED]


def test_a_reply_opens_a_closed_request_again_where_the_workflow_lets_it(visit: Any, world: World) -> None:
    """P9, P10: elsewhere it is refused, in words, and the form is not shown."""
    record = request_of(world)
    put(record, "Fermée")
    browser = visit()
    page = browser.get(f"/portal/requests/{record.id}")
    assert "votre message l’ouvrira de nouveau" in page
    page.submit({"text": "Ça recommence."}, form="/messages")
    assert (stored(record).state_id, stored(record).closed_at) == (state("En cours").id, None)
    assert HistoryKind.REOPENED in kinds(record)
    put(stored(record), "Fermée")
    page = browser.get(f"/portal/requests/{record.id}")
    db.session.delete(db.session.get_one(WorkflowMove, (state("Fermée").id, state("En cours").id)))
    db.session.commit()
    refused = page.submit({"text": "Encore."}, form="/messages", status=422)
    assert "créez-en une nouvelle" in refused
    assert "Encore." not in browser.get(f"/portal/requests/{record.id}")


@pytest.mark.parametrize(
    ("label", "anytime", "may"),
    [
        ("Nouvelle", False, False),
        ("En cours", False, False),
        ("Résolue", False, True),
        ("Fermée", False, False),
        ("Nouvelle", True, True),
        ("En attente du client", True, True),
        ("Résolue", True, True),
        ("Fermée", True, False),
    ],
)
def test_closing_is_allowed_by_the_right_or_by_the_workflow(
    visit: Any, world: World, label: str, anytime: bool, may: bool
) -> None:
    """P10: any time with the right; else only when the workflow allows a move to a closed state from where it is."""
    record = request_of(world, owner=world.bruno.id)
    put(record, label)
    browser = visit(close_requests_anytime=anytime)
    page = browser.get(f"/portal/requests/{record.id}")
    assert bool(page.all("form", action=f"/portal/requests/{record.id}/close")) is may
    done = browser.post(f"/portal/requests/{record.id}/close").follow()
    if may:
        assert "La demande est close." in done
        assert stored(record).state_id == state("Fermée").id
        assert stored(record).closed_at is not None
        assert kinds(record)[-1] is HistoryKind.CLOSED
        kind = MailKind.REQUEST_MOVED
        (mail,) = db.session.scalars(unscoped(select(Mail).where(Mail.kind == kind), "a test"))
        assert mail.to_email == world.bruno.email
    else:
        assert "ne peut pas être close" in done
        assert stored(record).state_id == state(label).id


def test_a_right_taken_away_closes_the_door_at_once(visit: Any, world: World) -> None:
    record = request_of(world)
    browser = visit(close_requests_anytime=True)
    page = browser.get(f"/portal/requests/{record.id}")
    access_of(Guest(world.elise.id, "", "")).close_requests_anytime = False
    db.session.commit()
    assert "ne peut pas être close" in page.submit(form="/close").follow()
    assert stored(record).closed_at is None


def test_a_resource_who_looks_on_changes_nothing(client: Browser, world: World) -> None:
    """The sponsor sees the pages without their buttons, and no post of theirs passes."""
    record = request_of(world)
    rights = {"online_support": True, "close_requests_anytime": True, "workflow_participation": True}
    bruno = client.as_("bruno")
    look(bruno, invite(world, world.elise.id, **rights))
    page = bruno.get(f"/portal/requests/{record.id}")
    assert not page.all("form", action=f"/portal/requests/{record.id}/close")
    assert not page.all("form", action=f"/portal/requests/{record.id}/messages")
    for action in ("close", "messages"):
        bruno.post(f"/portal/requests/{record.id}/{action}", {"text": "x"}, status=403)
    assert "Nouvelle demande" not in bruno.get("/portal/requests")


# --- tasks ------------------------------------------------------------------------------------------------------------


def task_for(record: SupportRequest, contact_id: int | None, label: str = "Signer le devis") -> int:
    task = RequestTask(
        request_id=record.id,
        contact_id=contact_id,
        label_fr=label,
        label_en="Sign the quote",
        performer=Performer.CONTACT,
        created_at=record.created_at,
    )
    db.session.add(task)
    db.session.commit()
    return task.id


def test_a_contact_sees_their_tasks_and_does_them(client: Browser, world: World) -> None:
    """P11: with a remark, that the staff read; without online support too."""
    record = request_of(world)
    task = task_for(record, world.elise.id)
    browser = client.as_contact(invite(world, world.elise.id, workflow_participation=True).id)
    page = browser.get("/portal/").click("Mes tâches")
    assert record.number in page
    page = browser.get(f"/portal/tasks/{task}")
    done = page.submit({"remark": "Signé ce matin."}).follow()
    assert "c’est fait" in done
    assert "Rien à faire pour l’instant" in done
    assert "Signer le devis" in done, "among those done lately"
    assert "Signé ce matin." in client.as_("bruno").get(f"/requests/{record.id}")
    browser.post(f"/portal/tasks/{task}", {"remark": "Autre chose"})
    assert "Signé ce matin." in browser.get(f"/portal/tasks/{task}"), "what is done stays as it was"
    assert kinds(record) == [HistoryKind.CREATED, HistoryKind.COMPLETED]
    english = client.as_contact(world.elise.id, "en")
    assert "Sign the quote" in english.get("/portal/tasks")


def test_no_task_but_one_s_own(client: Browser, world: World) -> None:
    """P11: not a colleague's, nor another company's, nor one that nobody was given; nor any without the right."""
    colleague = factories.contact("Ada Collègue", company=world.durand.id, email1="ada@durand.example")
    mine = task_for(request_of(world), world.elise.id)
    others = [
        task_for(request_of(world), colleague.id, MARK),
        task_for(request_of(world), None, MARK),
        task_for(request_of(world, world.zephyr), world.elise.id, MARK),
    ]
    guest = invite(world, world.elise.id, workflow_participation=True)
    browser = client.as_contact(guest.id)
    assert MARK not in browser.get("/portal/tasks")
    browser.get(f"/portal/tasks/{mine}")
    for task in (*others, 0, 2**63):
        browser.get(f"/portal/tasks/{task}", status=404)
        browser.post(f"/portal/tasks/{task}", {"remark": "x"}, status=404)
    without = client.as_contact(invite(world, colleague.id, online_support=True).id)
    without.get("/portal/tasks", status=404)
    without.get(f"/portal/tasks/{others[0]}", status=404)
