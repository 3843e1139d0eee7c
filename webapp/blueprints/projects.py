"""Projects: work for a company (S4)."""

from typing import Any

from flask import Blueprint

from webapp.blueprints.linked import add_views
from webapp.forms.project import ProjectForm
from webapp.models import Project
from webapp.services.projects import BADGES, PROJECTS

bp = Blueprint("projects", __name__, url_prefix="/projects")


def _facts(project: Project) -> dict[str, Any]:
    return {"badge_kind": BADGES[project.state]}


add_views(bp, PROJECTS, ProjectForm, _facts)
