"""The conversation with the server: nobody listens in, nobody else answers, and no secret comes out of it (R2)."""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.mail.conftest import stored
from tests.mail.server import MailServer, certificate, serving
from tests.mail.test_delivery import deliver
from tests.world import World
from webapp.config import SettingError, Settings
from webapp.models import MailProblem, MailState
from webapp.services.mail.smtp import Connection, Failure, Server

Write = Callable[..., int]

pytestmark = pytest.mark.usefixtures("db_session")

ACCOUNT = "guichet%40comptoir.example:sesame"


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A certificate for `localhost` that this machine trusts."""
    context, authority = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    return context


def test_starttls_is_used_where_it_is_offered(set_server: Any, write: Write, world: World, tls: Any) -> None:
    with serving(MailServer(), tls=tls) as server:
        set_server(server.url())
        mail_id = write()
        deliver()
    assert stored(mail_id).state is MailState.SENT
    assert server.connections == 2, "it says hello again once nobody listens in"


@pytest.mark.parametrize("implicit", [False, True])
def test_it_signs_in_over_tls(set_server: Any, write: Write, world: World, tls: Any, implicit: bool) -> None:
    with serving(MailServer(), tls=tls, implicit=implicit) as server:
        set_server(server.url(ACCOUNT, scheme="smtps" if implicit else "smtp"))
        mail_id = write()
        deliver()
    assert stored(mail_id).state is MailState.SENT
    assert server.signed_in_as == [b"guichet@comptoir.example"]
    (message,) = server.inbox(world.bruno.email)
    assert message["From"].addresses[0].addr_spec == "guichet@comptoir.example", "the account, for want of a setting"


def test_a_password_is_never_said_in_the_open(server: MailServer, set_server: Any, write: Write) -> None:
    set_server(server.url(ACCOUNT))
    mail_id = write()
    deliver()
    mail = stored(mail_id)
    assert (mail.state, mail.problem) == (MailState.WAITING, MailProblem.TLS)
    assert not server.signed_in_as
    assert not server.messages


@pytest.mark.parametrize("implicit", [False, True])
def test_a_server_nobody_vouches_for_gets_nothing(
    set_server: Any, write: Write, tmp_path: Path, implicit: bool
) -> None:
    context, _authority = certificate(tmp_path)
    with serving(MailServer(), tls=context, implicit=implicit) as server:
        set_server(server.url(ACCOUNT, scheme="smtps" if implicit else "smtp"))
        mail_id = write()
        deliver()
    mail = stored(mail_id)
    assert (mail.state, mail.problem) == (MailState.WAITING, MailProblem.TLS)
    assert "certificate" in mail.last_error
    assert not server.signed_in_as


def test_a_certificate_of_another_name_is_refused(
    set_server: Any, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = certificate(tmp_path, "mail.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with serving(MailServer(), tls=context) as server:
        set_server(server.url())
        mail_id = write()
        deliver()
    assert stored(mail_id).problem is MailProblem.TLS


def test_a_refused_sign_in_is_retried_and_tells_no_secret(
    set_server: Any, write: Write, tls: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(MailServer(), tls=tls) as server:
        set_server(server.url("guichet:chut-chut"))
        mail_id = write()
        deliver()
    mail = stored(mail_id)
    assert (mail.state, mail.problem) == (MailState.WAITING, MailProblem.SIGN_IN)
    assert mail.last_error.startswith("535")
    assert "chut-chut" not in mail.last_error + caplog.text.replace(server.url("guichet:chut-chut"), "")


@pytest.mark.parametrize("secret", ["chut-chut", "Y2h1dC1jaHV0", "AGd1aWNoZXQAY2h1dC1jaHV0"])
def test_a_server_that_repeats_what_it_was_told_is_not_quoted(server: MailServer, secret: str) -> None:
    server.refuse("no-reply@x.example", f"550 {secret} inconnu", at="MAIL")
    known = Server(host="127.0.0.1", port=server.port)
    with Connection(known, "localhost") as connection:
        # Signed in, as it were: what is known as secret is what counts.
        connection._server = replace(known, user="guichet", password="chut-chut")
        connection._smtp = smtplib.SMTP("127.0.0.1", server.port)
        with pytest.raises(Failure) as failure:
            connection.send("no-reply@x.example", "y@x.example", b"")
    assert failure.value.words == "550 *** inconnu"


def test_a_password_outside_ascii_is_not_quoted(set_server: Any, write: Write, tls: Any) -> None:
    with serving(MailServer(), tls=tls) as server:
        set_server(server.url("guichet:s%C3%A9same"))
        mail_id = write()
        deliver()
    mail = stored(mail_id)
    assert mail.problem is MailProblem.SIGN_IN
    assert "same" not in mail.last_error


def test_the_address_of_the_server_is_read() -> None:
    assert Server.from_url("") is None
    for url, host, port, is_tls, user, password in (
        ("smtp://mail.example", "mail.example", 25, False, "", ""),
        ("smtp://a%40b:c%2Fd@mail.example", "mail.example", 587, False, "a@b", "c/d"),
        ("smtp://a:b@mail.example:2525", "mail.example", 2525, False, "a", "b"),
        ("smtps://a:b@[::1]", "::1", 465, True, "a", "b"),
    ):
        server = Server.from_url(url)
        assert server == Server(host=host, port=port, is_tls=is_tls, user=user, password=password)
        assert "password" not in repr(server)


@pytest.mark.parametrize(
    "url", ["smtp://", "smtp://mail.example:99999", "smtp://mail.example:0", "http://mail.example"]
)
def test_a_server_that_cannot_be_stops_the_start(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingError, match="SMTP_URL"):
        Settings.from_environment({"INSTANCE_PATH": str(tmp_path), "SMTP_URL": url})
