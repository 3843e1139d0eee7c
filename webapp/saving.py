"""Saving: all of it or nothing, what was refused beside the fields, and no save that crosses another is lost.

Two saves may cross between what one checks and what it writes: the same company changed twice, the same number or
label given twice. The database lets one pass. The other is undone and its view runs again, on what the first left:
its own checks then say what is in the way, in the words they always use (R4).
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import Flask, flash, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from webapp.extensions import db
from webapp.forms.base import Outcome
from webapp.services import drafts, organisation, references
from webapp.services.refusal import Refused

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

#: How often a view runs at most; each time, another save has passed.
TRIES = 3

#: What PostgreSQL says to a transaction that waits in a circle, or that another has overtaken.
CROSSED_STATES = ("40P01", "40001")


@contextmanager
def saving(form: Outcome) -> Iterator[None]:
    """Commit what is done inside, and the form is `saved`; or undo what a service refuses, and show why in the form.

    What is saved is no draft any more, and whoever saved hears what others changed meanwhile (R4).
    """
    try:
        yield
        if form.has_draft:
            drafts.discard(current_user.resource_id, request.path, request.form.get("draft", "")[:200])
    except Refused as refusal:
        db.session.rollback()
        form.refusal = refusal
        form.refuse(refusal.errors)
    else:
        db.session.commit()
        form.saved = True
        if form.notice:
            flash(form.notice, "info")


class Application(Flask):
    """Flask, in which a view whose save crossed another's runs again."""

    def dispatch_request(self) -> ResponseReturnValue:
        return run_again_when_crossed(super().dispatch_request)


def run_again_when_crossed(run: Callable[[], Answer]) -> Answer:
    """Return what `run` answers; each time its save crosses another's, undo all it did and run it again."""
    before = dict(session)
    for _attempt in range(TRIES - 1):
        try:
            return run()
        except (Refused, StaleDataError, DBAPIError) as error:
            if not _has_crossed(error):
                raise
            log.info("%s crossed another save (%s): it runs again", request.url_rule, type(error).__name__)
        db.session.rollback()
        references.forget()
        organisation.forget()
        session.clear()
        session.update(before)
    return run()


def _has_crossed(error: Exception) -> bool:
    """Whether another save is the reason: where a view lets a refusal pass, it had checked before that all is well."""
    if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
        return getattr(error.orig, "sqlstate", None) in CROSSED_STATES
    return True
