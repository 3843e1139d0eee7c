"""A mail of the outbox as it goes over the wire: headers, both texts, the link in its place.

Nothing that was typed can add a header: names and subjects are one line, and the headers are made by a library that
refuses a second one.
"""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import NamedTuple

from flask import current_app
from markupsafe import escape

from webapp.emails import for_servers
from webapp.models import LINK, Mail, MailProblem
from webapp.services import organisation
from webapp.services.mail import outbox, smtp
from webapp.urls import public_host


class Composed(NamedTuple):
    """Who says a mail comes from whom, for whom it is, and all of it as bytes."""

    sender: str
    recipient: str
    content: bytes


def compose(mail: Mail) -> Composed:
    """Make what is sent of a mail; raises smtp.Failure when it can never be sent."""
    sender, recipient = for_servers(sender_address()), for_servers(mail.to_email)
    if sender is None:
        raise smtp.Failure(MailProblem.SENDER, sender_address())
    if recipient is None:
        raise smtp.Failure(MailProblem.ADDRESS, mail.to_email, is_final=True)
    link = outbox.link_of(mail)
    if mail.has_link and link is None:
        raise smtp.Failure(MailProblem.LINK_LOST, is_final=True)
    message = EmailMessage(SMTP if (sender + recipient).isascii() else SMTPUTF8)
    message["From"] = _address(organisation.load().name, sender)
    message["To"] = _address(mail.to_name, recipient)
    message["Subject"] = mail.subject
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    # No machine is to answer: neither a mail of absence nor another robot's.
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.language
    message.set_content(mail.text.replace(LINK, link or ""))
    message.add_alternative(mail.html.replace(LINK, escape(link or "")), subtype="html")
    return Composed(sender, recipient, message.as_bytes())


def sender_address() -> str:
    """Return the address mail comes from: the organisation's setting, else the account it is sent with, else none
    that anybody reads, at the host users know."""
    server = smtp.Server.from_url(current_app.config["SETTINGS"].smtp_url)
    account = server.user if server else ""
    return organisation.load().mail_sender or (account if for_servers(account) else f"no-reply@{public_host()}")


def _address(name: str, email: str) -> Address:
    username, _at, domain = email.rpartition("@")
    return Address(name, username, domain)
