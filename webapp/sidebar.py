"""The tree beside a page: which branches are open, what stands in them, where each entry leads (T1 to T5).

Open branches are remembered in a cookie, which `tree.js` writes as branches are opened and which the server writes
when a link opened one, so that the tree is the same on the next page, scripts on or off.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import after_this_request, current_app, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Viewer
from webapp.i18n import _, _n, number
from webapp.models import NO_BRANCH, CommercialStatus, Company, ReferenceList, Resource, Tree
from webapp.services import trees
from webapp.services.trees import Branch, CompanyEntry, Cursor, Level, Page, Place, TreeView

OPEN_COOKIE = "tree"
VIEW_COOKIE = "tree_view"

#: Open branches printed with a page; beyond, the ones opened first are closed.
MAX_OPEN = 8

_YEAR = 365 * 24 * 3600
_ICONS = {
    ReferenceList.ACCOUNT_TYPE: "folder-tree",
    ReferenceList.BUSINESS_REGION: "globe",
    Resource: "user",
}
_SECTIONS = {
    CommercialStatus.CLIENT: "trees.companies",
    CommercialStatus.LEAD: "trees.leads",
    CommercialStatus.PROSPECT: "trees.prospects",
}

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Node:
    """An entry of the tree as `macros/tree.html` draws it."""

    key: str
    label: str
    #: Works alone, without scripts.
    href: str
    kind: str
    icon: str
    level: int
    count: str = ""
    expandable: bool = False
    open: bool = False
    selected: bool = False
    children: "list[Node] | None" = None
    #: What answers with the children, or with the entries to put in place of "more" and "before".
    children_url: str = ""
    setsize: int | None = None
    posinset: int | None = None


@dataclass(frozen=True, kw_only=True)
class Link:
    label: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Sidebar:
    """All that `trees/_sidebar.html` prints."""

    title: str
    #: Where the page of the whole tree is.
    href: str
    #: Where the sidebar fetches itself again.
    refresh_url: str
    #: What "Afficher" offers, when there is a choice (N1).
    views: Sequence[Link]
    nodes: Sequence[Node]
    #: The companies that stand in no branch of this view (D8).
    unassigned: Link | None


# --- which view, which branches ------------------------------------------------------------------------------------


def section_title(status: CommercialStatus) -> str:
    """Return the name of the companies of a status, as the menu has it (N1)."""
    return {
        CommercialStatus.CLIENT: _("Sociétés"),
        CommercialStatus.LEAD: _("Leads"),
        CommercialStatus.PROSPECT: _("Prospects"),
    }[status]


def section_url(status: CommercialStatus, **query: str) -> str:
    return url_for(_SECTIONS[status], **query)


def branch_url(view: TreeView, branch_id: int) -> str:
    return url_for("trees.branch", tree=view.tree, branch_id=branch_id)


def company_url(company_id: int) -> str:
    return f"{url_for('trees.companies')}/{company_id}"


def chosen_view(status: CommercialStatus) -> TreeView:
    """Return the view chosen for the companies of a status: in the address, else the last one, else the first."""
    views = trees.views_of(status)
    for wanted in (request.args.get("view"), request.cookies.get(VIEW_COOKIE)):
        for view in views:
            if view.tree == wanted:
                return view
    return views[0]


def remember_view(view: TreeView) -> None:
    """Keep the choice of `Options > Afficher` for the next pages (N1)."""
    if request.cookies.get(VIEW_COOKIE) != view.tree:
        _set_cookie(VIEW_COOKIE, view.tree)


def opened() -> list[str]:
    """Return the keys of the open branches, of all trees: the cookie's, changed by what the address says."""
    keys = dict.fromkeys(_keys(request.cookies.get(OPEN_COOKIE, "")))
    for key in _keys(request.args.get("open", "")):
        keys.pop(key, None)
        keys[key] = None
    for key in _keys(request.args.get("close", "")):
        keys.pop(key, None)
    return list(keys)


def remember_opened(keys: Iterable[str]) -> None:
    """Keep which branches are open for the next pages."""
    text = ".".join(_last_opened(list(keys)))
    if request.cookies.get(OPEN_COOKIE, "") != text:
        _set_cookie(OPEN_COOKIE, text)


def _keys(text: str) -> list[str]:
    return re.findall(r"\b(?:{})-\d{{1,19}}\b".format("|".join(Tree)), text[:2000])


def _last_opened(keys: list[str]) -> list[str]:
    """Return the keys of each tree, the last MAX_OPEN of them."""
    of_each = ([key for key in keys if key.startswith(f"{tree}-")] for tree in Tree)
    return [key for of_tree in of_each for key in of_tree[-MAX_OPEN:]]


