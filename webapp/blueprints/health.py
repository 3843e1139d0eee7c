"""Addresses for whoever watches the process: no sign-in, no details."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from webapp.access import PUBLIC, access
from webapp.extensions import db

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@access(PUBLIC)
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@access(PUBLIC)
def readyz() -> Response:
    """The database answers and has the schema of this code."""
    script = ScriptDirectory(current_app.root_path + "/migrations")
    try:
        heads = MigrationContext.configure(db.session.connection()).get_current_heads()
    except SQLAlchemyError:
        return Response("database\n", 503, mimetype="text/plain")
    if set(heads) != set(script.get_heads()):
        return Response("schema\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")
