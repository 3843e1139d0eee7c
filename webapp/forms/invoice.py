"""The dialog of invoices and credit notes (S5)."""

from webapp.forms.fields import Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.services.invoices import INVOICES


class InvoiceTab(LinkedTab):
    name = Text(_l("Objet"), required=True)


class InvoiceForm(LinkedForm):
    tab_classes = (InvoiceTab,)
    keeper = INVOICES
