"""A form of one page over a record that several people may change at once (R4).

Nothing tells what these records were before: whatever differs from what is stored now is chosen, field by field.
"""

from typing import Any

from flask import request

from webapp.forms.base import Form
from webapp.forms.record import Clash
from webapp.i18n import _, moment


class VersionedForm(Form):
    """A form that saves over no version but the one it was opened on."""

    #: The record being changed, or None for a new one.
    record: Any = None
    #: What to say when somebody else saved it meanwhile.
    conflict: str = ""

    def prepare(self, record: Any) -> None:
        """Give the form its record, and compare what was posted with what others saved since it was opened."""
        self.record = record
        if request.method != "POST":
            return
        is_overtaken = request.form.get("version", type=int) != record.version
        for field in self.inputs():
            stored = self.meta.stored.get(field.name)
            if request.form.get(f"keep_{field.name}") == "theirs":
                field.data, field.raw_data, field.process_errors = stored, None, []
            elif is_overtaken and (field.process_errors or field.data != stored):
                mine = field.text if field.process_errors else field.shown(field.data)
                field.clash = Clash(f"keep_{field.name}", mine or "—", field.shown(stored) or "—", None, "", "")
        if any(field.clash for field in self.inputs()):
            self.conflict = _(
                "Cette fiche a été modifiée le %(when)s, pendant que vous la modifiiez. Rien n’est perdu : choisissez, "
                "là où elle diffère de ce que vous avez saisi, la valeur à garder, puis enregistrez.",
                when=moment(record.updated_at),
            )

    def hidden(self) -> dict[str, Any]:
        """What the form carries unseen: the version of the record it was filled from."""
        return {"version": self.record.version} if self.record else {}

    def posted_and_valid(self) -> bool:
        return super().posted_and_valid() and not self.conflict

    @property
    def status(self) -> int:
        """The status of an answer that shows this form."""
        return 409 if self.conflict else 422 if self.errors else 200
