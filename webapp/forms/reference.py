"""Forms of the reference lists: a value as admins keep it, and the two small dialogs of companies (R1, C5, C7)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from webapp.forms.base import Form
from webapp.forms.fields import Exact, Text, Whole
from webapp.forms.shared import SharedForm
from webapp.i18n import _l
from webapp.models import ReferenceItem, ReferenceList

#: Lists whose values have a code people know: it is shown, and may be changed.
CODED = {ReferenceList.COUNTRY: _l("Code ISO"), ReferenceList.PROVINCE: _l("Abréviation")}


class ItemForm(SharedForm):
    """A value of a list: its labels, its code where it has one, its rank where it has one."""

    label_fr = Text(_l("Libellé en français"), required=True, max_length=200)
    label_en = Text(
        _l("Libellé en anglais"), max_length=200, hint=_l("S’il est vide, le libellé français sert aussi en anglais.")
    )
    code = Text(_l("Code"), max_length=40)
    percent = Exact(_l("Pourcentage"), places=3, maximum=Decimal(100), required=True)
    rank = Whole(_l("Rang dans la liste"), minimum=1, maximum=100_000)

    @classmethod
    def of(cls, which: ReferenceList, values: Mapping[str, Any] | None = None) -> "ItemForm":
        """Build the form for a value of `which`; without `values`, for a new one, which goes to the end."""
        form = cls.load(values)
        if which in CODED:
            form.code.label.text = CODED[which]
        else:
            del form.code
        if not which.has_percent:
            del form.percent
        if not values:
            del form.rank
        return form

    @staticmethod
    def values_of(item: ReferenceItem, rank: int) -> dict[str, Any]:
        """Return what the form shows of a value."""
        labels = {"label_fr": item.label_fr, "label_en": item.label_en}
        return {**labels, "code": item.code or "", "percent": item.percent, "rank": rank}


class ProvinceForm(Form):
    """« Ajout d’une province ou d’un état » (C5); the country is the address's."""

    abbreviation = Text(_l("Abréviation"), required=True, max_length=40)
    label = Text(_l("Province/État"), required=True, max_length=200)


class SourceForm(Form):
    """« Ajout d’une source » (C7)."""

    label_fr = Text(_l("Source"), required=True, max_length=200)
    label_en = Text(
        _l("Libellé en anglais"), max_length=200, hint=_l("S’il est vide, le libellé français sert aussi en anglais.")
    )
