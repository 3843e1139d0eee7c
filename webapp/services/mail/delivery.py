"""What the worker does with the outbox: takes what is due, and writes down what became of it (P4).

A mail is taken for a while, in a transaction of its own; then it is sent, outside of any; then its fate is written, in
another. So it is sent at least once, whoever dies when; and with the same Message-ID each time, once in the eyes of
its reader. Nothing here sends, and nothing commits: the worker does.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, select

from webapp.access import unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import Mail, MailProblem, MailState
from webapp.services.mail import composing, outbox, smtp

log = logging.getLogger(__name__)

#: For how long a mail is taken: longer than sending it can last.
LEASE = timedelta(minutes=15)

#: The pause after the first attempt; each further one doubles it, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)

_WHY = "the worker sends everybody's mail"


@dataclass(frozen=True)
class Outgoing:
    """A mail that was taken, and which attempt at it this is."""

    mail_id: int
    attempt: int
    composed: composing.Composed


def any_due() -> bool:
    """Whether there is anything to send now."""
    return bool(db.session.scalar(unscoped(select(exists().where(*_due())), _WHY)))


def claim() -> Outgoing | None:
    """Take the next mail that is due, which nobody else takes meanwhile; nothing when there is none.

    What can't be sent at all is refused on the way.
    """
    while mail := _next_due():
        if mail.give_up_at <= now():
            _fail(mail, smtp.Failure(MailProblem.TOO_LATE, is_final=True))
            continue
        mail.attempts += 1
        mail.tried_at = now()
        mail.problem, mail.last_error = None, ""
        try:
            composed = composing.compose(mail)
        except smtp.Failure as failure:
            _fail(mail, failure)
            continue
        mail.due_at = now() + LEASE
        return Outgoing(mail.id, mail.attempts, composed)
    return None


def record(outgoing: Outgoing, failure: smtp.Failure | None) -> None:
    """Write what became of a mail: it was sent, or it was not and why.

    A worker that took so long that another one tried meanwhile has only good news to tell.
    """
    kept = select(Mail).where(Mail.id == outgoing.mail_id).with_for_update()
    mail = db.session.scalar(unscoped(kept, _WHY))
    if mail is None:
        return
    if failure is None:
        mail.problem, mail.last_error = None, ""
        outbox.settle(mail, MailState.SENT)
        log.info("mail %d sent", mail.id)
    elif mail.is_waiting and mail.attempts == outgoing.attempt:
        _fail(mail, failure)


def pause_after(attempts: int) -> timedelta:
    """Return how long a mail rests after so many attempts in vain."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 16)), LONGEST_PAUSE)


def _next_due() -> Mail | None:
    due = select(Mail).where(*_due()).order_by(Mail.due_at, Mail.id).limit(1).with_for_update(skip_locked=True)
    return db.session.scalar(unscoped(due, _WHY))


def _due() -> tuple[ColumnElement[bool], ...]:
    return Mail.state == MailState.WAITING, Mail.due_at <= now()


def _fail(mail: Mail, failure: smtp.Failure) -> None:
    """Have a mail tried again later, or refuse it when that is in vain."""
    mail.problem, mail.last_error = failure.problem, failure.words
    mail.due_at = now() + pause_after(max(mail.attempts, 1))
    if failure.is_final or mail.due_at >= mail.give_up_at:
        outbox.settle(mail, MailState.REFUSED)
    log.warning("mail %d not sent (%s), %s", mail.id, failure.problem, mail.state)
