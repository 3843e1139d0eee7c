"""Many write at once and nothing is lost; whoever only reads waits for nobody (N3); migrations follow the models."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import click.testing
import pytest
from flask import Flask
from sqlalchemy import select

from webapp.database import set_reading
from webapp.extensions import db
from webapp.models import Counter
from webapp.services import organisation

THREADS, TIMES = 8, 50


def in_threads(app: Flask, work: Callable[[], Any]) -> list[Any]:
    """Do `work` in transactions of their own, in several threads at once."""

    def repeat(_thread: int) -> list[Any]:
        set_reading(False)
        results = []
        for _ in range(TIMES):
            with app.app_context():
                results.append(work())
                db.session.commit()
        return results

    with ThreadPoolExecutor(THREADS) as pool:
        return [result for results in pool.map(repeat, range(THREADS)) for result in results]


def test_numbers_are_given_once_each(app: Flask) -> None:
    numbers = in_threads(app, lambda: organisation.next_number("company"))
    assert sorted(numbers) == list(range(1, THREADS * TIMES + 1))


def test_what_is_read_then_written_is_not_lost(app: Flask) -> None:
    """The engine begins each writing transaction as such; PostgreSQL is asked for the row."""
    with app.app_context():
        db.session.add(Counter(name="visits", value=0))
        db.session.commit()

    def increment() -> None:
        counter = db.session.scalars(select(Counter).where(Counter.name == "visits").with_for_update()).one()
        counter.value += 1

    in_threads(app, increment)
    with app.app_context():
        visits = db.session.get(Counter, "visits")
        assert visits is not None
        assert visits.value == THREADS * TIMES


@pytest.mark.parametrize("address", ["/", "/readyz", "/healthz"])
def test_reading_never_waits_for_whoever_writes(app: Flask, client: Any, address: str) -> None:
    bruno = client.as_("bruno")
    with app.app_context(), db.engine.begin() as writer:
        writer.execute(db.update(Counter).values(value=Counter.value + 1))
        started = time.monotonic()
        bruno.get(address)
        assert time.monotonic() - started < 2


def test_reading_takes_no_lock_that_a_writer_would_wait_for(app: Flask) -> None:
    with app.app_context():
        set_reading(True)
        db.session.scalar(select(Counter.value))
        set_reading(False)
        with db.engine.begin() as writer:
            writer.execute(db.insert(Counter).values(name="free", value=1))


def test_the_models_and_the_migrations_say_the_same(run: Callable[..., click.testing.Result]) -> None:
    """A model changed without its migration shows here; the indexes that search makes for itself are not in the way."""
    run("db", "check")
