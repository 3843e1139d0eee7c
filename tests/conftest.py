"""The application, a fresh database for each test, the people of the world, and browsers.

What to ask for:

    client          a checking browser without scripts (`client.as_("bruno").get("/")`); nearly every test of a page
    world           the people and the companies they see (tests/world.py)
    db_session      an application context and its session, for tests of services and to look at what was stored
    run             runs a command: `run("users", "create", ...)`
    starts          what takes long to make is made once and copied: `starts.give("full", fill)`
    queries         counts the statements of a block: `with queries() as seen: ...; assert len(seen) <= 3`
    browser_page    a page of Chromium, signed in: `browser_page("bruno")`; no_script_page, the same without scripts
    axe             fails when a page has any defect of accessibility: `axe(page)`
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Condition, Thread
from typing import Any, TypeVar

import click.testing
import flask_migrate
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, has_app_context
from playwright.sync_api import expect
from sqlalchemy import event
from sqlalchemy.orm import scoped_session
from werkzeug.serving import make_server

from tests import world as world_module
from tests.client import Browser, sign_in
from tests.databases import TEMPLATE, Database, Postgres, Sqlite
from tests.world import World
from webapp import create_app
from webapp.cli import Commands
from webapp.config import Settings
from webapp.database import set_reading
from webapp.extensions import db
from webapp.services import seeding, workflows


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=("sqlite", "postgres"), default="sqlite", help="the database the tests run on")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations once, before the processes that share the tests begin."""
    if not hasattr(config, "workerinput"):
        for source in Path(create_app.__code__.co_filename).parent.glob("translations/*/LC_MESSAGES/*.po"):
            with source.open("rb") as file, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(file, locale=source.parts[-3]))


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('--db')}"


# --- the application and its database ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Any]:
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    postgres = request.config.getoption("--db") == "postgres"
    database = Postgres(shared, worker_id) if postgres else Sqlite(shared, own)
    yield database
    database.close()


@pytest.fixture(scope="session")
def settings(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        instance_path=tmp_path_factory.mktemp("instance"),
        database_url=database.url,
        secret_key="only for tests",
        sqlite_synchronous="NORMAL",
        log_level="WARNING",
    )


class Attended:
    """The application, open while a test has its database: a browser that was closed may still ask something."""

    def __init__(self, answer: Callable[..., Any]):
        self._answer = answer
        self._is_open = False
        #: How many requests it is answering.
        self._count = 0
        self._changed = Condition()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with self._changed:
            if not self._is_open:
                start_response("503 Service Unavailable", [])
                return []
            self._count += 1
        try:
            return self._answer(environ, start_response)
        finally:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    def open(self) -> None:
        self._is_open = True

    def close(self) -> None:
        """Answer nobody any more, and wait until everybody has their answer."""
        with self._changed:
            self._is_open = False
            assert self._changed.wait_for(lambda: not self._count, timeout=30), "a request never ends"


@pytest.fixture(scope="session")
def session_app(settings: Settings, database: Any) -> Iterator[Flask]:
    """The application, once for all tests; ask for `app` instead."""
    app = create_app(settings)
    app.wsgi_app = Attended(app.wsgi_app)  # type: ignore[method-assign]
    with app.app_context():
        engine = db.engine
        database.redirect(engine)

        def fill() -> None:
            flask_migrate.upgrade()
            seeding.fill_reference_lists()
            workflows.fill()
            db.session.commit()
            db.session.remove()
            # The last connection of SQLite to leave brings everything into the one file.
            engine.dispose()

        database.build_template(fill)
    yield app
    with app.app_context():
        engine.dispose()


#: The name of the fixture that is the world, and of the start that holds it.
WORLD = "world"

Made = TypeVar("Made")


class Starts:
    """What tests start from, made by one of them and copied for the others: a process builds each but once."""

    def __init__(self, app: Flask, database: Any, worker: str):
        self._app = app
        self._database = database
        self._worker = worker
        #: What each `build` returned.
        self.made: dict[str, Any] = {}
        #: Whether nobody wrote anything since the running test was put where it is.
        self.is_untouched = True
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._note)

    def empty(self) -> None:
        """Put the running test where nobody is there yet."""
        self._put(TEMPLATE)

    def in_the_world(self) -> None:
        """Put it in the small world."""
        if WORLD not in self.made:
            self.empty()
        self.give(WORLD, world_module.build)

    def give(self, name: str, build: Callable[[], Made]) -> Made:
        """Put the running test where `build` leads from where it is, and return what `build` did: plain values."""
        template = f"start_{self._worker}_{name}"
        if name not in self.made:
            with self._app.app_context():
                db.session().expire_on_commit = False
                self.made[name] = build()
                db.session.commit()
            self._leave()
            self._database.build_template(lambda: None, template)
        self._put(template)
        return self.made[name]  # type: ignore[no-any-return]

    def _put(self, template: str) -> None:
        self._leave()
        self._database.renew(template)
        self.is_untouched = True

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SELECT")):
            self.is_untouched = False

    def _leave(self) -> None:
        """Close what is open on the database: it is copied, or another takes its place."""
        if has_app_context():
            db.session.remove()
            db.session().expire_on_commit = False
        with self._app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def starts(session_app: Flask, database: Any, worker_id: str) -> Starts:
    return Starts(session_app, database, worker_id)


