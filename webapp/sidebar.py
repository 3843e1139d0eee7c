"""The tree beside a page: what is open in it, what stands there, where each entry leads (T1 to T6).

Open branches and companies are remembered in a cookie, which `tree.js` writes as they are opened and which the server
writes when a link opened one, so that the tree is the same on the next page, scripts on or off.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from string import ascii_uppercase
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from flask import after_this_request, current_app, request, url_for
from werkzeug.wrappers import Response

from webapp.access import Viewer
from webapp.i18n import LazyString, _, _l, _n, number
from webapp.models import NO_BRANCH, CommercialStatus, Company, Contact, ReferenceList, Resource, Tree
from webapp.services import trees
from webapp.services.paging import Entry, Page, Place
from webapp.services.trees import MY_CONTACTS, Branch, CompanyEntry, ContactEntry, Level, TreeView

OPEN_COOKIE = "tree"
VIEW_COOKIE = "tree_view"
#: Says that one walks in « Mes contacts »: the tree beside a contact of one's own is then that one.
MINE_COOKIE = "tree_mine"

#: Open branches, and open companies, printed with a page; beyond, the ones opened first are closed.
MAX_OPEN = 8

_YEAR = 365 * 24 * 3600
_ICONS = {
    ReferenceList.ACCOUNT_TYPE: "folder-tree",
    ReferenceList.BUSINESS_REGION: "globe",
    Resource: "user",
}


class Section(NamedTuple):
    """A place of the menu Généralités: the companies of a status, or one's own contacts (N1)."""

    title: LazyString
    icon: str
    endpoint: str


_SECTIONS = {
    CommercialStatus.CLIENT: Section(_l("Sociétés"), "building-2", "trees.companies"),
    CommercialStatus.LEAD: Section(_l("Leads"), "target", "trees.leads"),
    CommercialStatus.PROSPECT: Section(_l("Prospects"), "headset", "trees.prospects"),
    None: Section(_l("Mes contacts"), "book-user", "trees.my_contacts"),
}

#: Greek comes right after Latin in the order of names: the first name of all other scripts.
AFTER_LATIN = "α"

#: What `aria-setsize` says of a level whose size is unknown.
UNKNOWN = -1

#: What the names of open branches and companies begin with. Companies are open in all the trees at once, but for
#: those of « Mes contacts », which hold other contacts.
_COMPANY, _MY_COMPANY = "company", "my-company"
_KINDS = (*Tree, _COMPANY, _MY_COMPANY)
_KEY = re.compile(r"(?:{})-[0-9]{{1,18}}".format("|".join(_KINDS)))

E = TypeVar("E", bound=Entry)


class Record(NamedTuple):
    """A record in a branch: what is printed of it and no more, as a page holds many."""

    key: str
    label: str
    #: Works alone, without scripts.
    href: str
    position: int | None
    is_selected: bool
    #: What answers with what stands below; nothing when nothing does.
    children_url: str = ""
    #: What stands below, when it is open.
    children: "Entries | None" = None


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


class Selected(NamedTuple):
    """The record on screen: a company, or a contact of it."""

    company: Company
    contact: Contact | None = None


@dataclass(frozen=True, kw_only=True)
class Unfolded:
    """What is open in a tree: companies of branches, contacts of companies; and what is selected there."""

    companies: Mapping[int, Page[CompanyEntry]] = field(default_factory=dict)
    contacts: Mapping[int, Page[ContactEntry]] = field(default_factory=dict)
    selected: Selected | None = None

    def is_company(self, company_id: int) -> bool:
        """Whether this company is what is on screen."""
        return self.selected is not None and not self.selected.contact and self.selected.company.id == company_id

    def is_contact(self, contact_id: int) -> bool:
        """Whether this contact is what is on screen."""
        return self.selected is not None and (contact := self.selected.contact) is not None and contact.id == contact_id


FOLDED = Unfolded()


@dataclass(frozen=True, kw_only=True)
class Link:
    label: str
    href: str
    icon: str = ""
    is_current: bool = False
    #: Where what stands below is listed, if something does.
    below: str = ""


@dataclass(frozen=True, kw_only=True)
class Sidebar:
    """All that `trees/_sidebar.html` prints."""

    title: str
    #: How the companies are grouped.
    view: str
    #: Where the page of the whole tree is.
    href: str
    #: Where the sidebar fetches itself again.
    refresh_url: str
    #: What `Options > Afficher` offers, when there is a choice (N1).
    views: Sequence[Link]
    nodes: Entries
    #: The companies that stand in no branch of this view (D8).
    unassigned: Link | None


# --- which view, which branches ------------------------------------------------------------------------------------


def section_title(status: CommercialStatus | None) -> str:
    """Return the name of the companies of a status, or of one's own contacts, as the menu has it (N1)."""
    return str(_SECTIONS[status].title)


