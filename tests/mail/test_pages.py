"""The outbox on screen: each mail's fate in words, what admins do about it, and what nobody else sees (P4, R1, A2)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests import factories
from tests.client import Browser
from tests.mail.conftest import stored
from tests.mail.server import MailServer
from tests.mail.test_delivery import deliver
from tests.mail.test_outbox import about
from tests.world import World
from webapp import worker
from webapp.clock import now
from webapp.extensions import db
from webapp.models import LINK, AuditEntry, AuditKind, MailKind, MailState, Resource
from webapp.services.mail import delivery, outbox, reading

Write = Callable[..., int]

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def anne(client: Any) -> Browser:
    browser: Browser = client.as_("anne")
    return browser


def rows(page: Any) -> list[list[str]]:
    return [[cell.text for cell in row.all("td")] for row in page.one("tbody").all("tr")]


def entries(*kinds: AuditKind) -> list[AuditEntry]:
    db.session.rollback()
    return [entry for entry in db.session.query(AuditEntry).order_by(AuditEntry.id) if entry.kind in kinds]


# --- what became of it -----------------------------------------------------------------------------------------------


def test_each_fate_is_told(client: Any, server: MailServer, write: Write, world: World) -> None:
    noon = datetime(2026, 11, 24, 11, tzinfo=UTC)
    with time_machine.travel(noon, tick=False) as clock:
        sent, refused, cancelled, delayed = write(), write("chloe"), write("anne"), write()
        outbox.cancel(stored(cancelled))
        db.session.commit()
        server.refuse(world.chloe.email, "550 5.1.1 Personne de ce nom")
        deliver()
        server.refuse(world.bruno.email, "451 4.7.1 Liste grise")
        late = write()
        clock.shift(timedelta(minutes=1))
        deliver()
        new = write()
        answer = "Réponse du serveur d’envoi : "
        fates = {
            sent: ["Envoyé", "Le 24/11/2026 12:00."],
            refused: ["Refusé", "Le 24/11/2026 12:00.", f"{answer}550 5.1.1 Personne de ce nom"],
            cancelled: ["Annulé", "Le 24/11/2026 12:00."],
            delayed: ["Envoyé", "Le 24/11/2026 12:00."],
            late: ["En attente", "Prochain essai le 24/11/2026 12:02.", f"{answer}451 4.7.1 Liste grise"],
            new: ["En attente", "Il part dans un instant."],
        }
        anne = client.as_("anne")
        shown = rows(anne.get("/admin/mail/"))
        assert [row[1] for row in shown] == [" ".join(fates[one]) for one in sorted(fates, reverse=True)]
        for mail_id, fate in fates.items():
            page = anne.get(f"/admin/mail/{mail_id}")
            assert all(part in page for part in fate), fate
        for day in (1, 2, 3):
            clock.move_to(noon + timedelta(days=day, hours=1))
            server.refuse(world.bruno.email, "451 4.7.1 Liste grise", times=2)
            deliver()
        assert "Abandonné le" in client.as_("anne").get(f"/admin/mail/{late}")


def test_a_mail_being_sent_says_so(anne: Any, server: MailServer, write: Write) -> None:
    mail_id = write()
    delivery.claim()
    db.session.commit()
    assert "En cours d’envoi depuis le" in anne.get(f"/admin/mail/{mail_id}")


def test_without_a_server_it_says_that_mail_waits(anne: Any, write: Write) -> None:
    mail_id = write()
    page = anne.get("/admin/mail/")
    assert "Aucun serveur d’envoi n’est réglé : les e-mails attendent ici" in page
    assert "Un serveur d’envoi manque." in page
    page = anne.get(f"/admin/mail/{mail_id}")
    assert "Aucun serveur d’envoi n’est réglé" in page
    assert "Réessayer" not in page
    assert "1 en attente" in anne.get("/admin/")


def test_the_list_is_searched_and_paged(anne: Any, server: MailServer, write: Write, world: World) -> None:
    for number in range(reading.PAGE + 5):
        write("chloe" if number % 5 == 0 else "bruno")
    page, seen = anne.get("/admin/mail/"), 0
    while True:
        seen += len(rows(page))
        if not [link for link in page.all("a", href=True) if link.text == "Plus ancien"]:
            break
        page = page.click("Plus ancien")
    assert seen == reading.PAGE + 5
    assert len(rows(anne.get("/admin/mail/", to="oeuvrard"))) == 11
    assert len(rows(anne.get("/admin/mail/", to=world.chloe.email.upper()))) == 11
    assert "Aucun e-mail ne correspond" in anne.get("/admin/mail/", to="%")
    assert "Aucun e-mail ne correspond" in anne.get("/admin/mail/", state="sent")
    deliver()
    assert len(rows(anne.get("/admin/mail/", state="sent", to="chloe"))) == 11
    anne.get("/admin/mail/", state="nonsense", before="x")


@pytest.mark.parametrize("mail_id", [0, 999_999, 2**63, 10**30])
def test_no_mail_is_there(anne: Any, mail_id: int) -> None:
    anne.get(f"/admin/mail/{mail_id}", status=404)
    anne.get("/admin/")
    for what in ("retry", "cancel", "link"):
        anne.post(f"/admin/mail/{mail_id}/{what}", status=404)


# --- one mail --------------------------------------------------------------------------------------------------------


def test_both_texts_are_shown_without_the_link(anne: Any, write: Write, world: World) -> None:
    link = "https://comptoir.example/links/jeton-secret"
    mail_id = write(kind=MailKind.RESOURCE_PASSWORD, link=link, email=world.bruno.email, until=now())
    page = anne.get(f"/admin/mail/{mail_id}")
    assert page.heading == "Choisir un nouveau mot de passe"
    assert "[lien à usage unique]" in page.one("pre").text
    frame = page.one("iframe")
    assert frame.has("sandbox")
    assert frame.get("sandbox") == "", "it may do nothing"
    assert "[lien à usage unique]" in frame["srcdoc"]
    assert "jeton-secret" not in page.html
    assert LINK not in page.html


def test_what_a_name_holds_is_not_run(anne: Any, write: Write, world: World) -> None:
    db.session.get_one(Resource, world.bruno.id).name = '"><script>alert(1)</script>'
    db.session.commit()
    page = anne.get(f"/admin/mail/{write()}")
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;" in page.one("iframe")["srcdoc"]


def test_a_refused_mail_is_tried_again(anne: Any, server: MailServer, write: Write, world: World) -> None:
    server.refuse(world.bruno.email, "550 non")
    mail_id = write()
    deliver()
    page = anne.get(f"/admin/mail/{mail_id}").submit(form="/retry").follow()
    assert "Cet e-mail repart dans un instant." in page
    deliver()
    assert "Envoyé Le" in anne.get(f"/admin/mail/{mail_id}")
    (entry,) = entries(AuditKind.MAIL_RETRIED)
    assert entry.actor_id == world.anne.id
    assert entry.data == {"about": "Bruno Masson", "mail": mail_id, "what": "test"}
    assert "Cet e-mail ne peut plus être envoyé" in anne.post(f"/admin/mail/{mail_id}/retry").follow()


def test_a_pause_is_cut_short(anne: Any, server: MailServer, write: Write, world: World) -> None:
    server.refuse(world.bruno.email, "450 plus tard")
    mail_id = write()
    deliver()
    assert deliver() == 0
    anne.get(f"/admin/mail/{mail_id}").submit(form="/retry")
    assert deliver() == 1


def test_a_mail_that_is_leaving_is_not_sent_a_second_time(
    anne: Any, server: MailServer, write: Write, world: World
) -> None:
    """P4: not before one knows what became of it, or the worker's time with it is over; cancelled or not."""
    mail_id = write()
    page = anne.get(f"/admin/mail/{mail_id}")
    assert "Réessayer maintenant" in page
    assert worker._committed(delivery.claim) is not None
    for _cancelled in range(2):
        assert "Réessayer maintenant" not in anne.get(f"/admin/mail/{mail_id}")
        assert "Cet e-mail part en ce moment" in page.submit(form="/retry").follow()
        assert deliver() == 0
        anne.post(f"/admin/mail/{mail_id}/cancel")
    with time_machine.travel(now() + delivery.LEASE):
        page.submit(form="/retry")
        assert deliver() == 1
    assert len(server.messages) == 1


