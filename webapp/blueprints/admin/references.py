"""The reference lists: their values, added, renamed, moved, retired (R1, D15)."""

import re

from flask import request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access
from webapp.blueprints.admin.base import admin_page, bp, changed, hold, use_words
from webapp.extensions import db
from webapp.forms.reference import CODED, ItemForm
from webapp.i18n import _, _l
from webapp.models import ReferenceItem, ReferenceList
from webapp.saving import saving
from webapp.services import references
from webapp.web import saved

TITLES = {
    ReferenceList.ACCOUNT_TYPE: _l("Types de compte"),
    ReferenceList.COMPANY_STATE: _l("États des sociétés"),
    ReferenceList.SOURCE: _l("Sources"),
    ReferenceList.BUSINESS_REGION: _l("Régions commerciales"),
    ReferenceList.INDUSTRY: _l("Secteurs d’activité"),
    ReferenceList.ANNUAL_REVENUE: _l("Tranches de chiffre d’affaires"),
    ReferenceList.EMPLOYEES: _l("Tranches d’effectif"),
    ReferenceList.CONTACT_TYPE: _l("Types de contact"),
    ReferenceList.TITLE: _l("Titres de civilité"),
    ReferenceList.WORK_REGION: _l("Régions de travail"),
    ReferenceList.WORK_SITE: _l("Sites de travail"),
    ReferenceList.COUNTRY: _l("Pays"),
    ReferenceList.PROVINCE: _l("Provinces et états"),
    ReferenceList.OPPORTUNITY_STATE: _l("États des opportunités"),
    ReferenceList.CLOSE_REASON: _l("Raisons de clôture"),
    ReferenceList.TAX_RATE: _l("Taux de taxe"),
}

#: What is to be chosen before the values of a list that belong to another's.
PARENT_LABELS = {ReferenceList.WORK_SITE: _l("Région de travail"), ReferenceList.PROVINCE: _l("Pays")}


# --- reading -----------------------------------------------------------------------------------------------------


@bp.get("/lists/")
@access(ADMIN)
def lists() -> Response:
    """Every list, with how many values it offers."""
    return admin_page("lists/_index.html", _("Listes de référence"), titles=TITLES, counts=references.counts())


@bp.get("/lists/<name>")
@access(ADMIN)
def list_values(name: str) -> Response:
    """The values of a list; where they belong to another list's values, of one of those, chosen first."""
    which = _list(name)
    parent = _parent(which, request.args.get("parent", type=int))
    chosen = which.parent is None or parent is not None
    wanted, retired = request.args.get("q", "")[:200], "retired" in request.args
    parent_id = parent.id if parent else None
    values = (
        references.browse(which, parent_id, retired=retired, name=wanted, after=_cursor(request.args.get("after", "")))
        if chosen
        else references.Slice([], None)
    )
    uses = references.usage(which, [item.id for item in values.items])
    return admin_page(
        "lists/_show.html",
        str(TITLES[which]),
        trail=[(url_for(".lists"), _("Listes de référence"))],
        which=which,
        coded=which in CODED,
        parent=parent,
        parent_label=PARENT_LABELS.get(which),
        parents=references.parents(which),
        chosen=chosen,
        wanted=wanted,
        retired=retired,
        values=values,
        uses={item_id: use_words(tables) for item_id, tables in uses.items()},
        continued="after" in request.args,
    )


# --- writing -----------------------------------------------------------------------------------------------------


@bp.route("/lists/<name>/new", methods=["GET", "POST"])
@access(ADMIN)
def list_value_new(name: str) -> Response:
    which = _list(name)
    parent = _parent(which, request.args.get("parent", type=int))
    if which.parent and parent is None:
        raise NotFound
    form = ItemForm.of(which)
    if form.posted_and_valid():
        with saving(form):
            item = references.add(which, **form.values(), parent_id=parent.id if parent else None)
        if form.saved:
            return saved(_address(item), _("« %(label)s » a été ajoutée à la liste.", label=item.label))
    return _edit_page(which, form, parent=parent)


@bp.route("/lists/<name>/<int:item_id>/edit", methods=["GET", "POST"])
@access(ADMIN)
def list_value_edit(name: str, item_id: int) -> Response:
    hold("lists")
    item = _item(name, item_id)
    before = ItemForm.values_of(item, references.rank(item))
    form = ItemForm.of(item.list, before)
    if item.retired_at:
        del form.rank
    form.prepare()
    if form.posted_and_valid():
        values = form.values()
        rank = values.pop("rank", None)
        with saving(form):
            references.rename(item, **{"code": item.code} | values)
            if rank is not None and rank != before["rank"]:
                references.place(item, rank)
        if form.saved:
            return saved(_address(item), _("« %(label)s » a été enregistrée.", label=item.label))
    return _edit_page(item.list, form, item=item)


