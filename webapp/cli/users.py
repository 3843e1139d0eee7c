"""Resources from the command line: the first one, and the one who can no longer get in (R2)."""

import sys

import click
from flask import Flask
from flask.cli import AppGroup

from webapp.access import SYSTEM
from webapp.extensions import db
from webapp.i18n import force_locale
from webapp.models import LinkPurpose, Resource, Role
from webapp.services import accounts, links, resources, second_factor
from webapp.services.refusal import Refused
from webapp.urls import public_url


def init_app(app: Flask) -> None:
    """Register the group."""
    app.cli.add_command(group)


@click.group("users", cls=AppGroup)
def group() -> None:
    """Resources: who signs in."""


@group.command()
@click.argument("email")
@click.option("--name", required=True, help="As colleagues read it.")
@click.option("--admin", is_flag=True, help="Give the role of administrator.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input; else print a link.")
def create(email: str, name: str, admin: bool, password_stdin: bool) -> None:
    """Add a resource. Without a password, print a link that lets them choose one."""
    values = {"email": email.strip(), "name": name.strip(), "role": Role.ADMIN if admin else Role.RESOURCE}
    with force_locale("en"):
        try:
            resource = resources.create_resource(values, by=SYSTEM)
            if password_stdin:
                accounts.set_password(resource, sys.stdin.readline().rstrip("\r\n"))
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from None
    link = None if password_stdin else _password_link(resource)
    db.session.commit()
    click.echo(f"{resource.name} <{resource.email}> can sign in." if link is None else link)


@group.command()
@click.argument("email")
@click.option("--without-second-factor", is_flag=True, help="Also turn their second factor off: a phone was lost.")
def link(email: str, without_second_factor: bool) -> None:
    """Print a new link that lets a resource choose a password; it serves once, and an older one ends."""
    resource = resources.by_email(email.strip())
    if resource is None or not resource.is_active:
        raise click.ClickException(f"No active resource has the address {email}.")
    if without_second_factor:
        second_factor.disable(resource, name=resource.name)
    address = _password_link(resource)
    db.session.commit()
    click.echo(address)


@group.command()
def first_use_link() -> None:
    """Print the link to the first-use page, as long as nobody can sign in; else nothing."""
    if resources.any_exists():
        return
    token = links.create(LinkPurpose.FIRST_USE, None, links.FIRST_USE_LIFETIME)
    db.session.commit()
    click.echo(public_url("first_use.begin", token=token))


def _password_link(resource: Resource) -> str:
    token = links.create(LinkPurpose.CHOOSE_PASSWORD, resource, links.CHOOSE_PASSWORD_LIFETIME)
    return public_url("links.follow", token=token)
