"""Commands, one module per group; `init_app` is the table of contents, `main` what `./run flask` runs.

Messages are in English: they are for whoever installs and keeps the program.
"""

import os
import sys
from typing import Any

import click
from alembic.util import CommandError
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo
from sqlalchemy.exc import DatabaseError

from webapp.cli import backup, db, demo, docs, transfer, users, worker
from webapp.config import SettingError


def init_app(app: Flask) -> None:
    """Register every command group."""
    modules: tuple[Any, ...] = (backup, db, demo, docs, transfer, users, worker)
    for module in modules:
        module.init_app(app)


class Commands(FlaskGroup):
    """The commands of the application, before those of Flask and its extensions.

    What an operator can put right (a wrong setting, a database that is busy, missing or locked) ends in one sentence
    and status 1; a defect of ours keeps its traceback.
    """

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        app = ctx.ensure_object(ScriptInfo).load_app()
        return app.cli.get_command(ctx, name) or super().get_command(ctx, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        ctx.ensure_object(ScriptInfo).load_app()
        return super().list_commands(ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except (SettingError, OSError, CommandError, DatabaseError) as error:
            sentence = explain(error)
            if sentence is None:
                raise
            click.echo(f"Error: {sentence}", err=True)
            sys.exit(1)


#: What the drivers say, as (words of theirs, sentence of ours).
DATABASE_TROUBLES = (
    ("database is locked", "The database is busy: another program is writing to it. Try again in a moment."),
    ("readonly database", "The database is read-only: this user may not write to its file or to its folder."),
    ("unable to open database file", "The database cannot be opened: its folder is missing or closed to this user."),
    ("file is not a database", "DATABASE_URL points to a file that is not a SQLite database."),
    ("database disk image is malformed", "The database file is damaged. Restore a backup."),
    ("disk is full", "The disk that holds the database is full."),
    ("no such table", "The database has not the schema of this version. Run: ./run flask db upgrade"),
    ("no such column", "The database has not the schema of this version. Run: ./run flask db upgrade"),
    ("undefinedtable", "The database has not the schema of this version. Run: ./run flask db upgrade"),
    ("undefinedcolumn", "The database has not the schema of this version. Run: ./run flask db upgrade"),
    ("password authentication failed", "PostgreSQL refuses the user or the password of DATABASE_URL."),
    ("does not exist", "PostgreSQL has no database or no user of the name in DATABASE_URL."),
    ("connection", "PostgreSQL does not answer at the address in DATABASE_URL."),
)


def explain(error: Exception) -> str | None:
    """Return one sentence for what an operator can put right, or nothing when it is a defect of ours."""
    if isinstance(error, OSError):
        return f"{error.filename}: {os.strerror(error.errno)}." if error.filename and error.errno else None
    if isinstance(error, DatabaseError):
        said = f"{type(error.orig).__name__} {error.orig}".lower()
        return next((sentence for words, sentence in DATABASE_TROUBLES if words in said), None)
    return str(error)


def main() -> None:
    """Run the command named in the arguments of the process."""
    from webapp import create_app

    Commands(create_app=create_app, load_dotenv=False, help="Commands of Comptoir.").main(prog_name="./run flask")
