"""The trees: their pages, and the parts of them that are fetched as branches open (N1, T1 to T6, D8).

A branch has one address, and so have the contacts of a company. htmx gets from it the entries to put in the tree; a
link opened without scripts, in a new tab or reloaded gets a page that lists them, with the tree beside it.
"""

import re
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import sidebar
from webapp.access import STAFF, access, get_visible, visible
from webapp.extensions import db
from webapp.i18n import moment
from webapp.models import CommercialStatus, Company, Contact, Tree
from webapp.services import home, trees
from webapp.services import my_contacts as my_list
from webapp.services.companies import tree_of
from webapp.services.paging import BadCursor, Entry, Page, Place
from webapp.services.trees import TREE_VIEWS, Level, TreeView
from webapp.sidebar import Selected
from webapp.web import page, viewer, wants_fragment

bp = Blueprint("trees", __name__)

#: Ids the database can hold.
_MAX_ID = 2**63 - 1

E = TypeVar("E", bound=Entry)


@bp.app_template_global()
def company_tree(company: Company, contact: Contact | None = None) -> sidebar.Sidebar:
    """Return the tree in which a company, or a contact of it, stands: what their pages print beside them (T5)."""
    selected = Selected(company, contact)
    return sidebar.sidebar(viewer(), sidebar.view_beside(selected, viewer()), selected=selected)


bp.add_app_template_global(moment)
bp.add_app_template_global(sidebar.section_titles, "tree_labels")
bp.add_app_template_global(tree_of)


# --- pages ---------------------------------------------------------------------------------------------------------


@bp.get("/companies")
@access(STAFF)
def companies() -> Response:
    """Sociétés (clients), by account type or by region."""
    return _section(CommercialStatus.CLIENT)


@bp.get("/leads")
@access(STAFF)
def leads() -> Response:
    return _section(CommercialStatus.LEAD)


@bp.get("/prospects")
@access(STAFF)
def prospects() -> Response:
    return _section(CommercialStatus.PROSPECT)


@bp.get("/my-contacts")
@access(STAFF)
def my_contacts() -> Response:
    """Mes contacts: the contacts of one's own list, by name, and their tree (T6)."""
    view = trees.MY_CONTACTS
    _remember(view)
    return page(
        "trees/my_contacts.html",
        "trees/_my_contacts.html",
        title=sidebar.section_title(view.status),
        contacts=my_list.page(viewer(), _place()),
        make_tree=lambda: sidebar.sidebar(viewer(), view),
    )


def _section(status: CommercialStatus) -> Response:
    """The page of a tree: its branches, what changed lately, what one can do."""
    view = sidebar.chosen_view(status)
    _remember(view)
    if "view" in request.args:
        sidebar.remember_view(view)
    branches = trees.branches(view, viewer(), _place())
    return page(
        "trees/section.html",
        "trees/_section.html",
        view=view,
        title=sidebar.section_title(status),
        nodes=sidebar.branch_nodes(view, branches),
        changed=home.recently_changed(viewer(), status),
        make_tree=lambda: sidebar.sidebar(viewer(), view, branches=branches),
    )


def _remember(view: TreeView) -> None:
    """Keep for the next pages in which tree one walks, and what the address opened or closed there."""
    sidebar.remember_section(view)
    if {"open", "close"} & set(request.args):
        sidebar.remember_opened(sidebar.opened())


# --- the tree and its parts ----------------------------------------------------------------------------------------


@bp.get("/trees/<tree>")
@access(STAFF)
def tree(tree: str) -> Response:
    """The whole tree again, as it stands now; or, after or before a cursor, more of its branches."""
    view = _view(tree)
    if not wants_fragment():
        return redirect(sidebar.view_url(view), 302)
    if {"after", "before"} & set(request.args):
        found = trees.branches(view, viewer(), _place())
        return _nodes(sidebar.branch_nodes(view, _towards(found)), level=1)
    selected = _record_on_screen()
    if selected is not None and not trees.holds(view, *selected, viewer()):
        # It has moved to another tree: show that one, as a reload would.
        view = sidebar.chosen_view(selected.company.commercial_status)
    return _part("trees/_sidebar.html", tree=sidebar.sidebar(viewer(), view, selected=selected))


