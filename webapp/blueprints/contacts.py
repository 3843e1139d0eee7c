"""Contacts: their profile, the dialogs that create, change and delete them, one's own list (K1 to K6, K8, T6)."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, Ability, access, get_visible, require
from webapp.blueprints.history import comment_form
from webapp.emails import mailto
from webapp.extensions import db
from webapp.forms.contact import PHONE_LABELS, ContactForm
from webapp.forms.coordinates import ADDRESS_TITLES
from webapp.forms.portal import ACCESS
from webapp.forms.record import record_to_edit
from webapp.i18n import _, partial_day
from webapp.models import Company, Contact
from webapp.saving import saving
from webapp.services import contact_profile, contacts, lookups, my_contacts
from webapp.services.history import reading
from webapp.services.mail import reading as mail
from webapp.services.values import address_references
from webapp.web import page, saved, viewer

#: The tabs that are shown again by themselves, as typed.
_TABS_ALONE = {"access": "sharing/_access.html", "portal": "contacts/_tab_portal.html"}

bp = Blueprint("contacts", __name__, url_prefix="/contacts")
bp.add_app_template_global(mailto)
bp.add_app_template_global(partial_day)


@bp.get("/<int:contact_id>")
@access(STAFF)
def show(contact_id: int) -> Response:
    """The profile (K3 to K6, K8)."""
    contact = get_visible(Contact, contact_id, viewer())
    return page(
        "contacts/show.html",
        "contacts/_show.html",
        profile=contact_profile.read(contact, viewer()),
        phone_labels=PHONE_LABELS,
        address_titles=ADDRESS_TITLES,
        mails=mail.of_contact(contact.id),
        history=reading.of_contact(contact, viewer()),
        comment=comment_form(contact),
    )


@bp.route("/new", methods=["GET", "POST"])
@access(STAFF)
def new() -> Response:
    """The dialog « Nouveau contact » (K1); `company` in the address fills it in."""
    require(Ability.EDIT_CONTACT, viewer())
    form = ContactForm.load(_starting_values(), viewer())
    form.prepare()
    if form.posted_and_valid():
        with saving(form):
            contact = contacts.create(form.values(), by=viewer())
            my_contacts.put(contact, viewer(), form.wants_in_my_contacts)
        if form.saved:
            return _saved(contact, _("Contact créé : %(name)s", name=contact.name), form.leaves_me)
    return _dialog(form)


@bp.route("/<int:contact_id>/edit", methods=["GET", "POST"])
@access(STAFF)
def edit(contact_id: int) -> Response:
    """The dialog « Modification du contact » (K1)."""
    contact = record_to_edit(Contact, contact_id, viewer())
    require(Ability.EDIT_CONTACT, viewer())
    if contact.deleted_at:
        return _dialog(ContactForm.after_deletion(contact, contacts.SHAPE.number, viewer()))
    form = _form_of(contact)
    if form.posted_and_valid():
        with saving(form):
            changes = contacts.update(contact, form.values(), by=viewer(), before=form.stored)
            is_listed_otherwise = my_contacts.put(contact, viewer(), form.wants_in_my_contacts)
        if form.saved and not changes and not is_listed_otherwise:
            return _saved(contact, _("Aucune modification à enregistrer."))
        if form.saved:
            return _saved(contact, _("Contact enregistré : %(name)s", name=contact.name), form.leaves_me)
    return _dialog(form)


@bp.route("/<int:contact_id>/delete", methods=["GET", "POST"])
@access(STAFF)
def delete(contact_id: int) -> Response:
    """« Supprimer », then a confirmation (K1)."""
    contact = get_visible(Contact, contact_id, viewer())
    require(Ability.DELETE_CONTACT, viewer())
    if request.method == "POST":
        company = url_for("companies.show", company_id=contact.company_id)
        contacts.remove(contact, by=viewer())
        db.session.commit()
        return saved(
            company,
            _("Contact supprimé : %(name)s", name=contact.name),
            undo=url_for("trash.restore_contact", contact_id=contact_id),
            contactChanged={"id": contact_id},
        )
    return page("contacts/delete.html", "contacts/_delete_dialog.html", contact=contact)


@bp.post("/<int:contact_id>/my-contacts")
@access(STAFF)
def list_as_mine(contact_id: int) -> Response:
    """« Ajouter à la liste de mes contacts », or with no `wanted` « Supprimer de la liste de mes contacts » (T6)."""
    contact = get_visible(Contact, contact_id, viewer())
    wanted = bool(request.form.get("wanted"))
    my_contacts.put(contact, viewer(), wanted)
    db.session.commit()
    if wanted:
        return _saved(contact, _("Ajouté à la liste de mes contacts : %(name)s", name=contact.name))
    return _saved(contact, _("Supprimé de la liste de mes contacts : %(name)s", name=contact.name))


@bp.post("/rules", defaults={"contact_id": None})
@bp.post("/<int:contact_id>/rules")
@access(STAFF)
def rules(contact_id: int | None) -> Response:
    """The part of the dialog that depends on the company just chosen, as typed (K3, D12, D13)."""
    if contact_id is None:
        form = ContactForm.load(viewer=viewer())
        form.prepare()
    else:
        form = _form_of(get_visible(Contact, contact_id, viewer()))
    return page("contacts/rules.html", "contacts/_rules.html", form=form)


def _starting_values() -> dict[str, Any]:
    """Return what a new contact starts from: a company named in the address, which one must see."""
    company_id = request.args.get("company", type=int)
    return {"company": get_visible(Company, company_id, viewer()).id} if company_id is not None else {}


def _form_of(contact: Contact) -> ContactForm:
    values = contacts.read(contact)
    lookups.warm(address_references(values), [])
    others = {"in_my_contacts": my_contacts.has(contact, viewer()), ACCESS: contact.portal_access}
    form = ContactForm.load(values | others, viewer())
    form.prepare(contact)
    return form


def _dialog(form: ContactForm) -> Response:
    form.warn()
    return page(
        "contacts/edit.html",
        _TABS_ALONE.get(form.shown_alone, "contacts/_edit_dialog.html"),
        status=form.status,
        form=form,
        contact=form.record,
        action=request.path,
        address_titles=ADDRESS_TITLES,
    )


def _saved(contact: Contact, message: str, leaves_me: bool = False) -> Response:
    """Answer with the contact, or with its company when whoever saved has left themselves out."""
    url = url_for(".show", contact_id=contact.id)
    if leaves_me:
        url = url_for("companies.show", company_id=contact.company_id)
        message = _("%(message)s. Vous n’y avez pas accès.", message=message)
    return saved(url, message, contactChanged={"id": contact.id})
