"""The form of a billing entity (R1)."""

from webapp.forms.fields import Text
from webapp.forms.shared import SharedForm
from webapp.i18n import _l


class BillingEntityForm(SharedForm):
    name = Text(_l("Nom"), required=True, max_length=200, hint=_l("Le nom de l’entité juridique qui facture."))
