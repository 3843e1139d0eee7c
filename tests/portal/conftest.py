"""What the tests of the portal share: Élise, whom Bruno gave access to it, and her browser."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from tests import factories
from tests.client import Browser
from tests.world import World
from webapp.extensions import db
from webapp.models import Contact, PortalAccess

PASSWORD = factories.PASSWORD


@dataclass(frozen=True)
class Guest:
    """A contact with access to the portal, as a test needs to know them."""

    id: int
    name: str
    email: str
    password: str = PASSWORD


def invite(world: World, contact_id: int, sponsor: str = "bruno", **rights: Any) -> Guest:
    """Give a contact access to the portal, with PASSWORD, and these rights."""
    contact = db.session.get(Contact, contact_id, execution_options={"access": "unscoped: tests"})
    assert contact is not None
    access = factories.portal_access(contact, world.viewer(sponsor), **rights)
    access.password_hash = factories.password_hash()
    db.session.commit()
    return Guest(contact.id, contact.name, contact.email1)


def access_of(guest: Guest) -> PortalAccess:
    """Read what a guest was granted, as it is now."""
    db.session.rollback()
    access = db.session.get(PortalAccess, guest.id, populate_existing=True)
    assert access is not None
    return access


@pytest.fixture
def elise(world: World, db_session: Any) -> Guest:
    """Élise, of Durand & Fils, whom Bruno gave access, without any right."""
    return invite(world, world.elise.id)


@pytest.fixture
def visitor(client: Browser, elise: Guest) -> Browser:
    """The browser of Élise, signed in to the portal."""
    return client.as_contact(elise.id)


@pytest.fixture
def stranger(app: Flask, world: World) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(app, world.person)
