"""What is put into the outbox: the words, the sealed link, and whose it is (P4, D5)."""

import re
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests import factories
from tests.mail.conftest import stored
from tests.mail.server import MailServer
from tests.mail.test_delivery import deliver
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.clock import now
from webapp.extensions import db
from webapp.models import LINK, AuditEntry, Company, Contact, MailKind, MailProblem, MailState, Resource
from webapp.services import accounts, companies, contacts, links, organisation, trash
from webapp.services.mail import composing, outbox, reading
from webapp.services.refusal import Refused
from webapp.urls import public_url

Write = Callable[..., int]

pytestmark = pytest.mark.usefixtures("db_session")

SECRET = "jeton-qui-ouvre-tout"


@pytest.fixture
def bruno(world: World) -> Resource:
    return db.session.get_one(Resource, world.bruno.id)


def about(contact_id: int, **values: Any) -> int:
    """Put a mail to a contact into the outbox."""
    contact = get_visible(Contact, contact_id, SYSTEM)
    mail = outbox.queue(MailKind.TEST, outbox.to_contact(contact, "fr"), by=SYSTEM, **values)
    db.session.commit()
    return mail.id


# --- the words -------------------------------------------------------------------------------------------------------


def test_every_kind_of_mail_has_its_texts_and_its_name(app: Flask) -> None:
    folders = {name.split("/")[1] for name in app.jinja_env.list_templates() if re.match("mail/[a-z]", name)}
    assert folders == set(MailKind)
    assert set(reading.TITLES) == set(MailKind)
    for kind in MailKind:
        for part in ("subject.txt", "body.txt", "body.html"):
            app.jinja_env.get_template(f"mail/{kind}/{part}")
        source = app.jinja_env.loader.get_source(app.jinja_env, f"mail/{kind}/subject.txt")[0]  # type: ignore[union-attr]
        assert source.startswith("{#"), "its values are listed at its top"
    assert set(reading._PROBLEMS) == set(MailProblem)


#: What some mail or other speaks of.
VALUES: dict[str, Any] = {
    "email": "bruno@example.test",
    "until": now(),
    "ends": now(),
    "is_inactivity": True,
    "contact": "Léa Ducrest",
    "login": "lea@example.test",
    "portal": "http://x.example/portal/",
    "extension": "http://x.example/2",
    "reason": "…",
    "number": "D-2026-00001",
    "subject_line": "Imprimante",
    "company": "Durand",
    "who": "Léa",
    "state": "Résolue",
    "is_closed": False,
    "task": "Signer",
    "due_on": now().date(),
    "address": "http://x.example/3",
    "is_credit": False,
    "seller": "Comptoir Paris",
    "subject": "Audit",
    "total": Decimal("1234.50"),
    "currency": "EUR",
}


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("link", ["", "http://x.example/1"])
@pytest.mark.parametrize("is_inactivity", [True, False])
def test_what_a_link_is_for_stands_before_it(bruno: Resource, kind: MailKind, link: str, is_inactivity: bool) -> None:
    """P4: also for who reads the text alone."""
    values = VALUES | {"is_inactivity": is_inactivity, "address": "http://x.example/3", "fields": ["Mobile"]}
    lines = outbox.queue(kind, outbox.to_resource(bruno), by=SYSTEM, link=link, **values).text.splitlines()
    for above, line in pairwise(lines):
        if line.startswith("http") or LINK in line:
            assert above.endswith("\u00a0:"), (above, line)


@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_speaks_the_language_of_who_gets_it(client: Any, bruno: Resource, kind: MailKind) -> None:
    """Not of who asks for it, nor of the organisation; and it is no half of each."""
    written = {}
    for language in ("fr", "en"):
        bruno.language = language
        mail = outbox.queue(kind, outbox.to_resource(bruno), by=SYSTEM, link="http://x.example/1", **VALUES)
        written[language] = [*re.split(r"\n+", mail.text), mail.subject]
        assert f'lang="{language}"' in mail.html
    common = set(written["fr"]) & set(written["en"]) - {"", "Comptoir", LINK, "-- ", *VALUES.values()}
    assert not common, "both languages say the same"
    assert "Bonjour Bruno Masson," in written["fr"]
    assert "Hello Bruno Masson," in written["en"]


def test_moments_are_those_of_the_reader(world: World, bruno: Resource) -> None:
    bruno.timezone = "America/Montreal"
    until = now().replace(year=2026, month=11, day=25, hour=2, minute=30)
    mail = outbox.queue(
        MailKind.RESOURCE_PASSWORD, outbox.to_resource(bruno), by=SYSTEM, link="x", email="y", until=until
    )
    assert "jusqu’au mardi 24 novembre 2026 à 21:30" in mail.text


