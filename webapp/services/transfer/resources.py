"""Resources from files: the people of the organisation, as its own files name them (R1, R5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from webapp.emails import email_key, normal_email
from webapp.extensions import db
from webapp.i18n import _, force_locale
from webapp.models import Resource, Role
from webapp.services import organisation, resources
from webapp.services.refusal import Refused
from webapp.services.transfer import importing
from webapp.services.transfer.cells import choice_reader
from webapp.services.transfer.columns import Column, Kind
from webapp.services.transfer.importing import Cells, Job, Wish
from webapp.services.transfer.reading import Table
from webapp.services.transfer.report import Report
from webapp.text import clean_line

REQUIRED = ("name", "email")
_MAX_REFERENCE = 80

#: What an empty cell makes of a value; the others stay as they are.
_NOTHING: Mapping[str, Any] = {
    "name": "",
    "email": "",
    "job_title": "",
    "phone_office": "",
    "phone_mobile": "",
    "billing_entities": frozenset(),
}


def _jobs() -> dict[str, str]:
    """The functions that organisations give in the place of a role, with the job title each stands for."""
    return {
        "account_manager": _("Gestionnaire de compte"),
        "telemarketer": _("Télémarketeur"),
        "sales_rep": _("Commercial"),
        "consultant": _("Consultant"),
    }


def import_resources(table: Table, fields: Iterable[Column], wish: Wish) -> Report:
    """Write the resources of a file and return what was done; errors in the report mean: roll back.

    A row whose `resource_id` or e-mail is known changes that resource, in the columns the file has. Nobody gets a
    password: one chooses it by a link. A dry run writes too, for its caller to roll back: there are few. Raises
    UnusableFile.
    """
    columns = [Column(name="resource_id", kind=Kind.TEXT, clean=_read_reference)]
    columns += [_with_jobs(column) if column.name == "role" else column for column in fields]
    wish = replace(wish, dry_run=False)
    return importing.run(table, columns, wish, _Import, identified_by="resource_id", required=REQUIRED)


def _read_reference(cell: str) -> str:
    value = clean_line(cell)
    if len(value) > _MAX_REFERENCE:
        raise ValueError(
            _("%(count)d caractères au plus ; il y en a %(given)d.", count=_MAX_REFERENCE, given=len(value))
        )
    return value


def _job_key(cell: str) -> str:
    return clean_line(cell).casefold().replace(" ", "_")


def _with_jobs(column: Column) -> Column:
    """Return the column of roles, where a function is that of a resource like others."""
    read_role = choice_reader(column)

    def read(cell: str) -> Role:
        if _job_key(cell) in _jobs():
            return Role.RESOURCE
        try:
            return read_role(clean_line(cell).casefold())  # type: ignore[no-any-return]
        except ValueError:
            known = ", ".join([*(role.value for role in Role), *_jobs()])
            message = _("« %(text)s » n’est pas une de ces valeurs : %(labels)s.", text=cell[:60], labels=known)
            raise ValueError(message) from None

    return Column(name=column.name, kind=Kind.TEXT, clean=read)


class _Import:
    """One import under way."""

    def __init__(self, job: Job):
        self._reader = job.reader
        self._report = job.report
        self._by = job.wish.by
        with force_locale(organisation.load().language):
            self._jobs = {name: str(title) for name, title in _jobs().items()}
        self._lines: dict[tuple[str, str], int] = {}

    def take(self, rows: Sequence[Cells]) -> None:
        """Read, check and write some rows."""
        for line, cells in rows:
            errors = self._take(line, cells)
            for name, message in errors.items():
                self._report.refuse(line, message, name)

    def finish(self) -> None:
        """Nothing waits for the end of the file."""

    def _take(self, line: int, cells: Sequence[str]) -> dict[str, str]:
        """Read and write one row; return what is wrong with it, by column."""
        reference, email = self._reader.text(cells, "resource_id"), self._reader.text(cells, "email")
        person = _find(reference, normal_email(email) or email)
        before = resources.values_of(person) if person else {}
        values, errors = self._reader.read(cells, before, _NOTHING)
        if errors := errors or self._repeated(line, reference, values.get("email", "")):
            return errors
        if reference:
            values["external_id"] = reference
        values.pop("resource_id", None)
        if (job := self._jobs.get(_job_key(self._reader.text(cells, "role")))) and not values.get("job_title"):
            values["job_title"] = before.get("job_title") or job
        if set(values.get("billing_entities", ())) == set(before.get("billing_entities", ())):
            # The same ones, in whatever order the file names them.
            values.pop("billing_entities", None)
        try:
            self._save(person, values)
        except Refused as refusal:
            return refusal.errors
        return {}

    def _repeated(self, line: int, reference: str, email: str) -> dict[str, str]:
        """Say that an earlier row is about the same person, if so."""
        for column, key in (("resource_id", reference), ("email", email_key(email))):
            if key and (first := self._lines.setdefault((column, key), line)) != line:
                return {column: _("cette valeur est déjà à la ligne %(line)d.", line=first)}
        return {}

    def _save(self, person: Resource | None, values: dict[str, Any]) -> None:
        if person is None:
            resources.create_resource(values, self._by)
            self._report.created += 1
        elif resources.update_resource(person, values, self._by):
            self._report.updated += 1
        else:
            self._report.unchanged += 1


def _find(reference: str, email: str) -> Resource | None:
    """Return the resource of this reference, or of this address."""
    person = reference and db.session.scalar(select(Resource).where(Resource.external_id == reference))
    return person or (resources.by_email(email) if email else None)
