"""What the autocompletes fetch while one types."""

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from webapp.access import STAFF, access
from webapp.i18n import _
from webapp.services.lookups import LIMIT, LOOKUPS
from webapp.text import clean_line
from webapp.web import page, viewer

bp = Blueprint("lookups", __name__, url_prefix="/lookups")


@bp.get("/<name>")
@access(STAFF)
def search(name: str) -> Response:
    """The options for `q`; `depends` names the field, sent along, in whose value the search stays."""
    lookup = LOOKUPS.get(name)
    if lookup is None:
        abort(404)
    typed = clean_line(request.args.get("q", ""))[:100]
    within = request.args.get(request.args.get("depends", ""), type=int)
    found = lookup.search(typed, viewer(), within)
    options = [(one.id, one.label, one.detail, one.label) for one in found]
    hint = _("Tapez une lettre de plus pour affiner.") if len(found) == LIMIT else ""
    return page("lookups/page.html", "lookups/_options.html", options=options, hint=hint)
