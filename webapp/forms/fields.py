"""One class per kind of field. A field knows its words: label, hint, why it may be required, its messages.

`macros/fields.html` draws a field by its `kind`, from these attributes:

    kind, id, name, label.text, hint, errors, warnings, required, required_note, readonly,
    text        what stands in the input, as typed when it was refused
    options     (value, label, selected) of a select
    maxlength, autocomplete, inputmode, rows, depends, lookup, candidates   where they apply
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import wtforms
from flask import url_for
from wtforms.validators import StopValidation

from webapp.dates import PartialDate
from webapp.emails import normal_email
from webapp.i18n import _, _n, day, number, partial_day, read_number, read_partial_day
from webapp.models import ReferenceList
from webapp.services import lookups, references
from webapp.services.merging import is_list
from webapp.text import clean_line, clean_text, read_id, search_key


class Field(wtforms.Field):
    """What every kind shares. `clean` turns what was typed into a domain value or refuses it with ValueError."""

    kind = "text"
    #: What what was typed goes through before anything else looks at it.
    tidy = staticmethod(clean_line)
    widget = wtforms.widgets.TextInput()
    empty: Any = ""
    #: Whether the cursor stands here when the form is shown.
    autofocus = False
    #: When somebody else changed it too: what there is to choose from (forms/record.py).
    clash: Any = None

    def __init__(
        self,
        label: Any = "",
        *,
        required: bool = False,
        required_note: Any = "",
        hint: Any = "",
        readonly: bool = False,
        max_length: int = 300,
        autocomplete: str = "",
        inputmode: str = "",
        **kwargs: Any,
    ):
        super().__init__(label, **kwargs)
        self.required = required
        #: When it is required by the value of another field: said beside the label ("obligatoire pour un prospect").
        self.required_note = required_note
        self.hint = hint
        self.readonly = readonly
        self.max_length = max_length
        self.autocomplete = autocomplete
        self.inputmode = inputmode
        self.warnings: list[str] = []

    @property
    def maxlength(self) -> int | None:
        """The limit the browser may apply while one types."""
        return self.max_length

    @property
    def text(self) -> str:
        """What stands in the input: as typed when it came from a form, else the value."""
        if self.raw_data:
            return str(self.raw_data[0])
        return self.write(self.data)

    def write(self, value: Any) -> str:
        """Write a domain value as a user would type it."""
        return "" if value is None else str(value)

    def shown(self, value: Any) -> str:
        """Write a domain value as one reads it on a page: the label of what is chosen, not its id."""
        return self.write(value)

    def posted(self, value: Any) -> dict[str, list[str]]:
        """Return what a browser posts when the field holds this value."""
        if is_list(value):
            return {self.name: [str(one) for one in value]}
        text = self.write(value)
        return {self.name: [text] if text else []}

    def revive(self, value: Any) -> Any:
        """Return the domain value that the history kept as `value`."""
        return value

    def clean(self, typed: str) -> Any:
        """Turn what was typed into a domain value; ValueError with a message for the user if it can't be."""
        value = self.tidy(typed)
        if len(value) > self.max_length:
            raise ValueError(
                _(
                    "%(count)d caractères au plus ; il y en a %(given)d.",
                    count=self.max_length,
                    given=len(value),
                )
            )
        return value

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if self.readonly:
            self.raw_data = None
            return
        self.data = self.clean(valuelist[0]) if valuelist else self.empty

    def pre_validate(self, form: wtforms.Form) -> None:
        if self.required and not self.readonly and self.data in ("", None) and not self.process_errors:
            raise StopValidation(_("Ce champ est obligatoire."))


class Text(Field):
    """One line of text."""


class LongText(Field):
    """Several lines."""

    kind = "textarea"
    tidy = staticmethod(clean_text)

    def __init__(self, label: Any = "", *, max_length: int = 20_000, rows: int = 5, **kwargs: Any):
        super().__init__(label, max_length=max_length, **kwargs)
        self.rows = rows


