"""Documents of team folders, in their versions: the last one counts, none is lost (S8, P7).

Staff and contacts read and add them alike, each by their own rule (access/visibility.py).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import aliased

from webapp.access import Actor, Reader, Viewer, get_readable, readable, unscoped, visible_removed
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import Document, DocumentVersion, HistoryKind, StoredFile, TeamFolder
from webapp.services import contacts, files, resources
from webapp.services.history import recording
from webapp.services.refusal import Refused
from webapp.uploads import Upload

#: Documents in a page; versions too.
PAGE = 50

_WITH_FOLDER = "of a folder that whoever asks sees"


class Line(NamedTuple):
    """A document, or one of its versions, as a list shows it."""

    id: int
    name: str
    #: The version it is, or the last one.
    version_id: int
    size: int
    at: datetime
    resource_id: int | None
    contact_id: int | None
    #: How many versions the document has.
    versions: int = 1


class Page(NamedTuple):
    """Some documents or versions, who added them, and the id after which the next ones begin, if there are others."""

    lines: list[Line]
    authors: dict[int, str]
    after: int | None


# --- reading ---------------------------------------------------------------------------------------------------------


def page(folder: TeamFolder, reader: Reader, after: int | None = None) -> Page:
    """Return a page of the documents of a folder that `reader` sees, by name, from the one that follows `after`."""
    return _page(_lines(readable(Document, reader, *_columns()), folder), after)


def removed(folder: TeamFolder, viewer: Viewer, after: int | None = None) -> Page:
    """Return a page of the documents that were removed from a folder: the staff may restore them."""
    return _page(_lines(visible_removed(viewer, *_columns()), folder), after)


def versions(document: Document, reader: Reader, before: int | None = None) -> Page:
    """Return a page of the versions of a document that `reader` sees, the last first."""
    version = DocumentVersion
    rows = readable(version, reader, version.id, StoredFile.name, version.id, StoredFile.size, *_AUTHORED)
    rows = rows.select_from(version).join(StoredFile, StoredFile.id == version.file_id)
    rows = rows.where(version.document_id == document.id)
    if before:
        rows = rows.where(version.id < before)
    return _cut([Line(*row) for row in db.session.execute(rows.order_by(version.id.desc()).limit(PAGE + 1))])


_AUTHORED = (DocumentVersion.at, DocumentVersion.resource_id, DocumentVersion.contact_id)


def _columns() -> Sequence[Any]:
    counted = select(func.count()).where(DocumentVersion.document_id == Document.id).correlate(Document)
    last = (DocumentVersion.id.label("version_id"), StoredFile.size)
    return (Document.id, Document.name, *last, *_AUTHORED, counted.scalar_subquery())


def _lines(rows: Select[Any], folder: TeamFolder) -> Select[Any]:
    """Return the documents of a folder among those of `rows`, each with its last version."""
    other = aliased(DocumentVersion)
    last = select(func.max(other.id)).where(other.document_id == Document.id).correlate(Document).scalar_subquery()
    rows = rows.select_from(Document).join(DocumentVersion, DocumentVersion.id == last)
    rows = rows.join(StoredFile, StoredFile.id == DocumentVersion.file_id)
    return rows.where(Document.folder_id == folder.id)


def _page(rows: Select[Any], after: int | None) -> Page:
    here = tuple_(Document.name_key, Document.id)
    if after:
        place = aliased(Document)
        rows = rows.where(here > select(place.name_key, place.id).where(place.id == after).scalar_subquery())
    rows = rows.order_by(Document.name_key, Document.id).limit(PAGE + 1)
    return _cut([Line(*row) for row in db.session.execute(rows)])


def _cut(lines: list[Line]) -> Page:
    shown = lines[:PAGE]
    by_staff = resources.names(line.resource_id for line in shown)
    by_contact = contacts.names(line.contact_id for line in shown)
    authors = {
        line.version_id: by_staff.get(line.resource_id or 0) or by_contact.get(line.contact_id or 0) or ""
        for line in shown
    }
    return Page(shown, authors, shown[-1].id if len(lines) > PAGE else None)


def content(document: Document, reader: Reader, version_id: int | None = None) -> StoredFile:
    """Return the file of a version of a document that `reader` sees, of the last one by default; raises 404 for one of
    another document."""
    if version_id is None:
        own = readable(DocumentVersion, reader).where(DocumentVersion.document_id == document.id)
        version = db.session.scalars(own.order_by(DocumentVersion.id.desc()).limit(1)).one()
    else:
        version = get_readable(DocumentVersion, version_id, reader, document_id=document.id)
    return files.held(version.file_id)


# --- changing --------------------------------------------------------------------------------------------------------


def add(folder: TeamFolder, uploads: Iterable[Upload], by: Actor) -> None:
    """Put files into a folder; one called like a document there is a new version of it, whatever the case."""
    _take_turn(folder)
    names = []
    for upload in uploads:
        document = _called(folder, upload.name)
        if document is None:
            document = Document(folder_id=folder.id, name=upload.name, name_key=_key(upload.name))
            db.session.add(document)
            db.session.flush()
        file = files.store(upload)
        version = DocumentVersion(document_id=document.id, file_id=file.id, at=now())
        version.resource_id, version.contact_id = by.resource_id, by.contact_id
        db.session.add(version)
        db.session.flush()
        names.append(document.name)
    _tell(HistoryKind.DOCUMENT_ADDED, folder, names, by)


def remove(document: Document, folder: TeamFolder, by: Actor) -> None:
    """Take a document out of its folder; it is kept, and can be restored."""
    document.removed_at = now()
    _tell(HistoryKind.DOCUMENT_REMOVED, folder, [document.name], by)


def restore(document: Document, folder: TeamFolder, by: Actor) -> None:
    """Put a document that was removed back; raises Refused when there is one of its name meanwhile."""
    _take_turn(folder)
    if _called(folder, document.name):
        raise Refused({"name": _("Un autre document porte ce nom dans le dossier : %(name)s.", name=document.name)})
    document.removed_at = None
    _tell(HistoryKind.DOCUMENT_RESTORED, folder, [document.name], by)


def _called(folder: TeamFolder, name: str) -> Document | None:
    """Return the document of a folder that has this name."""
    same = select(Document).where(Document.folder_id == folder.id, Document.name_key == _key(name))
    return db.session.scalar(unscoped(same.where(Document.removed_at.is_(None)), _WITH_FOLDER))


def _key(name: str) -> str:
    return name.casefold()


def _take_turn(folder: TeamFolder) -> None:
    """Make whoever else changes what is in the folder wait: of two files of a name, one is a version of the other."""
    row = select(TeamFolder.id).where(TeamFolder.id == folder.id).with_for_update()
    db.session.execute(unscoped(row, _WITH_FOLDER))


def _tell(kind: HistoryKind, folder: TeamFolder, names: Sequence[str], by: Actor) -> None:
    db.session.flush()
    recording.told(kind, folder, by, comment="\n".join(names))
