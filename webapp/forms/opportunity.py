"""The dialogs of opportunities: business that may be done, and how it ended (S2)."""

from webapp.forms.base import Form
from webapp.forms.choices import CurrencyCode
from webapp.forms.fields import Checkbox, Choice, Day, Exact, LongText, Lookup, Ref, Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.models import Outcome, ReferenceList
from webapp.services.opportunities import OPPORTUNITIES, OUTCOMES


class OpportunityTab(LinkedTab):
    name = Text(_l("Objet"), required=True)
    contact = Lookup(_l("Contact"), "contacts", within="company", hidden_label=_l("Contact à accès restreint"))
    state = Ref(_l("État"), ReferenceList.OPPORTUNITY_STATE, required=True)
    amount = Exact(_l("Montant prévu"))
    currency = CurrencyCode(_l("Devise"), required=True)
    initial_close_on = Day(_l("Date de clôture initiale"), hint=_l("Celle qui a été prévue au départ : elle reste."))
    revised_close_on = Day(_l("Date de clôture révisée"), hint=_l("Vide : la date initiale."))
    owner = Lookup(_l("Responsable"), "resources", required=True)
    comments = LongText(_l("Commentaires"))


class ClosingForm(Form):
    """« Gagnée » or « Perdue »: why, and whether the company becomes a client."""

    close_reason = Ref(_l("Raison"), ReferenceList.CLOSE_REASON, required=True)
    make_client = Checkbox(_l("Passer la société au statut client"))
    comment = LongText(_l("Commentaire"), max_length=5_000)

    @classmethod
    def aimed(cls, outcome: Outcome, is_client: bool) -> "ClosingForm":
        """Build the form of an outcome; the box is there to be ticked where it changes anything."""
        form = cls.load({"make_client": True})
        if is_client or outcome is Outcome.LOST:
            del form.make_client
        return form


class MoveForm(Form):
    """A card of the board: where it goes, from where one saw it."""

    state = Ref(_l("Passer à"), ReferenceList.OPPORTUNITY_STATE, required=True)
    seen = Text("", max_length=20)


class _Ending(Form):
    """What only closing and opening again change."""

    outcome = Choice(_l("Issue"), Outcome, lambda: {one: str(label) for one, label in OUTCOMES.items()})
    close_reason = Ref(_l("Raison"), ReferenceList.CLOSE_REASON)


class OpportunityForm(LinkedForm):
    tab_classes = (OpportunityTab,)
    keeper = OPPORTUNITIES
    besides = (_Ending,)
