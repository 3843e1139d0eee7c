"""Team folders: what they are called, and who is a member of them (S8, P7).

Whoever of the staff sees the company sees its folders, member or not; a contact sees those they are a member of, with
the right to (access/visibility.py).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select

from webapp.access import Actor, PortalViewer, Viewer, unscoped, visible, visible_in_portal
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import Contact, FolderContact, FolderResource, PortalAccess, Resource, TeamFolder
from webapp.services.linked.keeping import Keeper

_MEMBERS = "the members of a folder that whoever asks sees"

#: By value, the table of the members it holds, and the column that names them.
_TABLES: Mapping[str, tuple[type[Any], str]] = {
    "resources": (FolderResource, "resource_id"),
    "contacts": (FolderContact, "contact_id"),
}


class FolderKeeper(Keeper[TeamFolder]):
    """Folders; whoever makes one is its first member, unless they say otherwise."""

    model = TeamFolder

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        return {"resources": frozenset({viewer.resource_id}), **super().starting_values(sources, viewer)}

    def read(self, record: TeamFolder) -> dict[str, Any]:
        return super().read(record) | {name: _members(name, record.id) for name in _TABLES}

    def own_problems(self, values: Mapping[str, Any], record: TeamFolder | None) -> dict[str, str]:
        known = _members("contacts", record.id) if record else frozenset()
        new = frozenset(values.get("contacts") or ()) - known
        elsewhere = select(Contact.id).where(Contact.id.in_(new), Contact.company_id != values.get("company")).limit(1)
        if new and db.session.scalar(unscoped(elsewhere, "rules hold for whoever saves")):
            return {"contacts": _("Les contacts membres sont ceux de la société.")}
        return {}

    def after_save(self, record: TeamFolder, values: Mapping[str, Any], by: Actor) -> None:
        for name in _TABLES:
            if name in values:
                _set_members(name, record.id, frozenset(values[name]))


def _members(name: str, folder_id: int) -> frozenset[int]:
    table, column = _TABLES[name]
    ids = select(getattr(table, column)).where(table.folder_id == folder_id)
    return frozenset(db.session.scalars(unscoped(ids, _MEMBERS)))


def _set_members(name: str, folder_id: int, wanted: frozenset[int]) -> None:
    table, column = _TABLES[name]
    present = _members(name, folder_id)
    if gone := present - wanted:
        db.session.execute(delete(table).where(table.folder_id == folder_id, getattr(table, column).in_(gone)))
    if new := wanted - present:
        db.session.execute(insert(table), [{"folder_id": folder_id, column: one} for one in sorted(new)])


FOLDERS = FolderKeeper()


class Member(NamedTuple):
    """A member of a folder, as its page shows them."""

    id: int
    name: str
    #: Whether they can open it: at work, or with the right to in the portal.
    comes_in: bool


class Members(NamedTuple):
    """The members of a folder whom the viewer may see."""

    resources: list[Member]
    contacts: list[Member]


def members(folder: TeamFolder, viewer: Viewer) -> Members:
    """Return the members of a folder, by name: one query for the staff, one for the contacts."""
    staff = select(Resource.id, Resource.name, Resource.is_active)
    staff = staff.join(FolderResource, FolderResource.resource_id == Resource.id)
    staff = staff.where(FolderResource.folder_id == folder.id).order_by(Resource.sort_key, Resource.id)
    has_right = PortalAccess.enabled & PortalAccess.team_folders
    people = visible(Contact, viewer, Contact.id, Contact.name, has_right)
    people = people.join(FolderContact, FolderContact.contact_id == Contact.id)
    people = people.outerjoin(PortalAccess, PortalAccess.contact_id == Contact.id)
    people = people.where(FolderContact.folder_id == folder.id, Contact.company_id == folder.company_id)
    return Members(
        [Member(*row) for row in db.session.execute(unscoped(staff, _MEMBERS))],
        [
            Member(row.id, row.name, bool(row[2]))
            for row in db.session.execute(people.order_by(Contact.sort_key, Contact.id))
        ],
    )


# --- in the portal ---------------------------------------------------------------------------------------------------

#: Folders in a page of the portal.
PAGE = 24


class Folder(NamedTuple):
    """A folder, as the portal lists it."""

    id: int
    name: str


def own(viewer: PortalViewer, after: int | None = None) -> tuple[list[Folder], int | None]:
    """Return a page of the folders a contact is a member of, the last made first, and where the next begins (P7)."""
    rows = visible_in_portal(TeamFolder, viewer, TeamFolder.id, TeamFolder.name)
    if after:
        rows = rows.where(TeamFolder.id < after)
    found = [Folder(*row) for row in db.session.execute(rows.order_by(TeamFolder.id.desc()).limit(PAGE + 1))]
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None