@bp.get("/trees/<tree>/<int:branch_id>")
@access(STAFF)
def branch(tree: str, branch_id: int) -> Response:
    """Some companies of a branch: the first, those after or before a cursor, or from a letter on."""
    view = _view(tree)
    if branch_id > _MAX_ID:
        abort(404)
    place = _place()
    found = trees.page(view, branch_id, viewer(), place)
    if wants_fragment():
        if not found.entries:
            _label(view, branch_id)
        is_more = bool({"after", "before"} & set(request.args))
        return _nodes(sidebar.company_nodes(view, branch_id, _towards(found), with_letters=not is_more), level=2)
    label = _label(view, branch_id)
    sidebar.remember_section(view)
    sidebar.remember_opened([*sidebar.opened(), view.key(branch_id)])
    return page(
        "trees/list.html",
        label=label,
        found=found,
        links=[sidebar.company_link(view, entry) for entry in found.entries],
        crumbs=[_section_link(view)],
        kind=Level.COMPANY,
        url=sidebar.branch_url(view, branch_id),
        close_url=sidebar.view_url(view, close=view.key(branch_id)),
        letters=sidebar.letter_links(view, branch_id),
        make_tree=lambda: sidebar.sidebar(viewer(), view, places={branch_id: place}),
    )


@bp.get("/trees/<tree>/company/<int:company_id>")
@access(STAFF)
def company(tree: str, company_id: int) -> Response:
    """Some contacts of a company: the first, or those after or before a cursor."""
    view = _view(tree)
    record = get_visible(Company, company_id, viewer())
    place = _place()
    found = trees.contact_page(view, company_id, viewer(), place)
    if wants_fragment():
        return _nodes(sidebar.contact_nodes(view, company_id, _towards(found)), level=3)
    branch_id = trees.branch_of(record, view)
    if branch_id is None:
        # It stands in another tree now: its own page shows which.
        return redirect(url_for("companies.show", company_id=company_id), 302)
    sidebar.remember_section(view)
    sidebar.remember_opened([*sidebar.opened(), view.key(branch_id), sidebar.company_key(view, company_id)])
    branch = sidebar.Link(label=_label(view, branch_id), href=sidebar.branch_url(view, branch_id))
    return page(
        "trees/list.html",
        label=record.name,
        found=found,
        links=[sidebar.contact_link(entry) for entry in found.entries],
        profile_url=url_for("companies.show", company_id=company_id),
        crumbs=[_section_link(view), branch],
        kind=Level.CONTACT,
        url=sidebar.company_url(view, company_id),
        close_url=sidebar.view_url(view, close=sidebar.company_key(view, company_id)),
        letters=[],
        make_tree=lambda: sidebar.sidebar(
            viewer(),
            view,
            places={branch_id: Place.around(record.sort_key, record.id)},
            contact_places={company_id: place},
        ),
    )


@bp.get("/trees/<tree>/<int:branch_id>/letters")
@access(STAFF)
def letters(tree: str, branch_id: int) -> Response:
    """The letters at which one may enter a long branch."""
    view = _view(tree)
    if not wants_fragment():
        return redirect(sidebar.branch_url(view, branch_id), 302)
    return _nodes(sidebar.letter_nodes(view, branch_id), level=3)


# --- what the browser says -------------------------------------------------------------------------------------------


def _view(tree: str) -> TreeView:
    if tree not in TREE_VIEWS:
        abort(404)
    return TREE_VIEWS[Tree(tree)]


def _section_link(view: TreeView) -> sidebar.Link:
    return sidebar.Link(label=sidebar.section_title(view.status), href=sidebar.view_url(view))


def _label(view: TreeView, branch_id: int) -> str:
    label = trees.branch_label(view, branch_id)
    if label is None:
        abort(404)
    return label


def _place() -> Place:
    """Return where the address says to read; a cursor that is none of ours is a request one cannot understand."""
    try:
        if after := request.args.get("after"):
            return Place.after(after)
        if before := request.args.get("before"):
            return Place.before(before)
    except BadCursor:
        abort(400)
    at = request.args.get("at")
    return Place.at(at) if at else Place()


def _towards(found: Page[E]) -> Page[E]:
    """Leave out the way back to where the reader comes from: it is in the tree already."""
    if "after" in request.args:
        return replace(found, has_before=False)
    if "before" in request.args:
        return replace(found, has_after=False)
    return found


def _record_on_screen() -> Selected | None:
    """Return the company or the contact whose page htmx is on, if it is one and the viewer may see it."""
    path = urlsplit(request.headers.get("HX-Current-URL", "")).path
    match = re.fullmatch(r"/(companies|contacts)/([0-9]{1,18})(?:/.*)?", path)
    if match is None:
        return None
    record_id = int(match[2])
    if match[1] == "companies":
        return _selected(record_id)
    contact = db.session.scalar(visible(Contact, viewer()).where(Contact.id == record_id))
    return _selected(contact.company_id, contact) if contact else None


def _selected(company_id: int, contact: Contact | None = None) -> Selected | None:
    company = db.session.scalar(visible(Company, viewer()).where(Company.id == company_id))
    return Selected(company, contact) if company else None


def _nodes(nodes: sidebar.Entries, level: int) -> Response:
    return _part("trees/_nodes.html", nodes=nodes, level=level)


def _part(template: str, **context: Any) -> Response:
    """Answer with a part of the tree alone: messages wait for the page they were written for."""
    return Response(render_template(template, **context), mimetype="text/html")
