"""The dialog that creates or changes one record: what those of companies and contacts do alike (C1, C2, K1, R4)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import request

from webapp.forms.coordinates import AddressesTab, PhonesTab
from webapp.forms.tabs import TabbedForm
from webapp.i18n import _
from webapp.services.values import country_code


class RecordForm(TabbedForm):
    """Tabs over the values of one record, new or existing."""

    #: Fields that are no values of the record: what one confirms, what one asks for besides.
    aside: ClassVar[tuple[str, ...]] = ()

    #: The record being changed, or None for a new one.
    record: Any = None
    #: What to say when somebody else saved the record since it was opened.
    conflict: str = ""

    def prepare(self, record: Any = None) -> None:
        """Give the form its record."""
        self.record = record

    def problems(self) -> Mapping[str, str]:
        """Return what breaks a rule that no field knows by itself, by name."""
        raise NotImplementedError

    def posted_and_valid(self) -> bool:
        """Whether every field, the rules of the record, and whoever saved in the meantime let it pass."""
        if request.method != "POST":
            return False
        super().posted_and_valid()
        self.refuse(self.problems())
        self._check_version()
        self.aim()
        return not self.errors and not self.conflict

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name not in self.aside}

    def hidden(self) -> dict[str, Any]:
        """What the form carries unseen: the version of the record it was filled from (R4)."""
        return {"version": self.record.version} if self.record else {}

    def warn(self) -> None:
        """Fill in the warnings, which inform and never block."""
        for tab in self.tabs:
            if isinstance(tab, AddressesTab):
                tab.warn()
            elif isinstance(tab, PhonesTab):
                tab.warn(self.phone_country())

    def phone_country(self) -> str:
        """Return the country in which numbers are read that name none."""
        return country_code(self["main_country"].data)

    @property
    def status(self) -> int:
        """The status of an answer that shows this form: as asked for, refused, or overtaken by somebody else's save."""
        return 409 if self.conflict else 422 if request.method == "POST" else 200

    def _check_version(self) -> None:
        """Find out whether the record was saved since this form was opened; say so, and what it holds now (R4)."""
        if self.record is None or request.form.get("version", type=int) == self.record.version:
            return
        self.conflict = _(
            "Cette fiche a été modifiée depuis que vous l’avez ouverte. Rien n’est perdu : ce que vous avez saisi "
            "est ici, et la valeur enregistrée entre-temps est rappelée sous chaque champ qui diffère. "
            "Corrigez au besoin, puis enregistrez."
        )
        for field in self.inputs():
            if field.name in self.stored.keys() - set(self.aside) and field.data != self.stored[field.name]:
                shown = field.shown(self.stored[field.name]) or "—"
                field.warnings.append(_("Valeur enregistrée entre-temps : %(value)s", value=shown))
