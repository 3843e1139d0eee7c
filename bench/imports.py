"""Imports and exports as users run them: files of companies and of their contacts, into and out of an empty
installation, the time and the memory they take.
"""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import world
from bench.databases import application, create_schema
from webapp.access import unscoped
from webapp.config import ROOT
from webapp.extensions import db
from webapp.models import Company, CompanySearch, Contact, ContactPhone, ContactSearch, ReferenceItem, Resource
from webapp.services import companies, organisation
from webapp.services.search import indexing

#: Values that are records, which a file names: resources by address, values of lists by label.
PEOPLE = ("account_manager", "telemarketer", "sales_rep")
LISTED = {
    name
    for name, column in companies.SHAPE.columns.items()
    if any(key.column.table is ReferenceItem.__table__ for key in Company.__table__.c[column].foreign_keys)
} | {"main_country"}
#: Columns that not every company fills.
OPTIONAL = ("parent_number", "phone_fax")

NOUNS = ("companies", "contacts")
#: Contacts of a company, as in the data sets with which others were measured.
CONTACTS = 2.27


@dataclass(frozen=True)
class Run:
    """What a command took."""

    name: str
    seconds: float
    megabytes: float


def run(folder: Path, size: int) -> tuple[list[Run], float]:
    """Import files of `size` companies and of their contacts, then export them.

    Returns what each command took, and what it takes when the rows only have to be inserted.
    """
    bare_seconds = _write(folder, size)
    environment = {**os.environ, "INSTANCE_PATH": str(folder / "instance"), "LOG_LEVEL": "WARNING"}
    environment.pop("DATABASE_URL", None)
    _command(environment, "db", "upgrade")
    runs = [_timed(environment, "import", noun, str(folder / f"{noun}.csv"), "--create-missing") for noun in NOUNS]
    runs += [_timed(environment, "export", noun, str(folder / f"{noun}-back.csv")) for noun in NOUNS]
    return runs, bare_seconds


def _timed(environment: dict[str, str], verb: str, noun: str, *arguments: str) -> Run:
    began = time.perf_counter()
    megabytes = _command(environment, verb, noun, *arguments)
    return Run(f"{verb} {noun}", time.perf_counter() - began, megabytes)


# --- the files -------------------------------------------------------------------------------------------------------


def _write(folder: Path, size: int) -> float:
    """Write the files, from a world that is made for them; return how many seconds its rows took to insert."""
    bare = folder / "bare"
    bare.mkdir()
    with application(f"sqlite:///{bare / 'bare.db'}") as app, app.app_context():
        create_schema()
        began = time.perf_counter()
        with indexing.at_once(CompanySearch), indexing.at_once(ContactSearch):
            cast = world.build(size, restricted=False)
        seconds = time.perf_counter() - began
        labels = dict(db.session.execute(select(ReferenceItem.id, ReferenceItem.label_fr)).tuples().all())
        people = dict(db.session.execute(select(Resource.id, Resource.email)).tuples().all())
        rows = (_company(values, labels, people) for values in world.generate(size, cast))
        _save(folder / "companies.csv", rows, OPTIONAL)
        _save(folder / "contacts.csv", _contacts(round(size * CONTACTS), labels))
    return seconds


def _save(file: Path, rows: Iterator[dict[str, Any]], optional: Iterable[str] = ()) -> None:
    first = next(rows)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys([*first, *optional])))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)


def _company(values: Mapping[str, Any], labels: Mapping[int, str], people: Mapping[int, str]) -> dict[str, Any]:
    """Return the cells of a company: records by what they are called."""
    row = {name: value for name, value in values.items() if name not in OPTIONAL}
    for name in LISTED & row.keys():
        row[name] = labels.get(row[name], "")
    for name in PEOPLE:
        row[name] = people[row[name]]
    row["allow_engagements"] = int(values["allow_engagements"])
    parent_id = row.pop("parent")
    parent = {"parent_number": organisation.number_text("SOC-", parent_id)} if parent_id else {}
    fax = {"phone_fax": values["phone_fax"]} if "phone_fax" in values else {}
    return row | parent | fax


def _contacts(count: int, labels: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    columns = (Company.company_number, Contact.title_id, Contact.first_name, Contact.last_name, Contact.job_title)
    rows = (
        select(*columns, Contact.email1, ContactPhone.typed.label("phone_office"))
        .join_from(Contact, Company, Company.id == Contact.company_id)
        .join(ContactPhone, ContactPhone.contact_id == Contact.id)
        .order_by(Contact.id)
        .limit(count)
    )
    for row in db.session.execute(unscoped(rows, "a file to import")).mappings():
        values = dict(row)
        yield {"title": labels[values.pop("title_id")], **values}


# --- the commands ----------------------------------------------------------------------------------------------------


def _command(environment: dict[str, str], *arguments: str) -> float:
    """Run a command of the application; return the most memory it held, in MB."""
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp", *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    _process_id, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the command {' '.join(arguments)} failed")
    return used.ru_maxrss / 1024
