"""`db upgrade`: one command makes and fills the database, and says in one sentence what stands in its way."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from contextvars import Context
from pathlib import Path
from typing import Any

import click.testing
import pytest

from webapp import create_app
from webapp.cli import Commands
from webapp.config import Settings

Upgrade = Callable[..., click.testing.Result]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def upgrade(instance: Path) -> Upgrade:
    """Run `db upgrade` as a fresh process would, with settings of the environment."""

    def run(status: int = 0, **environment: str) -> click.testing.Result:
        given = {"INSTANCE_PATH": str(instance), "SECRET_KEY": "x", "LOG_LEVEL": "WARNING", **environment}
        commands = Commands(create_app=lambda: create_app(Settings.from_environment(given)), load_dotenv=False)
        result = click.testing.CliRunner().invoke(commands, ["db", "upgrade"])
        assert result.exit_code == status, (result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def database(instance: Path, upgrade: Upgrade) -> Path:
    upgrade()
    return instance / "comptoir.db"


def ask(database: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection, connection:
        return connection.execute(statement).fetchall()


def answer(instance: Path, address: str) -> tuple[int, str]:
    settings = Settings.from_environment({"INSTANCE_PATH": str(instance), "SECRET_KEY": "x", "LOG_LEVEL": "ERROR"})
    response = Context().run(create_app(settings).test_client().get, address)
    return response.status_code, response.text.strip()


def test_it_makes_and_fills_a_new_database(instance: Path, upgrade: Upgrade) -> None:
    assert "Database created, with" in upgrade().output
    assert ask(instance / "comptoir.db", "SELECT count(*) FROM reference_item") > [(5000,)]
    assert answer(instance, "/readyz") == (200, "ready")


def test_a_second_time_it_has_nothing_to_say(database: Path, upgrade: Upgrade) -> None:
    assert upgrade().output == ""


def test_a_database_that_is_not_made_yet_is_not_ready(instance: Path) -> None:
    assert answer(instance, "/readyz") == (503, "schema")
    assert answer(instance, "/healthz") == (200, "ok")


def test_a_newer_database_is_left_alone(instance: Path, database: Path, upgrade: Upgrade) -> None:
    ask(database, "UPDATE alembic_version SET version_num = '9999'")
    assert "made by a newer version of Comptoir (schema 9999)" in upgrade(status=1).output
    assert answer(instance, "/readyz") == (503, "schema")


def test_a_busy_database_is_said_to_be_busy(database: Path, upgrade: Upgrade) -> None:
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "is busy" in upgrade(status=1, DATABASE_URL=f"sqlite:///{database}?timeout=0.1").output


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("sqlite:////nowhere/at/all.db", "its folder is missing"),
        ("sqlite:///file:{database}?mode=ro&uri=true", "is read-only"),
        ("sqlite:///{text}", "not a SQLite database"),
        ("mysql://localhost/comptoir", "DATABASE_URL must start with"),
        ("postgresql://127.0.0.1:1/comptoir", "PostgreSQL does not answer"),
    ],
)
def test_what_cannot_work_ends_in_a_sentence(database: Path, upgrade: Upgrade, address: str, sentence: str) -> None:
    text = database.with_name("letter.txt")
    text.write_text("Chère Madame, " * 100)
    ask(database, "DELETE FROM reference_item WHERE list = 'title'")
    output = upgrade(status=1, DATABASE_URL=address.format(database=database, text=text)).output
    assert sentence in output
    assert len(output.strip().splitlines()) == 1


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, upgrade: Upgrade) -> None:
    (tmp_path / "file").touch()
    assert f"{tmp_path}/file/instance: Not a directory." in upgrade(1, INSTANCE_PATH=f"{tmp_path}/file/instance").output


def test_a_defect_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, upgrade: Upgrade) -> None:
    def fail() -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("webapp.services.seeding.fill_reference_lists", fail)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        upgrade()
