"""What the staff does with a contact's access to the portal, besides its rights: helping in, prolonging (P2 to P4)."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import STAFF, Ability, access, can, get_visible, require
from webapp.forms.base import Form
from webapp.forms.portal import ExtendForm, NothingAskedForm, PortalTab, ResetForm
from webapp.i18n import _
from webapp.models import Contact, PortalAccess, PortalRight
from webapp.saving import saving
from webapp.services.portal import life, summary
from webapp.services.portal.access import PortalState, has_right
from webapp.web import page, saved, viewer

bp = Blueprint("portal_access", __name__, url_prefix="/contacts/<int:contact_id>/portal")


class Link(NamedTuple):
    """Something that can be done with an access."""

    url: str
    icon: str
    text: str


@bp.route("/password", methods=["GET", "POST"])
@access(STAFF)
def reset_password(contact_id: int) -> Response:
    """« Réinit. mot de passe », then a confirmation: it signs the contact out (P4)."""
    contact = _contact(contact_id, Ability.HELP_PORTAL)
    assert contact.portal_access is not None
    form = (ResetForm if contact.portal_access.totp_secret else NothingAskedForm).load()
    lost = isinstance(form, ResetForm) and form.without_second_factor.data
    done = _("Mot de passe réinitialisé : %(name)s reçoit un e-mail pour en choisir un autre.", name=contact.name)
    return _ask(contact, form, "reset", done, lambda: life.reset_password(contact, viewer(), lost))


@bp.route("/reminder", methods=["GET", "POST"])
@access(STAFF)
def remind(contact_id: int) -> Response:
    """« Envoyer un rappel » (P4)."""
    contact = _contact(contact_id, Ability.HELP_PORTAL)
    form = NothingAskedForm.load()
    done = _("Rappel envoyé à %(name)s.", name=contact.name)
    return _ask(contact, form, "remind", done, lambda: life.remind(contact, viewer()))


@bp.route("/extension", methods=["GET", "POST"])
@access(STAFF)
def extend(contact_id: int) -> Response:
    """« Prolonger »: one button, with the offered end in its field; mail leads here too (D2)."""
    contact = _contact(contact_id, Ability.RENEW_PORTAL)
    assert contact.portal_access is not None
    form = ExtendForm.load({"until": life.offered_end(contact.portal_access)})
    done = _("Accès prolongé pour %(name)s.", name=contact.name)
    return _ask(contact, form, "extend", done, lambda: life.extend(contact, form.until.data, viewer()))


@bp.route("/request", methods=["GET", "POST"])
@access(STAFF)
def ask_again(contact_id: int) -> Response:
    """« Redemander » an access that was rejected (D3)."""
    contact = _contact(contact_id, Ability.RENEW_PORTAL)
    form = NothingAskedForm.load()
    done = _("Accès redemandé pour %(name)s.", name=contact.name)
    return _ask(contact, form, "ask_again", done, lambda: life.ask_again(contact, viewer()))


def _contact(contact_id: int, ability: Ability) -> Contact:
    """Return a contact one sees, with whose access one may do something; 404 for one who never had any."""
    contact = get_visible(Contact, contact_id, viewer())
    if contact.portal_access is None:
        raise NotFound
    require(ability, viewer(), contact.portal_access)
    return contact


def _ask(contact: Contact, form: Form, what: str, done: str, do: Callable[[], None]) -> Response:
    """Show the dialog that asks before something is done, and do it once it is posted."""
    if form.posted_and_valid():
        with saving(form):
            do()
        if form.saved:
            return saved(url_for("contacts.show", contact_id=contact.id), done, contactChanged={"id": contact.id})
    told = summary.of(contact.portal_access) if contact.portal_access else None
    return page(
        "contacts/portal.html",
        "contacts/_portal_dialog.html",
        status=422 if request.method == "POST" else 200,
        contact=contact,
        form=form,
        what=what,
        told=told,
    )


# --- for templates ---------------------------------------------------------------------------------------------------


@bp.app_template_global()
def may_help_portal(access: PortalAccess) -> bool:
    """Whether the viewer may reset the password of a contact, and remind them."""
    return can(Ability.HELP_PORTAL, viewer(), access)


@bp.app_template_global()
def portal_rights(access: PortalAccess) -> list[tuple[PortalRight, Any]]:
    """Return what an access grants besides the profiles of resources, each with its name."""
    labels = {field.name: field.label.text for field in PortalTab()}
    others = (right for right in PortalRight if not right.endswith("resource_profiles"))
    return [(right, labels[f"portal_{right}"]) for right in others if has_right(access, right)]


@bp.app_template_global()
def portal_actions(contact: Contact, told: summary.Summary) -> list[Link]:
    """Return what else the viewer may do with an access, in its present state."""
    found, access, me = [], told.access, viewer()
    if can(Ability.RENEW_PORTAL, me, access):
        if told.state in (PortalState.ACTIVE, PortalState.EXPIRED):
            found.append(Link(url_for("portal_access.extend", contact_id=contact.id), "calendar", _("Prolonger")))
        if told.state is PortalState.REJECTED:
            found.append(Link(url_for("portal_access.ask_again", contact_id=contact.id), "undo-2", _("Redemander")))
    if told.state is PortalState.PENDING and can(Ability.DECIDE_PORTAL, me, access):
        found += [_in_bulk("approve", "check", _("Approuver"), contact), _in_bulk("reject", "x", _("Rejeter"), contact)]
    if told.state is not None and can(Ability.MANAGE_PORTAL, me, access):
        found.append(_in_bulk("hand_over", "users", _("Changer de commanditaire"), contact))
    return found


def _in_bulk(action: str, symbol: str, text: str, contact: Contact) -> Link:
    return Link(url_for("admin.portal_action", action=action, contact=contact.id), symbol, text)
