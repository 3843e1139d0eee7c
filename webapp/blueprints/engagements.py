"""Engagements: what was undertaken for a company (S3)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.access import get_visible
from webapp.blueprints.linked import add_views
from webapp.forms.coordinates import ADDRESS_TITLES
from webapp.forms.engagement import EngagementForm
from webapp.models import Company, Engagement
from webapp.services import engagements
from webapp.services.engagements import ENGAGEMENTS
from webapp.web import page, viewer

bp = Blueprint("engagements", __name__, url_prefix="/engagements")


def _facts(engagement: Engagement) -> dict[str, Any]:
    address = engagement.address
    had = engagements.addresses_of(engagement.company_id, viewer()) if address else {}
    return {
        "address_title": str(ADDRESS_TITLES[address]) if address else "",
        "address": had.get(address) if address else None,
    }


def _unready(sources: Mapping[str, Any]) -> Response | None:
    """Say what the company lacks, and where it is given (S3)."""
    source = next(iter(sources.values()), None)
    if source is None:
        return None
    company = get_visible(Company, getattr(source, "company_id", source.id), viewer())
    if not (missing := engagements.obstacles(company, viewer())):
        return None
    template = "engagements/_unready_dialog.html"
    return page("engagements/unready.html", template, company=company, obstacles=missing)


add_views(bp, ENGAGEMENTS, EngagementForm, _facts, _unready)
