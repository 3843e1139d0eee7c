"""« Voir le portail comme ce contact »: for its sponsor and for admins; reading only, and noted (issue 5)."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp import identity
from webapp.access import STAFF, Ability, access, can, get_visible, require
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import AuditKind, Contact, PortalAccess
from webapp.services import audit
from webapp.services.portal import viewers
from webapp.services.portal.access import PortalState, state_of
from webapp.web import viewer

bp = Blueprint("portal_look", __name__)


@bp.app_template_global("may_look_at_portal")
def may_look(granted: PortalAccess | None) -> bool:
    """Whether whoever reads this page may look at the portal through this access, which is active."""
    is_active = state_of(granted) is PortalState.ACTIVE
    return is_active and can(Ability.LOOK_AT_PORTAL, viewer(), granted)


@bp.post("/contacts/<int:contact_id>/portal-look")
@access(STAFF)
def begin(contact_id: int) -> Response:
    """Show the portal as a contact sees it; their last access stays what it was."""
    contact = get_visible(Contact, contact_id, viewer())
    require(Ability.LOOK_AT_PORTAL, viewer(), contact.portal_access)
    if viewers.seen_by(viewer(), contact_id) is None:
        flash(_("L’accès de ce contact n’est pas actif : il ne verrait rien du portail."), "warn")
        return redirect(url_for("contacts.show", contact_id=contact_id), 303)
    identity.look_at_portal_as(contact_id)
    audit.record(AuditKind.PORTAL_LOOKED_AT, contact.name)
    db.session.commit()
    return redirect(url_for("portal.home"), 303)


@bp.post("/portal-look/end")
@access(STAFF)
def end() -> Response:
    """Come back from the portal to the contact's page."""
    contact_id = identity.stop_looking()
    target = url_for("home.index") if contact_id is None else url_for("contacts.show", contact_id=contact_id)
    return redirect(target, 303)
