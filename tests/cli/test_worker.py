"""The worker: what is due is done by the clock, once, whoever else works (R3)."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from sqlalchemy import func, select

from tests.world import World
from webapp import worker
from webapp.access import unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import Company
from webapp.services import trash

ROOT = Path(__file__).resolve().parents[2]


def count(**values: Any) -> int:
    return db.session.scalar(unscoped(select(func.count()).select_from(Company).filter_by(**values), "a test")) or 0


def test_each_step_is_a_transaction_of_its_own(db_session: Any, world: World, client: Any, monkeypatch: Any) -> None:
    """R3: what is old goes, some at a time, until nothing is left."""
    monkeypatch.setattr(trash, "BATCH", 1)
    for place in (world.durand, world.ecluse, world.zephyr):
        client.as_("anne").get(f"/companies/{place.id}/delete").submit(button="OK")
    with time_machine.travel(now() + timedelta(days=91), tick=False):
        (job,) = [job for job in worker.JOBS if "trash" in job.name]
        assert worker.run(job) == 3
        assert worker.run(job) == 0
    assert count() == 2


def test_every_job_can_be_done_at_any_time(db_session: Any, world: World) -> None:
    assert all(job.every > timedelta() for job in worker.JOBS)
    for job in worker.JOBS:
        assert worker.run(job) == 0


def test_a_job_comes_back_whatever_became_of_it(session_app: Any, monkeypatch: Any) -> None:
    """Mail that fails must not stop the mail that follows; and no job is ever there twice (P4)."""
    done: list[str] = []

    def fail() -> int:
        done.append("fails")
        raise RuntimeError("deliberate")

    jobs = (
        worker.Job("does well", timedelta(seconds=1), lambda: len(done.append("does well") or ())),  # type: ignore[func-returns-value]
        worker.Job("fails", timedelta(hours=1), fail),
    )
    monkeypatch.setattr(worker, "JOBS", jobs)
    consumer = worker.Worker(session_app)
    for begin in consumer.begin:
        begin()
    while (task := consumer.huey.dequeue()) is not None:
        consumer.huey.execute(task)
    assert sorted(done) == ["does well", "fails"]
    moment = datetime.now(UTC).replace(tzinfo=None)
    soon, later = sorted((task.eta - moment).total_seconds() for task in consumer.huey.scheduled())
    assert soon <= 1
    assert 3590 < later <= 3600


def test_it_ends_as_soon_as_it_is_asked_to(tmp_path: Path) -> None:
    environment = {**os.environ, "INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "only for tests"}
    python = [sys.executable, "-m", "webapp"]
    subprocess.run([*python, "db", "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True)
    with subprocess.Popen([*python, "worker"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert "waits for what is due" in process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0, process.stderr.read()
        finally:
            process.kill()
