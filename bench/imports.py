"""The import command as users run it: a file of companies into an empty installation, its time and its memory."""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import world
from bench.databases import application, create_schema
from webapp.config import ROOT
from webapp.extensions import db
from webapp.models import Company, ReferenceItem, Resource
from webapp.services import companies, organisation

#: Values that are records, which a file names: resources by address, values of lists by label.
PEOPLE = ("account_manager", "telemarketer", "sales_rep")
LISTED = {
    name
    for name, column in companies.SHAPE.columns.items()
    if any(key.column.table is ReferenceItem.__table__ for key in Company.__table__.c[column].foreign_keys)
} | {"main_country"}
#: Columns that not every company fills.
OPTIONAL = ("parent_number", "phone_fax")


@dataclass(frozen=True)
class Run:
    """What an import took, and what the same companies take when their rows only have to be inserted."""

    seconds: float
    megabytes: float
    bare_seconds: float


def run(folder: Path, size: int) -> Run:
    """Write a file of `size` companies and import it."""
    file = folder / "companies.csv"
    bare_seconds = _write(file, folder / "bare", size)
    environment = {**os.environ, "INSTANCE_PATH": str(folder / "instance"), "LOG_LEVEL": "WARNING"}
    environment.pop("DATABASE_URL", None)
    _command(environment, "db", "upgrade")
    began = time.perf_counter()
    megabytes = _command(environment, "import", "companies", str(file), "--create-missing")
    return Run(time.perf_counter() - began, megabytes, bare_seconds)


def _write(file: Path, folder: Path, size: int) -> float:
    """Write the file, from a world that is made for it; return how many seconds its rows took to insert."""
    folder.mkdir()
    with application(f"sqlite:///{folder / 'bare.db'}") as app, app.app_context():
        create_schema()
        began = time.perf_counter()
        cast = world.build(size, restricted=False)
        seconds = time.perf_counter() - began
        labels = dict(db.session.execute(select(ReferenceItem.id, ReferenceItem.label_fr)).tuples().all())
        people = dict(db.session.execute(select(Resource.id, Resource.email)).tuples().all())
        rows = (_row(values, labels, people) for values in world.generate(size, cast))
        first = next(rows)
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, [*first, *OPTIONAL])
            writer.writeheader()
            writer.writerow(first)
            writer.writerows(rows)
    return seconds


def _row(values: Mapping[str, Any], labels: Mapping[int, str], people: Mapping[int, str]) -> dict[str, Any]:
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
