"""The pages of the documentation that are printed from the code."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from werkzeug.routing import Rule

from webapp.access.guard import area_of
from webapp.config import ROOT

ACCESS_PAGE = ROOT / "docs" / "access.md"

group = AppGroup("docs", help="Documentation printed from the code.")

INTRODUCTION = """\
# Who may open what

Printed by `./run flask docs access` from the marks of the views; a test fails when it is out of date.
*public*: anyone; *staff*: any signed-in resource, who then sees the records granted to them; *admin*: administrators.

| Address | Methods | For |
|---|---|---|
"""


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@group.command()
@click.option("--to", "target", type=click.Path(path_type=Path), default=ACCESS_PAGE, show_default="docs/access.md")
def access(target: Path) -> None:
    """Write the table of addresses and of the people they are for."""
    target.parent.mkdir(exist_ok=True)
    target.write_text(access_page(current_app), "utf-8")


def access_page(app: Flask) -> str:
    """Return the text of the page."""
    lines = sorted(_line(app, rule) for rule in app.url_map.iter_rules())
    return INTRODUCTION + "".join(lines)


def _line(app: Flask, rule: Rule) -> str:
    methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    return f"| `{rule.rule}` | {methods} | {area_of(app.view_functions[rule.endpoint]) or 'nobody'} |\n"
