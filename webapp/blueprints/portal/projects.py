"""« Projets »: what is under way for the contact's company (P8)."""

from flask import request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import PORTAL, access
from webapp.blueprints.portal.base import bp
from webapp.i18n import day
from webapp.models import PortalRight
from webapp.services.portal import projects as reviewed
from webapp.services.projects import BADGES, STATES
from webapp.text import read_id
from webapp.web import page, portal_viewer


@bp.get("/projects")
@access(PORTAL, PortalRight.PROJECT_REVIEW)
def projects() -> Response:
    """The projects, the last first, a page at a time."""
    found = reviewed.browse(portal_viewer(), read_id(request.args.get("before", "")))
    return page("portal/projects.html", found=found, states=STATES, badges=BADGES, day=day)


@bp.get("/projects/<int:record_id>")
@access(PORTAL, PortalRight.PROJECT_REVIEW)
def project(record_id: int) -> Response:
    """One of them; 404 for all others."""
    found = reviewed.get(portal_viewer(), record_id) if record_id < 2**63 else None
    if found is None:
        raise NotFound
    return page("portal/project.html", project=found, states=STATES, badges=BADGES, day=day)
