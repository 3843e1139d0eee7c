"""Team folders (S8, P7)."""

from flask import Blueprint

from webapp.blueprints.linked import add_views
from webapp.forms.folder import FolderForm
from webapp.services.folders import FOLDERS

bp = Blueprint("folders", __name__, url_prefix="/folders")

add_views(bp, FOLDERS, FolderForm)
