"""What is said in a request, by the staff and by contacts, with the files that came along (S7, P9).

Internal notes are the staff's: the rules of the portal (`access/visibility.py`) hide them, and what came with them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from webapp.access import Actor, Reader, get_readable, readable
from webapp.clock import now
from webapp.extensions import db
from webapp.models import (
    Contact,
    HistoryKind,
    RequestAttachment,
    RequestMessage,
    Resource,
    StoredFile,
    SupportRequest,
)
from webapp.services import files
from webapp.services.history import recording
from webapp.uploads import Upload

#: Messages in a page, the last ones first shown.
PAGE = 30


class Attachment(NamedTuple):
    """A file of a request, without what it holds."""

    id: int
    message_id: int | None
    name: str
    size: int


class Message(NamedTuple):
    """What somebody said, as pages show it."""

    id: int
    at: datetime
    author: str
    is_staff: bool
    is_internal: bool
    text: str
    attachments: list[Attachment]


class Thread(NamedTuple):
    """Some messages of a request, the oldest first; the id before which earlier ones are; the request's own files."""

    messages: list[Message]
    before: int | None
    attachments: list[Attachment]


def say(
    request: SupportRequest, text: str, by: Actor, *, uploads: Iterable[Upload] = (), is_internal: bool = False
) -> RequestMessage:
    """Add a message to a request, or a note among the staff, with files; the history tells of it."""
    message = RequestMessage(
        request_id=request.id,
        at=now(),
        resource_id=by.resource_id,
        contact_id=by.contact_id,
        is_internal=is_internal,
        text=text,
    )
    db.session.add(message)
    request.updated_at = now()
    db.session.flush()
    attach(request, uploads, message)
    kind = HistoryKind.COMMENTED if is_internal else HistoryKind.ANSWERED
    recording.told(kind, request, by, comment=text if is_internal else "")
    return message


def attach(request: SupportRequest, uploads: Iterable[Upload], message: RequestMessage | None = None) -> None:
    """Keep files with a request, or with one of its messages."""
    for upload in uploads:
        file = files.store(upload)
        message_id = message.id if message else None
        db.session.add(RequestAttachment(request_id=request.id, message_id=message_id, file_id=file.id))
    db.session.flush()


def read(request: SupportRequest, reader: Reader, before: int | None = None) -> Thread:
    """Return a page of what was said in a request that `reader` sees: the last messages, or those before one."""
    rows = readable(RequestMessage, reader, *_MESSAGE).where(RequestMessage.request_id == request.id)
    rows = rows.outerjoin(Resource, Resource.id == RequestMessage.resource_id)
    rows = rows.outerjoin(Contact, Contact.id == RequestMessage.contact_id)
    if before is not None:
        rows = rows.where(RequestMessage.id < before)
    found = db.session.execute(rows.order_by(RequestMessage.id.desc()).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    attached = _attachments(request, reader, [row.id for row in shown])
    messages = [_message(row, [one for one in attached if one.message_id == row.id]) for row in reversed(shown)]
    own = [one for one in attached if one.message_id is None]
    return Thread(messages, shown[-1].id if len(found) > PAGE else None, own)


def file_of(request: SupportRequest, attachment_id: int, reader: Reader) -> StoredFile:
    """Return a file of a request, or raise 404 for one that `reader` may not read."""
    attached = get_readable(RequestAttachment, attachment_id, reader, request_id=request.id)
    return files.held(attached.file_id)


def waits_for_staff() -> Any:
    """Return the condition that what was last said in a request, notes aside, was said by a contact."""
    said = (RequestMessage.request_id == SupportRequest.id) & RequestMessage.is_internal.is_(False)
    last = select(RequestMessage.contact_id).where(said)
    said_by = last.order_by(RequestMessage.id.desc()).limit(1).correlate(SupportRequest).scalar_subquery()
    return said_by.is_not(None)


_MESSAGE: Sequence[Any] = (
    RequestMessage.id,
    RequestMessage.at,
    RequestMessage.resource_id,
    RequestMessage.is_internal,
    RequestMessage.text,
    Resource.name.label("resource"),
    Contact.name.label("contact"),
)


def _message(row: Any, attachments: list[Attachment]) -> Message:
    is_staff = row.resource_id is not None
    author = (row.resource if is_staff else row.contact) or ""
    return Message(row.id, row.at, author, is_staff, row.is_internal, row.text, attachments)


def _attachments(request: SupportRequest, reader: Reader, message_ids: Sequence[int]) -> list[Attachment]:
    attachment = RequestAttachment
    columns = (attachment.id, attachment.message_id, StoredFile.name, StoredFile.size)
    rows = readable(attachment, reader, *columns).join(StoredFile, StoredFile.id == attachment.file_id)
    of_these = attachment.message_id.is_(None) | attachment.message_id.in_(message_ids)
    rows = rows.where(attachment.request_id == request.id, of_these).order_by(attachment.id)
    return [Attachment(*row) for row in db.session.execute(rows)]
