"""Files in and out from the command line (R5)."""

import gc
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import IntegrityError

from webapp.access import SYSTEM
from webapp.cli.db import check_schema
from webapp.config import DEFAULT_LANGUAGE, LANGUAGES, terminal_language
from webapp.database import refresh_statistics
from webapp.extensions import db
from webapp.forms.columns import columns_of
from webapp.forms.company import CompanyForm
from webapp.forms.contact import ContactForm
from webapp.forms.resource import ResourceForm
from webapp.i18n import _, _n, force_locale
from webapp.models import AuditKind, Company, Contact
from webapp.services import audit
from webapp.services import resources as resource_values
from webapp.services.companies import SHAPE as COMPANY
from webapp.services.contacts import SHAPE as CONTACT
from webapp.services.transfer import companies, contacts, records, resources, writing
from webapp.services.transfer.columns import Column
from webapp.services.transfer.importing import Wish
from webapp.services.transfer.reading import Table, open_table
from webapp.services.transfer.report import Report, UnusableFile

import_group = AppGroup("import", help="Bring records in from files.")
export_group = AppGroup("export", help="Write records to files.")

#: What a file may say of a resource.
_OF_RESOURCES = {*resource_values.COLUMNS, "billing_entities"}

#: Imports one kind of record from an open table.
Importer = Callable[[Table, Iterable[Column], Wish], Report]


def init_app(app: Flask) -> None:
    """Register the groups."""
    app.cli.add_command(import_group)
    app.cli.add_command(export_group)


def import_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every import takes."""
    for add in (
        click.option("--create-missing", is_flag=True, help="Add list values and resources that the file names."),
        click.option("--dry-run", is_flag=True, help="Check everything and say what would be done; write nothing."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = add(command)
    return command


@import_group.command("companies")
@import_options
def import_companies(file: Path, dry_run: bool, create_missing: bool) -> None:
    """Create and change companies from a CSV, XLSX or ODS file: all of it, or nothing."""
    run(companies.import_companies, company_columns(), file, dry_run, create_missing)


@import_group.command("contacts")
@import_options
def import_contacts(file: Path, dry_run: bool, create_missing: bool) -> None:
    """Create and change contacts from a CSV, XLSX or ODS file: all of it, or nothing."""
    run(contacts.import_contacts, contact_columns(), file, dry_run, create_missing)


@import_group.command("resources")
@import_options
def import_resources(file: Path, dry_run: bool, create_missing: bool) -> None:
    """Create and change resources from a CSV, XLSX or ODS file: all of it, or nothing."""
    run(resources.import_resources, columns_of([ResourceForm], _OF_RESOURCES), file, dry_run, create_missing)


def company_columns() -> list[Column]:
    return columns_of(CompanyForm.tab_classes, COMPANY.empty)


def contact_columns() -> list[Column]:
    return columns_of(ContactForm.tab_classes, CONTACT.empty)


def run(importer: Importer, columns: Sequence[Column], file: Path, dry_run: bool, create_missing: bool) -> None:
    """Import a file in one transaction, and say what was done or what must be mended first."""
    check_schema()
    # What is here stays; rows are freed without the collector, which would look at all of it again and again.
    gc.freeze()
    with force_locale(terminal_language()), quiet():
        try:
            with open_table(file) as table, progress_bar(_("Import")) as progress:
                wish = Wish(by=SYSTEM, create_missing=create_missing, dry_run=dry_run, progress=progress)
                report = importer(table, columns, wish)
        except UnusableFile as error:
            db.session.rollback()
            raise click.ClickException(f"{file} : {error}") from None
        except IntegrityError:
            db.session.rollback()
            sentence = _("Quelqu’un a enregistré en même temps une des fiches du fichier. Recommencez l’import.")
            raise click.ClickException(sentence) from None
        if report.error_count:
            db.session.rollback()
            for line in report.error_lines():
                click.echo(line, err=True)
            if report.names_missing:
                hint = _("Avec --create-missing, ce que les listes n’ont pas encore y est ajouté.")
                click.echo(hint, err=True)
            raise click.ClickException(_("%(file)s : rien n’a été importé.", file=file))
        if dry_run:
            db.session.rollback()
        else:
            audit.record(AuditKind.IMPORTED, file.name, created=report.created, updated=report.updated)
            db.session.commit()
            refresh_statistics(db.engine)
        for line in report.summary():
            click.echo(line)
        if dry_run:
            click.echo(_("C’était un essai : rien n’a été écrit."))


def export_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every export takes."""
    for add in (
        click.option(
            "--language",
            type=click.Choice(list(LANGUAGES)),
            default=DEFAULT_LANGUAGE,
            show_default=True,
            help="Of the labels of lists.",
        ),
        click.argument("file", type=click.Path(path_type=Path, allow_dash=True)),
    ):
        command = add(command)
    return command


