"""Columns of files from the fields of a form, so that a file may hold what a dialog may (R5)."""

from collections.abc import Collection, Iterable
from typing import Any

from webapp.config import LANGUAGES
from webapp.forms.base import Form
from webapp.forms.fields import Checkbox, Choice, Field, Lookup, PartialDay, Ref
from webapp.forms.resource import EntityBoxes
from webapp.i18n import force_locale
from webapp.models import ReferenceList
from webapp.services import lookups
from webapp.services.transfer.columns import Column, Kind, read_day


def columns_of(forms: Iterable[type[Form]], values: Collection[str] | None = None) -> list[Column]:
    """Return the column of each field of some forms; given `values`, of the fields that stand for one of them."""
    fields = (field for form in forms for field in form().inputs())
    return [_column(field) for field in fields if values is None or field.name in values]


def _column(field: Field) -> Column:
    match field:
        case Checkbox():
            return Column(name=field.name, kind=Kind.FLAG)
        case Choice():
            return Column(name=field.name, kind=Kind.CHOICE, labels=_labels(field))
        case Ref():
            return Column(name=field.name, kind=Kind.REFERENCE, list=field.list)
        case PartialDay():
            return Column(name=field.name, kind=Kind.TEXT, clean=read_day)
        case EntityBoxes():
            return Column(name=field.name, kind=Kind.BILLING_ENTITIES)
        case Lookup():
            return _lookup_column(field)
        case _:
            return Column(name=field.name, kind=Kind.TEXT, clean=field.clean)


def _labels(field: Choice) -> dict[str, dict[Any, str]]:
    labels = {}
    for language in LANGUAGES:
        with force_locale(language):
            labels[language] = {member: str(label) for member, label in field.labels().items()}
    return labels


def _lookup_column(field: Lookup) -> Column:
    match lookups.LOOKUPS[field.lookup]:
        case lookups.Companies():
            return Column(name=field.name, kind=Kind.COMPANY)
        case lookups.Resources():
            return Column(name=field.name, kind=Kind.RESOURCE)
        case lookups.References(which=which):
            return Column(
                name=field.name,
                kind=Kind.REFERENCE,
                list=ReferenceList(which),
                within=field.within,
            )
        case other:
            raise TypeError(f"{field.name}: a file has no column for {type(other).__name__}")
