"""The knowledge base (S6)."""

from flask import Blueprint

from webapp.blueprints.linked import add_views
from webapp.forms.knowledge import KnowledgeForm
from webapp.services.knowledge import KNOWLEDGE

bp = Blueprint("knowledge", __name__, url_prefix="/knowledge")

add_views(bp, KNOWLEDGE, KnowledgeForm)
