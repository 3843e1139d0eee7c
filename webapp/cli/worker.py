"""The worker alone: what is done by the clock."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from webapp.worker import Worker


def init_app(app: Flask) -> None:
    """Register the command."""
    app.cli.add_command(worker)


@click.command()
@with_appcontext
def worker() -> None:
    """Do what the clock asks for, until stopped (`./run` starts one by itself)."""
    Worker(current_app._get_current_object()).run()  # type: ignore[attr-defined]
