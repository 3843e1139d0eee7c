"""« Base de connaissances »: what is published, to read and to search (P9)."""

from flask import request
from werkzeug.wrappers import Response

from webapp.access import PORTAL, access
from webapp.blueprints.portal.base import bp
from webapp.models import PortalRight
from webapp.services import knowledge as items
from webapp.text import clean_line, read_id
from webapp.web import page, portal_viewer


@bp.get("/knowledge")
@access(PORTAL, PortalRight.ONLINE_SUPPORT)
def knowledge() -> Response:
    """What is published, the last first, a page at a time; `q` narrows it."""
    typed = clean_line(request.args.get("q", ""))[:100]
    found = items.browse(portal_viewer(), typed, read_id(request.args.get("before", "")))
    return page("portal/knowledge.html", found=found, typed=typed)


@bp.get("/knowledge/<int:item_id>")
@access(PORTAL, PortalRight.ONLINE_SUPPORT)
def knowledge_item(item_id: int) -> Response:
    """One item."""
    return page("portal/knowledge_item.html", item=items.read(portal_viewer(), item_id))
