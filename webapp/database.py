"""How the engines are opened: SQLite made safe for many writers, PostgreSQL made to survive a lost connection.

SQLite's driver starts a transaction at the first write, after the reads it was based on: two requests can then
overwrite each other unseen. So a transaction that may write says so when it begins (`BEGIN IMMEDIATE`); one that
only reads (`reading()`) begins plainly and never waits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

from webapp.config import Settings

_reading: ContextVar[bool] = ContextVar("reading", default=False)


def set_reading(value: bool) -> None:
    """Say whether the transactions of the request that begins will only read."""
    _reading.set(value)


@contextmanager
def writing() -> Iterator[None]:
    """Say that transactions begun inside write, whatever the request does."""
    with _set(False):
        yield


@contextmanager
def reading() -> Iterator[None]:
    """Say that transactions begun inside only read: they wait for nobody, and nobody for them."""
    with _set(True):
        yield


@contextmanager
def _set(value: bool) -> Iterator[None]:
    token = _reading.set(value)
    try:
        yield
    finally:
        _reading.reset(token)


def engine_options(settings: Settings) -> dict[str, Any]:
    """Return the options `create_engine` wants for this installation's database."""
    if settings.is_sqlite:
        return {"connect_args": {"timeout": 5, "isolation_level": None}}
    return {"pool_pre_ping": True, "pool_size": 4, "max_overflow": 4}


def prepare(engine: Engine, settings: Settings) -> None:
    """Attach to `engine` what each connection and transaction needs."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={settings.sqlite_synchronous}",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "cache_size=-65536",
            "mmap_size=1073741824",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


def refresh_statistics(engine: Engine) -> None:
    """Tell the planner what the tables hold now, after many rows were written at once."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if engine.dialect.name == "sqlite":
            # Enough to choose an index, at a cost that does not grow with the tables.
            connection.exec_driver_sql("PRAGMA analysis_limit=1000")
            connection.exec_driver_sql("PRAGMA optimize=0x10002")
        else:
            connection.exec_driver_sql("ANALYZE")
