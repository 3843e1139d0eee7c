"""Team folders (S8, P7)."""

from webapp.models import TeamFolder
from webapp.services.linked.keeping import Keeper


class FolderKeeper(Keeper[TeamFolder]):
    model = TeamFolder


FOLDERS = FolderKeeper()
