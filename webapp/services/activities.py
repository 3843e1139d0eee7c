"""Activities: what is to be done with a company, a contact or an opportunity, and what was (S1)."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam

from webapp.access import Actor, Viewer, seen_by, visible_to_all
from webapp.clock import now, today
from webapp.extensions import db
from webapp.i18n import LazyString, _, _l, choose_timezone
from webapp.models import Activity, ActivityKind, Company, HistoryKind
from webapp.services.linked.keeping import Filter, Keeper, Order, Summary, mine, one_of

KINDS: Mapping[ActivityKind, LazyString] = {
    ActivityKind.CALL: _l("Appel"),
    ActivityKind.MEETING: _l("Réunion"),
    ActivityKind.TASK: _l("Tâche"),
    ActivityKind.EMAIL: _l("E-mail"),
}


#: By when something is due: its name, and the first and last day, from today on.
DUE: Mapping[str, tuple[LazyString, tuple[int | None, int | None]]] = {
    "late": (_l("En retard"), (None, -1)),
    "today": (_l("Aujourd’hui"), (0, 0)),
    "week": (_l("Dans les sept jours"), (0, 6)),
    "later": (_l("Plus tard"), (7, None)),
}


class ActivityKeeper(Keeper[Activity]):
    """Activities; whoever makes one owns it, unless they give it to somebody else."""

    model = Activity
    derived = ("due_key", "completed_at", "completed_by_id")
    required = ("company", "name", "kind", "owner")

    asked_first: ClassVar[Mapping[str, str]] = {"state": "open"}

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        """It is the viewer's own, and about whom the opportunity it is made from is."""
        values = {"kind": ActivityKind.TASK, "owner": viewer.resource_id, **super().starting_values(sources, viewer)}
        if opportunity := sources.get("opportunity"):
            values.setdefault("contact", opportunity.contact_id)
        return values

    def own_problems(self, values: Mapping[str, Any], record: Activity | None) -> dict[str, str]:
        if values.get("due_time") and not values.get("due_on"):
            return {"due_time": _("Indiquez aussi le jour.")}
        return {}

    def columns(self, values: Mapping[str, Any], record: Activity) -> dict[str, Any]:
        return {**super().columns(values, record), "due_key": due_key(values["due_on"], values["due_time"])}

    def tell_created(self, record: Activity, by: Actor) -> None:
        """A contact's activities are told of when they are done, and not before (D17)."""
        if record.contact_id is None or record.opportunity_id is not None:
            super().tell_created(record, by)

    def summary(self) -> Summary:
        return Summary(state=Activity.kind, day=Activity.due_on, owner=Activity.owner_id)

    def order(self, asked: Mapping[str, str]) -> Order:
        """What is to be done by its day, the first to come first; what was done, the last first."""
        match asked.get("state"):
            case "open":
                return Order(("due_key", "id"), descending=False)
            case "done":
                return Order(("completed_at", "id"))
        return super().order(asked)

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
            "due": Filter(
                _l("Échéance"),
                lambda viewer: [(name, str(label)) for name, (label, _days) in DUE.items()],
                lambda value, viewer: _is_due(*DUE[value][1]),
            ),
            "kind": one_of(_l("Type"), Activity.kind, KINDS),
            "owner": mine(Activity.owner_id),
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


def due_key(due_on: date | None, due_time: str) -> str:
    """Return the text by which a day and an hour sort: no hour after the others of the day, no day after all."""
    return f"{due_on} {due_time or '99:99'}" if due_on else "9999"


def is_late(due_on: date | None) -> bool:
    """Whether the day by which something was to be done has passed, where the reader is."""
    return due_on is not None and due_on < today(choose_timezone())


def _is_due(first: int | None, last: int | None) -> ColumnElement[bool]:
    """Return the condition that something is due within some days, counted from today, where the reader is."""
    here = today(choose_timezone())
    bounds = []
    if first is not None:
        bounds.append(Activity.due_on >= here + timedelta(days=first))
    if last is not None:
        bounds.append(Activity.due_on <= here + timedelta(days=last))
    return and_(*bounds)


class Due(NamedTuple):
    """Something one has to do, as the first page shows it."""

    id: int
    name: str
    kind: ActivityKind
    due_on: date | None
    due_time: str
    company_id: int
    company: str

    @property
    def is_late(self) -> bool:
        return is_late(self.due_on)


def due(viewer: Viewer, limit: int) -> list[Due]:
    """Return the first things a viewer has to do, those that are late first, then by day; those without a day last."""
    return [Due(*row) for row in db.session.execute(_due(limit), {"owner": viewer.resource_id, **seen_by(viewer)})]


@cache
def _due(limit: int) -> Select[Any]:
    columns = (Activity.id, Activity.name, Activity.kind, Activity.due_on, Activity.due_time)
    rows = visible_to_all(Activity, *columns, Company.id, Company.name)
    rows = rows.join(Company, Company.id == Activity.company_id)
    rows = rows.where(Activity.owner_id == bindparam("owner"), Activity.completed_at.is_(None))
    return rows.order_by(Activity.due_key, Activity.id).limit(limit)
