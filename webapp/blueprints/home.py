"""The first page of the day."""

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.access import STAFF, access
from webapp.web import page

bp = Blueprint("home", __name__)


@bp.get("/")
@access(STAFF)
def index() -> Response:
    return page("home/index.html", "home/_index.html")
