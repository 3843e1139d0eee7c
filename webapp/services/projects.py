"""Projects: work for a company, with or without an engagement (S4)."""

from collections.abc import Mapping
from typing import Any

from webapp.access import Viewer
from webapp.i18n import LazyString, _, _l
from webapp.models import Project, ProjectState
from webapp.services.linked.keeping import Filter, Keeper, Summary, mine, one_of

STATES: Mapping[ProjectState, LazyString] = {
    ProjectState.PLANNED: _l("Planifié"),
    ProjectState.ACTIVE: _l("En cours"),
    ProjectState.SUSPENDED: _l("Suspendu"),
    ProjectState.DONE: _l("Terminé"),
    ProjectState.CANCELLED: _l("Annulé"),
}

#: The kind of badge that shows each state.
BADGES: Mapping[ProjectState, str] = {
    ProjectState.PLANNED: "",
    ProjectState.ACTIVE: "info",
    ProjectState.SUSPENDED: "warn",
    ProjectState.DONE: "ok",
    ProjectState.CANCELLED: "",
}


class ProjectKeeper(Keeper[Project]):
    """Projects; whoever makes one manages it, unless they give it to somebody else."""

    model = Project
    required = ("company", "name", "state", "manager")

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        preset = {"state": ProjectState.PLANNED, "manager": viewer.resource_id}
        return {**preset, **super().starting_values(sources, viewer)}

    def own_problems(self, values: Mapping[str, Any], record: Project | None) -> dict[str, str]:
        begin, end = values.get("starts_on"), values.get("ends_on")
        if begin and end and end < begin:
            return {"ends_on": _("La fin ne peut pas précéder le début.")}
        return {}

    def summary(self) -> Summary:
        return Summary(state=Project.state, day=Project.ends_on, owner=Project.manager_id)

    def state_label(self, state: str) -> str:
        return str(STATES[ProjectState(state)])

    def filters(self) -> Mapping[str, Filter]:
        return {
            "state": one_of(_l("État"), Project.state, STATES),
            "manager": mine(Project.manager_id),
        }


PROJECTS = ProjectKeeper()
