"""Companies: their profile, and the dialogs that create, change and delete them (C1 to C7, C9)."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, Ability, access, get_visible, require
from webapp.blueprints.history import comment_form
from webapp.extensions import db
from webapp.forms.company import PHONE_LABELS, CompanyForm, status_labels
from webapp.forms.coordinates import ADDRESS_TITLES
from webapp.forms.record import record_to_edit
from webapp.i18n import _
from webapp.models import Company, Contact
from webapp.saving import saving
from webapp.services import companies, company_profile, lookups
from webapp.services.history import reading
from webapp.services.linked import keeping
from webapp.services.profiles import PAGE
from webapp.services.values import address_references
from webapp.web import page, saved, viewer

bp = Blueprint("companies", __name__, url_prefix="/companies")
bp.add_app_template_global(status_labels)


@bp.get("/<int:company_id>")
@access(STAFF)
def show(company_id: int) -> Response:
    """The profile (C9)."""
    company = get_visible(Company, company_id, viewer())
    return page(
        "companies/show.html",
        "companies/_show.html",
        profile=company_profile.read(company, viewer()),
        phone_labels=PHONE_LABELS,
        address_titles=ADDRESS_TITLES,
        page_size=PAGE,
        history=reading.of_company(company, viewer()),
        comment=comment_form(company),
    )


@bp.get("/<int:company_id>/subsidiaries")
@access(STAFF)
def subsidiaries(company_id: int) -> Response:
    """The next subsidiaries, after the one whose id is `after`."""
    company = get_visible(Company, company_id, viewer())
    after_id = request.args.get("after", type=int)
    after = get_visible(Company, after_id, viewer()) if after_id is not None else None
    rows = company_profile.subsidiaries(company, viewer(), after)
    return page(
        "companies/subsidiaries.html",
        "companies/_subsidiaries.html",
        company=company,
        rows=rows,
        page_size=PAGE,
    )


@bp.get("/<int:company_id>/contacts")
@access(STAFF)
def contacts(company_id: int) -> Response:
    """The next contacts, after the one whose id is `after` (C9)."""
    company = get_visible(Company, company_id, viewer())
    after_id = request.args.get("after", type=int)
    after = get_visible(Contact, after_id, viewer()) if after_id is not None else None
    return page(
        "companies/contacts.html",
        "companies/_contact_rows.html",
        company=company,
        rows=company_profile.contacts(company, viewer(), after),
        page_size=PAGE,
    )


@bp.route("/new", methods=["GET", "POST"])
@access(STAFF)
def new() -> Response:
    """The dialog « Nouvelle société » (C1); `parent` and `status` in the address fill it in."""
    require(Ability.EDIT_COMPANY, viewer())
    form = CompanyForm.load(_starting_values(), viewer())
    form.prepare()
    if form.posted_and_valid():
        with saving(form):
            company = companies.create(form.values(), by=viewer())
        if form.saved:
            return _saved(form, company, _("Société créée : %(name)s", name=company.name))
    return _dialog(form)


@bp.route("/<int:company_id>/edit", methods=["GET", "POST"])
@access(STAFF)
def edit(company_id: int) -> Response:
    """The dialog « Modification de la société » (C2)."""
    company = record_to_edit(Company, company_id, viewer())
    require(Ability.EDIT_COMPANY, viewer())
    if company.deleted_at:
        return _dialog(CompanyForm.after_deletion(company, companies.SHAPE.number, viewer()))
    values = companies.read(company)
    _warm(values)
    form = CompanyForm.load(values, viewer())
    form.prepare(company)
    if form.posted_and_valid():
        with saving(form):
            changes = companies.update(company, form.values(), by=viewer(), before=values)
        if form.saved and not changes:
            return _saved(form, company, _("Aucune modification à enregistrer."))
        if form.saved:
            return _saved(form, company, _("Société enregistrée : %(name)s", name=company.name))
    return _dialog(form, company)


@bp.route("/<int:company_id>/delete", methods=["GET", "POST"])
@access(STAFF)
def delete(company_id: int) -> Response:
    """« Supprimer », then a confirmation (C2)."""
    company = get_visible(Company, company_id, viewer())
    require(Ability.DELETE_COMPANY, viewer())
    held = keeping.holding(company)
    if request.method == "POST" and not held:
        tree = url_for(f"trees.{companies.tree_of(company)}")
        companies.remove(company, by=viewer())
        db.session.commit()
        return saved(
            tree,
            _("Société supprimée : %(name)s", name=company.name),
            undo=url_for("trash.restore_company", company_id=company_id),
            companyChanged={"id": company_id},
        )
    return page(
        "companies/delete.html",
        "companies/_delete_dialog.html",
        status=422 if request.method == "POST" else 200,
        company=company,
        held=held,
        refused=companies.why_held(held) if held else "",
        along=keeping.going_along(company),
        contacts=companies.count_contacts(company),
        subsidiaries=len(company_profile.subsidiaries(company, viewer())),
    )


def _starting_values() -> dict[str, Any]:
    """Return what a new company starts from: a parent or a status named in the address."""
    return {
        "parent": request.args.get("parent", type=int),
        "commercial_status": request.args.get("status"),
        "allow_engagements": True,
    }


def _dialog(form: CompanyForm, company: Company | None = None) -> Response:
    form.warn()
    return page(
        "companies/edit.html",
        "sharing/_access.html" if form.shown_alone else "companies/_edit_dialog.html",
        status=form.status,
        form=form,
        company=company,
        action=request.path,
        address_titles=ADDRESS_TITLES,
    )


def _saved(form: CompanyForm, company: Company, message: str) -> Response:
    url = url_for(".show", company_id=company.id)
    if form.leaves_me:
        url = url_for(f"trees.{companies.tree_of(company)}")
        message = _("%(message)s. Vous n’y avez pas accès.", message=message)
    return saved(url, message, companyChanged={"id": company.id})


def _warm(values: dict[str, Any]) -> None:
    """Read together the records that the autocompletes of the dialog are going to name."""
    lookups.warm(
        address_references(values), [values[name] for name in ("account_manager", "telemarketer", "sales_rep")]
    )
