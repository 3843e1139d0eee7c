"""Projects: work for a company (S4)."""

from flask import Blueprint

from webapp.blueprints.linked import add_views
from webapp.forms.project import ProjectForm
from webapp.services.projects import PROJECTS

bp = Blueprint("projects", __name__, url_prefix="/projects")

add_views(bp, PROJECTS, ProjectForm)
