"""The first page of the portal: what one finds there, who answers for one's access, when it ends."""

from datetime import timedelta

from werkzeug.wrappers import Response

from webapp.access import PORTAL, access, get_in_portal
from webapp.blueprints.portal.base import bp, menu
from webapp.i18n import day
from webapp.models import Company
from webapp.services.portal import accounts
from webapp.web import page, portal_viewer

#: How long before its end an access speaks of it.
NEAR = timedelta(days=7)


@bp.get("/")
@access(PORTAL)
def home() -> Response:
    viewer = portal_viewer()
    return page(
        "portal/home.html",
        company=get_in_portal(Company, viewer.company_id, viewer),
        sponsor=accounts.sponsor_of(viewer),
        entries=menu()[1:],
        end=accounts.last_day(accounts.granted_to(viewer), within=NEAR),
        day=day,
    )
