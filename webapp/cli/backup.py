"""A copy of an instance in one file, and its return."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp.cli.db import check_known, heads, migrate, revisions, unknown_revisions
from webapp.database import refresh_statistics
from webapp.extensions import db
from webapp.services import backup as backups


def init_app(app: Flask) -> None:
    """Register both commands."""
    app.cli.add_command(backup)
    app.cli.add_command(restore)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Write a copy of this instance, as it is at one moment, into a new FILE; people may go on working.

    FILE holds the database and the secret key: who can read it can read everything.
    """
    if check_known() != heads():
        raise click.ClickException("The database has not the schema of this version. Run: ./run flask db upgrade")
    try:
        backups.write(file.absolute(), _instance())
    except FileExistsError:
        raise click.ClickException(f"{file} exists already: choose another name, or remove it first.") from None
    click.echo(f"Backup written: {file} ({file.stat().st_size / 1_000_000:.1f} MB)")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Put what FILE holds into this instance, which must be empty: no people, no companies.

    A backup of an older version is brought to this one's schema; it may come from the other kind of database.
    """
    check_known()
    try:
        with backups.unpacked(file) as copy:
            _bring_up_to_date(copy, file)
            migrate()
            if backups.is_in_use():
                raise click.ClickException("This instance is in use. Restore into a new one: an empty INSTANCE_PATH.")
            backups.restore(copy, _instance())
    except backups.UnusableBackup as error:
        raise click.ClickException(f"{file} cannot be restored. {error}") from None
    refresh_statistics(db.engine)
    click.echo("Restored. If the program is running, start it again.")


def _bring_up_to_date(copy: backups.Backup, file: Path) -> None:
    """Migrate the unpacked copy; refuse one made by a newer version."""
    with copy.engine.connect() as connection:
        found = revisions(connection)
        if unknown := unknown_revisions(found):
            raise click.ClickException(
                f"{file} was made by a newer version of Comptoir (schema {', '.join(sorted(unknown))}): start that one."
            )
        connection.rollback()
        if found != heads():
            migrate(connection)


def _instance() -> Path:
    return Path(current_app.config["SETTINGS"].instance_path)
