"""Team folders, and the documents the staff reads, adds and removes there (S8)."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp import downloads
from webapp.access import STAFF, access, get_readable, get_removed, get_visible
from webapp.blueprints.linked import add_views, record_page, record_saved
from webapp.extensions import db
from webapp.forms.base import Pressed
from webapp.forms.folder import FolderForm, UploadForm
from webapp.i18n import _, _n, file_size
from webapp.models import Document, TeamFolder
from webapp.saving import saving
from webapp.services import documents, folders
from webapp.services.folders import FOLDERS
from webapp.text import read_id
from webapp.web import page, saved, viewer

bp = Blueprint("folders", __name__, url_prefix="/folders")
bp.add_app_template_global(file_size)


def _facts(folder: TeamFolder, form: UploadForm | None = None) -> dict[str, Any]:
    return {
        "members": folders.members(folder, viewer()),
        "found": documents.page(folder, viewer()),
        "form": form or UploadForm(),
    }


add_views(bp, FOLDERS, FolderForm, _facts)


def after_asked() -> int | None:
    """Return after which record of a list the page that is asked for begins."""
    return read_id(request.args.get("after", ""))


def added_sentence(form: UploadForm) -> str:
    """Say how many files were put into a folder."""
    return str(_n("%(num)d fichier ajouté.", "%(num)d fichiers ajoutés.", len(form["files"].data)))


@bp.route("/<int:record_id>/documents", methods=["GET", "POST"])
@access(STAFF)
def folder_documents(record_id: int) -> Response:
    """The documents after the one whose id is `after`; files that are posted are put there."""
    folder = get_visible(TeamFolder, record_id, viewer())
    if request.method == "GET":
        found = documents.page(folder, viewer(), after_asked())
        return page("folders/documents.html", "folders/_documents.html", record=folder, found=found)
    form = UploadForm.load()
    if form.posted_and_valid():
        with saving(form):
            documents.add(folder, form["files"].data, by=viewer())
        if form.saved:
            return record_saved(folder, added_sentence(form))
    return record_page(folder, status=422, **_facts(folder, form))


@bp.get("/<int:record_id>/removed")
@access(STAFF)
def removed_documents(record_id: int) -> Response:
    """The documents that were removed, and can be restored."""
    folder = get_visible(TeamFolder, record_id, viewer())
    found = documents.removed(folder, viewer(), after_asked())
    return page("folders/removed.html", "folders/_removed.html", record=folder, found=found)


@bp.get("/<int:record_id>/documents/<int:document_id>")
@access(STAFF)
def document(record_id: int, document_id: int) -> Response:
    """A document, in its versions."""
    folder, document = _read(record_id, document_id)
    found = documents.versions(document, viewer(), after_asked())
    return page("folders/document.html", "folders/_document.html", record=folder, document=document, found=found)


@bp.get("/<int:record_id>/documents/<int:document_id>/file")
@access(STAFF)
def document_file(record_id: int, document_id: int) -> Response:
    """The last version of a document, as a download."""
    _folder, document = _read(record_id, document_id)
    return downloads.send(documents.content(document, viewer()))


@bp.get("/<int:record_id>/documents/<int:document_id>/versions/<int:version_id>")
@access(STAFF)
def document_version(record_id: int, document_id: int, version_id: int) -> Response:
    """Any version of a document, as a download."""
    _folder, document = _read(record_id, document_id)
    return downloads.send(documents.content(document, viewer(), version_id))


@bp.post("/<int:record_id>/documents/<int:document_id>/remove")
@access(STAFF)
def remove_document(record_id: int, document_id: int) -> Response:
    """« Retirer »: it can be put back."""
    folder, document = _read(record_id, document_id)
    documents.remove(document, folder, by=viewer())
    db.session.commit()
    undo = url_for("folders.restore_document", record_id=record_id, document_id=document_id)
    message = _("Document retiré : %(name)s", name=document.name)
    return saved(url_for("folders.show", record_id=record_id), message, undo=undo)


@bp.post("/<int:record_id>/documents/<int:document_id>/restore")
@access(STAFF)
def restore_document(record_id: int, document_id: int) -> Response:
    """Put a document that was removed back."""
    folder = get_visible(TeamFolder, record_id, viewer())
    document = get_removed(document_id, record_id, viewer())
    outcome = Pressed()
    with saving(outcome):
        documents.restore(document, folder, by=viewer())
    if outcome.refused:
        flash(outcome.refused, "error")
        return redirect(url_for("folders.removed_documents", record_id=record_id), 303)
    return record_saved(folder, _("Document rétabli : %(name)s", name=document.name))


def _read(record_id: int, document_id: int) -> tuple[TeamFolder, Document]:
    """Return a folder and a document of it, or raise 404."""
    folder = get_visible(TeamFolder, record_id, viewer())
    return folder, get_readable(Document, document_id, viewer(), folder_id=record_id)
