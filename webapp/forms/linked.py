"""The dialog of what hangs on a company: one page of fields, which merges and keeps drafts as those of companies do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from webapp.forms.base import Form
from webapp.forms.fields import Lookup
from webapp.forms.record import RecordForm
from webapp.forms.tabs import Tab
from webapp.i18n import _l
from webapp.services.linked.keeping import Keeper


class LinkedTab(Tab):
    """The fields of the dialog; those of a noun follow the company's."""

    key = "general"
    label = _l("Généralités")
    icon = "sliders-horizontal"

    company = Lookup(_l("Société"), "companies", required=True, hidden_label=_l("Société à accès restreint"))


class LinkedForm(RecordForm):
    """The dialog of one kind of record, which its keeper knows."""

    keeper: ClassVar[Keeper[Any]]
    #: The fields of other dialogs that change such a record: its history names their values too (H1).
    besides: ClassVar[tuple[type[Form], ...]] = ()
    #: Whether its fields come with buttons that save nothing, which Enter must not press.
    has_steps: ClassVar[bool] = False
    #: The template of the part that such buttons alone show again; nothing for the whole dialog.
    steps: ClassVar[str] = ""

    def prepare(self, record: Any = None) -> None:
        # What hangs on a company stays there: its history is told there.
        self["company"].readonly = record is not None
        super().prepare(record)

    def posted_and_valid(self) -> bool:
        """Whether it is to be saved, and nothing stands in the way."""
        return not self.step and super().posted_and_valid()

    def problems(self) -> Mapping[str, str]:
        values = {**self.stored, **self.values()}
        return {name: message for name, message in self.keeper.problems(values, self.record).items() if name in self}
