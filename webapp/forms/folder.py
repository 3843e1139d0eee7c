"""The dialog of team folders, and the files one puts into them (S8, P7)."""

from webapp import uploads
from webapp.forms.base import Form
from webapp.forms.fields import LongText, Text
from webapp.forms.files import Files
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.forms.several import Several, SeveralContacts
from webapp.i18n import _, _l
from webapp.services.folders import FOLDERS


class FolderTab(LinkedTab):
    name = Text(_l("Nom du dossier"), required=True)
    resources = Several(
        _l("Ressources membres"),
        "resources",
        hint=_l("Pour mémoire : toute ressource qui voit la société voit ses dossiers."),
    )
    contacts = SeveralContacts(
        _l("Contacts membres"),
        "contacts",
        within="company",
        hint=_l("Ils voient le dossier dans le Portail Clients, s’ils y ont le droit « Dossiers d’équipes »."),
    )
    comments = LongText(_l("Commentaires"))


class FolderForm(LinkedForm):
    tab_classes = (FolderTab,)
    keeper = FOLDERS

    def posted_and_valid(self) -> bool:
        """Whether it may be saved; a step, by which members come and go, saves nothing."""
        if not self.step:
            return super().posted_and_valid()
        for field in (self["resources"], self["contacts"]):
            field.errors = list(field.process_errors)
        return False


class UploadForm(Form):
    """Some files for a folder."""

    files = Files(
        _l("Ajouter des fichiers"),
        hint=_l(
            "Jusqu’à %(count)d fichiers à la fois, de %(size)d Mo chacun. Un fichier du même nom qu’un document en "
            "devient une nouvelle version.",
            count=uploads.MAX_FILES,
            size=uploads.MAX_BYTES // (1024 * 1024),
        ),
    )

    def posted_and_valid(self) -> bool:
        valid = super().posted_and_valid()
        if valid and not self["files"].data:
            self.refuse({"files": _("Choisissez au moins un fichier.")})
        return valid and not self.errors