@export_group.command("companies")
@export_options
def export_companies(file: Path, language: str) -> None:
    """Write all companies to a .csv or .xlsx file, or to the standard output as CSV (-)."""
    with writing_out(file):
        total, unnumbered = records.count_live(Company)
        write(companies.export_companies(company_columns(), language), file, total)
        note_export("companies", file, total)
        if unnumbered:
            note = _n(
                "%(num)d société n’a pas d’ID : un import la reconnaît à son nom et à son type de compte.",
                "%(num)d sociétés n’ont pas d’ID : un import les reconnaît à leur nom et à leur type de compte.",
                unnumbered,
            )
            click.echo(note, err=True)


@export_group.command("contacts")
@export_options
def export_contacts(file: Path, language: str) -> None:
    """Write all contacts to a .csv or .xlsx file, or to the standard output as CSV (-)."""
    with writing_out(file):
        total, unnumbered = records.count_live(Contact)
        write(contacts.export_contacts(contact_columns(), language), file, total)
        note_export("contacts", file, total)
        if unnumbered:
            note = _n(
                "%(num)d contact n’a pas de numéro : un import le reconnaît à son nom et à sa société.",
                "%(num)d contacts n’ont pas de numéro : un import les reconnaît à leur nom et à leur société.",
                unnumbered,
            )
            click.echo(note, err=True)


def note_export(what: str, file: Path, total: int) -> None:
    """Keep for the audit what left, and as what."""
    audit.record(AuditKind.EXPORTED, file.name, what=what, rows=total)
    db.session.commit()


@contextmanager
def writing_out(file: Path) -> Iterator[None]:
    """Answer in the terminal's language, and say in a sentence why a file could not be written."""
    check_schema()
    with force_locale(terminal_language()):
        try:
            yield
        except UnusableFile as error:
            raise click.ClickException(f"{file} : {error}") from None
        except BrokenPipeError:
            # Whoever reads has had enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(rows: Iterator[Sequence[str]], file: Path, total: int) -> None:
    """Write a table to where the user wants it; a file is complete or is not there."""
    if str(file) == "-":
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        writing.write_csv(rows, sys.stdout)
        return
    writers = {".csv": writing.write_csv_file, ".xlsx": writing.write_xlsx_file}
    if file.suffix.lower() not in writers:
        raise UnusableFile(_("le nom doit finir par .csv ou .xlsx."))
    if file.is_dir() or not file.parent.is_dir():
        raise UnusableFile(_("ce dossier n’existe pas, ou le fichier est un dossier."))
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".export-") as folder:
        draft = Path(folder) / file.name
        with progress_bar(_("Export")) as progress:
            writers[file.suffix.lower()](counted(rows, progress, total), draft)
        draft.replace(file)


def counted(rows: Iterator[Sequence[str]], progress: Callable[[int, int], None], total: int) -> Iterator[Sequence[str]]:
    for place, row in enumerate(rows):
        if place % 1000 == 0:
            progress(place, total)
        yield row


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the log to what went wrong: a file of people is summed up in a line, not told one by one."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far a command is, on a terminal; the total may be known only once it has begun."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield show
        show(1, 1)
