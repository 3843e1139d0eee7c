"""The first page of the administration: what there is, and what waits for an admin."""

from flask import current_app
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access
from webapp.blueprints.admin.base import bp
from webapp.services import billing_entities, organisation, references, resources
from webapp.web import page


@bp.get("/")
@access(ADMIN)
def index() -> Response:
    return page(
        "admin/index.html",
        "admin/_index.html",
        values=sum(references.counts().values()),
        people=resources.counts(),
        entities=sum(1 for entity in billing_entities.everything() if entity.retired_at is None),
        organisation=organisation.load(),
        mail_is_sent=bool(current_app.config["SETTINGS"].smtp_url),
    )
