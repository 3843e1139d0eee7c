"""The dialog of engagements: what was undertaken for a company (S3)."""

from webapp.forms.fields import Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.services.engagements import ENGAGEMENTS


class EngagementTab(LinkedTab):
    name = Text(_l("Objet"), required=True)


class EngagementForm(LinkedForm):
    tab_classes = (EngagementTab,)
    keeper = ENGAGEMENTS
