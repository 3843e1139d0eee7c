"""Opportunities: business that may be done (S2)."""

from flask import Blueprint

from webapp.blueprints.linked import add_views
from webapp.forms.opportunity import OpportunityForm
from webapp.services.opportunities import OPPORTUNITIES

bp = Blueprint("opportunities", __name__, url_prefix="/opportunities")

add_views(bp, OPPORTUNITIES, OpportunityForm)
