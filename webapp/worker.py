"""The worker: what is done by the clock, in a process beside the web server (R3).

huey is the clock. It keeps nothing: what is due is found in the database each time, so a worker that was stopped for a
week does on its return what it missed, and two of them do no harm.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from huey import MemoryHuey, crontab
from huey.consumer import Consumer

from webapp.access import SYSTEM
from webapp.database import writing
from webapp.extensions import db
from webapp.services import drafts, organisation, trash
from webapp.services.portal import notices

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What is done some time each hour: a step that says how much it did, repeated until it did nothing."""

    name: str
    minute: int
    step: Callable[[], int]


JOBS = (
    Job("erase what has been in the trash long enough", 7, lambda: trash.purge_old(SYSTEM)),
    Job("forget the drafts that nobody took up", 17, drafts.forget_old),
    Job("write before accesses to the portal end", 27, lambda: notices.write_due(SYSTEM)),
)


def run(job: Job) -> int:
    """Do a job, each step in a transaction of its own; return how much was done. Needs an application context."""
    done = 0
    with writing():
        while step := _step(job):
            done += step
    if done:
        log.info("%s: %d", job.name, done)
    return done


def _step(job: Job) -> int:
    try:
        # One worker at a time: another would look for the same things.
        organisation.take_turn("worker")
        done = job.step()
        db.session.commit()
        return done
    finally:
        db.session.remove()
        organisation.forget()


class Worker(Consumer):
    """Runs the jobs as their time comes, until the process is asked to end."""

    def __init__(self, app: Flask):
        clock = MemoryHuey("comptoir")
        for job in JOBS:
            _plan(clock, app, job)
        super().__init__(clock, workers=1, graceful_signal="TERM", check_worker_health=False)
        self._logger.setLevel(logging.WARNING)

    def start(self) -> None:
        super().start()
        log.info("the worker waits for what is due")


def _plan(huey: MemoryHuey, app: Flask, job: Job) -> None:
    def due() -> None:
        with app.app_context():
            run(job)

    huey.periodic_task(crontab(minute=str(job.minute)), name=job.name)(due)
