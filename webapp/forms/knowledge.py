"""The dialog of the knowledge base (S6)."""

from webapp.forms.fields import Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.services.knowledge import KNOWLEDGE


class KnowledgeTab(LinkedTab):
    name = Text(_l("Objet"), required=True)


class KnowledgeForm(LinkedForm):
    tab_classes = (KnowledgeTab,)
    keeper = KNOWLEDGE
