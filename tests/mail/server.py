"""A real mail server, in a thread of the tests, that takes mail or misbehaves as a test wants.

server.refuse("elise@durand.example", "450 4.2.0 Plus tard", times=2)
server.misbehave(Misbehaviour.DIES_AFTER_DATA)
server.inbox("elise@durand.example")       # what this address received, each message as the reader sees it
"""

import asyncio
import email
import email.policy
import socket
import ssl
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from enum import Enum
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from webapp.clock import now


class Misbehaviour(Enum):
    """How the server leaves in the middle of a conversation."""

    DIES_IN_DATA = "after it asked for the content"
    DIES_AFTER_DATA = "after it took the mail, before it says so"


class _Conversation(SMTP):
    async def smtp_DATA(self, arg: str) -> None:
        handler: MailServer = self.event_handler
        if handler.next_misbehaviour(Misbehaviour.DIES_IN_DATA):
            await self.push("354 Vas-y")
            self.transport.close()
            return
        await super().smtp_DATA(arg)


class MailServer:
    """The server, and all it was told and took."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, EmailMessage]] = []
        #: Of each message: from whom the envelope said it was.
        self.senders: list[str] = []
        self.signed_in_as: list[bytes] = []
        self.connections = 0
        self.delay = timedelta()
        self.port = 0
        self._refusals: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._misbehaviours: list[Misbehaviour] = []

    # --- what a test wants -------------------------------------------------------------------------------------------

    def refuse(self, address: str, answer: str, *, times: int = 1, at: str = "RCPT") -> None:
        """Answer this to an address so many times, when it is named (`RCPT`) or has sent its content (`DATA`)."""
        self._refusals[at, address] += [answer] * times

    def misbehave(self, how: Misbehaviour) -> None:
        self._misbehaviours.append(how)

    def inbox(self, address: str) -> list[EmailMessage]:
        """Return what an address received, as mail programs show it: the same Message-ID once."""
        received = {str(message["Message-ID"]): message for to, message in self.messages if to == address}
        return list(received.values())

    def url(self, user: str = "", scheme: str = "smtp", host: str = "localhost") -> str:
        return f"{scheme}://{user + '@' if user else ''}{host}:{self.port}"

    # --- what aiosmtpd calls -----------------------------------------------------------------------------------------

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self._next_refusal("MAIL", address):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 Bien"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if refusal := self._next_refusal("RCPT", address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 Bien"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.delay.total_seconds())
        for address in envelope.rcpt_tos:
            if refusal := self._next_refusal("DATA", address):
                return refusal
            content: Any = envelope.content
            message = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.messages.append((address, message))
            self.senders.append(envelope.mail_from or "")
        if self.next_misbehaviour(Misbehaviour.DIES_AFTER_DATA):
            server.transport.abort()
        return "250 Pris"

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> Any:
        self.signed_in_as.append(data.login)
        # Not "handled": the server is to answer by itself.
        return AuthResult(success=data.password == b"sesame", handled=False)

    def next_misbehaviour(self, how: Misbehaviour) -> bool:
        if how in self._misbehaviours:
            self._misbehaviours.remove(how)
            return True
        return False

    def _next_refusal(self, at: str, address: str) -> str:
        waiting = self._refusals[at, address]
        return waiting.pop(0) if waiting else ""


@contextmanager
def serving(server: MailServer, *, tls: ssl.SSLContext | None = None, implicit: bool = False) -> Iterator[MailServer]:
    """Run the server: plain; with STARTTLS, and accounts, when it is given `tls`; or with TLS from the first byte."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        server.port = door.getsockname()[1]

    class Local(Controller):
        def factory(self) -> SMTP:
            options: dict[str, Any] = {"hostname": "mail.test", "enable_SMTPUTF8": True}
            if tls is not None:
                options |= {"authenticator": server.authenticate, "auth_require_tls": not implicit}
            return _Conversation(server, tls_context=None if implicit else tls, **options)

    controller = Local(server, hostname="127.0.0.1", port=server.port, ssl_context=tls if implicit else None)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def certificate(folder: Path, host: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """Return what a server of this name proves itself with, and the file of the authority to trust for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=400))
        .not_valid_after(now() + timedelta(days=400))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.crt", folder / "mail.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