def test_names_are_escaped_where_they_must_be_and_only_there(bruno: Resource) -> None:
    bruno.name = "O'Neil & <b>Fils</b>"
    mail = outbox.queue(MailKind.TEST, outbox.to_resource(bruno), by=SYSTEM)
    assert "Bonjour O'Neil & <b>Fils</b>," in mail.text
    assert "<b>Fils" not in mail.html
    assert "O&#39;Neil &amp; &lt;b&gt;Fils" in mail.html


@pytest.mark.parametrize("kind", MailKind)
def test_the_html_is_what_mail_programs_and_our_pages_let_through(bruno: Resource, kind: MailKind) -> None:
    mail = outbox.queue(kind, outbox.to_resource(bruno), by=SYSTEM, link="http://x", **VALUES)
    assert not re.search(r"<style|<script|<img|<link|style=|class=|\son\w+=", mail.html)


# --- the link --------------------------------------------------------------------------------------------------------


def test_the_database_holds_no_usable_link(server: MailServer, write: Write, world: World) -> None:
    """D5: whoever has a copy of it cannot open what is mailed; once sent, nobody can."""
    link = public_url("links.follow", token=SECRET)
    mail_id = write(kind=MailKind.RESOURCE_PASSWORD, link=link, email=world.bruno.email, until=now())
    row = db.session.execute(text("SELECT * FROM mail")).one()
    assert SECRET not in repr(tuple(row))
    mail = stored(mail_id)
    assert outbox.link_of(mail) == link
    deliver()
    assert stored(mail_id).sealed_link is None
    (message,) = server.inbox(world.bruno.email)
    plain, html = (part.get_content() for part in message.iter_parts())  # type: ignore[attr-defined]
    assert link in plain
    assert f'href="{link}"' in html
    assert LINK not in plain + html


def test_a_link_sealed_with_another_key_is_not_sent_without(
    server: MailServer, write: Write, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_id = write(kind=MailKind.RESOURCE_PASSWORD, link="http://x/1", email="y", until=now())
    monkeypatch.setitem(app.config, "SECRET_KEY", "another")
    deliver()
    mail = stored(mail_id)
    assert (mail.state, mail.problem) == (MailState.REFUSED, MailProblem.LINK_LOST)
    assert not server.messages


@pytest.mark.parametrize("how", ["refused", "cancelled"])
def test_a_link_is_erased_with_the_fate_of_its_mail(server: MailServer, write: Write, world: World, how: str) -> None:
    mail_id = write(kind=MailKind.RESOURCE_PASSWORD, link="http://x/1", email="y", until=now())
    if how == "refused":
        server.refuse(world.bruno.email, "550 non")
        deliver()
    else:
        outbox.cancel(stored(mail_id))
        db.session.commit()
    mail = stored(mail_id)
    assert (mail.state, mail.sealed_link) == (MailState(how), None)
    with pytest.raises(Refused):
        outbox.retry(mail)


def test_a_newer_link_takes_the_place_of_the_older_in_the_outbox(world: World, bruno: Resource) -> None:
    older = accounts.mail_link(bruno, SYSTEM)
    other = outbox.queue(MailKind.TEST, outbox.to_resource(bruno), by=SYSTEM)
    newer = accounts.mail_link(bruno, SYSTEM)
    assert [mail.state for mail in (older, other, newer)] == [MailState.CANCELLED, MailState.WAITING, MailState.WAITING]
    token = outbox.link_of(newer)
    assert token is not None
    assert links.find(token.rsplit("/", 1)[1])
    accounts.set_password(bruno, "quatre écluses avant midi")
    assert newer.state is MailState.CANCELLED
    assert other.state is MailState.WAITING


def test_who_never_chose_a_password_is_invited(bruno: Resource) -> None:
    assert accounts.mail_link(bruno, SYSTEM).kind is MailKind.RESOURCE_PASSWORD
    bruno.password_hash = None
    assert accounts.mail_link(bruno, SYSTEM).kind is MailKind.RESOURCE_INVITED


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Bruno\r\nBcc: voleur@x.example",
        "Bruno\nSubject: autre",
        "Bruno\u2028Bcc: voleur@x.example",
        "Bruno\x0b\x1b Masson",
        '"Bruno" <voleur@x.example>',
        "Bruno, voleur@x.example",
        "Zoé N’Diaye " * 20,
        "=?utf-8?q?x=0D=0ABcc=3A_voleur=40x=2Eexample?=",
        "مها \u202eالعربية",
    ],
)
def test_no_name_adds_a_header(server: MailServer, bruno: Resource, world: World, name: str) -> None:
    organisation.save({"name": name[:100], "mail_sender": "guichet@comptoir.example"})
    bruno.name = name[:200]
    outbox.queue(MailKind.TEST, outbox.to_resource(bruno), by=SYSTEM)
    db.session.commit()
    deliver()
    ((to, message),) = server.messages
    assert to == world.bruno.email
    assert sorted(key.lower() for key in message) == sorted(
        "from to subject date message-id auto-submitted content-language mime-version content-type".split()
    )
    assert [one.addr_spec for one in message["To"].addresses] == [world.bruno.email]
    assert [one.addr_spec for one in message["From"].addresses] == ["guichet@comptoir.example"]
    assert not any(sign in str(message[key]) for key in ("From", "To", "Subject") for sign in "\r\n")


