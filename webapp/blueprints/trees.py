"""The trees: their pages, and the parts of them that are fetched as branches open (N1, T1 to T5, D8).

A branch has one address. htmx gets from it the entries to put in the tree; a link opened without scripts, in a new
tab or reloaded gets a page that lists the branch, with the tree beside it.
"""

import re
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import sidebar
from webapp.access import STAFF, access, visible
from webapp.extensions import db
from webapp.i18n import moment
from webapp.models import CommercialStatus, Company, Tree
from webapp.services import home, trees
from webapp.services.companies import tree_of
from webapp.services.paging import BadCursor, Entry, Page, Place
from webapp.services.trees import TREE_VIEWS, TreeView
from webapp.web import page, viewer, wants_fragment

bp = Blueprint("trees", __name__)

#: Ids the database can hold.
_MAX_ID = 2**63 - 1

E = TypeVar("E", bound=Entry)


@bp.app_template_global()
def company_tree(company: Company) -> sidebar.Sidebar:
    """Return the tree in which a company stands, its path unfolded: what its page prints beside it (T5)."""
    return sidebar.sidebar(viewer(), selected=company)


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


def _section(status: CommercialStatus) -> Response:
    """The page of a tree: its branches, what changed lately, what one can do."""
    view = sidebar.chosen_view(status)
    if "view" in request.args:
        sidebar.remember_view(view)
    if {"open", "close"} & set(request.args):
        sidebar.remember_opened(sidebar.opened())
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


# --- the tree and its parts ----------------------------------------------------------------------------------------


@bp.get("/trees/<tree>")
@access(STAFF)
def tree(tree: str) -> Response:
    """The whole tree again, as it stands now; or, after or before a cursor, more of its branches."""
    view = _view(tree)
    if not wants_fragment():
        return redirect(sidebar.section_url(view.status, view=view.tree), 302)
    if {"after", "before"} & set(request.args):
        found = trees.branches(view, viewer(), _place())
        return _nodes(sidebar.branch_nodes(view, _towards(found)), level=1)
    selected = _company_on_screen()
    if selected is not None and selected.commercial_status is not view.status:
        # It has moved to another tree: show that one, as a reload would.
        view = sidebar.chosen_view(selected.commercial_status)
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
    sidebar.remember_opened([*sidebar.opened(), view.key(branch_id)])
    return page(
        "trees/branch.html",
        view=view,
        branch_id=branch_id,
        label=label,
        companies=found,
        url=sidebar.branch_url(view, branch_id),
        root_url=url_for("trees.companies"),
        section=sidebar.Link(
            label=sidebar.section_title(view.status), href=sidebar.section_url(view.status, view.tree)
        ),
        close_url=sidebar.section_url(view.status, view.tree, close=view.key(branch_id)),
        letters=sidebar.letter_links(view, branch_id),
        make_tree=lambda: sidebar.sidebar(viewer(), view, places={branch_id: place}),
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


def _company_on_screen() -> Company | None:
    """Return the company whose page htmx is on, if it is one and the viewer may see it."""
    match = re.fullmatch(r"/companies/([0-9]{1,18})(?:/.*)?", urlsplit(request.headers.get("HX-Current-URL", "")).path)
    if match is None:
        return None
    company: Company | None = db.session.scalar(visible(Company, viewer()).where(Company.id == int(match[1])))
    return company


def _nodes(nodes: sidebar.Entries, level: int) -> Response:
    return _part("trees/_nodes.html", nodes=nodes, level=level)


def _part(template: str, **context: Any) -> Response:
    """Answer with a part of the tree alone: messages wait for the page they were written for."""
    return Response(render_template(template, **context), mimetype="text/html")
