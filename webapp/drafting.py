"""Which forms keep what is typed into them, and for whom when their session has ended in mid-form."""

from flask import current_app, request
from flask_login import current_user
from werkzeug.exceptions import BadRequest, HTTPException

from webapp import identity
from webapp.extensions import csrf, db
from webapp.services import drafts
from webapp.services.linked.words import WORDS

#: The views whose forms do.
FORMS = tuple(
    f"{pages}.{view}"
    for pages in ("companies", "contacts", *(words.pages for words in WORDS.values()))
    for view in ("new", "edit")
)

#: What an address says when the form is to be shown with the draft that was kept of it.
TAKE_UP = "draft"


def form_at(path: str) -> tuple[str, dict[str, int]] | None:
    """Return the view of a form that keeps drafts and the ids in its address, or nothing for any other address."""
    try:
        endpoint, ids = current_app.url_map.bind("").match(path[:200], method="POST")
    except HTTPException:
        return None
    return (endpoint, dict(ids)) if endpoint in FORMS and path == path[:200] else None


def address(path: str) -> str:
    """Return where a form is shown with its draft."""
    return f"{path}?{TAKE_UP}=1"


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
