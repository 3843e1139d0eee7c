"""« Équipe »: the staff whose profiles the contact may read (P12)."""

from flask import request
from werkzeug.wrappers import Response

from webapp.access import PORTAL, access
from webapp.blueprints.portal.base import bp
from webapp.emails import mailto
from webapp.i18n import _
from webapp.models import PortalRight
from webapp.phones import read_phone
from webapp.services import organisation
from webapp.services.portal import team as profiles
from webapp.text import clean_line
from webapp.web import page, portal_viewer


@bp.get("/team")
@access(PORTAL, PortalRight.RESOURCE_PROFILES)
def team() -> Response:
    """The profiles, by name, a page at a time; `q` narrows them."""
    typed = clean_line(request.args.get("q", ""))[:100]
    place = profiles.place(request.args.get("before", ""), request.args.get("after", ""))
    found = profiles.browse(portal_viewer(), typed, place)
    return page("portal/team.html", found=found, typed=typed)


@bp.get("/team/<int:resource_id>")
@access(PORTAL, PortalRight.RESOURCE_PROFILES)
def team_member(resource_id: int) -> Response:
    """One of them, and how to reach them; 404 for all others."""
    person = profiles.profile(portal_viewer(), resource_id)
    country = organisation.load().country
    numbers = ((_("Téléphone (bureau)"), person.phone_office), (_("Mobile"), person.phone_mobile))
    phones = [(label, read_phone(typed, country)) for label, typed in numbers if typed]
    return page("portal/team_member.html", person=person, phones=phones, mailto=mailto)
