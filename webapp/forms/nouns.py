"""The dialog of each kind of record that hangs on companies: what its history calls the values (H1)."""

from collections.abc import Mapping

from webapp.forms.activity import ActivityForm
from webapp.forms.engagement import EngagementForm
from webapp.forms.folder import FolderForm
from webapp.forms.invoice import InvoiceForm
from webapp.forms.knowledge import KnowledgeForm
from webapp.forms.linked import LinkedForm
from webapp.forms.opportunity import OpportunityForm
from webapp.forms.project import ProjectForm
from webapp.forms.request import RequestForm
from webapp.models import Noun

FORMS: Mapping[Noun, type[LinkedForm]] = {
    form.keeper.model.noun: form
    for form in (
        ActivityForm,
        OpportunityForm,
        EngagementForm,
        ProjectForm,
        InvoiceForm,
        KnowledgeForm,
        RequestForm,
        FolderForm,
    )
}