def section_titles() -> dict[CommercialStatus | None, str]:
    return {status: section_title(status) for status in _SECTIONS}


def section_icon(status: CommercialStatus | None) -> str:
    return _SECTIONS[status].icon


def section_url(status: CommercialStatus | None, view: str | None = None, close: str | None = None) -> str:
    return url_for(_SECTIONS[status].endpoint, view=view, close=close)


def view_url(view: TreeView, close: str | None = None) -> str:
    """Return the page of a tree, in this view; `close` names a branch or a company that folds there."""
    return section_url(view.status, None if view.is_mine else view.tree, close)


def branch_url(view: TreeView, branch_id: int) -> str:
    return url_for("trees.branch", tree=view.tree, branch_id=branch_id)


def company_url(view: TreeView, company_id: int) -> str:
    """Return the address of the contacts of a company in a tree."""
    return url_for("trees.company", tree=view.tree, company_id=company_id)


def company_key(view: TreeView, company_id: int) -> str:
    """Return the name of a company among all that can be open: `company-12`."""
    return f"{_MY_COMPANY if view.is_mine else _COMPANY}-{company_id}"


def view_beside(selected: Selected, viewer: Viewer) -> TreeView:
    """Return the tree in which one shows a record: « Mes contacts » if one walks there, else that of its status."""
    if request.cookies.get(MINE_COOKIE) and trees.holds(MY_CONTACTS, *selected, viewer):
        return MY_CONTACTS
    return chosen_view(selected.company.commercial_status)


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


def remember_section(view: TreeView) -> None:
    """Keep whether one walks in « Mes contacts » for the next pages."""
    if view.is_mine != bool(request.cookies.get(MINE_COOKIE)):
        _set_cookie(MINE_COOKIE, "1" if view.is_mine else "")


def opened() -> list[str]:
    """Return the keys of all that is open, in all trees: the cookie's, changed by what the address says."""
    keys = dict.fromkeys(_keys(request.cookies.get(OPEN_COOKIE, "")))
    for key in _keys(request.args.get("open", "")):
        keys.pop(key, None)
        keys[key] = None
    for key in _keys(request.args.get("close", "")):
        keys.pop(key, None)
    return list(keys)


def remember_opened(keys: Iterable[str]) -> None:
    """Keep what is open for the next pages."""
    text = ".".join(_last_opened(list(keys)))
    if request.cookies.get(OPEN_COOKIE, "") != text:
        _set_cookie(OPEN_COOKIE, text)


def _keys(text: str) -> list[str]:
    """Read keys of branches and companies from what a browser sent; anything else in it is left out."""
    return [key for key in re.split(r"[.,]|%2C", text[:4000]) if _KEY.fullmatch(key)]


def _last_opened(keys: list[str]) -> list[str]:
    """Return the keys of each kind, the last MAX_OPEN of them."""
    of_each = ([key for key in keys if key.startswith(f"{kind}-")] for kind in _KINDS)
    return [key for of_kind in of_each for key in of_kind[-MAX_OPEN:]]


def _open_places(keys: list[str], key_of: Callable[[int], str]) -> dict[int, Place]:
    """Return the beginnings of the levels that are open among those that `key_of` names."""
    ids = (int(key.rpartition("-")[2]) for key in keys)
    return {row_id: Place() for key, row_id in zip(keys, ids, strict=True) if key == key_of(row_id)}


def _set_cookie(name: str, value: str) -> None:
    @after_this_request
    def write(response: Response) -> Response:
        # Not HttpOnly: tree.js writes them too. They hold nothing private.
        response.set_cookie(name, value, max_age=_YEAR, path="/", samesite="Lax", secure=current_app.config["HTTPS"])
        return response


# --- the sidebar ---------------------------------------------------------------------------------------------------


def sidebar(
    viewer: Viewer,
    view: TreeView,
    *,
    selected: Selected | None = None,
    branches: Page[Branch] | None = None,
    places: Mapping[int, Place] | None = None,
    contact_places: Mapping[int, Place] | None = None,
) -> Sidebar:
    """Return the tree with what is open in it, the path to `selected` unfolded (T5): at most 6 queries.

    `branches` are those of the view when they were read already; `places` says where to read in some branches, and
    `contact_places` in some companies, which are then open.
    """
    keys = _last_opened(opened())
    open_branches = _open_places(keys, view.key) | dict(places or {})
    open_companies = _open_places(keys, partial(company_key, view)) | dict(contact_places or {})
    path = None
    if selected is not None and (path := trees.branch_of(selected.company, view)) is not None:
        open_branches[path] = Place.around(selected.company.sort_key, selected.company.id)
        if selected.contact is not None:
            open_companies[selected.company.id] = Place.around(selected.contact.sort_key, selected.contact.id)
    page = branches or trees.branches(view, viewer)
    if path is not None and view.grouped_by is Resource and all(branch.id != path for branch in page.entries):
        page = trees.branches(view, viewer, trees.place_of_branch(path))
    return Sidebar(
        title=section_title(view.status),
        view=str(view.label),
        href=section_url(view.status),
        refresh_url=url_for("trees.tree", tree=view.tree),
        views=_views(view),
        nodes=branch_nodes(view, page, _unfold(view, viewer, page, open_branches, open_companies, selected)),
        unassigned=_unassigned(view, viewer),
    )


