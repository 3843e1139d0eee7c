"""What the dialogs of companies and contacts fetch for their addresses (C4, K4)."""

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from webapp.access import STAFF, access
from webapp.forms.coordinates import ADDRESS_TITLES, AddressesTab
from webapp.models import AddressKind
from webapp.web import page, viewer

bp = Blueprint("coordinates", __name__)


@bp.post("/addresses/<kind>")
@access(STAFF)
def address(kind: str) -> Response:
    """The fields of one address again, as typed, in the order of the country just chosen (C4)."""
    if kind not in set(AddressKind):
        abort(404)
    return page(
        "coordinates/address.html",
        "coordinates/_address.html",
        tab=AddressesTab.load(viewer=viewer()),
        kind=AddressKind(kind),
        address_titles=ADDRESS_TITLES,
    )
