"""The demonstration world: filling an instance with it, and coming in without a password."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from flask.cli import AppGroup

from webapp.access import SYSTEM
from webapp.extensions import db
from webapp.i18n import _
from webapp.services import demo
from webapp.services.refusal import Refused
from webapp.urls import public_url

group = AppGroup("demo", help="The demonstration: an invented firm and its customers.")


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@group.command()
@click.option("--if-empty", is_flag=True, help="Do nothing, rather than refuse, where there are companies already.")
def fill(if_empty: bool) -> None:
    """Fill an instance that has no company yet with the demonstration."""
    try:
        with quiet():
            demo.fill(SYSTEM)
    except Refused as refusal:
        if if_empty:
            return
        raise click.ClickException(refusal.said) from None
    db.session.commit()
    click.echo(_("Le monde de démonstration est prêt."))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what services note about each record out of the terminal: nobody of this world is to be watched."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@group.command()
def links() -> None:
    """Print a one-time sign-in link for each kind of user."""
    found, contact = demo.sign_in_tokens(), demo.portal_sign_in_token()
    db.session.commit()
    if not found:
        raise click.ClickException(_("Cette installation ne contient pas le monde de démonstration."))
    for resource, token in found:
        label = _("Administratrice") if resource.is_admin else _("Ressource")
        click.echo(f"{label} ({resource.name}) : {public_url('links.follow', token=token)}")
    if contact is not None:
        name, token = contact
        label = _("Contact, dans le portail")
        click.echo(f"{label} ({name}) : {public_url('portal_auth.enter_by_link', token=token)}")