def test_a_mail_that_leaves_again_after_a_refusal_is_no_exception(
    anne: Any, server: MailServer, write: Write, world: World
) -> None:
    mail_id = write()
    server.refuse(world.bruno.email, "450 4.2.0 Plus tard")
    deliver()
    page = anne.get(f"/admin/mail/{mail_id}").submit(form="/retry").follow()
    assert worker._committed(delivery.claim) is not None
    assert "En cours d’envoi depuis" in anne.get(f"/admin/mail/{mail_id}")
    assert "Cet e-mail part en ce moment" in page.submit(form="/retry").follow()


def test_a_waiting_mail_is_cancelled(anne: Any, server: MailServer, write: Write, world: World) -> None:
    mail_id = write(kind=MailKind.RESOURCE_PASSWORD, link="http://x/1", email="y", until=now())
    page = anne.get(f"/admin/mail/{mail_id}").submit(form="/cancel").follow()
    assert "Cet e-mail ne partira pas." in page
    assert [form.get("action") for form in page.all("form") if "/mail/" in form.get("action")] == []
    deliver()
    assert not server.messages
    assert stored(mail_id).sealed_link is None
    assert len(entries(AuditKind.MAIL_CANCELLED)) == 1
    assert "n’est plus en attente" in anne.post(f"/admin/mail/{mail_id}/cancel").follow()
    assert "ne peut plus être envoyé" in anne.post(f"/admin/mail/{mail_id}/retry").follow()


