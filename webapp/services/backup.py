"""A whole instance in one file, and back.

A backup is a zip of a manifest, of the database as a SQLite file whatever the engine (so that it also moves an
instance from one engine to the other), and of what else the instance's folder keeps.
"""

import json
import os
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    NullPool,
    Table,
    bindparam,
    create_engine,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from webapp.clock import now
from webapp.config import KEPT_FILES
from webapp.database import reading
from webapp.extensions import db
from webapp.models import Company, Resource

APPLICATION, FORMAT = "comptoir", 1
MANIFEST, DATABASE, FOLDER = "manifest.json", "database.sqlite", "instance"

#: Rows that travel together.
ROWS = 5000


class UnusableBackup(Exception):
    """The file is not a backup, or no longer whole; the message is for whoever restores it."""


@dataclass(frozen=True)
class Backup:
    """A backup unpacked: its database, and the files of its instance."""

    engine: Engine
    files: dict[str, bytes]


def write(file: Path, instance: Path) -> None:
    """Write a backup of the database and of what `instance` keeps; others go on working, and it holds one moment.

    The file appears whole or not at all, and only its owner may read it. Raises FileExistsError.
    """
    if file.exists():
        raise FileExistsError(file)
    with TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        database = Path(folder, DATABASE)
        with _opened(database) as copy, copy.begin() as target, _one_moment() as source:
            db.metadata.create_all(target)
            _copy_version(source, target)
            _copy_rows(source, target)
        packed = Path(folder, "packed")
        with os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
            _pack(output, database, instance)
            output.flush()
            os.fsync(output.fileno())
        packed.rename(file)


@contextmanager
def unpacked(file: Path) -> Iterator[Backup]:
    """Unpack a backup into a folder that is gone afterwards; raises UnusableBackup."""
    with TemporaryDirectory(prefix="comptoir-restore-") as folder:
        try:
            with zipfile.ZipFile(file) as archive:
                manifest = json.loads(archive.read(MANIFEST))
                if manifest["application"] != APPLICATION or manifest["format"] != FORMAT:
                    raise UnusableBackup("It was not made by a version of Comptoir that this one knows.")
                archive.extract(DATABASE, folder)
                names = set(archive.namelist())
                files = {name: archive.read(f"{FOLDER}/{name}") for name in KEPT_FILES if f"{FOLDER}/{name}" in names}
            _check(Path(folder, DATABASE))
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError, sqlite3.DatabaseError) as error:
            raise UnusableBackup(f"It is not a backup of Comptoir, or it is damaged ({error}).") from None
        with _opened(Path(folder, DATABASE)) as engine:
            yield Backup(engine, files)


def is_in_use() -> bool:
    """Whether the instance holds what somebody made: people or companies."""
    with reading(), db.engine.connect() as connection:
        return any(connection.scalar(select(exists().select_from(m.__table__))) for m in (Resource, Company))


def restore(backup: Backup, instance: Path) -> None:
    """Put a backup of the schema of this version in the place of an instance's first values: all of it, or nothing."""
    with backup.engine.connect() as source, db.engine.begin() as target:
        for table in reversed(db.metadata.sorted_tables):
            target.execute(delete(table))
        _copy_rows(source, target)
        if target.dialect.name == "postgresql":
            _continue_numbering(target)
        for name, content in backup.files.items():
            _replace(instance / name, content)


@contextmanager
def _one_moment() -> Iterator[Connection]:
    """Read the database as it is now, whatever is written meanwhile."""
    with reading(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def _opened(database: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{database}", poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def _copy_version(source: Connection, target: Connection) -> None:
    rows = source.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    target.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    for revision in rows:
        target.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (revision,))


def _copy_rows(source: Connection, target: Connection) -> None:
    """Copy every table; what refers to a row of its own table is written once all of those are there."""
    for table in db.metadata.sorted_tables:
        own = _own_references(table)
        for rows in source.execution_options(yield_per=ROWS).execute(select(table)).mappings().partitions():
            target.execute(insert(table), [{**row, **dict.fromkeys(own)} for row in rows])
        for name in own:
            _copy_references(table, table.c[name], source, target)


def _own_references(table: Table) -> list[str]:
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]


def _copy_references(table: Table, column: Column[Any], source: Connection, target: Connection) -> None:
    pairs = select(table.c.id.label("row"), column.label("referred")).where(column.is_not(None))
    # What says when a row was changed stays as it was.
    kept = {other.name: other for other in table.c if other.onupdate is not None}
    written = update(table).where(table.c.id == bindparam("row"))
    written = written.values({column.name: bindparam("referred"), **kept})
    for rows in source.execution_options(yield_per=ROWS).execute(pairs).mappings().partitions():
        target.execute(written, [dict(row) for row in rows])


def _continue_numbering(target: Connection) -> None:
    """Have PostgreSQL number new rows after those that came with their numbers."""
    for table in db.metadata.sorted_tables:
        if "id" in table.c and isinstance(table.c.id.type, Integer):
            last = target.scalar(select(func.max(table.c.id)))
            if last is not None:
                target.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last)))


def _pack(output: Any, database: Path, instance: Path) -> None:
    manifest = {"application": APPLICATION, "format": FORMAT, "made_at": now().isoformat(timespec="seconds")}
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest))
        archive.write(database, DATABASE)
        for name in KEPT_FILES:
            if (instance / name).exists():
                archive.write(instance / name, f"{FOLDER}/{name}")


def _check(database: Path) -> None:
    """Have SQLite read all of a database; raises sqlite3.DatabaseError, or UnusableBackup."""
    connection = sqlite3.connect(database)
    try:
        found = connection.execute("PRAGMA quick_check").fetchone()[0]
    finally:
        connection.close()
    if found != "ok":
        raise UnusableBackup(f"Its database is damaged ({found}).")


def _replace(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        output.write(content)
    beside.replace(file)
