"""Trees: what their branches are, which companies each holds, which contacts those (T1 to T4, T6, D8).

Nothing here grows with the number of companies: a count stops at a cap, and companies are read by ranges of the
primary key of `company_listing`, one range for each principal of the viewer, merged and freed of duplicates.
Statements are built once for each number of principals, as building one costs more than running it.
« Mes contacts » is read from the marks of its owner instead, and grows with those alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union,
    union_all,
)

from webapp.access import Viewer, contact_rule_within_seen_company, granted, seen_by, visible_to_all
from webapp.extensions import db
from webapp.i18n import LazyString, _l, language
from webapp.models import (
    NO_BRANCH,
    CommercialStatus,
    Company,
    CompanyListing,
    Contact,
    ReferenceItem,
    ReferenceList,
    Resource,
    Tree,
)
from webapp.models.base import Id
from webapp.services import companies, contacts, my_contacts, paging
from webapp.services.paging import Cursor, Page, Place

#: Counts are exact up to here; beyond, one only says so.
COUNT_CAP = 1000


# --- the trees -----------------------------------------------------------------------------------------------------


class Level(StrEnum):
    """What stands at one depth of a tree; the last level has no children."""

    BRANCH = "branch"
    COMPANY = "company"
    CONTACT = "contact"


@dataclass(frozen=True, kw_only=True)
class TreeView:
    """One way of listing companies: which, grouped by what, down to which level."""

    tree: Tree
    label: LazyString
    #: The companies of this commercial status (T3); without one, those of the viewer's own contacts (T6).
    status: CommercialStatus | None
    #: Whose values are the branches: those of a list, in its order, or the resources, by name.
    grouped_by: ReferenceList | type[Resource]
    #: What the companies without a value are listed under; nothing where each must have one (D8).
    unassigned_label: LazyString | None = None

    def key(self, branch_id: int) -> str:
        """Return the name of a branch among all branches of all trees: `type-3`."""
        return f"{self.tree}-{branch_id}"

    @property
    def is_mine(self) -> bool:
        """Whether it holds the viewer's own contacts, and no others."""
        return self.status is None


TREE_VIEWS = {
    view.tree: view
    for view in (
        TreeView(
            tree=Tree.ACCOUNT_TYPE,
            label=_l("Par type de compte"),
            status=CommercialStatus.CLIENT,
            grouped_by=ReferenceList.ACCOUNT_TYPE,
        ),
        TreeView(
            tree=Tree.BUSINESS_REGION,
            label=_l("Par région"),
            status=CommercialStatus.CLIENT,
            grouped_by=ReferenceList.BUSINESS_REGION,
            unassigned_label=_l("(Sans région)"),
        ),
        TreeView(
            tree=Tree.LEADS,
            label=_l("Par commercial"),
            status=CommercialStatus.LEAD,
            grouped_by=Resource,
            unassigned_label=_l("(Non affecté)"),
        ),
        TreeView(
            tree=Tree.PROSPECTS,
            label=_l("Par télémarketeur"),
            status=CommercialStatus.PROSPECT,
            grouped_by=Resource,
            unassigned_label=_l("(Non affecté)"),
        ),
        TreeView(
            tree=Tree.MY_CONTACTS,
            label=_l("Par type de compte"),
            status=None,
            grouped_by=ReferenceList.ACCOUNT_TYPE,
        ),
    )
}

MY_CONTACTS = TREE_VIEWS[Tree.MY_CONTACTS]


def views_of(status: CommercialStatus | None) -> list[TreeView]:
    """Return the views that list the companies of a status, or those of one's own contacts; the default one first."""
    return [view for view in TREE_VIEWS.values() if view.status is status]


def branch_of(company: Company, view: TreeView) -> int | None:
    """Return the branch of `view` in which a company stands, or None when it is in another tree (T3)."""
    if view.is_mine:
        return company.account_type_id
    return dict(companies.places(vars(company))).get(view.tree)