@pytest.fixture
def app(session_app: Flask, starts: Starts, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a database of this test alone: migrated, seeded, and empty of people.

    When the test asks for `world` by name, they are there from the beginning.
    """
    if WORLD in request.node.fixturenames:
        starts.in_the_world()
    else:
        starts.empty()
    set_reading(False)
    session_app.wsgi_app.open()  # type: ignore[attr-defined]
    yield session_app
    session_app.wsgi_app.close()  # type: ignore[attr-defined]
    with session_app.app_context():
        db.engine.dispose()


@pytest.fixture
def db_session(app: Flask) -> Iterator["scoped_session[Any]"]:
    """An application context and its session. Records stay readable after a commit without asking again."""
    with app.app_context():
        db.session().expire_on_commit = False
        yield db.session
        db.session.rollback()


@pytest.fixture
def world(app: Flask, starts: Starts, request: pytest.FixtureRequest) -> World:
    if WORLD not in request.node.fixturenames:
        # Somebody was named in the middle of a test.
        if not starts.is_untouched:
            with app.app_context():
                db.session().expire_on_commit = False
                return world_module.build()
        starts.in_the_world()
    return starts.made[WORLD]  # type: ignore[no-any-return]


@pytest.fixture
def client(app: Flask, request: pytest.FixtureRequest) -> Browser:
    """A browser in which nobody is signed in; `client.as_("anne")` gives hers."""
    return Browser(app, lambda name: request.getfixturevalue("world").person(name))


@pytest.fixture
def run(app: Flask) -> Callable[..., click.testing.Result]:
    """Run a command on the database of this test and return its result; other failures than exits are raised."""

    def call(*arguments: str, input: str | None = None, status: int = 0) -> click.testing.Result:
        commands = Commands(create_app=lambda: app, load_dotenv=False)
        result = click.testing.CliRunner().invoke(commands, arguments, input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return result

    return call


@pytest.fixture
def queries(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collect the statements that reach the database during a block, whoever sends them."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                seen.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect


# --- Chromium ----------------------------------------------------------------------------------------------------

#: The messages Chromium writes by itself for answers that are part of the conversation: refused forms, conflicts.
EXPECTED_MESSAGES = re.compile(r"the server responded with a status of (409|422)")


@pytest.fixture(scope="session")
def live_server(session_app: Flask) -> Iterator[str]:
    """Serve the application from a thread of this process, on whatever database the running test has."""

    def answer_at_once(environ: Any, start_response: Any) -> list[bytes]:
        # Werkzeug's server leaves a file open when a browser that is closed hangs up in the middle of it.
        answer = session_app(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            getattr(answer, "close", lambda: None)()

    server = make_server("127.0.0.1", 0, answer_at_once, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    flags = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"]
    installed = shutil.which("chromium")
    if installed is None:
        return browser_type_launch_args
    return {**browser_type_launch_args, "executable_path": installed, "args": ["--no-sandbox", *flags]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], live_server: str) -> dict[str, Any]:
    # Nothing moves: what is measured is the page, not the middle of a transition.
    still = {"reduced_motion": "reduce", "locale": "fr-FR", "timezone_id": "Europe/Paris"}
    return {**browser_context_args, "base_url": live_server, **still}


class Complaints:
    """What a browser complained of: errors of scripts, of the content policy, of the network."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._allowed = [EXPECTED_MESSAGES]

    def allow(self, pattern: str) -> None:
        """Say that this test provokes messages that match `pattern`."""
        self._allowed.append(re.compile(pattern))

    def listen(self, context: Any) -> None:
        context.on("console", self._on_message)
        context.on("weberror", lambda error: self.heard.append(f"error: {error.error}"))

    def left(self) -> list[str]:
        return [text for text in self.heard if not any(pattern.search(text) for pattern in self._allowed)]

    def _on_message(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(f"{message.type}: {message.text}")


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails the test when a browser complained of anything it does not `allow`."""
    complaints = Complaints()
    yield complaints
    assert not complaints.left(), "the browser complains:\n" + "\n".join(complaints.left())


@pytest.fixture
def new_listened_context(app: Flask, complaints: Complaints, new_context: Any) -> Callable[..., Any]:
    # A machine that is busy with other tests is slow, not wrong.
    patience = 10_000
    expect.set_options(timeout=patience)

    def make(**options: Any) -> Any:
        context = new_context(**options)
        context.set_default_timeout(patience)
        complaints.listen(context)
        return context

    return make


@pytest.fixture
def context(new_listened_context: Callable[..., Any]) -> Any:
    return new_listened_context()


@pytest.fixture
def browser_page(
    new_listened_context: Callable[..., Any], request: pytest.FixtureRequest, live_server: str
) -> Callable[..., Any]:
    """Open a page of Chromium in which this person is signed in; `options` are those of Playwright's contexts."""

    def open_for(name: str, **options: Any) -> Any:
        app, world = request.getfixturevalue("app"), request.getfixturevalue("world")
        context = new_listened_context(**options)
        visitor = Browser(app, world.person)
        visitor.run(visitor.remember, sign_in(app, world.person(name).id))
        cookie = visitor.cookie(app.config["SESSION_COOKIE_NAME"])
        context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": live_server}])
        return context.new_page()

    return open_for


@pytest.fixture
def no_script_page(browser_page: Callable[..., Any]) -> Callable[..., Any]:
    """The same, in a browser that runs no script."""
    return lambda name, **options: browser_page(name, java_script_enabled=False, **options)


@pytest.fixture
def axe() -> Callable[[Any], None]:
    """Fail when axe finds any violation on the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: Any) -> None:
        found = Axe().run(page)
        assert not found.response["violations"], found.generate_report()

    return check