def test_a_link_is_shown_where_no_server_can_take_it(anne: Any, write: Write, set_server: Any) -> None:
    link = "https://comptoir.example/links/jeton-secret"
    mail_id = write(kind=MailKind.RESOURCE_PASSWORD, link=link, email="y", until=now())
    anne.get(f"/admin/mail/{mail_id}/link", status=405)
    shown = anne.get(f"/admin/mail/{mail_id}").submit(form="/link", status=200)
    assert shown.one("input", id="link-text")["value"] == link
    assert "jeton-secret" not in anne.get(f"/admin/mail/{mail_id}").html, "in that answer alone"
    (entry,) = entries(AuditKind.MAIL_LINK_SHOWN)
    assert "jeton" not in repr(entry.data)
    assert "Lien d’un e-mail montré Nouveau mot de passe d’une ressource" in anne.get("/admin/audit")
    set_server("smtp://mail.example")
    assert "Montrer le lien" not in anne.get(f"/admin/mail/{mail_id}")
    anne.post(f"/admin/mail/{mail_id}/link", status=404)
    set_server("")
    anne.post(f"/admin/mail/{write()}/link", status=404)


# --- those who invite, and those who forget --------------------------------------------------------------------------


def test_a_resource_is_invited_by_mail_and_comes_in(anne: Any, client: Any, world: World, server: MailServer) -> None:
    person = factories.resource("Élodie Nguyễn", password_hash=None, language="en")
    page = anne.get(f"/admin/resources/{person.id}").submit(form="/link", button="Inviter par e-mail").follow()
    assert "Le lien part vers elodie.nguyen@comptoir.example." in page
    assert "En attente" in page
    assert "/links/" not in page.html, "nobody but her has it"
    deliver()
    assert "Invitation d’une ressource elodie.nguyen@comptoir.example Le" in anne.get(page.url)
    (message,) = server.inbox("elodie.nguyen@comptoir.example")
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "An account has been opened for you" in text
    link = re.findall(r"http\S+", text)[0].removeprefix("http://127.0.0.1:8000")
    client.get(link).submit({"password": "quatre écluses avant midi"}, form=link)
    client.get("/account")


def test_without_a_server_the_link_is_shown_and_waits(anne: Any, world: World) -> None:
    shown = anne.get(f"/admin/resources/{world.bruno.id}").submit(form="/link", status=200)
    link = shown.one("input", id="link-text")["value"]
    waiting = next(iter(reading.browse()[0])).mail
    assert outbox.link_of(waiting) == link
    assert waiting.kind is MailKind.RESOURCE_PASSWORD
    assert "Un serveur d’envoi manque." in anne.get(f"/admin/resources/{world.bruno.id}")


def test_who_forgot_a_password_chooses_another(client: Any, world: World, server: MailServer) -> None:
    page = client.get("/login").click("Mot de passe oublié ?")
    sent = page.submit({"email": world.bruno.email.upper()}, form="/login/forgotten", status=200)
    assert "un e-mail part vers elle" in sent
    deliver()
    (message,) = server.inbox(world.bruno.email)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    link = re.findall(r"http\S+", text)[0].removeprefix("http://127.0.0.1:8000")
    client.get(link).submit({"password": "quatre écluses avant midi"}, form=link)
    assert [entry.data for entry in entries(AuditKind.PASSWORD_FORGOTTEN)] == [{"about": "Bruno Masson"}]


@pytest.mark.parametrize("who", ["nobody", "inactive"])
def test_an_address_nobody_has_gets_the_same_answer_for_the_same_work(
    client: Any, world: World, server: MailServer, queries: Any, who: str
) -> None:
    """D5: neither what is said nor how much is done tells whether anybody has it."""
    gone = factories.resource("Gaston Parti", is_active=False)
    asked = {"known": world.bruno.email, "unknown": gone.email if who == "inactive" else "personne@x.example"}
    answers, statements = {}, {}
    # The very first attempt begins the counters.
    client.get("/login/forgotten").submit({"email": "autre@x.example"}, form="/login/forgotten", status=200)
    for name, email in asked.items():
        with queries() as seen:
            answer = client.get("/login/forgotten").submit({"email": email}, form="/login/forgotten", status=200)
        answers[name] = answer.text.replace(email, "")
        statements[name] = sorted(statement.split()[0].replace("ROLLBACK", "RELEASE") for statement in seen)
    assert answers["known"] == answers["unknown"]
    assert statements["known"] == statements["unknown"]
    deliver()
    assert [to for to, _message in server.messages] == [world.bruno.email]


