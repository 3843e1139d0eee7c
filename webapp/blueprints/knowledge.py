"""The knowledge base: written, published, retired (S6)."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, access, get_visible
from webapp.blueprints.linked import add_views, record_saved
from webapp.extensions import db
from webapp.forms.knowledge import KnowledgeForm
from webapp.i18n import _
from webapp.markdown import to_html
from webapp.models import KnowledgeItem
from webapp.services.knowledge import KNOWLEDGE
from webapp.services.refusal import Refused
from webapp.web import viewer

bp = Blueprint("knowledge", __name__, url_prefix="/knowledge")
bp.add_app_template_filter(to_html, "markdown")

add_views(bp, KNOWLEDGE, KnowledgeForm)


@bp.post("/<int:record_id>/publish")
@access(STAFF)
def publish(record_id: int) -> Response:
    """« Publier »."""
    return _act(record_id, lambda item: KNOWLEDGE.publish(item, by=viewer()), _("Publié : %(name)s"))


@bp.post("/<int:record_id>/retire")
@access(STAFF)
def retire(record_id: int) -> Response:
    """« Retirer »."""
    return _act(record_id, lambda item: KNOWLEDGE.retire(item, by=viewer()), _("Retiré : %(name)s"))


def _act(record_id: int, act: Callable[[KnowledgeItem], None], done: str) -> Response:
    item = get_visible(KnowledgeItem, record_id, viewer())
    try:
        act(item)
    except Refused as refusal:
        db.session.rollback()
        flash(" ".join(refusal.errors.values()), "error")
        return redirect(url_for("knowledge.show", record_id=record_id), 303)
    db.session.commit()
    return record_saved(item, done % {"name": item.name})
