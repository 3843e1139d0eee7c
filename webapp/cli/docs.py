"""The pages of the documentation that are printed from the code."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from werkzeug.routing import Rule

from webapp.access.guard import area_of, right_of
from webapp.config import ROOT
from webapp.i18n import force_locale
from webapp.models import HistoryKind, Noun
from webapp.services import audit
from webapp.services.history import reading, recording
from webapp.services.linked.words import WORDS

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

| Kind | Title | Serves | Written by |
|---|---|---|---|
"""

EVENTS_INTRODUCTION = """
### What H1 to H3 ask for
Each event, where it is told, and the entry that tells it; `tests/web/test_history_events.py` has a story of each.

| Requirement | Event | Told as | About |
|---|---|---|---|
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
}
WRITTEN_BY = {kind: WRITTEN_BY.get(kind, recording.told) for kind in HistoryKind}


class Event(NamedTuple):
    """Something that H1, H2 or H3 want told, as a kind of entry about a record: the one itself, or what hangs on it."""

    requirement: str
    what: str
    kind: HistoryKind
    about: Noun | str


#: In the order of the requirements.
EVENTS = (
    Event("H1", "company created", HistoryKind.CREATED, "company"),
    Event("H1", "company modified", HistoryKind.MODIFIED, "company"),
    Event("H1", "engagement created from it", HistoryKind.CREATED, Noun.ENGAGEMENT),
    Event("H1", "invoice validation notice sent to it", HistoryKind.NOTICE_SENT, Noun.INVOICE),
    Event("H1", "activity created from it", HistoryKind.CREATED, Noun.ACTIVITY),
    Event("H1", "activity completed", HistoryKind.COMPLETED, Noun.ACTIVITY),
    Event("H1", "knowledge item created from it", HistoryKind.CREATED, Noun.KNOWLEDGE),
    Event("H1", "project created from it", HistoryKind.CREATED, Noun.PROJECT),
    Event("H1", "comment added", HistoryKind.COMMENTED, "company"),
    Event("H2", "contact created from the company", HistoryKind.CREATED, "contact"),
    Event("H2", "contact modified", HistoryKind.MODIFIED, "contact"),
    Event("H2", "invited to the portal", HistoryKind.PORTAL_INVITED, "contact"),
    Event("H2", "activity created from it completed", HistoryKind.COMPLETED, Noun.ACTIVITY),
    Event("H2", "comment added", HistoryKind.COMMENTED, "contact"),
    Event("H3", "opportunity created from the company", HistoryKind.CREATED, Noun.OPPORTUNITY),
    Event("H3", "opportunity modified", HistoryKind.MODIFIED, Noun.OPPORTUNITY),
    Event("H3", "state changed", HistoryKind.STATE_CHANGED, Noun.OPPORTUNITY),
    Event("H3", "initial close date changed", HistoryKind.DATES_CHANGED, Noun.OPPORTUNITY),
    Event("H3", "revised close date changed", HistoryKind.DATES_CHANGED, Noun.OPPORTUNITY),
    Event("H3", "forecast amount changed", HistoryKind.AMOUNT_CHANGED, Noun.OPPORTUNITY),
    Event("H3", "closed", HistoryKind.CLOSED, Noun.OPPORTUNITY),
    Event("H3", "activity created from it", HistoryKind.CREATED, Noun.ACTIVITY),
    Event("H3", "activity completed", HistoryKind.COMPLETED, Noun.ACTIVITY),
    Event("H3", "engagement created from it", HistoryKind.CREATED, Noun.ENGAGEMENT),
    Event("H3", "comment added", HistoryKind.COMMENTED, Noun.OPPORTUNITY),
)

#: What the other kinds of entries are for.
_BESIDES: Mapping[HistoryKind, str] = {
    HistoryKind.LEFT: "D17",
    HistoryKind.JOINED: "D17",
    HistoryKind.REOPENED: "S1, S2, S7",
    HistoryKind.STATE_CHANGED: "S7",
    HistoryKind.CLOSED: "S7",
    HistoryKind.VALIDATED: "S5",
    HistoryKind.PAID: "S5",
    HistoryKind.ANSWERED: "S7",
    HistoryKind.DOCUMENT_ADDED: "S8",
    HistoryKind.DOCUMENT_REMOVED: "S8",
    HistoryKind.DELETED: "D16",
    HistoryKind.RESTORED: "D16, R3",
    HistoryKind.PORTAL_HANDED_OVER: "P2",
    HistoryKind.PORTAL_PASSWORD_RESET: "P4",
    HistoryKind.PORTAL_REMINDED: "P4",
}


def _serves(kind: HistoryKind) -> str:
    """Return the requirements that a kind of entry serves."""
    asked = dict.fromkeys(event.requirement for event in EVENTS if event.kind is kind)
    besides = _BESIDES.get(kind, "P3" if kind.startswith("portal_") else "")
    return ", ".join([*asked, *([besides] if besides else [])]) or "S1 to S8"


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
        told = [
            f"| `{kind}` | {title} | {_serves(kind)} | {_purpose(WRITTEN_BY[kind])} |\n"
            for kind, title in reading.TITLES.items()
        ]
        events = [
            f"| {one.requirement} | {one.what} | {reading.TITLES[one.kind]} | {_name(one.about)} |\n" for one in EVENTS
        ]
        kept = [f"| `{kind}` | {title} |\n" for kind, title in audit.TITLES.items()]
    history = HISTORY_INTRODUCTION + "".join(told) + EVENTS_INTRODUCTION + "".join(events)
    return history + AUDIT_INTRODUCTION + "".join(kept)


def _name(about: Noun | str) -> str:
    """Return what an entry is about, as a French reader sees it."""
    if isinstance(about, Noun):
        return str(WORDS[about].one)
    return {"company": "Société", "contact": "Contact"}[about]


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
