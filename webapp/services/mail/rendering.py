"""The words of mails: a folder of templates for each kind, in the language of who gets it (P4).

templates/mail/<kind>/subject.txt    its first lines list what its texts may name
templates/mail/<kind>/body.txt       extends mail/_base.txt
templates/mail/<kind>/body.html      extends mail/_base.html
"""

import re
from functools import partial
from typing import Any, NamedTuple

from flask import current_app

from webapp import i18n
from webapp.i18n import force_locale
from webapp.models import LINK, MailKind
from webapp.services import organisation
from webapp.text import clean_line

MAX_SUBJECT = 400


class Written(NamedTuple):
    """A mail, written; LINK stands where its link goes."""

    subject: str
    text: str
    html: str


def render(kind: MailKind, language: str, timezone: str, *, name: str, has_link: bool, **values: Any) -> Written:
    """Write a mail to `name` in their language, with moments as they are in their time zone."""
    context = {
        "name": clean_line(name),
        "organisation": organisation.load().name,
        "link": LINK if has_link else "",
        "moment": partial(i18n.written_moment, timezone=timezone),
        **values,
    }
    with force_locale(language):
        context["lang"] = i18n.language()
        subject = clean_line(_plain(kind, "subject.txt", context))[:MAX_SUBJECT]
        text = _plain(kind, "body.txt", context)
        html = _template(kind, "body.html").render(context, subject=subject)
    return Written(subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html.strip() + "\n")


def _plain(kind: MailKind, part: str, context: dict[str, Any]) -> str:
    """Render a part that is no HTML: nothing in it is escaped."""
    return str(_template(kind, part).render(context, _=i18n._, ngettext=i18n._n))


def _template(kind: MailKind, part: str) -> Any:
    return current_app.jinja_env.get_template(f"mail/{kind}/{part}")
