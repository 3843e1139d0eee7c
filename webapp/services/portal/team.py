"""« Équipe »: the staff whose profiles a contact may read (P12)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import tuple_

from webapp.access import PortalViewer, get_in_portal, visible_in_portal
from webapp.extensions import db
from webapp.models import Resource
from webapp.services.paging import START, BadCursor, Cursor, Page, Place
from webapp.services.search import small
from webapp.text import search_key

#: Profiles in a page.
PAGE = 24


class Colleague(NamedTuple):
    """A member of the staff, as the list shows them."""

    id: int
    label: str
    sort_key: bytes
    job_title: str
    email: str
    phone_office: str
    phone_mobile: str


def place(before: str, after: str) -> Place:
    """Return the page before or after the entry of a cursor that came back from a browser; of none, the first."""
    try:
        if before:
            return Place(Cursor.parse(before), back=PAGE, ahead=None)
        return Place(Cursor.parse(after) if after else START, ahead=PAGE)
    except BadCursor:
        return Place(START, ahead=PAGE)


def browse(viewer: PortalViewer, name: str, place: Place) -> Page[Colleague]:
    """Return a page of those a contact may read, in order of name; those `name` begins words of, if it is given."""
    columns: Sequence[Any] = (Resource.id, Resource.name, Resource.sort_key)
    columns = (*columns, Resource.job_title, Resource.email, Resource.phone_office, Resource.phone_mobile)
    found = visible_in_portal(Resource, viewer, *columns)
    found = found.where(small.words_start(Resource.search_key, search_key(name).split()))
    here, gap = tuple_(Resource.sort_key, Resource.id), tuple_(place.cursor.sort_key, place.cursor.id)
    back: list[Colleague] = []
    ahead: list[Colleague] = []
    if place.back is not None:
        before = found.where(here <= gap).order_by(Resource.sort_key.desc(), Resource.id.desc()).limit(place.back + 1)
        back = [Colleague(*row) for row in db.session.execute(before)][::-1]
    if place.ahead is not None:
        after = found.where(here > gap).order_by(Resource.sort_key, Resource.id).limit(place.ahead + 1)
        ahead = [Colleague(*row) for row in db.session.execute(after)]
    return Page.cut(place, back, ahead)


def profile(viewer: PortalViewer, resource_id: int) -> Resource:
    """Return one of them, or raise 404."""
    return get_in_portal(Resource, resource_id, viewer)
