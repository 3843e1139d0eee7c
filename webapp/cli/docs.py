"""The pages of the documentation that are printed from the code."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from werkzeug.routing import Rule

from webapp.access.guard import area_of, right_of
from webapp.config import ROOT
from webapp.i18n import force_locale
from webapp.models import HistoryKind
from webapp.services import audit
from webapp.services.history import reading, recording

ACCESS_PAGE = ROOT / "docs" / "access.md"
HISTORY_PAGE = ROOT / "docs" / "history.md"

group = AppGroup("docs", help="Documentation printed from the code.")

INTRODUCTION = """\
# Who may open what

Printed by `./run flask docs access` from the marks of the views; a test fails when it is out of date.
*public*: anyone; *staff*: any signed-in resource, who then sees the records granted to them; *admin*: administrators;
*portal*: any contact whose access is active, or those who hold the right named. The *doors* of a side are for whoever
isn't signed in. Who is signed in on one side is sent back there from every address of the other.

| Address | Methods | For |
|---|---|---|
"""

HISTORY_INTRODUCTION = """\
# What is kept of what happens

Printed by `./run flask docs history` from the tables of the code; a test fails when it is out of date.

## History
On companies, on contacts and on what hangs on companies, written by their services and by imports
(`services/history/recording.py`), in the transaction of the change. Nobody can change or remove an entry; one reads
those about what one may see.

| Kind | Title | Written by |
|---|---|---|
"""

AUDIT_INTRODUCTION = """
## Audit
For administrators, under `/admin/audit` (`services/audit.py`).

| Kind | Title |
|---|---|
"""

#: What writes each kind of entry.
WRITTEN_BY: Mapping[HistoryKind, Callable[..., None]] = {
    HistoryKind.CREATED: recording.created,
    HistoryKind.MODIFIED: recording.modified,
    HistoryKind.COMMENTED: recording.commented,
    HistoryKind.LEFT: recording.modified,
    HistoryKind.JOINED: recording.modified,
    HistoryKind.DELETED: recording.deleted,
    HistoryKind.RESTORED: recording.restored,
    **{kind: recording.portal for kind in HistoryKind if kind.startswith("portal_")},
}
WRITTEN_BY = {kind: WRITTEN_BY.get(kind, recording.told) for kind in HistoryKind}


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@group.command()
@click.option("--to", "target", type=click.Path(path_type=Path), default=ACCESS_PAGE, show_default="docs/access.md")
def access(target: Path) -> None:
    """Write the table of addresses and of the people they are for."""
    target.parent.mkdir(exist_ok=True)
    target.write_text(access_page(current_app), "utf-8")


@group.command()
@click.option("--to", "target", type=click.Path(path_type=Path), default=HISTORY_PAGE, show_default="docs/history.md")
def history(target: Path) -> None:
    """Write the tables of what history and audit keep."""
    target.parent.mkdir(exist_ok=True)
    target.write_text(history_page(), "utf-8")


def history_page() -> str:
    """Return the text of the page, with the titles as a French reader sees them."""
    with current_app.test_request_context(), force_locale("fr"):
        told = [f"| `{kind}` | {title} | {_purpose(WRITTEN_BY[kind])} |\n" for kind, title in reading.TITLES.items()]
        kept = [f"| `{kind}` | {title} |\n" for kind, title in audit.TITLES.items()]
    return HISTORY_INTRODUCTION + "".join(told) + AUDIT_INTRODUCTION + "".join(kept)


def _purpose(write: Callable[..., None]) -> str:
    """Return the first sentence of a function's documentation."""
    return f"`{write.__name__}`: {(write.__doc__ or '').splitlines()[0]}"


def access_page(app: Flask) -> str:
    """Return the text of the page."""
    lines = sorted(_line(app, rule) for rule in app.url_map.iter_rules())
    return INTRODUCTION + "".join(lines)


def _line(app: Flask, rule: Rule) -> str:
    methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    view = app.view_functions[rule.endpoint]
    people, right = area_of(view) or "nobody", right_of(view)
    return f"| `{rule.rule}` | {methods} | {people}{f', `{right}`' if right else ''} |\n"
