"""The forms of workflows, of their states and steps (S8)."""

from webapp.forms.fields import Checkbox, Choice, Text, Whole
from webapp.forms.shared import SharedForm
from webapp.i18n import _l
from webapp.models import Performer
from webapp.services.workflows import PERFORMERS


class WorkflowForm(SharedForm):
    name = Text(_l("Nom"), required=True, max_length=200)


class _LabelledForm(SharedForm):
    label_fr = Text(_l("Libellé français"), required=True, max_length=200)
    label_en = Text(_l("Libellé anglais"), max_length=200, hint=_l("Vide, le libellé français sert aussi en anglais."))


class StateForm(_LabelledForm):
    is_initial = Checkbox(
        _l("État initial"),
        hint=_l("Les nouvelles demandes commencent ici. Un seul état l’est : cocher remplace l’autre."),
    )
    is_closed = Checkbox(
        _l("État fermé"), hint=_l("Une demande qui s’y trouve est close ; il n’y a plus rien à y faire.")
    )


class StepForm(_LabelledForm):
    performer = Choice(
        _l("Confiée à"), Performer, lambda: {one: str(label) for one, label in PERFORMERS.items()}, required=True
    )
    days = Whole(
        _l("Délai en jours"), maximum=3650, hint=_l("À compter de l’entrée dans l’état ; vide, sans échéance.")
    )