def holds(view: TreeView, company: Company, contact: Contact | None, viewer: Viewer) -> bool:
    """Whether a company, or the contact at it, stands somewhere in the viewer's tree (T3, T6)."""
    if not view.is_mine:
        return company.commercial_status is view.status
    return my_contacts.has(contact, viewer) if contact else my_contacts.has_some_at(company, viewer)


# --- companies of a branch -----------------------------------------------------------------------------------------


class CompanyEntry(NamedTuple):
    """A company in a tree; what a page needs and no more."""

    id: int
    label: str
    sort_key: bytes
    #: Whether something stands below it.
    has_contacts: bool


def page(view: TreeView, branch_id: int, viewer: Viewer, place: Place | None = None) -> Page[CompanyEntry]:
    """Return the companies of a branch that `viewer` may see, in order of name (T1): one query."""
    return pages(view, {branch_id: place or Place()}, viewer)[branch_id]


def pages(view: TreeView, places: Mapping[int, Place], viewer: Viewer) -> dict[int, Page[CompanyEntry]]:
    """Return a page of each of several branches: one query for all."""
    if not (windows := paging.windows(places)):
        return {}
    sides, parameters = paging.sides(windows), _parameters(view, viewer) | paging.bounds(windows)
    statement = _my_windows(sides) if view.is_mine else _windows_statement(len(viewer.principal_ids), sides)
    entries = (
        (number, CompanyEntry(company_id, name, sort_key, has_contacts))
        for number, sort_key, company_id, name, has_contacts in db.session.execute(statement, parameters).all()
    )
    return paging.pages(places, windows, entries)


company, contact, item, listing, resource = (
    model.__table__.c for model in (Company, Contact, ReferenceItem, CompanyListing, Resource)
)


def _parameters(view: TreeView, viewer: Viewer) -> dict[str, Any]:
    if view.is_mine:
        return my_contacts.owned_by(viewer)
    principals = {f"principal{number}": principal_id for number, principal_id in enumerate(viewer.principal_ids)}
    return {"tree": view.tree, **principals, **seen_by(viewer)}


@lru_cache
def _windows_statement(principals: int, sides: tuple[bool, ...]) -> Select[Any]:
    """Build the reading of several windows, each backward or not."""
    read = union_all(*(_window(number, is_back, principals) for number, is_back in enumerate(sides))).subquery()
    has_contacts = exists().where(contact.company_id == company.id, contact_rule_within_seen_company())
    statement = (
        select(read.c.window, read.c.sort_key, company.id, company.name, has_contacts)
        .join_from(read, Company.__table__, company.id == read.c.company_id)
        .order_by(read.c.window, read.c.sort_key, read.c.company_id)
    )
    return granted(statement, "principal legs")


def _window(number: int, is_back: bool, principals: int) -> Select[Any]:
    """One window: a limited range for each principal; the union keeps a company reached twice only once."""
    limit = bindparam(f"limit{number}", type_=Id)
    here = tuple_(listing.sort_key, listing.company_id)
    gap = paging.gap_of(number)
    order = [listing.sort_key, listing.company_id]
    legs = []
    for principal in range(principals):
        leg = select(listing.sort_key, listing.company_id).where(
            *_in_branch(principal, bindparam(f"level{number}", type_=Id)), here <= gap if is_back else here > gap
        )
        leg = leg.order_by(*(column.desc() for column in order) if is_back else order).limit(limit)
        legs.append(leg.subquery().select())
    merged = union(*legs) if principals > 1 else legs[0]
    names: list[ColumnElement[Any]] = [literal_column("sort_key"), literal_column("company_id")]
    cut = merged.order_by(*(name.desc() for name in names) if is_back else names).limit(limit).subquery()
    return select(literal_column(str(number), Id).label("window"), cut.c.sort_key, cut.c.company_id)


def _in_branch(principal: int, branch_id: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        listing.principal_id == bindparam(f"principal{principal}", type_=Id),
        listing.tree == bindparam("tree", type_=listing.tree.type),
        listing.branch_id == branch_id,
    )


