"""Projects: work for a company (S4)."""

from webapp.models import Project
from webapp.services.linked.keeping import Keeper


class ProjectKeeper(Keeper[Project]):
    model = Project


PROJECTS = ProjectKeeper()
