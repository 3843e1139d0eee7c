"""« Assistance » of the portal: the requests of one's company, a page at a time (P9, D11)."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from webapp.access import PortalViewer, unscoped, visible_in_portal
from webapp.extensions import db
from webapp.models import Contact, RequestMessage, SupportRequest
from webapp.services import workflows
from webapp.services.search import small
from webapp.text import search_key

#: Requests in a page.
PAGE = 25


class Row(NamedTuple):
    """A request, as the list of the portal shows it: of what the staff say among themselves it tells nothing."""

    id: int
    number: str
    name: str
    state: str
    is_closed: bool
    #: When it was made, or something was said in it that the contact reads.
    at: datetime


class Page(NamedTuple):
    """Some requests, and the id before which the next ones are."""

    rows: list[Row]
    before: int | None


def browse(viewer: PortalViewer, typed: str, state: str, before: int | None) -> Page:
    """Return a page of the requests of a contact's company, the open ones first, then by age; narrowed by words of
    number and subject, and to those `open` or `closed`."""
    request = SupportRequest
    # What one reads of a request is what its own rule lets one read: notes among the staff are none of it.
    said = visible_in_portal(RequestMessage, viewer, func.max(RequestMessage.at))
    said_at = said.where(RequestMessage.request_id == request.id).correlate(request).scalar_subquery()
    columns = (request.id, request.number, request.name, request.state_id, request.closed_at, request.created_at)
    rows = visible_in_portal(request, viewer, *columns, said_at.label("said_at"))
    if words := search_key(typed).split():
        rows = rows.where(small.words_start(request.search_key, words))
    rows = rows.order_by(request.id.desc())
    found: list[Any] = []
    place = _place(viewer, before)
    for is_closed in (False, True):
        if state == ("open" if is_closed else "closed") or (place and place.closed_at and not is_closed):
            continue
        part = rows.where(request.closed_at.is_not(None) if is_closed else request.closed_at.is_(None))
        if place and bool(place.closed_at) == is_closed:
            part = part.where(request.id < place.id)
        found += db.session.execute(part.limit(PAGE + 1 - len(found))).all()
        if len(found) > PAGE:
            break
    return Page([_row(row) for row in found[:PAGE]], found[PAGE - 1].id if len(found) > PAGE else None)


def author_of(request: SupportRequest) -> str:
    """Return who made a request, of one's company; nothing when they were erased, or the staff made it for nobody."""
    if request.contact_id is None:
        return ""
    name = select(Contact.name).where(Contact.id == request.contact_id)
    return db.session.scalar(unscoped(name, "who asks signs")) or ""


def _place(viewer: PortalViewer, before: int | None) -> Any:
    if before is None:
        return None
    place = visible_in_portal(SupportRequest, viewer, SupportRequest.id, SupportRequest.closed_at)
    return db.session.execute(place.where(SupportRequest.id == before)).first()


def _row(row: Any) -> Row:
    state = workflows.labels().get(row.state_id, "")
    at = max(row.created_at, row.said_at) if row.said_at else row.created_at
    return Row(row.id, row.number, row.name, state, row.closed_at is not None, at)
