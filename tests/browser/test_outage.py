"""The server is killed while somebody types or saves: nothing typed is lost, and the page says what is (R4)."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from tests.browser.steps import Open
from tests.conftest import Complaints
from tests.databases import Database
from tests.world import World
from webapp.access import unscoped
from webapp.config import ROOT, Settings
from webapp.extensions import db
from webapp.models import Company, Draft

#: Longer than the page leaves alone a server that does not answer.
PATIENCE = 20_000


class Server:
    """The application as `./run` serves it, in a process of its own that can be killed and started again."""

    def __init__(self, environment: dict[str, str]):
        self._environment = environment
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            self._port = str(door.getsockname()[1])
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        granian = [
            str(Path(sys.executable).with_name("granian")),
            *("--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", self._port),
            *("--workers", "1", "--blocking-threads", "1", "--no-ws", "--log-level", "error", "webapp:create_app"),
        ]
        self._process = subprocess.Popen(granian, cwd=ROOT, env=self._environment, start_new_session=True)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urlopen(f"{self.url}/readyz", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        pytest.fail("the server does not start")

    def kill(self) -> None:
        """End it as a power cut does, with its workers."""
        if self._process is not None:
            os.killpg(self._process.pid, 9)
            self._process.wait(10)
            self._process = None


@pytest.fixture
def server(app: Flask, database: Database, settings: Settings, world: World, tmp_path: Path) -> Iterator[Server]:
    here = {
        "DATABASE_URL": database.current_url,
        "SECRET_KEY": settings.secret_key,
        "INSTANCE_PATH": str(tmp_path),
        "LOG_LEVEL": "ERROR",
    }
    server = Server({**os.environ, **here})
    server.start()
    yield server
    server.kill()


@pytest.fixture
def bruno(server: Server, browser_page: Open, complaints: Complaints) -> Page:
    complaints.allow("ERR_CONNECTION_REFUSED|Failed to fetch")
    return browser_page("bruno")


def open_dialog(page: Page, server: Server, world: World) -> Locator:
    page.goto(f"{server.url}/companies/{world.durand.id}")
    page.get_by_role("link", name="Modifier").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def type_into(dialog: Locator) -> None:
    """Type into fields of several tabs."""
    dialog.locator("[name=alias]").fill("Jonc")
    dialog.get_by_role("tab", name="Détails").click()
    dialog.get_by_label("Commentaires").fill("Rappeler\nlundi")


def stored(db_session: Any, world: World) -> Company:
    db_session.rollback()
    db_session.expire_all()
    company = db.session.scalar(unscoped(select(Company).where(Company.id == world.durand.id), "a test looks"))
    assert company is not None
    return company


def wait_for_draft(db_session: Any, wanted: str) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        is_kept = any(wanted in draft.content for draft in db_session.scalars(select(Draft)))
        # A transaction left open would keep the server from writing.
        db_session.rollback()
        if is_kept:
            return
        time.sleep(0.2)
    pytest.fail(f"no draft holds {wanted}")


def test_killed_between_typing_and_saving(bruno: Page, server: Server, world: World, db_session: Any) -> None:
    """What was kept is offered when it is back, with everything, and can be saved."""
    dialog = open_dialog(bruno, server, world)
    type_into(dialog)
    expect(dialog.get_by_text("Brouillon enregistré")).to_be_visible()
    server.kill()
    server.start()
    dialog = open_dialog(bruno, server, world)
    dialog.get_by_role("link", name=re.compile("Reprendre le brouillon")).click()
    expect(dialog.locator("[name=alias]")).to_have_value("Jonc")
    dialog.get_by_role("tab", name="Détails").click()
    expect(dialog.get_by_label("Commentaires")).to_have_value("Rappeler\nlundi")
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(dialog).to_be_hidden()
    assert (stored(db_session, world).alias, stored(db_session, world).comments) == ("Jonc", "Rappeler\nlundi")


def test_saving_while_it_is_down(
    bruno: Page, server: Server, world: World, db_session: Any, axe: Callable[[Page], None]
) -> None:
    """The page says so, keeps what was typed, and saves it once the server is back."""
    dialog = open_dialog(bruno, server, world)
    type_into(dialog)
    server.kill()
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(bruno.get_by_text("Le serveur ne répond pas")).to_be_visible()
    axe(bruno)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Commentaires")).to_have_value("Rappeler\nlundi")
    server.start()
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(dialog).to_be_hidden()
    assert stored(db_session, world).alias == "Jonc"


def test_a_draft_that_could_not_be_kept_is_kept_once_it_is_back(
    bruno: Page, server: Server, world: World, db_session: Any
) -> None:
    """Without another key pressed, so that a tab closed later loses nothing; after a save in vain too."""
    dialog = open_dialog(bruno, server, world)
    server.kill()
    type_into(dialog)
    expect(dialog.get_by_text("Brouillon non enregistré")).to_be_visible()
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(bruno.get_by_text("Le serveur ne répond pas")).to_be_visible()
    server.start()
    wait_for_draft(db_session, "Jonc")
