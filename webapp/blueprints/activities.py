"""Activities: what one has to do with a company, a contact or an opportunity (S1)."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, access, get_visible
from webapp.blueprints.linked import add_views, record_saved
from webapp.extensions import db
from webapp.forms.activity import ActivityForm
from webapp.i18n import _
from webapp.models import Activity
from webapp.services.activities import ACTIVITIES, is_late
from webapp.web import saved, viewer

bp = Blueprint("activities", __name__, url_prefix="/activities")


def _facts(activity: Activity) -> dict[str, Any]:
    return {"is_late": is_late(activity.due_on)}


add_views(bp, ACTIVITIES, ActivityForm, _facts)


@bp.post("/<int:record_id>/complete")
@access(STAFF)
def complete(record_id: int) -> Response:
    """« Achever » (H1 to H3); whoever does so on the first page stays there."""
    activity = get_visible(Activity, record_id, viewer())
    ACTIVITIES.complete(activity, by=viewer())
    db.session.commit()
    message = _("Activité achevée : %(name)s", name=activity.name)
    undo = url_for("activities.reopen", record_id=record_id)
    if request.form.get("from") == "home":
        return saved(url_for("home.index"), message, undo=undo)
    return saved(url_for("activities.show", record_id=record_id), message, undo=undo)


@bp.post("/<int:record_id>/reopen")
@access(STAFF)
def reopen(record_id: int) -> Response:
    """« Rouvrir »."""
    activity = get_visible(Activity, record_id, viewer())
    ACTIVITIES.reopen(activity, by=viewer())
    db.session.commit()
    return record_saved(activity, _("Activité rouverte : %(name)s", name=activity.name))
