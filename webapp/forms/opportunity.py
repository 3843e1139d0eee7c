"""The dialog of opportunities: business that may be done (S2)."""

from webapp.forms.fields import Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.services.opportunities import OPPORTUNITIES


class OpportunityTab(LinkedTab):
    name = Text(_l("Objet"), required=True)


class OpportunityForm(LinkedForm):
    tab_classes = (OpportunityTab,)
    keeper = OPPORTUNITIES
