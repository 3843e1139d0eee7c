"""The schema of the database and the values it starts with."""

import click
import flask_migrate
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, g
from flask.cli import AppGroup, with_appcontext
from flask_migrate.cli import db as migrate_commands

from webapp.database import reading
from webapp.extensions import db
from webapp.services import keys, seeding

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
    flask_migrate.upgrade()
    added = seeding.fill_reference_lists()
    is_rebuilt = keys.rebuild()
    db.session.commit()
    if not before:
        click.echo(f"Database created, with {added} values in its lists.")
    elif added or is_rebuilt or before != _heads():
        click.echo("Database upgraded.")


def check_known() -> set[str]:
    """Return the revisions the database is at (none when new); raise a message when this code knows them not."""
    with db.engine.connect() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    known = {script.revision for script in ScriptDirectory(_folder()).walk_revisions()}
    if unknown := found - known:
        raise click.ClickException(
            f"The database was made by a newer version of Comptoir (schema {', '.join(sorted(unknown))}). "
            "Start that version, or restore a backup made before it."
        )
    return found


def check_schema() -> None:
    """Raise a message unless the database has the schema of this version, neither a newer nor an older one."""
    with reading():
        found = check_known()
    if found != _heads():
        raise click.ClickException("The database has not the schema of this version. Run: ./run flask db upgrade")


def _heads() -> set[str]:
    return set(ScriptDirectory(_folder()).get_heads())


def _folder() -> str:
    return str(current_app.extensions["migrate"].directory)
