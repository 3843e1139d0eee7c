"""The form of a billing entity (R1)."""

from webapp.forms.fields import LongText, Text
from webapp.forms.shared import SharedForm
from webapp.i18n import _l


class BillingEntityForm(SharedForm):
    name = Text(_l("Nom"), required=True, max_length=200, hint=_l("Le nom de l’entité juridique qui facture."))
    letterhead = LongText(
        _l("En-tête des factures"),
        max_length=1_000,
        hint=_l("Imprimé sous son nom : adresse, numéro d’immatriculation, Nº TVA."),
    )
    payment_terms = LongText(
        _l("Modalités de paiement"),
        max_length=2_000,
        hint=_l("Imprimées au bas de ses factures : IBAN, pénalités de retard."),
    )