def _unfold(
    view: TreeView,
    viewer: Viewer,
    page: Page[Branch],
    open_branches: Mapping[int, Place],
    open_companies: Mapping[int, Place],
    selected: Selected | None,
) -> Unfolded:
    """Read what is open below the branches that are shown: one query for the companies, one for the contacts."""
    shown = {branch.id for branch in page.entries}
    companies = trees.pages(view, {key: place for key, place in open_branches.items() if key in shown}, viewer)
    with_contacts = {entry.id for level in companies.values() for entry in level.entries if entry.has_contacts}
    contact_places = {key: place for key, place in open_companies.items() if key in with_contacts}
    contacts = trees.contact_pages(view, contact_places, viewer)
    return Unfolded(companies=companies, contacts=contacts, selected=selected)


def _views(current: TreeView) -> list[Link]:
    views = trees.views_of(current.status)
    if len(views) == 1:
        return []
    return [
        Link(
            label=str(view.label),
            href=view_url(view),
            icon=_ICONS[view.grouped_by],
            is_current=view is current,
        )
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


def branch_nodes(view: TreeView, page: Page[Branch], unfolded: Unfolded = FOLDED) -> Entries:
    """Return the nodes of some branches; those whose companies are `unfolded` are open."""
    tree_url = url_for("trees.tree", tree=view.tree)
    nodes = [
        Node(
            key=view.key(branch.id),
            label=branch.label,
            href=(url := f"{tree_url}/{branch.id}"),
            kind=Level.BRANCH,
            icon=_ICONS[view.grouped_by],
            count=count_text(branch.companies),
            expandable=True,
            open=(companies := unfolded.companies.get(branch.id)) is not None,
            children=company_nodes(view, branch.id, companies, unfolded, total=branch.companies) if companies else None,
            children_url=url,
            setsize=_size(page),
            posinset=position,
        )
        for position, branch in _numbered(page)
    ]
    return _with_ends(nodes, page, view.tree, page_url=section_url(view.status), more_url=tree_url)


def company_nodes(
    view: TreeView,
    branch_id: int,
    page: Page[CompanyEntry],
    unfolded: Unfolded = FOLDED,
    *,
    total: int | None = None,
    with_letters: bool = True,
) -> Entries:
    """Return what stands in a branch: some of its companies, of which there are `total` if that is known.

    A branch that is not whole begins with a way to jump by letter.
    """
    root, tree_url = url_for("trees.companies"), url_for("trees.tree", tree=view.tree)
    rows = [
        Record(
            company_key(view, company.id),
            company.label,
            f"{root}/{company.id}",
            position,
            unfolded.is_company(company.id),
            f"{tree_url}/company/{company.id}" if company.has_contacts else "",
            contact_nodes(view, company.id, contacts, unfolded)
            if (contacts := unfolded.contacts.get(company.id))
            else None,
        )
        for position, company in _numbered(page)
    ]
    companies = Records(kind=Level.COMPANY, icon="building-2", setsize=_size(page, total), rows=rows)
    url = f"{tree_url}/{branch_id}"
    entries = _with_ends([companies], page, view.key(branch_id), page_url=url, more_url=url)
    return [_letters_node(view, branch_id, url), *entries] if with_letters and not page.is_whole else entries


def contact_nodes(view: TreeView, company_id: int, page: Page[ContactEntry], unfolded: Unfolded = FOLDED) -> Entries:
    """Return what stands below a company: some of its contacts."""
    # One address made, not fifty.
    root = url_for("contacts.show", contact_id=0).removesuffix("0")
    rows = [
        Record(f"contact-{one.id}", one.label, f"{root}{one.id}", position, unfolded.is_contact(one.id))
        for position, one in _numbered(page)
    ]
    contacts = Records(kind=Level.CONTACT, icon="user", setsize=_size(page), rows=rows)
    url = company_url(view, company_id)
    return _with_ends([contacts], page, company_key(view, company_id), page_url=url, more_url=url)


def company_link(view: TreeView, company: CompanyEntry) -> Link:
    """Return a company as the page of its branch lists it, with the way to its contacts."""
    below = company_url(view, company.id) if company.has_contacts else ""
    return Link(label=company.label, href=url_for("companies.show", company_id=company.id), below=below)


def contact_link(contact: ContactEntry) -> Link:
    """Return a contact as the page of its company lists it."""
    return Link(label=contact.label, href=url_for("contacts.show", contact_id=contact.id))


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
        children_url=f"{url}/letters",
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
