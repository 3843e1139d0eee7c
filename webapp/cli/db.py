"""The schema of the database and the values it starts with."""

from collections.abc import Iterable

import alembic.command
import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, g
from flask.cli import AppGroup, with_appcontext
from flask_migrate.cli import db as migrate_commands
from sqlalchemy import Connection

from webapp.database import reading
from webapp.extensions import db
from webapp.services import keys, seeding, workflows

#: What whoever changes the models needs, as Flask-Migrate has it.
FOR_DEVELOPERS = ("check", "current", "heads", "history", "revision")


def init_app(app: Flask) -> None:
    """Register the group; it replaces the one Flask-Migrate brings, whose `upgrade` would not seed."""
    app.cli.add_command(group)


@click.group("db", cls=AppGroup)
@with_appcontext
def group() -> None:
    """The database: its schema and the lists it starts with."""
    g.directory, g.x_arg = None, ()


for name in FOR_DEVELOPERS:
    group.add_command(migrate_commands.commands[name])


@group.command()
def upgrade() -> None:
    """Bring the database to the schema and the keys of this version, and fill lists that are empty."""
    before = check_known()
    migrate()
    added = seeding.fill_reference_lists()
    workflows.fill()
    is_rebuilt = keys.rebuild()
    db.session.commit()
    if not before:
        click.echo(f"Database created, with {added} values in its lists.")
    elif added or is_rebuilt or before != heads():
        click.echo("Database upgraded.")


def check_known() -> set[str]:
    """Return the revisions the database is at (none when new); raise a message when this code knows them not."""
    with reading(), db.engine.connect() as connection:
        found = revisions(connection)
    if unknown := unknown_revisions(found):
        raise click.ClickException(
            f"The database was made by a newer version of Comptoir (schema {', '.join(sorted(unknown))}). "
            "Start that version, or restore a backup made before it."
        )
    return found


def revisions(connection: Connection) -> set[str]:
    """Return the revisions a database is at; none when it is new."""
    return set(MigrationContext.configure(connection).get_current_heads())


def unknown_revisions(found: Iterable[str]) -> set[str]:
    """Return those that this code has never heard of: of a newer version."""
    return set(found) - {script.revision for script in ScriptDirectory(_folder()).walk_revisions()}


def migrate(connection: Connection | None = None) -> None:
    """Bring the application's database, or another, to the schema of this version."""
    config = current_app.extensions["migrate"].migrate.get_config()
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")


def check_schema() -> None:
    """Raise a message unless the database has the schema of this version, neither a newer nor an older one."""
    with reading():
        found = check_known()
    if found != heads():
        raise click.ClickException("The database has not the schema of this version. Run: ./run flask db upgrade")


def heads() -> set[str]:
    return set(ScriptDirectory(_folder()).get_heads())


def _folder() -> str:
    return str(current_app.extensions["migrate"].directory)
