"""Engagements: what was undertaken for a company (S3)."""

from flask import Blueprint

from webapp.blueprints.linked import add_views
from webapp.forms.engagement import EngagementForm
from webapp.services.engagements import ENGAGEMENTS

bp = Blueprint("engagements", __name__, url_prefix="/engagements")

add_views(bp, ENGAGEMENTS, EngagementForm)
