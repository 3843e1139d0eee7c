"""Resources from files: the people of the organisation, as its own files name them (R1, R5)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from webapp.access import Viewer
from webapp.emails import email_key, normal_email
from webapp.extensions import db
from webapp.i18n import _, force_locale
from webapp.models import Resource, Role
from webapp.services import organisation, resources
from webapp.services.refusal import Refused
from webapp.services.transfer.columns import Column, Kind, read_flag, read_several
from webapp.services.transfer.names import Names
from webapp.services.transfer.reading import Table, check_header, even_rows
from webapp.services.transfer.report import Report, UnusableFile
from webapp.text import clean_line, search_key

REQUIRED = ("name", "email")
_MAX_REFERENCE = 80


def _jobs() -> dict[str, str]:
    """The functions that organisations give in the place of a role, with the job title each stands for."""
    return {
        "account_manager": _("Gestionnaire de compte"),
        "telemarketer": _("Télémarketeur"),
        "sales_rep": _("Commercial"),
        "consultant": _("Consultant"),
    }


def import_resources(
    table: Table,
    fields: Iterable[Column],
    by: Viewer,
    create_missing: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Write the resources of a file and return what was done; errors in the report mean: roll back.

    A row whose `resource_id` or e-mail is known changes that resource, in the columns the file has. Nobody gets a
    password: one chooses it by a link. Raises UnusableFile.
    """
    columns = {"resource_id": Column(name="resource_id", kind=Kind.TEXT, clean=_read_reference)}
    columns |= {column.name: column for column in fields}
    check_header(table.header, list(columns))
    if "resource_id" not in table.header and (missing := [name for name in REQUIRED if name not in table.header]):
        raise UnusableFile(_("Colonnes obligatoires absentes : %(names)s.", names=", ".join(missing)))
    report = Report(notes=list(table.notes))
    run = _Import(table.header, columns, report, by, create_missing)
    for line, cells in even_rows(table, report):
        run.take(line, cells)
        progress(*table.progress())
    return report


def _read_reference(cell: str) -> str:
    value = clean_line(cell)
    if len(value) > _MAX_REFERENCE:
        raise ValueError(
            _("%(count)d caractères au plus ; il y en a %(given)d.", count=_MAX_REFERENCE, given=len(value))
        )
    return value


class _Import:
    """One import under way."""

    def __init__(
        self, header: list[str], columns: Mapping[str, Column], report: Report, by: Viewer, create_missing: bool
    ):
        self._columns = [columns[name] for name in header]
        self._report = report
        self._by = by
        self._names = Names(report, by, create_missing)
        with force_locale(organisation.load().language):
            self._jobs = {name: str(title) for name, title in _jobs().items()}
        self._roles = {role.value: role for role in Role}
        self._roles |= {
            search_key(label): role
            for column in self._columns
            for labels in column.labels.values()
            for role, label in labels.items()
        }
        self._lines: dict[str, int] = {}

    def take(self, line: int, cells: Sequence[str]) -> None:
        """Read and write one row."""
        errors_before = self._report.error_count
        values: dict[str, Any] = {}
        for column, cell in zip(self._columns, cells, strict=True):
            try:
                values |= self._read(column, cell)
            except ValueError as error:
                self._report.refuse(line, str(error), column.name)
        if self._report.error_count > errors_before or not self._is_first(line, values):
            return
        try:
            self._save(values)
        except Refused as refusal:
            for name, message in refusal.errors.items():
                self._report.refuse(line, message, name)

    def _read(self, column: Column, cell: str) -> dict[str, Any]:
        """Return the values a cell gives; an empty one gives none where there must be something."""
        if column.name == "resource_id":
            return {"external_id": reference} if (reference := column.clean(cell)) else {}
        if column.name == "role":
            return self._read_role(clean_line(cell))
        if column.kind is Kind.FLAG:
            return {column.name: read_flag(cell)} if cell else {}
        if column.kind is Kind.BILLING_ENTITIES:
            return {column.name: [self._names.entity(clean_line(one)) for one in read_several(cell)]}
        value = column.clean(cell)
        return {column.name: value} if value or column.name not in ("language", "timezone") else {}

    def _read_role(self, text: str) -> dict[str, Any]:
        """Read a role, or a function: a resource like others, whose job title it is unless the file gives one."""
        if not text:
            return {}
        if job := self._jobs.get(text.casefold().replace(" ", "_")):
            return {"role": Role.RESOURCE, "job": job}
        role = self._roles.get(text.casefold()) or self._roles.get(search_key(text))
        if role is None:
            known = ", ".join([*(role.value for role in Role), *self._jobs])
            raise ValueError(_("« %(text)s » n’est pas une de ces valeurs : %(labels)s.", text=text[:60], labels=known))
        return {"role": role}

    def _is_first(self, line: int, values: Mapping[str, Any]) -> bool:
        """Whether no earlier row is about the same person."""
        keys = {
            "resource_id": values.get("external_id"),
            "email": values.get("email") and email_key(normal_email(values["email"]) or values["email"]),
        }
        for column, key in keys.items():
            if key and (first := self._lines.setdefault(f"{column}:{key}", line)) != line:
                self._report.refuse(line, _("cette valeur est déjà à la ligne %(line)d.", line=first), column)
                return False
        return True

    def _save(self, values: dict[str, Any]) -> None:
        job = values.pop("job", "")
        person = self._find(values)
        if job and not values.get("job_title") and not (person and person.job_title):
            values["job_title"] = job
        if person is None:
            resources.create_resource(values, self._by)
            self._report.created += 1
        elif resources.update_resource(person, values, self._by):
            self._report.updated += 1
        else:
            self._report.unchanged += 1

    def _find(self, values: Mapping[str, Any]) -> Resource | None:
        reference = values.get("external_id")
        person = reference and db.session.scalar(select(Resource).where(Resource.external_id == reference))
        return person or (resources.by_email(normal_email(email) or email) if (email := values.get("email")) else None)