class Checkbox(Field):
    """Yes or no. An unticked box posts nothing, so nothing means no."""

    kind = "checkbox"
    empty = False
    #: A box that is shown only when there is something to confirm.
    wanted = True
    #: Shown ticked or not, but without effect now: it can't be changed.
    greyed = False

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not self.readonly:
            self.data = bool(valuelist) and valuelist[0] not in ("", "0", "false")

    def write(self, value: Any) -> str:
        return "1" if value else ""

    def shown(self, value: Any) -> str:
        return str(_("Oui") if value else _("Non"))


class Confirmation(Checkbox):
    """A box by which one confirms one thing: ticked for another, as before it was changed, it is not ticked."""

    wanted = False
    #: What it confirms, as the box is posted.
    subject = ""

    def ask(self, subject: str) -> None:
        """Show the box, for this thing alone."""
        self.wanted, self.subject = True, subject
        self.data = (self.raw_data or [""])[0] == subject


class Choice(Field):
    """One of a few values that behave: a member of an enum."""

    kind = "select"
    empty = None

    def __init__(self, label: Any, kind: type[StrEnum], labels: Callable[[], dict[Any, str]], **kwargs: Any):
        super().__init__(label, **kwargs)
        self.enum, self.labels = kind, labels

    @property
    def options(self) -> Iterable[tuple[str, str, bool]]:
        first = [] if self.required and self.data else [("", "—", not self.data)]
        return first + [(m.value, text, m == self.data) for m, text in self.labels().items()]

    def shown(self, value: Any) -> str:
        return str(self.labels().get(value, ""))

    def clean(self, typed: str) -> StrEnum | None:
        if not typed:
            return None
        try:
            return self.enum(typed)
        except ValueError:
            raise ValueError(_("Choisissez une valeur de la liste.")) from None