@lru_cache
def _my_windows(sides: tuple[bool, ...]) -> Select[Any]:
    """Build the same for branches of « Mes contacts »: a company stands there by its contacts."""

    def in_branch(branch_id: ColumnElement[int]) -> Select[Any]:
        columns = (Company.sort_key, Company.id, Company.name, literal(True).label("has_contacts"))
        return my_contacts.mine(*columns).where(Company.account_type_id == branch_id).distinct()

    return granted(paging.select_windows(in_branch, sides), "visible contacts")


# --- contacts of a company -----------------------------------------------------------------------------------------


class ContactEntry(NamedTuple):
    """A contact in a tree: the full name, in the order of the last name."""

    id: int
    label: str
    sort_key: bytes


def contact_page(view: TreeView, company_id: int, viewer: Viewer, place: Place | None = None) -> Page[ContactEntry]:
    """Return the contacts of a company that `viewer` may see, or those of their own (T1, T6): one query."""
    return contact_pages(view, {company_id: place or Place()}, viewer)[company_id]


def contact_pages(view: TreeView, places: Mapping[int, Place], viewer: Viewer) -> dict[int, Page[ContactEntry]]:
    """Return a page of the contacts of each of several companies: one query for all."""
    if not (windows := paging.windows(places)):
        return {}

    statement = _contact_windows(view.is_mine, language(), paging.sides(windows))
    whose = my_contacts.owned_by(viewer) if view.is_mine else seen_by(viewer)
    rows = db.session.execute(statement, paging.bounds(windows) | whose)
    entries = ((row.window, ContactEntry(row.id, contacts.listed_name(row), row.sort_key)) for row in rows)
    return paging.pages(places, windows, entries)


@lru_cache
def _contact_windows(is_mine: bool, language: str, sides: tuple[bool, ...]) -> Select[Any]:
    columns = (Contact.sort_key, Contact.id)
    all_of_them = my_contacts.mine(*columns) if is_mine else visible_to_all(Contact, *columns)
    named = contacts.with_names(all_of_them, language)
    windows = paging.select_windows(lambda company_id: named.where(Contact.company_id == company_id), sides)
    return granted(windows, "visible contacts")


# --- branches ------------------------------------------------------------------------------------------------------


class Branch(NamedTuple):
    """A branch and how many companies the viewer may see in it, up to one more than COUNT_CAP."""

    id: int
    label: str
    sort_key: bytes
    companies: int


def branches(view: TreeView, viewer: Viewer, place: Place | None = None) -> Page[Branch]:
    """Return the branches in which `viewer` sees companies, with their counts (T1, T4).

    The values of a list come in its order, all of them; retired ones stay while they hold companies. Resources
    come by name, a page at a time, after the branch of companies that have none (D8). One query for each way read,
    and one for the companies without a resource.
    """
    if view.is_mine:
        return Page(_read_branches(_my_branches(language()), view, viewer))
    if isinstance(view.grouped_by, ReferenceList):
        statement = _list_branches(view.grouped_by, language(), len(viewer.principal_ids))
        return Page(_read_branches(statement, view, viewer))
    place = place or Place()
    back, ahead = (
        _read_resource_branches(view, viewer, place.cursor, is_back, wanted + 1) if wanted is not None else []
        for is_back, wanted in ((True, place.back), (False, place.ahead))
    )
    page = Page.cut(place, back[::-1], ahead)
    if page.has_before or not (count := unassigned(view, viewer)):
        return page
    return replace(page, entries=[Branch(NO_BRANCH, str(view.unassigned_label), b"", count), *page.entries])


def unassigned(view: TreeView, viewer: Viewer) -> int:
    """Return how many companies `viewer` sees that stand in no branch of `view`, up to one more than the cap (D8)."""
    return db.session.scalar(_unassigned_statement(len(viewer.principal_ids)), _parameters(view, viewer)) or 0


