"""Talking to the mail server that SMTP_URL names; the only file that does.

What goes wrong comes out as a `Failure`, in words that hold no secret of ours.
"""

import base64
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from webapp.models import MailProblem
from webapp.text import clean_line

#: Seconds without a word after which a server is given up. Some look at a mail for long before they take it.
TIMEOUT = 60

#: Letters of what a server says that are kept.
MAX_WORDS = 500


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where mail is handed over."""

    host: str
    port: int
    #: TLS from the first byte (`smtps:`), rather than by STARTTLS.
    is_tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str) -> "Server | None":
        """Read SMTP_URL, whose shape was checked at start; nothing when it is not set."""
        if not url:
            return None
        parts = urlsplit(url)
        user, is_tls = unquote(parts.username or ""), parts.scheme == "smtps"
        default_port = 465 if is_tls else 587 if user else 25
        return cls(
            host=parts.hostname or "",
            port=parts.port or default_port,
            is_tls=is_tls,
            user=user,
            password=unquote(parts.password or ""),
        )


class Failure(Exception):
    """A mail did not leave: why, in whose words, and whether another attempt makes sense."""

    def __init__(self, problem: MailProblem, words: str = "", *, is_final: bool = False, is_general: bool = False):
        super().__init__(f"{problem}: {words}")
        self.problem = problem
        self.words = words
        #: This mail will never be taken.
        self.is_final = is_final
        #: No other mail would be taken now either.
        self.is_general = is_general


class Connection:
    """A conversation with a server, for any number of mails: opened by the first, and anew after it broke off."""

    def __init__(self, server: Server, own_host: str):
        self._server = server
        self._own_host = own_host
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self._smtp.close()

    def send(self, sender: str, recipient: str, content: bytes) -> None:
        """Hand over one mail; raises Failure. After it, the server has taken the mail upon itself."""
        if self._smtp is None or self._smtp.sock is None:
            self._smtp = self._open()
        options = [] if (sender + recipient).isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
        with self._failures_of_one_mail():
            self._smtp.sendmail(sender, [recipient], content, options)

    # --- opening -----------------------------------------------------------------------------------------------------

    def _open(self) -> smtplib.SMTP:
        try:
            with self._failures_of_all():
                smtp = self._connect()
        except ssl.SSLError as error:
            raise self._general(MailProblem.TLS, _words_of(error)) from None
        except OSError as error:
            raise self._general(MailProblem.CONNECTION, _words_of(error)) from None
        try:
            self._secure(smtp)
            self._sign_in(smtp)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _connect(self) -> smtplib.SMTP:
        server, own_host = self._server, self._own_host
        if server.is_tls:
            return smtplib.SMTP_SSL(server.host, server.port, own_host, timeout=TIMEOUT, context=_tls())
        return smtplib.SMTP(server.host, server.port, own_host, timeout=TIMEOUT)

    def _secure(self, smtp: smtplib.SMTP) -> None:
        """Have nobody listen in: by STARTTLS where it is offered, and where a password is to be said, always."""
        with self._failures_of_all():
            smtp.ehlo_or_helo_if_needed()
        if self._server.is_tls:
            return
        if smtp.has_extn("starttls"):
            try:
                smtp.starttls(context=_tls())
                smtp.ehlo_or_helo_if_needed()
            except (OSError, smtplib.SMTPException) as error:
                raise self._general(MailProblem.TLS, _words_of(error)) from None
        elif self._server.user:
            raise self._general(MailProblem.TLS, "it offers no STARTTLS, and a password is said over TLS only")

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        if not self._server.user:
            return
        try:
            smtp.login(self._server.user, self._server.password)
        except UnicodeError:
            # Its own words would quote the password.
            raise self._general(MailProblem.SIGN_IN, "a user or a password outside ASCII") from None
        except (OSError, smtplib.SMTPException) as error:
            raise self._general(MailProblem.SIGN_IN, _words_of(error)) from None

    # --- what goes wrong ---------------------------------------------------------------------------------------------

    def _general(self, problem: MailProblem, words: str) -> Failure:
        return Failure(problem, self._without_secrets(words), is_general=True)

    @contextmanager
    def _failures_of_all(self) -> Iterator[None]:
        """Tell of a server that turns everybody away."""
        try:
            yield
        except smtplib.SMTPException as error:
            raise self._general(MailProblem.CONNECTION, _words_of(error)) from None

    @contextmanager
    def _failures_of_one_mail(self) -> Iterator[None]:
        """Tell what a server said to one mail: 4xx is for now, 5xx for good."""
        try:
            yield
        except smtplib.SMTPNotSupportedError:
            raise Failure(MailProblem.ADDRESS, "it offers no SMTPUTF8", is_final=True) from None
        except smtplib.SMTPRecipientsRefused as error:
            raise self._said(*next(iter(error.recipients.values()))) from None
        except smtplib.SMTPSenderRefused as error:
            # Our own address, whoever the mail is for: not the fault of the mail.
            raise self._general(MailProblem.SENDER, _words_of(error)) from None
        except smtplib.SMTPResponseException as error:
            raise self._said(error.smtp_code, error.smtp_error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Failure(MailProblem.CONNECTION, self._without_secrets(_words_of(error))) from None

    def _said(self, code: int, words: bytes | str) -> Failure:
        said = self._without_secrets(_answer(code, words))
        return Failure(MailProblem.SERVER, said, is_final=500 <= code < 600)

    def _without_secrets(self, words: str) -> str:
        """Return what a server said, in case it repeats what was said to it."""
        user, password = self._server.user, self._server.password
        for secret in (f"\0{user}\0{password}", password, user):
            for form in (secret, base64.b64encode(secret.encode()).decode()):
                if secret:
                    words = words.replace(form, "***")
        return words


def _tls() -> ssl.SSLContext:
    """Return what checks certificates, by the authorities this machine trusts (or those of SSL_CERT_FILE)."""
    return ssl.create_default_context()


def _words_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return clean_line(str(error) or type(error).__name__)[:MAX_WORDS]


def _answer(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return clean_line(f"{code} {text}")[:MAX_WORDS]
