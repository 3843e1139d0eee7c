"""The worker: what is done by the clock, in a process beside the web server (R3, P4).

huey is the clock. It keeps nothing: what is due is found in the database each time, so a worker that was stopped for a
week does on its return what it missed, and two of them do no harm.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from flask import Flask, current_app
from huey import MemoryHuey
from huey.consumer import Consumer

from webapp.access import SYSTEM
from webapp.database import reading, writing
from webapp.extensions import db
from webapp.services import drafts, files, organisation, trash
from webapp.services.mail import delivery, outbox, smtp
from webapp.services.portal import deadlines
from webapp.urls import public_host

log = logging.getLogger(__name__)

Result = TypeVar("Result")

#: How many mails go out before the worker looks at its other jobs, and whether it is to end.
MAIL_BATCH = 100


@dataclass(frozen=True)
class Job:
    """What is done again and again, so long after it was done last; it says how much it did."""

    name: str
    every: timedelta
    do: Callable[[], int]


def run(job: Job) -> int:
    """Do a job; return how much was done. Needs an application context."""
    with writing():
        done = job.do()
    if done:
        log.info("%s: %d", job.name, done)
    return done


def in_steps(step: Callable[[], int]) -> Callable[[], int]:
    """Return what repeats a step until it did nothing, each time in a transaction of its own."""

    def alone() -> int:
        # One worker at a time: another would look for the same things.
        organisation.take_turn("worker")
        return step()

    def steps() -> int:
        done = 0
        while count := _committed(alone):
            done += count
        return done

    return steps


def deliver() -> int:
    """Send the mail that is due, and return how many attempts that took; without a server, mail waits."""
    server = smtp.Server.from_url(current_app.config["SETTINGS"].smtp_url)
    if server is None or not _any_mail_due():
        return 0
    done = 0
    with smtp.Connection(server, public_host()) as connection:
        while done < MAIL_BATCH and (outgoing := _committed(delivery.claim)):
            done += 1
            failure = _send(connection, outgoing)
            _committed(lambda taken=outgoing, failed=failure: delivery.record(taken, failed))  # type: ignore[misc]
            if failure is not None and failure.is_general:
                break
    return done


def _any_mail_due() -> bool:
    # Asked every few seconds, for nothing most of the time: nobody waits for the answer.
    with reading():
        return _committed(delivery.any_due)


def _send(connection: smtp.Connection, outgoing: delivery.Outgoing) -> smtp.Failure | None:
    try:
        connection.send(*outgoing.composed)
    except smtp.Failure as failure:
        return failure
    return None


def _committed(step: Callable[[], Result]) -> Result:
    """Return what a step returns, once all it did is committed."""
    try:
        result = step()
        db.session.commit()
        return result
    finally:
        db.session.remove()
        organisation.forget()


HOUR = timedelta(hours=1)

JOBS = (
    Job("send the mail that is due", timedelta(seconds=3), deliver),
    Job("erase what has been in the trash long enough", HOUR, in_steps(lambda: trash.purge_old(SYSTEM))),
    Job("forget the drafts that nobody took up", HOUR, in_steps(drafts.forget_old)),
    Job("write before accesses to the portal end", HOUR, in_steps(lambda: deadlines.write_due(SYSTEM))),
    Job("forget the mail of long ago", HOUR, in_steps(outbox.forget_old)),
    Job("forget the files that nothing holds any more", HOUR, in_steps(files.forget_unheld)),
)


class Worker(Consumer):
    """Does the jobs as their time comes, until the process is asked to end."""

    def __init__(self, app: Flask):
        clock = MemoryHuey("comptoir")
        self.begin = [_plan(clock, app, job) for job in JOBS]
        # Two hands, so that no mail waits until a full trash is empty.
        hands = {"workers": 2, "max_delay": 1}
        super().__init__(clock, **hands, periodic=False, graceful_signal="TERM", check_worker_health=False)
        # It would tell of each look into the outbox, every few seconds.
        logging.getLogger("huey").setLevel(logging.WARNING)

    def start(self) -> None:
        super().start()
        log.info("the worker waits for what is due")
        for begin in self.begin:
            begin()


def _plan(huey: MemoryHuey, app: Flask, job: Job) -> Callable[[], object]:
    """Return what has a job done at once, and each time again when its pause is over: never twice at a time."""

    def due() -> None:
        try:
            with app.app_context():
                run(job)
        finally:
            again.schedule(delay=job.every.total_seconds())

    again = huey.task(name=job.name)(due)
    return again  # type: ignore[no-any-return]
