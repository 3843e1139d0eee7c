"""The dialog of projects: work for a company (S4)."""

from webapp.forms.fields import Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _l
from webapp.services.projects import PROJECTS


class ProjectTab(LinkedTab):
    name = Text(_l("Objet"), required=True)


class ProjectForm(LinkedForm):
    tab_classes = (ProjectTab,)
    keeper = PROJECTS
