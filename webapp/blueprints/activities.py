"""Activities: what one has to do with a company, a contact or an opportunity (S1)."""

from datetime import date
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.access import STAFF, access, get_visible
from webapp.blueprints.linked import add_views, record_saved
from webapp.clock import today
from webapp.extensions import db
from webapp.forms.activity import ActivityForm
from webapp.i18n import _, choose_timezone
from webapp.models import Activity
from webapp.services.activities import ACTIVITIES
from webapp.web import viewer

bp = Blueprint("activities", __name__, url_prefix="/activities")


def _facts(activity: Activity) -> dict[str, Any]:
    return {"is_late": is_late(activity.due_on)}


def is_late(due_on: date | None) -> bool:
    """Whether the day by which something was to be done has passed."""
    return due_on is not None and due_on < today(choose_timezone())


add_views(bp, ACTIVITIES, ActivityForm, _facts)


@bp.post("/<int:record_id>/complete")
@access(STAFF)
def complete(record_id: int) -> Response:
    """« Achever » (H1 to H3)."""
    activity = get_visible(Activity, record_id, viewer())
    ACTIVITIES.complete(activity, by=viewer())
    db.session.commit()
    return record_saved(activity, _("Activité achevée : %(name)s", name=activity.name))


@bp.post("/<int:record_id>/reopen")
@access(STAFF)
def reopen(record_id: int) -> Response:
    """« Rouvrir »."""
    activity = get_visible(Activity, record_id, viewer())
    ACTIVITIES.reopen(activity, by=viewer())
    db.session.commit()
    return record_saved(activity, _("Activité rouverte : %(name)s", name=activity.name))
