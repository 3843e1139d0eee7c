"""Each mail arrives, none twice in its reader's eyes, its fate is known: with a real server that misbehaves (P4)."""

import contextvars
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.mail.conftest import stored
from tests.mail.server import MailServer, Misbehaviour
from tests.world import World
from webapp import worker
from webapp.clock import now
from webapp.database import writing
from webapp.extensions import db
from webapp.models import MailProblem, MailState, Resource
from webapp.services.mail import delivery, outbox, reading

Write = Callable[..., int]

pytestmark = pytest.mark.usefixtures("db_session")

#: A moment from which the clock is stopped, and told how far to go.
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def deliver() -> int:
    with writing():
        return worker.deliver()


def test_a_mail_arrives_once_with_both_texts(server: MailServer, write: Write, world: World) -> None:
    mail_id = write()
    assert deliver() == 1
    assert deliver() == 0
    (message,) = server.inbox(world.bruno.email)
    assert message.get_content_type() == "multipart/alternative"
    text, html = (part.get_content() for part in message.iter_parts())  # type: ignore[attr-defined]
    assert "l’envoi des e-mails fonctionne" in text
    assert "l’envoi des e-mails fonctionne" in html
    assert message["Auto-Submitted"] == "auto-generated"
    mail = stored(mail_id)
    assert (mail.state, mail.attempts, mail.problem) == (MailState.SENT, 1, None)
    assert message["Message-ID"] == mail.message_id
    assert message["Date"].datetime == mail.created_at.replace(microsecond=0)


def test_what_is_rolled_back_is_never_sent(server: MailServer, write: Write, world: World) -> None:
    bruno = db.session.get_one(Resource, world.bruno.id)
    outbox.queue(outbox.MailKind.TEST, outbox.to_resource(bruno), by=world.viewer("anne"))
    db.session.rollback()
    assert deliver() == 0
    assert not server.messages


def test_one_connection_serves_a_batch(server: MailServer, write: Write, world: World) -> None:
    for _ in range(5):
        write()
    assert deliver() == 5
    assert server.connections == 1
    assert len(server.inbox(world.bruno.email)) == 5


def test_without_a_server_mail_waits(write: Write) -> None:
    mail_id = write()
    assert deliver() == 0
    mail = stored(mail_id)
    assert (mail.state, mail.attempts) == (MailState.WAITING, 0)


@pytest.mark.parametrize("at", ["RCPT", "DATA"])
def test_a_refusal_for_a_time_is_tried_again(server: MailServer, write: Write, world: World, at: str) -> None:
    server.refuse(world.bruno.email, "450 4.2.0 Revenez plus tard", times=2, at=at)
    with time_machine.travel(NOON, tick=False) as clock:
        mail_id = write()
        deliver()
        mail = stored(mail_id)
        assert (mail.state, mail.problem) == (MailState.WAITING, MailProblem.SERVER)
        assert mail.last_error == "450 4.2.0 Revenez plus tard"
        assert mail.due_at == NOON + timedelta(minutes=1)
        clock.shift(timedelta(seconds=59))
        assert deliver() == 0
        clock.shift(timedelta(seconds=1))
        assert deliver() == 1
        assert stored(mail_id).due_at == now() + timedelta(minutes=2)
        clock.shift(timedelta(minutes=2))
        assert deliver() == 1
    mail = stored(mail_id)
    assert (mail.state, mail.attempts, mail.last_error) == (MailState.SENT, 3, "")
    assert len(server.inbox(world.bruno.email)) == 1


@pytest.mark.parametrize("at", ["RCPT", "DATA"])
def test_a_refusal_for_good_is_the_last(server: MailServer, write: Write, world: World, at: str) -> None:
    server.refuse(world.bruno.email, "550 5.1.1 Personne de ce nom", at=at)
    mail_id, other_id = write(), write("chloe")
    assert deliver() == 2
    mail = stored(mail_id)
    assert (mail.state, mail.last_error) == (MailState.REFUSED, "550 5.1.1 Personne de ce nom")
    assert stored(other_id).state is MailState.SENT
    assert deliver() == 0


def test_a_refused_sender_is_our_fault_and_tried_again(server: MailServer, write: Write) -> None:
    server.refuse("no-reply@localhost", "553 5.1.8 Expéditeur inconnu", at="MAIL")
    first, second = write(), write()
    assert deliver() == 1, "the next would be refused alike"
    assert stored(first).problem is MailProblem.SENDER
    assert stored(second).attempts == 0
    assert deliver() == 1


def test_pauses_grow_and_end(write: Write, set_server: Any) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        set_server(f"smtp://127.0.0.1:{door.getsockname()[1]}")
        with time_machine.travel(NOON, tick=False) as clock:
            mail_id, pauses = write(), []
            while (mail := stored(mail_id)).is_waiting:
                clock.move_to(mail.due_at)
                assert deliver() == 1
                pauses.append(stored(mail_id).due_at - now())
            assert now() - NOON > outbox.GIVE_UP_AFTER - delivery.LONGEST_PAUSE
    minutes = [pause / timedelta(minutes=1) for pause in pauses]
    assert minutes[:8] == [1, 2, 4, 8, 16, 32, 64, 120]
    assert set(minutes[8:]) == {120}
    assert (mail.state, mail.problem) == (MailState.REFUSED, MailProblem.CONNECTION)
    assert "refused" in mail.last_error


