"""Activities: what is to be done with a company, a contact or an opportunity, and what was (S1)."""

from collections.abc import Mapping
from typing import Any

from webapp.access import Actor, Viewer, visible
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import LazyString, _, _l
from webapp.models import Activity, ActivityKind, Company, HistoryKind
from webapp.services.linked.keeping import Filter, Keeper, Summary

KINDS: Mapping[ActivityKind, LazyString] = {
    ActivityKind.CALL: _l("Appel"),
    ActivityKind.MEETING: _l("Réunion"),
    ActivityKind.TASK: _l("Tâche"),
    ActivityKind.EMAIL: _l("E-mail"),
}


class ActivityKeeper(Keeper[Activity]):
    """Activities; whoever makes one owns it, unless they give it to somebody else."""

    model = Activity
    derived = ("completed_at", "completed_by_id")
    required = ("company", "name", "kind", "owner")

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        return {"kind": ActivityKind.TASK, "owner": viewer.resource_id, **super().starting_values(sources, viewer)}

    def own_problems(self, values: Mapping[str, Any], record: Activity | None) -> dict[str, str]:
        if values.get("due_time") and not values.get("due_on"):
            return {"due_time": _("Indiquez aussi le jour.")}
        return {}

    def tell_created(self, record: Activity, by: Actor) -> None:
        """A contact's activities are told of when they are done, and not before (D17)."""
        if record.contact_id is None or record.opportunity_id is not None:
            super().tell_created(record, by)

    def summary(self) -> Summary:
        return Summary(state=Activity.kind, day=Activity.due_on, owner=Activity.owner_id)

    def state_label(self, state: str) -> str:
        return str(KINDS[ActivityKind(state)])

    def filters(self) -> Mapping[str, Filter]:
        return {
            "state": Filter(
                _l("État"),
                lambda viewer: [("open", _("À faire")), ("done", _("Achevées"))],
                lambda value, viewer: (
                    Activity.completed_at.is_not(None) if value == "done" else Activity.completed_at.is_(None)
                ),
            ),
            "kind": Filter(
                _l("Type"),
                lambda viewer: [(kind.value, str(label)) for kind, label in KINDS.items()],
                lambda value, viewer: Activity.kind == ActivityKind(value),
            ),
            "owner": Filter(
                _l("Responsable"),
                lambda viewer: [("me", _("Moi"))],
                lambda value, viewer: Activity.owner_id == viewer.resource_id,
            ),
        }

    def complete(self, activity: Activity, by: Actor) -> None:
        """Say that an activity is done; one that is stays so (S1, H1 to H3)."""
        if activity.completed_at is None:
            self.act(activity, HistoryKind.COMPLETED, by, completed_at=now(), completed_by_id=by.resource_id)

    def reopen(self, activity: Activity, by: Actor) -> None:
        """Say that an activity is not done after all."""
        if activity.completed_at is not None:
            self.act(activity, HistoryKind.REOPENED, by, completed_at=None, completed_by_id=None)


ACTIVITIES = ActivityKeeper()


def due(viewer: Viewer, limit: int) -> list[Any]:
    """Return the first things a viewer has to do, those that are late first, then by day; those without a day last."""
    company = Company.name.label("company")
    columns = (Activity.id, Activity.name, Activity.kind, Activity.due_on, Activity.due_time, company)
    rows = visible(Activity, viewer, *columns).join(Company, Company.id == Activity.company_id)
    rows = rows.where(Activity.owner_id == viewer.resource_id, Activity.completed_at.is_(None))
    order = (Activity.due_on.is_(None), Activity.due_on, Activity.due_time, Activity.id)
    return list(db.session.execute(rows.order_by(*order).limit(limit)))