def test_forgetting_too_often_is_asked_to_wait(client: Any, world: World) -> None:
    for _ in range(5):
        client.get("/login/forgotten").submit({"email": world.bruno.email}, form="/login/forgotten", status=200)
    wait = client.get("/login/forgotten").submit({"email": world.bruno.email}, form="/login/forgotten", status=429)
    assert "Trop d’essais" in wait
    db.session.rollback()
    waiting, _more = reading.browse(MailState.WAITING)
    assert len(waiting) == 1, "each newer link took the place of the older"


def test_no_address_is_no_account(client: Any, world: World) -> None:
    page = client.get("/login/forgotten").submit({"email": "pas une adresse"}, form="/login/forgotten", status=422)
    assert page.error("email")


# --- the test mail ---------------------------------------------------------------------------------------------------


def test_an_admin_mails_oneself_from_the_settings(anne: Any, server: MailServer, world: World) -> None:
    page = anne.get("/admin/settings")
    assert f"Expéditeur\u00a0: no-reply@localhost\u00a0; destinataire\u00a0: votre adresse, {world.anne.email}." in page
    answer = page.submit(form="/mail/test")
    assert answer.headers["Location"].endswith("/admin/settings#test-mail")
    part = anne.hx_get("/admin/mail/test")
    assert "Il part dans un instant" in part
    assert part.one("div", id="test-mail").has("hx-get"), "it asks again"
    deliver()
    part = anne.hx_get("/admin/mail/test")
    assert "Envoyé Le" in part
    assert not part.one("div", id="test-mail").has("hx-get")
    assert len(server.inbox(world.anne.email)) == 1
    assert len(entries(AuditKind.MAIL_TESTED)) == 1
    anne.hx_post("/admin/mail/test")
    assert len(entries(AuditKind.MAIL_TESTED)) == 2


def test_without_a_server_the_test_waits_and_says_so(anne: Any) -> None:
    page = anne.get("/admin/settings").submit(form="/mail/test").follow()
    assert "il attendra" in page
    assert "Un serveur d’envoi manque." in page
    assert not page.one("div", id="test-mail").has("hx-get")


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_a_contact_s_page_tells_the_fates_and_no_text(client: Any, world: World, write: Write) -> None:
    assert "E-mail d’essai" not in client.as_("bruno").get(f"/contacts/{world.elise.id}")
    mail_id = about(world.elise.id)
    page = client.as_("bruno").get(f"/contacts/{world.elise.id}")
    assert "E-mail d’essai elise.nguyen@durand.example Un serveur d’envoi manque." in page
    assert f"/admin/mail/{mail_id}" not in page.html
    assert f"/admin/mail/{mail_id}" in client.as_("anne").get(f"/contacts/{world.elise.id}").html
    assert "E-mail d’essai" not in client.as_("bruno").get(f"/contacts/{world.denis.id}")


def test_mail_about_a_hidden_contact_is_seen_by_admins_alone(client: Any, world: World) -> None:
    """A2: Denis is at a company restricted to Bruno."""
    mail_id = about(world.denis.id)
    for name in ("bruno", "chloe"):
        browser = client.as_(name)
        browser.get("/")
        for method, url in (
            ("GET", "/admin/mail/"),
            ("GET", f"/admin/mail/{mail_id}"),
            ("POST", f"/admin/mail/{mail_id}/link"),
            ("POST", f"/admin/mail/{mail_id}/retry"),
            ("POST", f"/admin/mail/{mail_id}/cancel"),
        ):
            browser.open(method, url, data={"csrf_token": browser.csrf_token} if method == "POST" else None, status=403)
    client.as_("chloe").get(f"/contacts/{world.denis.id}", status=404)
    page = client.as_("anne").get(f"/admin/mail/{mail_id}")
    assert page.click("Denis Écluse").heading == "Denis Écluse"


def test_the_mail_of_a_contact_in_the_trash_names_no_page_of_theirs(client: Any, world: World) -> None:
    mail_id = about(world.elise.id)
    anne = client.as_("anne")
    anne.get(f"/contacts/{world.elise.id}/delete").submit(button="OK")
    page = anne.get(f"/admin/mail/{mail_id}")
    assert "Annulé Le" in page
    assert f'href="/contacts/{world.elise.id}"' not in page.html


def test_fates_are_told_in_the_language_of_who_reads_them(client: Any, write: Write, world: World) -> None:
    mail_id = write()
    db.session.get_one(Resource, world.anne.id).language = "en"
    db.session.commit()
    page = client.as_("anne").get(f"/admin/mail/{mail_id}")
    assert "A mail server is missing." in page
    assert "Bonjour Bruno Masson," in page.one("pre").text