def test_what_waited_too_long_for_a_server_is_not_sent(server: MailServer, write: Write) -> None:
    """A server that is set after a month does not send a month of links that have ended."""
    with time_machine.travel(now() - outbox.GIVE_UP_AFTER, tick=False):
        mail_id = write(link="http://x.example/links/1", kind=outbox.MailKind.RESOURCE_PASSWORD, email="x", until=now())
    assert deliver() == 0
    mail = stored(mail_id)
    assert (mail.state, mail.problem, mail.sealed_link) == (MailState.REFUSED, MailProblem.TOO_LATE, None)


@pytest.mark.parametrize("how", Misbehaviour)
def test_a_server_that_dies_in_the_middle(server: MailServer, write: Write, world: World, how: Misbehaviour) -> None:
    """Nobody can know whether it took the mail: it is sent again, and shown once."""
    server.misbehave(how)
    first, second = write(), write()
    assert deliver() == 2
    mail = stored(first)
    assert (mail.state, mail.problem) == (MailState.WAITING, MailProblem.CONNECTION)
    assert stored(second).state is MailState.SENT, "the next goes over a new connection"
    with time_machine.travel(mail.due_at):
        assert deliver() == 1
    assert stored(first).state is MailState.SENT
    assert len(server.inbox(world.bruno.email)) == 2
    assert len(server.messages) == (3 if how is Misbehaviour.DIES_AFTER_DATA else 2)


@pytest.mark.parametrize("sent", [False, True])
def test_a_worker_that_dies_in_the_middle(server: MailServer, write: Write, world: World, sent: bool) -> None:
    """Its mail is nobody's until the lease ends; then it goes again, with the same Message-ID."""
    mail_id = write()
    with writing():
        taken = delivery.claim()
        db.session.commit()
    assert taken is not None
    if sent:
        with worker.smtp.Connection(worker.smtp.Server.from_url(server.url()), "localhost") as connection:  # type: ignore[arg-type]
            connection.send(*taken.composed)
    assert deliver() == 0
    with time_machine.travel(now() + delivery.LEASE):
        assert deliver() == 1
    assert len(server.messages) == 1 + sent
    assert len(server.inbox(world.bruno.email)) == 1
    assert stored(mail_id).state is MailState.SENT


def test_a_worker_that_was_too_slow_tells_good_news_only(server: MailServer, write: Write) -> None:
    mail_id = write()
    with writing():
        slow = delivery.claim()
        db.session.commit()
        with time_machine.travel(now() + delivery.LEASE, tick=False):
            again = delivery.claim()
            assert slow is not None and again is not None  # noqa: PT018
            delivery.record(slow, delivery.smtp.Failure(MailProblem.CONNECTION))
            db.session.commit()
            assert stored(mail_id).due_at == now() + delivery.LEASE, "the other one has it"
            delivery.record(slow, None)
            db.session.commit()
            assert stored(mail_id).state is MailState.SENT
            delivery.record(again, delivery.smtp.Failure(MailProblem.SERVER, "550", is_final=True))
            db.session.commit()
            assert stored(mail_id).state is MailState.SENT


def test_two_workers_at_once_send_each_mail_once(app: Flask, server: MailServer, write: Write, world: World) -> None:
    server.delay = timedelta(milliseconds=30)
    ids = [write() for _ in range(12)]
    db.session.remove()

    def work() -> int:
        with app.app_context():
            return deliver()

    with ThreadPoolExecutor(3) as pool:
        counts = [future.result() for future in [pool.submit(contextvars.Context().run, work) for _ in range(3)]]
    assert sum(counts) == 12
    assert all(counts), "all of them worked"
    assert set(Counter(str(message["Message-ID"]) for _to, message in server.messages).values()) == {1}
    assert {stored(one).state for one in ids} == {MailState.SENT}


def test_what_was_cancelled_stays_unless_it_had_left(server: MailServer, write: Write) -> None:
    cancelled, leaving = write(), write()
    outbox.cancel(stored(cancelled))
    db.session.commit()
    with writing():
        taken = delivery.claim()
        db.session.commit()
        assert taken is not None
        outbox.cancel(stored(leaving))
        db.session.commit()
        delivery.record(taken, delivery.smtp.Failure(MailProblem.CONNECTION))
        db.session.commit()
        assert stored(leaving).state is MailState.CANCELLED
        delivery.record(taken, None)
        db.session.commit()
    assert stored(leaving).state is MailState.SENT, "the truth, even so"
    assert deliver() == 0
    assert stored(cancelled).state is MailState.CANCELLED


def test_an_erased_mail_that_was_leaving_is_nobodys(server: MailServer, write: Write) -> None:
    mail_id = write()
    with writing():
        taken = delivery.claim()
        db.session.delete(stored(mail_id))
        db.session.commit()
        assert taken is not None
        delivery.record(taken, None)


def test_mail_of_long_ago_is_forgotten(write: Write, server: MailServer) -> None:
    with time_machine.travel(now() - outbox.KEPT - timedelta(days=1), tick=False):
        old = write()
        deliver()
    new = write()
    (job,) = [job for job in worker.JOBS if "forget the mail" in job.name]
    assert worker.run(job) == 1
    db.session.rollback()
    assert reading.get(old) is None
    assert stored(new)
