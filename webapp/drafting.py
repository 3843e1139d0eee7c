"""Which forms keep what is typed into them, and for whom when their session has ended in mid-form."""

from typing import Any

from flask import current_app, request, url_for
from flask_login import current_user
from werkzeug.exceptions import BadRequest, HTTPException

from webapp import identity
from webapp.extensions import csrf, db
from webapp.services import drafts
from webapp.services.linked.words import WORDS

#: The views whose forms do, and of each the view that shows its form.
_PAGES = ("companies", "contacts", *(words.pages for words in WORDS.values()))
FORMS = {
    **{f"{pages}.{view}": f"{pages}.{view}" for pages in _PAGES for view in ("new", "edit")},
    "history.comment_company": "history.of_company",
    "history.comment_contact": "history.of_contact",
    **{f"{words.pages}.comment": f"{words.pages}.history" for words in WORDS.values()},
}

#: What an address says when the form is to be shown with the draft that was kept of it.
TAKE_UP = "draft"


def form_at(path: str) -> tuple[str, dict[str, Any]] | None:
    """Return the view of a form that keeps drafts and the ids in its address, or nothing for any other address."""
    try:
        endpoint, ids = current_app.url_map.bind("").match(path[:200], method="POST")
    except HTTPException:
        return None
    return (endpoint, dict(ids)) if endpoint in FORMS and path == path[:200] else None


def form_shown() -> str | None:
    """Return the address of the form that the view of this request shows, if it shows one that keeps drafts."""
    form = next((form for form, shown_by in FORMS.items() if shown_by == request.endpoint), None)
    return url_for(form, **(request.view_args or {})) if form else None


def page_of(path: str) -> str | None:
    """Return where the form at `path` is shown; nothing for an address of no form that keeps drafts."""
    form = form_at(path)
    return url_for(FORMS[form[0]], **form[1]) if form else None


def address(path: str) -> str:
    """Return where the form at `path`, which keeps drafts, is shown with its draft."""
    return f"{page_of(path)}?{TAKE_UP}=1"


def keep_of_ended_session() -> str | None:
    """Keep what was just posted by somebody whose session has ended, and return where they find it again.

    It is kept for whom the session was and for nobody else: whoever signs in next may be another person.
    """
    if request.method != "POST" or current_user.is_authenticated or request.endpoint not in FORMS:
        return None
    resource_id = identity.owner_of_ended_session()
    if resource_id is None:
        return None
    try:
        csrf.protect()
        drafts.keep(resource_id, request.path, drafts.encoded(request.form.items(multi=True)))
    except (BadRequest, drafts.Unfit):
        return None
    db.session.commit()
    return address(request.path)
