"""The dialog of the knowledge base (S6)."""

from webapp.forms.fields import LongText, Lookup, Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.services.knowledge import KNOWLEDGE

#: The step by which one sees the text as it will be read.
PREVIEW = "preview"


class KnowledgeTab(LinkedTab):
    request = Lookup(_l("Demande d’origine"), "requests", within="company")
    name = Text(_l("Titre"), required=True)
    text = LongText(
        _l("Texte"),
        rows=14,
        hint=_l("Mise en forme : # titre, **gras**, - liste, [lien](https://exemple.fr). Elle se voit dans l’aperçu."),
    )


class KnowledgeForm(LinkedForm):
    tab_classes = (KnowledgeTab,)
    keeper = KNOWLEDGE
    has_steps = True

    @property
    def preview(self) -> str | None:
        """The text to be shown as it will be read, when that was asked for."""
        return str(self["text"].data) if self.step == PREVIEW else None
