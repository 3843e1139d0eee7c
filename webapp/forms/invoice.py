"""The dialogs of invoices and credit notes (S5)."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from webapp.forms.base import Form
from webapp.forms.choices import CurrencyCode
from webapp.forms.fields import Choice, Day, LongText, Lookup, Text
from webapp.forms.lines import LinesField
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.models import InvoiceState
from webapp.services.invoices import INVOICES
from webapp.services.invoices.amounts import figures
from webapp.services.invoices.document import sums
from webapp.services.invoices.keeping import STATES, terms_of


class InvoiceTab(LinkedTab):
    name = Text(_l("Objet"), required=True)
    billing_entity = Lookup(_l("Entité de facturation"), "billing-entities", required=True)
    contact = Lookup(
        _l("Contact de facturation"),
        "contacts",
        within="company",
        hidden_label=_l("Contact à accès restreint"),
        hint=_l("L’avis de validation part à son e-mail 1."),
    )
    currency = CurrencyCode(_l("Devise"), required=True)
    due_on = Day(_l("Date d’échéance"), hint=_l("Vide : 30 jours après l’émission."))
    engagement = Lookup(_l("Engagement"), "engagements", within="company")
    project = Lookup(_l("Projet"), "projects", within="company")
    lines = LinesField(_l("Lignes"))
    comments = LongText(_l("Commentaires"), hint=_l("Pour les ressources seulement : ils ne sont pas imprimés."))


class PaymentForm(Form):
    """« Marquer payée »: the day it was."""

    paid_on = Day(_l("Date de paiement"), required=True)

    @classmethod
    def opened(cls, today: date) -> "PaymentForm":
        return cls.load({"paid_on": today})

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show what is refused beside the day; what is not about it, the dialog says."""
        super().refuse({name: message for name, message in errors.items() if name in self})


class _Outcome(Form):
    """What only an action changes."""

    state = Choice(_l("État"), InvoiceState, lambda: {one: str(label) for one, label in STATES.items()})
    number = Text(_l("Numéro"))
    issued_on = Day(_l("Date d’émission"))
    paid_on = Day(_l("Date de paiement"))


class InvoiceForm(LinkedForm):
    tab_classes = (InvoiceTab,)
    keeper = INVOICES
    besides = (_Outcome,)
    has_steps = True
    steps = "invoices/_lines.html"

    @cached_property
    def exempt(self) -> bool:
        return bool(self._terms.exempt)

    @property
    def sums(self) -> list[tuple[str, str]]:
        """What the lines come to, as far as they can be read, in words."""
        come_to = figures(self["lines"].data, *self._terms)
        is_credit = self.stored.get("credited") is not None
        return sums(come_to, self["currency"].data or "", exempt=self.exempt, is_credit=is_credit)

    @cached_property
    def _terms(self) -> Any:
        return terms_of(self["lines"].data, self._value("company"), self.stored.get("credited"))

    def _value(self, name: str) -> Any:
        return self.stored.get(name) if self[name].readonly else self[name].data
