"""A mail of the outbox as it goes over the wire: headers, both texts, the link in its place.

Nothing that was typed can add a header.
"""

from email.errors import MessageError
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
from webapp.text import clean_line
from webapp.urls import public_host


class Composed(NamedTuple):
    """Who says a mail comes from whom, for whom it is, and all of it as bytes."""

    sender: str
    recipient: str
    content: bytes


def compose(mail: Mail) -> Composed:
    """Make what is sent of a mail; raises smtp.Failure when it can never be sent."""
    sender, recipient = sender_address(), for_servers(mail.to_email)
    if recipient is None:
        raise smtp.Failure(MailProblem.ADDRESS, mail.to_email, is_final=True)
    link = outbox.link_of(mail)
    if mail.has_link and link is None:
        raise smtp.Failure(MailProblem.LINK_LOST, is_final=True)
    try:
        return Composed(sender, recipient, _message(mail, sender, recipient, link or "").as_bytes())
    except (ValueError, MessageError):
        # Whatever it is in it, the others must not wait behind it.
        raise smtp.Failure(MailProblem.ADDRESS, mail.to_email, is_final=True) from None


def _message(mail: Mail, sender: str, recipient: str, link: str) -> EmailMessage:
    message = EmailMessage(SMTP if (sender + recipient).isascii() else SMTPUTF8)
    message["From"] = _address(organisation.load().name, sender)
    message["To"] = _address(mail.to_name, recipient)
    message["Subject"] = _typed(mail.subject)
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    # No machine is to answer: neither a mail of absence nor another robot's.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text.replace(LINK, link))
    message.add_alternative(mail.html.replace(LINK, escape(link)), subtype="html")
    message["Content-Language"] = mail.language
    return message


def sender_address() -> str:
    """Return the address mail comes from, as servers write it: the organisation's setting, else the account it is
    sent with, else one that nobody reads, at the host users know."""
    server = smtp.Server.from_url(current_app.config["SETTINGS"].smtp_url)
    for chosen in (organisation.load().mail_sender, server.user if server else ""):
        if address := for_servers(chosen):
            return address
    return f"no-reply@{public_host()}"


def _address(name: str, email: str) -> Address:
    username, _at, domain = email.rpartition("@")
    return Address(_typed(name), username, domain)


def _typed(text: str) -> str:
    """Return what somebody typed, for a header: one line, in which nothing looks like text that is encoded already.

    The library would decode it, and a line end in it would begin another header.
    """
    return clean_line(text).replace("=?", "= ?")