class Ref(Field):
    """One value of a reference list. A retired value stays offered only where it is already the value."""

    kind = "select"
    empty = None

    def __init__(self, label: Any, list: ReferenceList, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.list = list

    @property
    def options(self) -> Iterable[tuple[str, str, bool]]:
        return [("", "—", self.data is None)] + [(str(i), label, i == self.data) for i, label in self._offered()]

    def shown(self, value: Any) -> str:
        return dict(self._offered()).get(value, "")

    def clean(self, typed: str) -> int | None:
        if not typed:
            return None
        if typed == str(self._kept):
            # What the record has already is not looked for: most saves then read no list.
            return self._kept
        chosen = read_id(typed)
        if chosen not in dict(references.options(self.list)):
            raise ValueError(_("Choisissez une valeur de la liste."))
        return chosen

    def _offered(self) -> list[tuple[int, str]]:
        return references.options(self.list, keep=self._kept)

    @property
    def _kept(self) -> int | None:
        return self.object_data if isinstance(self.object_data, int) else None


class Lookup(Field):
    """A record picked by typing: the browser posts the text as `<name>_text` and the id, when one was picked.

    The text decides: an id whose name is no longer what stands in the input was left from before. Text without an
    id is accepted when it names exactly one record; when it may mean several, they are offered as `candidates`.
    """

    kind = "lookup"
    empty = None

    def __init__(
        self,
        label: Any,
        lookup: str,
        *,
        within: str = "",
        hidden_label: Any = "",
        view: str = "lookups.search",
        **kwargs: Any,
    ):
        super().__init__(label, **kwargs)
        self.lookup = lookup
        #: The view that offers what fits while one types.
        self.view = view
        #: The field whose value the search stays in: the country of a province, the region of a site.
        self.within = within
        #: What stands in the input when the record has a value this viewer may not see (D7).
        self.hidden_label = hidden_label
        self.candidates: list[lookups.Found] = []

    @property
    def url(self) -> str:
        return url_for(self.view, name=self.lookup, depends=self.within or None)

    @property
    def depends(self) -> list[str]:
        """The fields whose values go with each request."""
        return [self.within] if self.within else []

    @property
    def picked_name(self) -> str:
        """The name under which the id of what was picked is posted."""
        return str(self.name)

    @property
    def value(self) -> str:
        return "" if self.data is None else str(self.data)

    @property
    def text(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return self._label(self.data)

    def shown(self, value: Any) -> str:
        return self._label(value)

    def posted(self, value: Any) -> dict[str, list[str]]:
        chosen = [] if value is None else [str(value)]
        return {self.name: chosen, f"{self.name}_text": [self._label(value)], f"{self.name}_choice": []}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the id, the text, and the choice among candidates, instead of one value."""
        self.process_errors = []
        self.object_data = self.data = read_id(data)
        self.raw_data = None
        text_name = f"{self.name}_text"
        if formdata is None or self.readonly or text_name not in formdata:
            return
        self.raw_data = [clean_line(formdata[text_name])]  # type: ignore[assignment]
        try:
            self.data = self._resolve(formdata)
        except ValueError as error:
            self.data = None
            self.process_errors.append(str(error))

    def _resolve(self, formdata: Any) -> int | None:
        picked = formdata.get(f"{self.name}_choice", "")
        if picked:
            found = self._find(read_id(picked))
            if found:
                self.raw_data = [found.label]  # type: ignore[assignment]
                return found.id
        text = self.text
        if not text:
            return None
        posted = read_id(formdata.get(self.picked_name, ""))
        if posted is not None and text == self._label(posted):
            return posted
        return self._from_text(text)

    def _from_text(self, text: str) -> int:
        found = self._source.search(text, self.meta.viewer, self._within)
        exact = [one for one in found if search_key(one.label) == search_key(text)]
        if len(exact) == 1:
            return exact[0].id
        self.candidates = exact or found
        if self.candidates:
            raise ValueError(_("Plusieurs réponses sont possibles : choisissez-en une."))
        raise ValueError(_("Aucune réponse pour « %(text)s ».", text=text))

    def _label(self, record_id: int | None) -> str:
        if record_id is None:
            return ""
        found = self._find(record_id)
        if found:
            return found.label
        return str(self.hidden_label) if record_id == self.object_data else ""

    def _find(self, record_id: int | None) -> lookups.Found | None:
        if record_id is None:
            return None
        return self._source.find(record_id, self.meta.viewer, self._within)

    @property
    def _source(self) -> lookups.Lookup:
        return lookups.LOOKUPS[self.lookup]

    @property
    def _within(self) -> int | None:
        if not self.within:
            return None
        posted = self.meta.posted
        # What can't be changed in the form is not posted.
        values = self.meta.stored if posted is None or self.within not in posted else posted
        return read_id(values.get(self.within))


class WebAddress(Field):
    """The address of a web site; `https://` is added when it is left out, and nothing but the web is let in."""

    def __init__(self, label: Any, **kwargs: Any):
        super().__init__(label, max_length=500, inputmode="url", **kwargs)

    def clean(self, typed: str) -> str:
        value = str(super().clean(typed))
        if not value:
            return ""
        if "://" not in value and not value.lower().startswith(("javascript:", "data:", "mailto:")):
            value = f"https://{value}"
        parts = urlsplit(value)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname or " " in value:
            raise ValueError(_("Cette adresse de site Web n’est pas valable. Exemple : https://www.exemple.fr"))
        return value


class Email(Field):
    """An e-mail address, in normal form."""

    kind = "email"

    def __init__(self, label: Any, **kwargs: Any):
        super().__init__(label, max_length=254, inputmode="email", **kwargs)

    def clean(self, typed: str) -> str:
        value = str(super().clean(typed))
        if not value:
            return ""
        normal = normal_email(value)
        if normal is None:
            raise ValueError(_("Cette adresse e-mail n’est pas valable. Exemple : prenom.nom@exemple.fr"))
        return normal


class PartialDay(Field):
    """A day, with its year when one knows it: `12/01/1998`, `12/01`, `12 janvier` (K6, D20)."""

    empty = None

    def __init__(self, label: Any, **kwargs: Any):
        super().__init__(label, max_length=60, **kwargs)

    def write(self, value: Any) -> str:
        return partial_day(value)

    def revive(self, value: Any) -> PartialDate | None:
        return PartialDate.parse(value) if value else None

    def clean(self, typed: str) -> PartialDate | None:
        value = super().clean(typed)
        if not value:
            return None
        try:
            return read_partial_day(value)
        except ValueError:
            raise ValueError(_("Ce n’est pas une date. Exemples : 12/01/1998, ou 12/01 sans l’année.")) from None


class Password(Field):
    """A password: never cleaned, never shown again."""

    kind = "password"

    def clean(self, typed: str) -> str:
        return typed

    @property
    def text(self) -> str:
        return ""


class Whole(Field):
    """A whole number within bounds."""

    kind = "number"
    empty = None

    def __init__(self, label: Any, *, minimum: int = 0, maximum: int = 2**31 - 1, **kwargs: Any):
        super().__init__(label, inputmode="numeric", max_length=12, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def clean(self, typed: str) -> int | None:
        value = clean_line(typed)
        if not value:
            return None
        if not value.isascii() or not value.isdecimal() or not self.minimum <= int(value) <= self.maximum:
            raise ValueError(_("Un nombre entier de %(low)d à %(high)d.", low=self.minimum, high=self.maximum))
        return int(value)


class Exact(Field):
    """A number with at most so many decimals, written as people do: `1 234,50`."""

    empty = None

    def __init__(
        self,
        label: Any,
        *,
        places: int = 2,
        minimum: Decimal | None = Decimal(0),
        maximum: Decimal = Decimal(10) ** 11,
        **kwargs: Any,
    ):
        super().__init__(label, max_length=30, inputmode="decimal", **kwargs)
        self.places, self.minimum, self.maximum = places, minimum, maximum

    def write(self, value: Any) -> str:
        return number(value)

    def revive(self, value: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def clean(self, typed: str) -> Decimal | None:
        value = super().clean(typed)
        if not value:
            return None
        try:
            read = read_number(value)
        except ValueError:
            raise ValueError(
                _("Ce n’est pas un nombre. Exemple : %(example)s.", example=number(Decimal("1234.5")))
            ) from None
        if read != round(read, self.places):
            raise ValueError(_n("%(num)d décimale au plus.", "%(num)d décimales au plus.", self.places))
        if self.minimum is not None and read < self.minimum:
            raise ValueError(_("Au moins %(low)s.", low=number(self.minimum)))
        if abs(read) > self.maximum:
            raise ValueError(_("Au plus %(high)s.", high=number(self.maximum)))
        return read


class Hour(Field):
    """A time of day, as `14:30`; `14h30`, `14 h` and `9:05` are read too."""

    kind = "time"

    def __init__(self, label: Any, **kwargs: Any):
        super().__init__(label, max_length=20, **kwargs)

    def clean(self, typed: str) -> str:
        value = str(super().clean(typed))
        if not value:
            return ""
        match = _HOUR.fullmatch(value)
        if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
            raise ValueError(_("Ce n’est pas une heure. Exemple : 14:30."))
        return f"{int(match[1]):02}:{int(match[2] or 0):02}"


_HOUR = re.compile(r"([0-9]{1,2}) ?[h:] ?([0-9]{2})?", re.ASCII | re.IGNORECASE)


class Day(Field):
    """A day of a calendar: browsers post it as `2027-03-31`; one typed as people write it is read too (D20)."""

    kind = "date"
    empty = None

    def __init__(self, label: Any, **kwargs: Any):
        super().__init__(label, max_length=60, **kwargs)

    def shown(self, value: Any) -> str:
        return day(value)

    def revive(self, value: Any) -> date | None:
        return date.fromisoformat(value) if value else None

    def clean(self, typed: str) -> date | None:
        value = super().clean(typed)
        if not value:
            return None
        try:
            read = read_partial_day(value)
            return date(read.year or 0, read.month, read.day)
        except ValueError:
            raise ValueError(_("Ce n’est pas une date. Exemple : 31/03/2027.")) from None
