"""The dialog of requests of customers (S7)."""

from webapp.forms.fields import Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.services.requests import REQUESTS


class RequestTab(LinkedTab):
    name = Text(_l("Objet"), required=True)


class RequestForm(LinkedForm):
    tab_classes = (RequestTab,)
    keeper = REQUESTS
