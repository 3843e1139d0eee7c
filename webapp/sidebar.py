"""The tree beside a page: which branches are open, what stands in them, where each entry leads (T1 to T5).

Open branches are remembered in a cookie, which `tree.js` writes as branches are opened and which the server writes
when a link opened one, so that the tree is the same on the next page, scripts on or off.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from flask import after_this_request, current_app, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Viewer
from webapp.i18n import _, _l, _n, number
from webapp.models import NO_BRANCH, CommercialStatus, Company, ReferenceList, Resource, Tree
from webapp.services import trees
from webapp.services.paging import Entry, Page, Place
from webapp.services.trees import Branch, CompanyEntry, Level, TreeView

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
_TITLES = {
    CommercialStatus.CLIENT: _l("Sociétés"),
    CommercialStatus.LEAD: _l("Leads"),
    CommercialStatus.PROSPECT: _l("Prospects"),
}
_SECTION_ICONS = {
    CommercialStatus.CLIENT: "building-2",
    CommercialStatus.LEAD: "target",
    CommercialStatus.PROSPECT: "headset",
}
_SECTIONS = {
    CommercialStatus.CLIENT: "trees.companies",
    CommercialStatus.LEAD: "trees.leads",
    CommercialStatus.PROSPECT: "trees.prospects",
}

#: Greek comes right after Latin in the order of names: the first name of all other scripts.
AFTER_LATIN = "α"

#: What `aria-setsize` says of a level whose size is unknown.
UNKNOWN = -1

_BRANCH_KEY = re.compile(r"(?:{})-[0-9]{{1,18}}".format("|".join(Tree)))

E = TypeVar("E", bound=Entry)


class Record(NamedTuple):
    """A record in a branch: what is printed of it and no more, as a page holds many."""

    key: str
    label: str
    #: Works alone, without scripts.
    href: str
    position: int | None
    is_selected: bool


@dataclass(slots=True, kw_only=True)
class Records:
    """Records that follow each other, all of one kind; drawn so, they cost a third of what as many nodes do."""

    kind: str
    icon: str
    setsize: int
    rows: Sequence[Record]


@dataclass(slots=True, kw_only=True)
class Node:
    """An entry of the tree that is no record, as `macros/tree.html` draws it."""

    key: str
    label: str
    #: Works alone, without scripts.
    href: str
    kind: str
    icon: str
    count: str = ""
    expandable: bool = False
    open: bool = False
    children: "Entries | None" = None
    #: What answers with the children, or with the entries to put in place of "more" and "before".
    children_url: str = ""
    #: The node whose children a letter replaces.
    target: str = ""
    setsize: int | None = None
    posinset: int | None = None


#: What stands in a level, in order.
Entries = Sequence[Node | Records]


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
    nodes: Entries
    #: The companies that stand in no branch of this view (D8).
    unassigned: Link | None


# --- which view, which branches ------------------------------------------------------------------------------------


def section_title(status: CommercialStatus) -> str:
    """Return the name of the companies of a status, as the menu has it (N1)."""
    return str(_TITLES[status])


def section_titles() -> dict[CommercialStatus, str]:
    return {status: section_title(status) for status in _TITLES}


def section_icon(status: CommercialStatus) -> str:
    return _SECTION_ICONS[status]


def section_url(status: CommercialStatus, view: str | None = None, close: str | None = None) -> str:
    return url_for(_SECTIONS[status], view=view, close=close)


def branch_url(view: TreeView, branch_id: int) -> str:
    return url_for("trees.branch", tree=view.tree, branch_id=branch_id)


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
    """Read keys of branches from what a browser sent; anything else in it is left out."""
    return [key for key in re.split(r"[.,]|%2C", text[:4000]) if _BRANCH_KEY.fullmatch(key)]


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
    branches: Page[Branch] | None = None,
    places: Mapping[int, Place] | None = None,
) -> Sidebar:
    """Return the tree with its open branches, the path to `selected` unfolded (T5): at most 5 queries.

    Without `view`, the one in which `selected` stands. `branches` are those of the view when they were read
    already; `places` says where to read in some branches, which are then open.
    """
    view = view or chosen_view(selected.commercial_status if selected else CommercialStatus.CLIENT)
    open_places = {int(key.rpartition("-")[2]): Place() for key in _last_opened(opened()) if view.owns(key)}
    open_places |= places or {}
    path = trees.branch_of(selected, view) if selected else None
    if selected is not None and path is not None:
        open_places[path] = Place.around(selected.sort_key, selected.id)
    page = branches or trees.branches(view, viewer)
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
) -> Entries:
    """Return the nodes of some branches; those in `children` are open."""
    children = children or {}
    nodes = [
        Node(
            key=view.key(branch.id),
            label=branch.label,
            href=(url := branch_url(view, branch.id)),
            kind=Level.BRANCH,
            icon=_ICONS[view.grouped_by],
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
    tree_url = url_for("trees.tree", tree=view.tree)
    return _with_ends(nodes, page, view.tree, page_url=section_url(view.status), more_url=tree_url)


def company_nodes(
    view: TreeView,
    branch_id: int,
    page: Page[CompanyEntry],
    selected_id: int | None = None,
    *,
    total: int | None = None,
    with_letters: bool = True,
) -> Entries:
    """Return what stands in a branch: some of its companies, of which there are `total` if that is known.

    A branch that is not whole begins with a way to jump by letter.
    """
    root = url_for("trees.companies")
    rows = [
        Record(f"company-{company.id}", company.label, f"{root}/{company.id}", position, company.id == selected_id)
        for position, company in _numbered(page)
    ]
    companies = Records(kind=Level.COMPANY, icon="building-2", setsize=_size(page, total), rows=rows)
    url = branch_url(view, branch_id)
    entries = _with_ends([companies], page, view.key(branch_id), page_url=url, more_url=url)
    return [_letters_node(view, branch_id, url), *entries] if with_letters and not page.is_whole else entries


def letter_links(view: TreeView, branch_id: int) -> list[tuple[str, str]]:
    """Return the letters at which one may enter a long branch, each with its address."""
    url = branch_url(view, branch_id)
    beginnings = [("#", ""), *((letter, letter) for letter in ascii_uppercase), ("Ω", AFTER_LATIN)]
    return [(label, f"{url}?{urlencode({'at': prefix})}") for label, prefix in beginnings]


def letter_nodes(view: TreeView, branch_id: int) -> list[Node]:
    """Return the nodes of the letters of a long branch."""
    key = view.key(branch_id)
    return [
        Node(key=f"{key}-at-{number}", label=letter, href=href, kind="letter", icon="", children_url=href, target=key)
        for number, (letter, href) in enumerate(letter_links(view, branch_id))
    ]


def _letters_node(view: TreeView, branch_id: int, url: str) -> Node:
    return Node(
        key=f"letters-{view.key(branch_id)}",
        label=_("Aller à une lettre"),
        href=url,
        kind=Level.BRANCH,
        icon="list",
        expandable=True,
        children_url=url_for("trees.letters", tree=view.tree, branch_id=branch_id),
    )


def _with_ends(entries: Entries, page: Page[Any], key: str, page_url: str, more_url: str) -> Entries:
    """Add the entries that fetch what stands before and after a page."""

    def end(kind: str, label: str, cursor: str) -> Node:
        href, fetched = f"{page_url}?{cursor}", f"{more_url}?{cursor}"
        return Node(key=f"{kind}-{key}", label=label, href=href, kind=kind, icon="", children_url=fetched)

    before, after = page.before, page.after
    return [
        *([end("before", _("Précédents"), f"before={before}")] if before else []),
        *entries,
        *([end("more", _("Suite"), f"after={after}")] if after else []),
    ]


def _numbered(page: Page[E]) -> Iterator[tuple[int | None, E]]:
    """Return the entries with their positions in the level, as far as they are known."""
    for index, entry in enumerate(page.entries):
        yield None if page.offset is None else page.offset + index + 1, entry


def _size(page: Page[Any], total: int | None = None) -> int:
    """Return how many entries the level has; -1 is how one says that nobody knows."""
    if total is not None and total <= trees.COUNT_CAP:
        return total
    return UNKNOWN if page.has_after or page.offset is None else page.offset + len(page.entries)
