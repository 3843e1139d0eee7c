"""The address at which one's calendar program reads what one has to do (S1)."""

from flask import Blueprint
from flask_login import current_user
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp import icalendar
from webapp.access import PUBLIC, PortalViewer, access
from webapp.i18n import force_locale
from webapp.services import calendar, viewers

bp = Blueprint("calendar", __name__)


@bp.get("/calendar/<token>.ics")
@access(PUBLIC)
def feed(token: str) -> Response:
    """The calendar of whose token it is; 404 for any other. Calendar programs don't sign in."""
    owner = None if isinstance(current_user._get_current_object(), PortalViewer) else viewers.by_calendar(token)
    if owner is None:
        raise NotFound
    with force_locale(owner.language or ""):
        return Response(calendar.read(owner), content_type=icalendar.MEDIA_TYPE)
