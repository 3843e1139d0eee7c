"""Columns: how a cell becomes a value, and a value a cell.

What a column may hold is what the field of the dialog accepts: callers make columns from the fields of a form.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from webapp.dates import PartialDate
from webapp.i18n import _
from webapp.models import ReferenceList
from webapp.text import clean_line


class Kind(Enum):
    """How the cell of a column is read."""

    #: By the field's own `clean`.
    TEXT = auto()
    FLAG = auto()
    #: A member of an enum, by its value or its label in a language.
    CHOICE = auto()
    #: A value of a reference list, by its label in a language or its code.
    REFERENCE = auto()
    #: A resource, by name, e-mail or reference.
    RESOURCE = auto()
    RESOURCES = auto()
    BILLING_ENTITIES = auto()
    #: Another record, a company: `parent` and `company`, by name, go with `parent_number` and `company_number`.
    COMPANY = auto()
    COMPANY_NUMBER = auto()
    #: Made from other values: written, never read.
    COMPUTED = auto()
    #: Neither read nor written: a file may have it all the same.
    IGNORED = auto()


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a file, by the name of the value it holds."""

    name: str
    kind: Kind
    #: Text to value; raises ValueError with a message for the user.
    clean: Callable[[str], Any] = str
    #: What a computed one shows, from the values of the record and the labels of the values of lists.
    compute: Callable[[Mapping[str, Any], Mapping[int, str]], str] | None = None
    #: The members of a choice by language, with their labels.
    labels: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    list: ReferenceList | None = None
    #: The column whose value this one's value belongs to: the country of a province.
    within: str = ""


#: Several values in one cell.
SEPARATOR = "; "

_FLAGS = dict.fromkeys(("1", "oui", "yes", "vrai", "true", "x"), True) | dict.fromkeys(
    ("0", "non", "no", "faux", "false"), False
)


def read_flag(cell: str) -> bool:
    """Read yes or no; raises ValueError."""
    value = _FLAGS.get(cell.strip().casefold())
    if value is None:
        raise ValueError(_("Écrivez 1 (oui) ou 0 (non)."))
    return value


def read_day(cell: str) -> PartialDate:
    """Read a day with its year or without; raises ValueError."""
    try:
        return PartialDate.parse(cell.strip())
    except ValueError:
        raise ValueError(
            _("Écrivez la date sous la forme 1998-01-12, ou --01-12 si l’année n’est pas connue.")
        ) from None


def read_several(cell: str) -> list[str]:
    """Return the values of a cell that may hold several; one between quotes may hold the separator itself."""
    line = clean_line(cell)
    parts = next(csv.reader([line], delimiter=SEPARATOR.strip(), skipinitialspace=True), [])
    return [value for part in parts if (value := part.strip())]


def write_several(values: Iterable[str]) -> str:
    """Write values into one cell, in order of alphabet."""
    return SEPARATOR.join(_quote(value) for value in sorted(values))


def _quote(value: str) -> str:
    if SEPARATOR.strip() in value or value.startswith('"'):
        return '"' + value.replace('"', '""') + '"'
    return value
