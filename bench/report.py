"""What was measured, as tables: printed, and kept in RESULTS.md with the date and the machine."""

import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from webapp.clock import now

RESULTS = Path(__file__).with_name("RESULTS.md")
INTRODUCTION = """\
# Results of the benchmarks

Written by `./run bench`, which replaces the parts it measures again. Times depend on the machine and on what else it
does: what counts are the ratios, between measures taken in turn in the same run on the same server. The ids are those
of the targets.
"""
MET, MISSED, NOT_AIMED_AT = "met", "**missed**", "·"


@dataclass
class Table:
    """One part of the results: a title with the id of its target, what it says, and its lines."""

    title: str
    headings: Sequence[str]
    says: str = ""
    rows: list[Sequence[str]] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        self.rows.append([str(cell) for cell in cells])

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.headings, *self.rows, strict=True)]
        lines = [self.headings, ["-" * width for width in widths], *self.rows]
        table = "\n".join(
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
            for line in lines
        )
        return f"## {self.title}\n\n{machine()}\n\n{self.says}\n\n{table}\n"


def verdict(value: float, *, at_least: float | None = None, at_most: float | None = None) -> str:
    """Say whether a value is what was aimed at."""
    missed = (at_least is not None and value < at_least) or (at_most is not None and value > at_most)
    return MISSED if missed else MET


def machine() -> str:
    """Say when and on what the measures are taken, and how busy it was."""
    processor = platform.processor() or platform.machine()
    packages = ", ".join(f"{name} {version(name)}" for name in ("granian", "Flask", "SQLAlchemy", "Jinja2"))
    load = os.getloadavg()[0]
    return (
        f"{now():%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores ({processor}), Python {platform.python_version()}, "
        f"{packages}, SQLite {sqlite3.sqlite_version}; the machine's load was {load:.1f}."
    )


def keep(table: Table) -> None:
    """Print a part, and put it in RESULTS.md in place of the one of the same title."""
    print(f"\n{table}", flush=True)
    _introduction, *parts = RESULTS.read_text("utf-8").split("\n## ") if RESULTS.exists() else [INTRODUCTION]
    kept = {part.partition("\n")[0]: f"## {part}".strip() for part in parts}
    kept[table.title] = str(table).strip()
    text = "\n\n".join([INTRODUCTION.strip(), *(kept[title] for title in sorted(kept))])
    RESULTS.write_text(text + "\n", "utf-8")


def say(what: str) -> None:
    """Tell whoever waits what is being measured."""
    print(what, file=sys.stderr, flush=True)
