"""The trash: what one deleted, to take back; for admins what anybody did, and to remove it for good (R3, D16)."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.access import ADMIN, STAFF, access, get_in_trash
from webapp.extensions import db
from webapp.forms.base import Pressed
from webapp.i18n import _, _n
from webapp.models import Company, Contact
from webapp.saving import saving
from webapp.services import organisation, trash
from webapp.text import clean_line, read_id
from webapp.web import page, saved, viewer

bp = Blueprint("trash", __name__, url_prefix="/trash")


@bp.get("/")
@access(STAFF)
def show() -> Response:
    """What one may take back, the last deleted first; `q` filters by name."""
    name = clean_line(request.args.get("q", ""))[:100]
    items, after = trash.items(viewer(), _place(), name)
    return page(
        "trash/show.html",
        "trash/_list.html",
        items=items,
        name=name,
        after={"at": after.deleted_at.isoformat(), "kind": after.kind, "id": after.id} if after else None,
        days=organisation.load().trash_days,
    )


def _place() -> trash.Place | None:
    """Return where the page asked for begins; an address that makes no sense asks for the first one."""
    kind, record_id = request.args.get("kind", ""), read_id(request.args.get("id", ""))
    try:
        moment = datetime.fromisoformat(request.args.get("at", ""))
    except ValueError:
        return None
    if moment.tzinfo is None or kind not in trash.KINDS or record_id is None:
        return None
    return trash.Place(moment, kind, record_id)


@bp.post("/companies/<int:company_id>/restore")
@access(STAFF)
def restore_company(company_id: int) -> Response:
    """Take a company back, with the contacts that went with it."""
    company = get_in_trash(Company, company_id, viewer())
    restored = trash.restore_company(company, by=viewer())
    db.session.commit()
    message = _("Société restaurée : %(name)s", name=company.name)
    if restored.contacts:
        message += " " + _n("(avec %(num)d contact)", "(avec %(num)d contacts)", restored.contacts)
    _tell_without_access(restored)
    return saved(url_for("companies.show", company_id=company_id), message, companyChanged={"id": company_id})


@bp.post("/contacts/<int:contact_id>/restore")
@access(STAFF)
def restore_contact(contact_id: int) -> Response:
    """Take a contact back."""
    contact = get_in_trash(Contact, contact_id, viewer())
    outcome = Pressed()
    with saving(outcome):
        restored = trash.restore_contact(contact, by=viewer())
    if outcome.refused:
        flash(outcome.refused, "error")
        return redirect(url_for(".show"), 303)
    _tell_without_access(restored)
    message = _("Contact restauré : %(name)s", name=contact.name)
    return saved(url_for("contacts.show", contact_id=contact_id), message, contactChanged={"id": contact_id})


def _tell_without_access(restored: trash.Restored) -> None:
    """Say how many lost their access to the portal on the way (D4, D16)."""
    if restored.without_access:
        message = _n(
            "L’accès de %(num)d contact au Portail Clients n’a pas été rétabli : un autre contact s’identifie "
            "désormais avec la même adresse.",
            "L’accès de %(num)d contacts au Portail Clients n’a pas été rétabli : d’autres contacts s’identifient "
            "désormais avec les mêmes adresses.",
            restored.without_access,
        )
        flash(message, "warn")


@bp.route("/companies/<int:company_id>/purge", methods=["GET", "POST"])
@access(ADMIN)
def purge_company(company_id: int) -> Response:
    """« Effacer pour de bon », then a confirmation."""
    return purge(get_in_trash(Company, company_id, viewer()))


@bp.route("/contacts/<int:contact_id>/purge", methods=["GET", "POST"])
@access(ADMIN)
def purge_contact(contact_id: int) -> Response:
    """« Effacer pour de bon », then a confirmation."""
    return purge(get_in_trash(Contact, contact_id, viewer()))


def purge(record: Any) -> Response:
    """Ask, then remove a record in the trash for good."""
    name, outcome = record.name, Pressed()
    if request.method == "POST":
        with saving(outcome):
            trash.purge(record, by=viewer())
        if outcome.saved:
            return saved(url_for("trash.show"), _("Effacé pour de bon : %(name)s", name=name))
    return page(
        "trash/purge.html",
        "trash/_purge_dialog.html",
        status=422 if outcome.refused else 200,
        name=name,
        action=request.path,
        with_contacts=isinstance(record, Company),
        refused=outcome.refused,
    )