def _set_cookie(name: str, value: str) -> None:
    @after_this_request
    def write(response: Response) -> Response:
        # Not HttpOnly: tree.js writes them too. They hold nothing private.
        response.set_cookie(name, value, max_age=_YEAR, path="/", samesite="Lax", secure=current_app.config["HTTPS"])
        return response


# --- the sidebar ---------------------------------------------------------------------------------------------------


def sidebar(
    viewer: Viewer,
    view: TreeView | None = None,
    *,
    selected: Company | None = None,
    root: Place | None = None,
    places: Mapping[int, Place] | None = None,
) -> Sidebar:
    """Return the tree with its open branches, the path to `selected` unfolded (T5): at most 5 queries.

    Without `view`, the one in which `selected` stands. `root` is the place in the branches, `places` those in some
    branches, which are then open.
    """
    view = view or chosen_view(selected.commercial_status if selected else CommercialStatus.CLIENT)
    open_places = {int(key.rpartition("-")[2]): Place() for key in _last_opened(opened()) if view.owns(key)}
    open_places |= places or {}
    if selected is not None and (path := trees.branch_of(selected, view)) is not None:
        open_places[path] = Place.around(selected.sort_key, selected.id)
    else:
        path = None
    page = trees.branches(view, viewer, root)
    if path is not None and view.grouped_by is Resource and all(branch.id != path for branch in page.entries):
        page = trees.branches(view, viewer, trees.place_of_branch(path))
    shown = {branch.id for branch in page.entries}
    children = trees.pages(view, {key: place for key, place in open_places.items() if key in shown}, viewer)
    return Sidebar(
        title=section_title(view.status),
        href=section_url(view.status),
        refresh_url=url_for("trees.tree", tree=view.tree),
        views=_views(view),
        nodes=branch_nodes(view, page, children, selected.id if selected else None),
        unassigned=_unassigned(view, viewer),
    )


def _views(current: TreeView) -> list[Link]:
    views = trees.views_of(current.status)
    if len(views) == 1:
        return []
    return [
        Link(label=str(view.label), href=section_url(view.status, view=view.tree), is_current=view is current)
        for view in views
    ]


def _unassigned(view: TreeView, viewer: Viewer) -> Link | None:
    if view.grouped_by is not ReferenceList.BUSINESS_REGION or not (count := trees.unassigned(view, viewer)):
        return None
    label = _n("%(count)s société sans région", "%(count)s sociétés sans région", count, count=count_text(count))
    return Link(label=label, href=branch_url(view, NO_BRANCH))


def count_text(count: int) -> str:
    """Write a count, or that it is beyond the cap: `128`, `1 000+` (T1)."""
    return number(count) if count <= trees.COUNT_CAP else f"{number(trees.COUNT_CAP)}+"


# --- nodes ---------------------------------------------------------------------------------------------------------


def branch_nodes(
    view: TreeView,
    page: Page[Branch],
    children: Mapping[int, Page[CompanyEntry]] | None = None,
    selected_id: int | None = None,
) -> list[Node]:
    """Return the nodes of some branches; those in `children` are open."""
    children = children or {}
    nodes = [
        Node(
            key=view.key(branch.id),
            label=branch.label,
            href=(url := branch_url(view, branch.id)),
            kind=Level.BRANCH,
            icon=_ICONS[view.grouped_by],
            level=1,
            count=count_text(branch.companies),
            expandable=True,
            open=branch.id in children,
            children=company_nodes(view, branch.id, children[branch.id], selected_id, total=branch.companies)
            if branch.id in children
            else None,
            children_url=url,
            setsize=_size(page),
            posinset=position,
        )
        for position, branch in _numbered(page)
    ]
    return _with_ends(nodes, page, level=1, page_url=section_url(view.status), more_url=_tree_url(view))


def company_nodes(
    view: TreeView,
    branch_id: int,
    page: Page[CompanyEntry],
    selected_id: int | None = None,
    *,
    total: int | None = None,
) -> list[Node]:
    """Return the nodes of some companies of a branch, which holds `total` of them if that is known."""
    root = url_for("trees.companies")
    size = _size(page, total)
    is_expandable = view.levels[-1] is not Level.COMPANY
    nodes = [
        Node(
            key=f"company-{company.id}",
            label=company.label,
            href=f"{root}/{company.id}",
            kind=Level.COMPANY,
            icon="building-2",
            level=2,
            expandable=is_expandable,
            selected=company.id == selected_id,
            setsize=size,
            posinset=position,
        )
        for position, company in _numbered(page)
    ]
    url = branch_url(view, branch_id)
    return _with_ends(nodes, page, level=2, page_url=url, more_url=url)