@pytest.mark.parametrize("column", ["to_email", "message_id"])
def test_even_what_was_written_past_us_adds_none(server: MailServer, write: Write, column: str) -> None:
    """And it is in nobody's way: the others leave."""
    mail_id, other_id = write(), write()
    setattr(stored(mail_id), column, "bruno@comptoir.example\r\nBcc: voleur@x.example")
    db.session.commit()
    deliver()
    assert (stored(mail_id).state, stored(mail_id).problem) == (MailState.REFUSED, MailProblem.ADDRESS)
    assert stored(other_id).state is MailState.SENT
    assert len(server.messages) == 1


def test_names_and_domains_of_all_alphabets_arrive(server: MailServer, world: World) -> None:
    organisation.save({"name": "Péniches & Cie", "mail_sender": "contact@péniches.example"})
    contact = factories.contact("Zoé N’Diaye", email1="zoe@écluse.example")
    outbox.queue(MailKind.TEST, outbox.to_contact(contact, "fr"), by=SYSTEM)
    db.session.commit()
    deliver()
    ((to, message),) = server.messages
    assert to == "zoe@xn--cluse-9ra.example"
    assert server.senders == ["contact@xn--pniches-bya.example"]
    assert message["To"].addresses[0].display_name == "Zoé N’Diaye"
    assert message["From"].addresses[0].display_name == "Péniches & Cie"


def test_an_address_with_accents_needs_a_server_that_takes_them(server: MailServer, world: World) -> None:
    contact = factories.contact("Zoé N’Diaye", email1="zoé@ecluse.example")
    mail_id = about(contact.id)
    deliver()
    assert stored(mail_id).state is MailState.SENT
    assert [to for to, _message in server.messages] == ["zoé@ecluse.example"]


def test_the_sender_is_what_the_settings_say(world: World) -> None:
    assert composing.sender_address() == "no-reply@localhost"
    organisation.save({"mail_sender": "guichet@comptoir.example"})
    assert composing.sender_address() == "guichet@comptoir.example"


def test_the_message_id_is_of_the_host_users_know(set_server: Any, write: Write) -> None:
    set_server("", base_url="https://péniche.example:8443")
    assert stored(write()).message_id.endswith("@xn--pniche-bva.example>")


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_mail_of_a_contact_in_the_trash_is_cancelled(world: World) -> None:
    """D16: alone or with their company; what was sent stays as it was."""
    denis, elise, bystander = about(world.denis.id), about(world.elise.id), about(factories.contact().id)
    contacts.remove(get_visible(Contact, world.denis.id, SYSTEM), SYSTEM)
    companies.remove(get_visible(Company, world.durand.id, SYSTEM), SYSTEM)
    db.session.commit()
    assert [stored(one).state for one in (denis, elise, bystander)] == [
        MailState.CANCELLED,
        MailState.CANCELLED,
        MailState.WAITING,
    ]


def test_an_erased_contact_leaves_no_mail(world: World) -> None:
    """R3: neither what was sent to them, nor what told somebody else of them; ids are given once all the same."""
    contact = factories.contact("Gaspard Zorglub", email1="gaspard@zorglub.example")
    mail_id = about(contact.id)
    resource = db.session.get_one(Resource, world.bruno.id)
    told = outbox.queue(MailKind.TEST, outbox.to_resource(resource), by=SYSTEM, about=contact).id
    db.session.commit()
    outbox.cancel(stored(mail_id))
    contacts.remove(contact, SYSTEM)
    db.session.commit()
    trash.purge(contact, SYSTEM)
    db.session.commit()
    assert reading.get(mail_id) is None
    assert reading.get(told) is None
    assert about(world.elise.id) > told
    rows = db.session.execute(text("SELECT * FROM mail")).all()
    assert "orglub" not in repr(rows)
    entries = [entry.data for entry in db.session.query(AuditEntry) if entry.kind.startswith("mail")]
    assert entries
    assert "orglub" not in repr(entries)
