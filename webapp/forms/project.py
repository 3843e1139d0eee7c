"""The dialog of projects: work for a company (S4)."""

from webapp.forms.fields import Checkbox, Choice, Day, LongText, Lookup, Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.models import ProjectState
from webapp.services.projects import PROJECTS, STATES


class ProjectTab(LinkedTab):
    name = Text(_l("Nom du projet"), required=True)
    engagement = Lookup(_l("Engagement"), "engagements", within="company")
    state = Choice(
        _l("État"), ProjectState, lambda: {state: str(label) for state, label in STATES.items()}, required=True
    )
    starts_on = Day(_l("Début"))
    ends_on = Day(_l("Fin"))
    manager = Lookup(_l("Responsable"), "resources", required=True)
    in_portal = Checkbox(
        _l("Visible dans le Portail Clients"),
        hint=_l(
            "Les contacts de la société qui ont le droit de suivre les projets en voient le nom, l’état, les dates et "
            "le responsable."
        ),
    )
    comments = LongText(_l("Commentaires"), hint=_l("Pour les ressources seulement : le portail ne les montre pas."))


class ProjectForm(LinkedForm):
    tab_classes = (ProjectTab,)
    keeper = PROJECTS
