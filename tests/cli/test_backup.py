"""`backup` and `restore`: a whole instance in one file, and back, on either engine."""

import json
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import click.testing
import pytest
from flask import Flask
from sqlalchemy import create_engine, insert, select

from tests import factories
from tests.databases import Database
from tests.world import World
from webapp import create_app
from webapp.access import SYSTEM
from webapp.cli import Commands
from webapp.config import Settings
from webapp.extensions import db
from webapp.models import Counter, Setting
from webapp.services import backup, companies

Run = Callable[..., click.testing.Result]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "comptoir.backup"


@pytest.fixture
def saved(run: Run, world: World, app: Flask, file: Path) -> Path:
    """A backup of the world, in which a company belongs to another."""
    with app.app_context():
        child = factories.company("Filiale", parent=world.durand.id, main_city="Brest", phone_fax="01 42 68 53 00")
        companies.remove(child, SYSTEM)
        db.session.commit()
    file.parent.mkdir()
    assert f"Backup written: {file}" in run("backup", str(file)).output
    return file


@pytest.fixture
def empty(app: Flask, database: Database) -> Callable[[], None]:
    """Give the application a new database, as after `db upgrade`."""

    def renew() -> None:
        with app.app_context():
            db.engine.dispose()
        database.renew()

    return renew


@pytest.fixture
def elsewhere(tmp_path: Path) -> Run:
    """Run a command on another instance, on SQLite, that has nothing yet."""
    instance = tmp_path / "elsewhere"

    def call(*arguments: str, status: int = 0, **environment: str) -> click.testing.Result:
        given = {"INSTANCE_PATH": str(instance), "LOG_LEVEL": "WARNING", **environment}
        commands = Commands(create_app=lambda: create_app(Settings.from_environment(given)), load_dotenv=False)
        result = click.testing.CliRunner().invoke(commands, arguments)
        assert result.exit_code == status, (result.output, result.exception)
        return result

    return call


def everything(engine: Any) -> dict[str, list[Any]]:
    """Return all rows of all tables."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in db.metadata.sorted_tables
        }


def here(app: Flask) -> dict[str, list[Any]]:
    with app.app_context():
        return everything(db.engine)


# --- there and back ----------------------------------------------------------------------------------------------


def test_what_was_saved_comes_back_to_the_last_row(app: Flask, run: Run, saved: Path, empty: Any) -> None:
    before = here(app)
    empty()
    assert here(app) != before
    assert "Restored" in run("restore", str(saved)).output
    assert here(app) == before


def test_what_comes_next_is_numbered_after_it(app: Flask, run: Run, saved: Path, empty: Any) -> None:
    before = {row[0] for row in here(app)["company"]}
    empty()
    run("restore", str(saved))
    with app.app_context():
        assert factories.company("Suivante").id not in before


def test_it_moves_an_instance_from_one_engine_to_the_other(
    app: Flask, run: Run, elsewhere: Run, saved: Path, empty: Any, tmp_path: Path
) -> None:
    before = here(app)
    elsewhere("restore", str(saved))
    there = create_engine(f"sqlite:///{tmp_path}/elsewhere/comptoir.db")
    assert everything(there) == before
    there.dispose()
    again = tmp_path / "again"
    elsewhere("backup", str(again))
    empty()
    run("restore", str(again))
    assert here(app) == before


def test_the_key_of_the_instance_comes_along(elsewhere: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    elsewhere("db", "upgrade")
    elsewhere("backup", str(tmp_path / "b"))
    elsewhere("restore", str(tmp_path / "b"), INSTANCE_PATH=str(other))
    key = other / "secret-key"
    assert key.read_bytes() == (tmp_path / "elsewhere" / "secret-key").read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert sorted(path.name for path in other.glob(".*")) == []


def test_only_its_owner_may_read_it_and_nothing_is_left_beside_it(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert list(saved.parent.iterdir()) == [saved]


def test_it_holds_one_moment_and_waits_for_nobody(app: Flask, run: Run, world: World, file: Path) -> None:
    file.parent.mkdir()
    with app.app_context(), db.engine.begin() as somebody:
        somebody.execute(insert(Counter).values(name="unfinished", value=1))
        run("backup", str(file))
    with backup.unpacked(file) as copy, copy.engine.connect() as connection:
        assert "unfinished" not in connection.scalars(select(Counter.__table__.c.name)).all()


def test_what_is_written_while_it_is_made_is_not_half_in_it(
    app: Flask, run: Run, world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody saves a setting and a counter between the copies of the two tables."""
    names = [table.name for table in db.metadata.sorted_tables]
    assert names.index("counter") < names.index("setting")
    copied: list[str] = []
    own_references = backup._own_references

    def save_meanwhile(table: Any) -> list[str]:
        if table.name == "setting":
            with app.app_context(), db.engine.begin() as somebody:
                somebody.execute(insert(Counter).values(name="meanwhile", value=1))
                somebody.execute(insert(Setting).values(name="meanwhile", value=1))
        copied.append(table.name)
        return own_references(table)

    monkeypatch.setattr(backup, "_own_references", save_meanwhile)
    file.parent.mkdir()
    run("backup", str(file))
    assert "setting" in copied
    with backup.unpacked(file) as copy, copy.engine.connect() as connection:
        for model in (Counter, Setting):
            assert "meanwhile" not in connection.scalars(select(model.__table__.c.name)).all()


