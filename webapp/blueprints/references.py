"""What anybody may add to the lists from a company's dialog: a province or state, a source (C5, C7)."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, Ability, access, require
from webapp.forms.reference import ProvinceForm, SourceForm
from webapp.i18n import _
from webapp.models import ReferenceItem, ReferenceList
from webapp.saving import saving
from webapp.services import references
from webapp.web import page, told, viewer, wants_fragment

bp = Blueprint("references", __name__, url_prefix="/references")


@bp.route("/provinces/new", methods=["GET", "POST"])
@access(STAFF)
def new_province() -> Response:
    """« Ajout d’une province ou d’un état », in the country of the address (C5, D15)."""
    require(Ability.ADD_REFERENCE, viewer())
    country = references.find(ReferenceList.COUNTRY, request.args.get("country", type=int))
    form = ProvinceForm.load()
    if form.posted_and_valid() and country is not None:
        with saving(form):
            item = references.add_province(country.id, **form.values(), by=viewer())
        if form.saved:
            return _added(item)
    return page(
        "references/new_province.html",
        "references/_new_province.html",
        form=form,
        country=country,
        countries=references.options(ReferenceList.COUNTRY) if country is None else [],
        field=_field(),
        status=422 if request.method == "POST" else 200,
    )


@bp.route("/sources/new", methods=["GET", "POST"])
@access(STAFF)
def new_source() -> Response:
    """« Ajout d’une source » (C7)."""
    require(Ability.ADD_REFERENCE, viewer())
    form = SourceForm.load()
    if form.posted_and_valid():
        with saving(form):
            item = references.add(ReferenceList.SOURCE, **form.values())
        if form.saved:
            return _added(item)
    return page(
        "references/new_source.html",
        "references/_new_source.html",
        form=form,
        field=_field(),
        status=422 if form.errors else 200,
    )


def _added(item: ReferenceItem) -> Response:
    """Close the dialog and have the new value chosen in the field it was opened for; without htmx, say it is there."""
    if wants_fragment():
        return told(referenceAdded={"field": _field(), "id": item.id, "text": item.label})
    flash(_("« %(label)s » a été ajoutée.", label=item.label), "ok")
    return redirect(url_for(request.endpoint or "", country=item.parent_id), 303)


def _field() -> str:
    """The name of the form field for which the dialog was opened."""
    return request.args.get("field", "")[:60]
