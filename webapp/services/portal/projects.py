"""« Projets »: the projects of a contact's company that were opened to the portal (P8)."""

from typing import Any

from webapp.access import PortalViewer, visible_in_portal
from webapp.extensions import db
from webapp.models import Project, Resource
from webapp.services.portal.listing import Page, page


def browse(viewer: PortalViewer, before: int | None) -> Page:
    """Return a page of them, each with its manager's name."""
    return page(_told(viewer), Project.id, before)


def get(viewer: PortalViewer, project_id: int) -> Any:
    """Return one of them, or nothing: its name, its state, its days, its manager's name, and nothing internal."""
    return db.session.execute(_told(viewer).where(Project.id == project_id)).first()


def _told(viewer: PortalViewer) -> Any:
    columns = (Project.id, Project.name, Project.state, Project.starts_on, Project.ends_on)
    rows = visible_in_portal(Project, viewer, *columns, Resource.name.label("manager"))
    return rows.join(Resource, Resource.id == Project.manager_id)
