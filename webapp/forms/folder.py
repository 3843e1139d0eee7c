"""The dialog of team folders (S8, P7)."""

from webapp.forms.fields import Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.services.folders import FOLDERS


class FolderTab(LinkedTab):
    name = Text(_l("Objet"), required=True)


class FolderForm(LinkedForm):
    tab_classes = (FolderTab,)
    keeper = FOLDERS