def branch_label(view: TreeView, branch_id: int) -> str | None:
    """Return what a branch is called, or None when there is no such branch."""
    if branch_id == NO_BRANCH:
        return str(view.unassigned_label) if view.unassigned_label else None
    if not isinstance(view.grouped_by, ReferenceList):
        return cast("str | None", db.session.scalar(select(Resource.name).where(Resource.id == branch_id)))
    value = db.session.get(ReferenceItem, branch_id)
    return str(value.label) if value is not None and value.list is view.grouped_by else None


def place_of_branch(branch_id: int) -> Place:
    """Return the place around the branch of a resource, for a tree too long to show whole."""
    sort_key = db.session.scalar(select(Resource.sort_key).where(Resource.id == branch_id))
    return Place() if sort_key is None else Place.around(sort_key, branch_id)


def _read_resource_branches(view: TreeView, viewer: Viewer, cursor: Cursor, is_back: bool, limit: int) -> list[Branch]:
    statement = _resource_branches(len(viewer.principal_ids), is_back)
    return _read_branches(statement, view, viewer, key=cursor.sort_key, id=cursor.id, limit=limit)


def _read_branches(statement: Select[Any], view: TreeView, viewer: Viewer, **place: Any) -> list[Branch]:
    rows = db.session.execute(statement, _parameters(view, viewer) | place)
    return [Branch(*row) for row in rows]


@lru_cache
def _my_branches(language: str) -> Select[Any]:
    """Build the reading of the account types of the companies of one's own contacts (T6)."""
    label = ReferenceItem.label_en if language == "en" else ReferenceItem.label_fr
    columns = (ReferenceItem.id, label, literal(b"", LargeBinary), func.count(Company.id.distinct()))
    return (
        my_contacts.mine(*columns)
        .join(ReferenceItem, ReferenceItem.id == Company.account_type_id)
        .group_by(ReferenceItem.id)
        .order_by(ReferenceItem.position, ReferenceItem.id)
    )


@lru_cache
def _list_branches(which: ReferenceList, language: str, principals: int) -> Select[Any]:
    label = item.label_en if language == "en" else item.label_fr
    statement = _holding_companies(item.id, principals, label, literal(b"", LargeBinary))
    return statement.where(item.list == which).order_by(item.position, item.id)


@lru_cache
def _resource_branches(principals: int, is_back: bool) -> Select[Any]:
    here = tuple_(resource.sort_key, resource.id)
    gap = tuple_(bindparam("key", type_=LargeBinary), bindparam("id", type_=Id))
    order = (resource.sort_key, resource.id)
    statement = _holding_companies(resource.id, principals, resource.name, resource.sort_key)
    statement = statement.where(here <= gap if is_back else here > gap).limit(bindparam("limit", type_=Id))
    return statement.order_by(*(column.desc() for column in order) if is_back else order)


@lru_cache
def _unassigned_statement(principals: int) -> Select[Any]:
    return granted(select(_count(literal(NO_BRANCH, Id), principals)), "principal legs")


def _holding_companies(branch_id: ColumnElement[int], principals: int, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select the branches that hold a company for one of the principals, with the count of companies."""
    holds = or_(*(exists().where(*_in_branch(principal, branch_id)) for principal in range(principals)))
    statement = select(branch_id, *columns, _count(branch_id, principals)).where(holds)
    return granted(statement, "principal legs")


def _count(branch_id: ColumnElement[int], principals: int) -> ColumnElement[int]:
    """Count the companies of a branch, each once, up to one more than the cap.

    A principal with more than the cap settles it; only then are the few companies of all of them told apart.
    """
    legs = [select(listing.company_id).where(*_in_branch(principal, branch_id)) for principal in range(principals)]
    is_beyond = or_(*(exists(leg.limit(1).offset(COUNT_CAP)) for leg in legs))
    limited = (leg.limit(COUNT_CAP).correlate_except(CompanyListing).subquery().select() for leg in legs)
    granted_to_viewer = union_all(*limited).subquery()
    distinct = select(granted_to_viewer.c.company_id).distinct().limit(COUNT_CAP + 1).subquery()
    counted = select(func.count()).select_from(distinct).scalar_subquery()
    return case((is_beyond, COUNT_CAP + 1), else_=counted)
