"""What the tests of mail share: a server that takes it, and an application that knows the server."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.mail.server import MailServer, serving
from webapp.extensions import db
from webapp.models import Mail, MailKind, Resource
from webapp.services.mail import outbox, reading


@pytest.fixture
def set_server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Start the application, as it were, with this SMTP_URL, and other settings by name."""

    def change(smtp_url: str, **settings: Any) -> None:
        started_with = app.config["SETTINGS"]
        monkeypatch.setitem(app.config, "SETTINGS", replace(started_with, smtp_url=smtp_url, **settings))

    return change


@pytest.fixture
def server(set_server: Callable[..., None]) -> Iterator[MailServer]:
    """A server that takes all it is given; SMTP_URL names it."""
    with serving(MailServer()) as running:
        set_server(running.url())
        yield running


@pytest.fixture
def write(db_session: Any, world: Any) -> Callable[..., int]:
    """Put a mail to one of the people into the outbox, and return its id."""

    def queue(to: str = "bruno", kind: MailKind = MailKind.TEST, **values: Any) -> int:
        resource = db.session.get_one(Resource, world.person(to).id)
        mail = outbox.queue(kind, outbox.to_resource(resource), by=world.viewer("anne"), **values)
        db.session.commit()
        return mail.id

    return queue


def stored(mail_id: int) -> Mail:
    """Return a mail as the database has it now."""
    db.session.rollback()
    mail = reading.get(mail_id)
    assert mail is not None
    db.session.refresh(mail)
    return mail
