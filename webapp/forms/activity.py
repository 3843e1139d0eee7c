"""The dialog of an activity (S1)."""

from webapp.forms.fields import Choice, Day, Hour, LongText, Lookup, Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.models import ActivityKind
from webapp.services.activities import ACTIVITIES, KINDS


class ActivityTab(LinkedTab):
    kind = Choice(_l("Type"), ActivityKind, lambda: {kind: str(label) for kind, label in KINDS.items()}, required=True)
    name = Text(_l("Objet"), required=True)
    contact = Lookup(_l("Contact"), "contacts", within="company", hidden_label=_l("Contact à accès restreint"))
    opportunity = Lookup(_l("Opportunité"), "opportunities", within="company")
    due_on = Day(_l("Échéance"))
    due_time = Hour(_l("Heure"))
    owner = Lookup(_l("Responsable"), "resources", required=True)
    comments = LongText(_l("Commentaires"))


class ActivityForm(LinkedForm):
    tab_classes = (ActivityTab,)
    keeper = ACTIVITIES
