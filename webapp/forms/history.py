"""The words of a history: what each value is called in its dialog, and how it reads (H1), and the comment one adds."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Self

from webapp.access import Viewer
from webapp.forms.base import Form
from webapp.forms.company import CompanyForm
from webapp.forms.contact import ContactForm
from webapp.forms.coordinates import ADDRESS_TITLES
from webapp.forms.drafted import Drafted
from webapp.forms.fields import Field, LongText
from webapp.forms.linked import LinkedForm
from webapp.forms.nouns import FORMS
from webapp.forms.record import RecordForm
from webapp.i18n import _, _l, language
from webapp.models import AddressKind
from webapp.services.history.reading import Entry, Line
from webapp.services.history.wording import Named

#: Longer texts are shown as far as this; the rest unfolds.
SHORT = 120

#: Values that no dialog has a field for.
_OTHERS = {
    "portal_sponsor": _l("Commanditaire"),
    "portal_second_factor": _l("Double authentification"),
    "state": _l("État"),
}


#: What stands for the name of a record that one may not see, by its table.
_HIDDEN = {
    "company": _l("Société à accès restreint"),
    "contact": _l("Contact à accès restreint"),
    "": _l("Fiche à accès restreint"),
}


class CommentForm(Drafted, Form):
    """What one has to say of a record (H2)."""

    comment = LongText(_l("Commentaire"), required=True, max_length=5_000)

    address = ""

    @classmethod
    def of(cls, address: str, viewer: Viewer) -> Self:
        """Build the form that `viewer` sends to `address`."""
        form = cls.load(viewer=viewer)
        form.address = address
        return form

    @property
    def viewer(self) -> Viewer | None:
        return self.meta.viewer  # type: ignore[no-any-return]


def label(line: Line, entry: Entry) -> str:
    """Return what a value is called; a part of an address with the address it belongs to."""
    field = _fields_of(entry).get(line.name)
    if field is None:
        return str(_OTHERS.get(line.name, line.name))
    kind = line.name.partition("_")[0]
    is_part = kind in (member.value for member in AddressKind) and field.name != kind
    text = str(field.label.text)
    return f"{ADDRESS_TITLES[AddressKind(kind)]} · {text}" if is_part else text


def shown(value: Any, line: Line, entry: Entry, names: Mapping[Named, str]) -> str:
    """Return how a value reads: in the reader's language, by the names it had at the time; "" when it is empty.

    `names` are those of records that this reader may see.
    """
    if value in (None, "", []):
        return ""
    if line.names:
        ids = value if isinstance(value, list) else [value]
        place = 1 if language() == "en" else 0
        return ", ".join(line.names[str(one)][place] for one in ids if str(one) in line.names)
    if line.table:
        hidden = str(_HIDDEN.get(line.table, _HIDDEN[""]))
        ids = value if isinstance(value, list) else [value]
        return ", ".join(sorted(names.get((line.table, one), hidden) for one in ids))
    if entry.noun and line.name == "state":
        return str(FORMS[entry.noun].keeper.state_label(value))
    match _fields_of(entry).get(line.name):
        case Field() as field:
            return field.shown(field.revive(value))
    if isinstance(value, bool):
        return _("Oui") if value else _("Non")
    return str(value)


def _fields_of(entry: Entry) -> dict[str, Field]:
    form: Any = FORMS[entry.noun] if entry.noun else CompanyForm if entry.contact_id is None else ContactForm
    return _fields(form)


@cache
def _fields(form: type[RecordForm]) -> dict[str, Field]:
    besides = form.besides if issubclass(form, LinkedForm) else ()
    return {field.name: field for part in (*form.tab_classes, *besides) for field in part().inputs()}