@bp.post("/lists/<name>/<int:item_id>/move")
@access(ADMIN)
def list_value_move(name: str, item_id: int) -> Response:
    """One place up or down."""
    item = _item(name, item_id)
    references.move(item, -1 if request.form.get("to") == "up" else +1)
    db.session.commit()
    return _back(item, _("« %(label)s » a été déplacée.", label=item.label))


@bp.post("/lists/<name>/sort")
@access(ADMIN)
def list_sort(name: str) -> Response:
    """In the order of the labels."""
    which = _list(name)
    parent = _parent(which, request.args.get("parent", type=int))
    references.sort_by_name(which, parent.id if parent else None)
    db.session.commit()
    message = _("La liste est rangée par ordre alphabétique.")
    return changed(".list_values", message, name=which, parent=parent.id if parent else None)


@bp.post("/lists/<name>/<int:item_id>/retire")
@access(ADMIN)
def list_value_retire(name: str, item_id: int) -> Response:
    item = _item(name, item_id)
    if reason := references.why_kept(item):
        return _back(item, reason, kind="error")
    references.retire(item)
    db.session.commit()
    return _back(item, _("« %(label)s » n’est plus proposée ; les fiches qui l’ont la gardent.", label=item.label))


@bp.post("/lists/<name>/<int:item_id>/restore")
@access(ADMIN)
def list_value_restore(name: str, item_id: int) -> Response:
    item = _item(name, item_id)
    references.restore(item)
    db.session.commit()
    return saved(_address(item), _("« %(label)s » est de nouveau proposée.", label=item.label))


@bp.route("/lists/<name>/<int:item_id>/delete", methods=["GET", "POST"])
@access(ADMIN)
def list_value_delete(name: str, item_id: int) -> Response:
    """Ask, then delete a value nothing refers to; one in use can only be retired."""
    item = _item(name, item_id)
    if reason := references.why_kept(item):
        return _back(item, reason, kind="error")
    url, label = _address(item), item.label
    refused = _("« %(label)s » est utilisée : vous pouvez la retirer.", label=label) if references.is_used(item) else ""
    if request.method == "POST" and not refused:
        references.remove(item)
        db.session.commit()
        return saved(url, _("« %(label)s » a été supprimée.", label=label))
    status = 422 if request.method == "POST" else 200
    title = _("Supprimer « %(label)s » ?", label=label)
    return admin_page("lists/_delete.html", title, item=item, back=url, refused=refused, status=status)


# --- shared ------------------------------------------------------------------------------------------------------


def _edit_page(
    which: ReferenceList,
    form: ItemForm,
    *,
    item: ReferenceItem | None = None,
    parent: ReferenceItem | None = None,
) -> Response:
    """The form of a value; another that has its label already may be brought back if retired."""
    if item is not None:
        parent = _parent(which, item.parent_id)
    return admin_page(
        "lists/_edit.html",
        _("Modification de « %(label)s »", label=item.label) if item else _("Nouvelle valeur"),
        which=which,
        list_title=TITLES[which],
        form=form,
        item=item,
        parent=parent,
        existing=form.refusal and form.refusal.existing,
        back=url_for(".list_values", name=which, parent=parent.id if parent else None),
        status=form.status,
    )


def _list(name: str) -> ReferenceList:
    try:
        return ReferenceList(name)
    except ValueError:
        raise NotFound from None


def _item(name: str, item_id: int) -> ReferenceItem:
    item = references.find(_list(name), item_id)
    if item is None:
        raise NotFound
    return item


def _parent(which: ReferenceList, parent_id: int | None) -> ReferenceItem | None:
    return references.find(which.parent, parent_id) if which.parent else None


def _address(item: ReferenceItem) -> str:
    """The page on which a value stands."""
    retired = "1" if item.retired_at else None
    return url_for(".list_values", name=item.list, parent=item.parent_id, retired=retired)


def _back(item: ReferenceItem, message: str, *, kind: str = "ok") -> Response:
    """Show again the page a button of a row was on, with its filter and its place."""
    kept = {key: request.args[key] for key in ("q", "after", "retired") if key in request.args}
    return changed(".list_values", message, kind=kind, name=item.list, parent=item.parent_id, **kept)


def _cursor(text: str) -> tuple[int, int] | None:
    """Read the place where a page begins; anything else is the beginning."""
    match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,18})", text, re.ASCII)
    return (int(match[1]), int(match[2])) if match else None
