"""« Dossiers d’équipe »: those the contact is a member of, documents to read, download and add (P7)."""

from flask import url_for
from werkzeug.wrappers import Response

from webapp import downloads
from webapp.access import PORTAL, access, get_in_portal, get_readable
from webapp.blueprints.folders import added_sentence, after_asked
from webapp.blueprints.portal.base import bp
from webapp.forms.folder import UploadForm
from webapp.models import Document, PortalRight, TeamFolder
from webapp.saving import saving
from webapp.services import documents
from webapp.services import folders as team_folders
from webapp.web import page, portal_viewer, saved


@bp.get("/folders")
@access(PORTAL, PortalRight.TEAM_FOLDERS)
def folders() -> Response:
    """The folders of which the contact is a member, a page at a time."""
    found, after = team_folders.own(portal_viewer(), after_asked())
    return page("portal/folders.html", found=found, after=after)


@bp.route("/folders/<int:folder_id>", methods=["GET", "POST"])
@access(PORTAL, PortalRight.TEAM_FOLDERS)
def folder(folder_id: int) -> Response:
    """What is in a folder; files that are posted are put there."""
    viewer = portal_viewer()
    mine = get_in_portal(TeamFolder, folder_id, viewer)
    form = UploadForm.load()
    if form.posted_and_valid():
        with saving(form):
            documents.add(mine, form["files"].data, by=viewer)
        if form.saved:
            return saved(url_for("portal.folder", folder_id=folder_id), added_sentence(form))
    return page(
        "portal/folder.html",
        folder=mine,
        found=documents.page(mine, viewer, after_asked()),
        form=form,
        status=422 if form.errors else 200,
    )


@bp.get("/folders/<int:folder_id>/documents/<int:document_id>")
@access(PORTAL, PortalRight.TEAM_FOLDERS)
def document(folder_id: int, document_id: int) -> Response:
    """A document, in its versions."""
    mine, document = _read(folder_id, document_id)
    found = documents.versions(document, portal_viewer(), after_asked())
    return page("portal/document.html", folder=mine, document=document, found=found)


@bp.get("/folders/<int:folder_id>/documents/<int:document_id>/file")
@access(PORTAL, PortalRight.TEAM_FOLDERS)
def document_file(folder_id: int, document_id: int) -> Response:
    """The last version of a document, as a download."""
    _folder, document = _read(folder_id, document_id)
    return downloads.send(documents.content(document, portal_viewer()))


@bp.get("/folders/<int:folder_id>/documents/<int:document_id>/versions/<int:version_id>")
@access(PORTAL, PortalRight.TEAM_FOLDERS)
def document_version(folder_id: int, document_id: int, version_id: int) -> Response:
    """Any version of a document, as a download."""
    _folder, document = _read(folder_id, document_id)
    return downloads.send(documents.content(document, portal_viewer(), version_id))


def _read(folder_id: int, document_id: int) -> tuple[TeamFolder, Document]:
    """Return a folder of the contact's and a document of it, or raise 404."""
    mine = get_in_portal(TeamFolder, folder_id, portal_viewer())
    return mine, get_readable(Document, document_id, portal_viewer(), folder_id=folder_id)