# --- refusals ----------------------------------------------------------------------------------------------------


def test_a_backup_replaces_no_file(run: Run, saved: Path) -> None:
    before = saved.read_bytes()
    assert "exists already" in run("backup", str(saved), status=1).output
    assert saved.read_bytes() == before


def test_a_database_that_is_not_up_to_date_is_not_saved(elsewhere: Run, file: Path) -> None:
    assert "db upgrade" in elsewhere("backup", str(file), status=1).output


def test_a_folder_that_is_not_there_is_named(run: Run, world: World, file: Path) -> None:
    assert "No such file or directory" in run("backup", str(file), status=1).output


def test_an_instance_in_use_is_left_alone(app: Flask, run: Run, saved: Path) -> None:
    before = here(app)
    assert "This instance is in use" in run("restore", str(saved), status=1).output
    assert here(app) == before


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: b"Ch\xc3\xa8re Madame, " * 100,
        lambda content: content[: len(content) // 2],
        flipped,
    ],
    ids=["empty", "letter", "cut", "flipped"],
)
def test_a_broken_file_changes_nothing(app: Flask, run: Run, saved: Path, empty: Any, spoil: Any) -> None:
    saved.write_bytes(spoil(saved.read_bytes()))
    empty()
    before = here(app)
    output = run("restore", str(saved), status=1).output
    assert "cannot be restored" in output
    assert len(output.strip().splitlines()) == 1
    assert here(app) == before


@pytest.mark.parametrize(
    ("manifest", "content"),
    [
        ({"application": "comptoir", "format": 2}, None),
        ({"application": "other", "format": 1}, None),
        ([], None),
        ({"application": "comptoir", "format": 1}, b"not a database" * 100),
        ({"application": "comptoir", "format": 1}, b"SQLite format 3\0" + b"\xff" * 5000),
    ],
)
def test_another_programs_archive_is_refused(
    run: Run, app: Flask, tmp_path: Path, manifest: Any, content: bytes | None
) -> None:
    file = tmp_path / "strange"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        if content is not None:
            archive.writestr("database.sqlite", content)
    assert "cannot be restored" in run("restore", str(file), status=1).output


def test_a_newer_backup_is_refused(app: Flask, run: Run, saved: Path, empty: Any, tmp_path: Path) -> None:
    newer = changed(saved, tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    empty()
    assert "made by a newer version of Comptoir (schema 9999)" in run("restore", str(newer), status=1).output


def test_what_fails_in_the_middle_is_undone(app: Flask, run: Run, saved: Path, empty: Any, tmp_path: Path) -> None:
    """A row that refers to nothing: most tables are written by then."""
    wrong = changed(saved, tmp_path, "UPDATE company SET source_id = 987654321")
    empty()
    before = here(app)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        run("restore", str(wrong))
    assert here(app) == before


def changed(file: Path, folder: Path, statement: str) -> Path:
    """Return a backup in whose database something is not as it was."""
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "unpacked")
    database = folder / "unpacked" / "database.sqlite"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)
    result = folder / "changed"
    with zipfile.ZipFile(result, "w") as archive:
        archive.write(folder / "unpacked" / "manifest.json", "manifest.json")
        archive.write(database, "database.sqlite")
    return result
