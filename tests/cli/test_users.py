"""Resources from the command line (R2)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from click.testing import Result
from sqlalchemy import select, update

from tests.client import Browser
from tests.world import World
from webapp import vault
from webapp.extensions import db
from webapp.models import Resource
from webapp.services import second_factor

Run = Callable[..., Result]
PASSWORD = "quatre péniches avant midi"
CREATE = ("users", "create", "eve@ecluses.example", "--name", "Ève Chênaie", "--admin")


def path_of(result: Result, start: str) -> str:
    url = urlsplit(result.output.strip())
    assert f"{url.scheme}://{url.netloc}" == "http://127.0.0.1:8000"
    assert url.path.startswith(start)
    return url.path


def test_an_admin_is_made_and_signs_in(run: Run, app: Any) -> None:
    run(*CREATE, "--password-stdin", input=f"{PASSWORD}\n")
    browser = Browser(app, lambda name: None)
    browser.get("/login").submit({"email": "eve@ecluses.example", "password": PASSWORD}, form="/login")
    assert "Ève Chênaie" in browser.get("/account")


def test_one_that_exists_is_refused(run: Run, db_session: Any) -> None:
    run(*CREATE, "--password-stdin", input=PASSWORD)
    again = run(
        "users", "create", "EVE@ecluses.example", "--name", "Autre", "--password-stdin", input=PASSWORD, status=1
    )
    assert "Ève Chênaie" in again.output
    assert len(db_session.scalars(select(Resource)).all()) == 1


def test_a_weak_password_is_refused_and_nobody_is_made(run: Run) -> None:
    for weak in ("", "motdepasse123", "evechenaie2026"):
        assert "password" in run(*CREATE, "--password-stdin", input=weak, status=1).output
    assert path_of(run("users", "first-use-link"), "/first-use/")


def test_without_a_password_a_link_is_printed(run: Run, app: Any) -> None:
    address = path_of(run(*CREATE), "/links/")
    Browser(app, lambda name: None).get(address).submit({"password": PASSWORD}, form=address)


def test_the_first_use_link_is_printed_as_long_as_nobody_is_there(run: Run, app: Any) -> None:
    older = path_of(run("users", "first-use-link"), "/first-use/")
    newer = path_of(run("users", "first-use-link"), "/first-use/")
    browser = Browser(app, lambda name: None)
    browser.get(older, status=410)
    browser.get(newer)
    run(*CREATE)
    assert run("users", "first-use-link").output == ""


def test_who_lost_password_and_phone_gets_in_again(run: Run, app: Any, world: World) -> None:
    with app.app_context():
        db.session.execute(update(Resource).values(totp_secret=vault.seal(second_factor.new_secret())))
        db.session.commit()
    address = path_of(run("users", "link", world.anne.email.upper()), "/links/")
    browser = Browser(app, world.person)
    assert browser.get(address).submit({"password": PASSWORD}, form=address).location == "/login/code"
    address = path_of(run("users", "link", world.anne.email, "--without-second-factor"), "/links/")
    assert browser.get(address).submit({"password": PASSWORD}, form=address).location == "/"


def test_nobody_gets_a_link_without_an_account(run: Run) -> None:
    assert "No active resource" in run("users", "link", "personne@x.example", status=1).output
