"""The knowledge base: written, published, retired (S6)."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, access, get_visible
from webapp.blueprints.linked import add_views, record_saved
from webapp.forms.base import Pressed
from webapp.forms.knowledge import KnowledgeForm
from webapp.i18n import _
from webapp.markdown import to_html
from webapp.models import KnowledgeItem
from webapp.saving import saving
from webapp.services.knowledge import KNOWLEDGE
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
    outcome = Pressed()
    with saving(outcome):
        act(item)
    if outcome.refused:
        flash(outcome.refused, "error")
        return redirect(url_for("knowledge.show", record_id=record_id), 303)
    return record_saved(item, done % {"name": item.name})
