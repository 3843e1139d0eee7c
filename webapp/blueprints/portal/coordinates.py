"""« Mes coordonnées »: what the organisation knows of a contact, to read and to change (P6)."""

from flask import abort, request, url_for
from werkzeug.wrappers import Response

from webapp.access import PORTAL, access
from webapp.blueprints.portal.base import bp, own_account, proves_to_be
from webapp.forms.contact import PHONE_LABELS
from webapp.forms.coordinates import ADDRESS_TITLES
from webapp.forms.portal_account import OwnAddressesTab, OwnForm
from webapp.i18n import _
from webapp.models import AddressKind
from webapp.saving import saving
from webapp.services import contacts, profiles
from webapp.services.lookups import LIMIT, PROVINCES
from webapp.services.portal import accounts, notices
from webapp.text import clean_line
from webapp.web import page, portal_viewer, saved

#: What one picks by typing in a form of the portal, by the name in its field.
OFFERED = {"provinces": PROVINCES}


@bp.get("/coordinates")
@access(PORTAL)
def coordinates() -> Response:
    """All of it, to read."""
    contact = accounts.own_contact(portal_viewer())
    profile = profiles.coordinates(contact, contacts.SHAPE)
    return page(
        "portal/coordinates.html",
        contact=contact,
        full_name=contacts.name_of(contact, profile["labels"].get(contact.title_id, "")),
        profile=profile,
        phone_labels=PHONE_LABELS,
        address_titles=ADDRESS_TITLES,
    )


@bp.route("/coordinates/edit", methods=["GET", "POST"])
@access(PORTAL)
def edit_coordinates() -> Response:
    """All of it, to change; the address one signs in with for whoever knows the password (R4)."""
    mine = own_account(to_change=True)
    form = OwnForm.of(mine.contact)
    if form.posted_and_valid() and (not form.changes_login or proves_to_be(mine, form["current_password"].data, form)):
        with saving(form):
            changes = accounts.update_own(mine.contact, form.values(), by=portal_viewer())
            notices.tell_sponsor(mine, [change.name for change in changes], form.label, by=portal_viewer())
        if form.saved:
            done = _("Vos coordonnées sont enregistrées.") if changes else _("Aucune modification à enregistrer.")
            return saved(url_for("portal.coordinates"), done)
    form.warn()
    return page("portal/edit_coordinates.html", form=form, address_titles=ADDRESS_TITLES, status=form.status)


@bp.post("/addresses/<kind>")
@access(PORTAL)
def address(kind: str) -> Response:
    """The fields of one address again, as typed, in the order of the country just chosen (C4)."""
    if kind not in set(AddressKind):
        abort(404)
    return page(
        "portal/address.html",
        "portal/_address.html",
        tab=OwnAddressesTab.load(),
        kind=AddressKind(kind),
        address_titles=ADDRESS_TITLES,
    )


@bp.get("/lookups/<name>")
@access(PORTAL)
def lookup(name: str) -> Response:
    """What an autocomplete of the portal fetches while one types; `depends` names the field it stays in."""
    if name not in OFFERED:
        abort(404)
    within = request.args.get(request.args.get("depends", ""), type=int)
    found = OFFERED[name].search(clean_line(request.args.get("q", ""))[:100], None, within)
    options = [(one.id, one.label, one.detail, one.label) for one in found]
    hint = _("Tapez une lettre de plus pour affiner.") if len(found) == LIMIT else ""
    return page("portal/lookup.html", "lookups/_options.html", options=options, hint=hint)
