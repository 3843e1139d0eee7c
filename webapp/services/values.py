"""How a record travels: one flat dict of values, by the names of the requirements.

`name`, `account_type` (an id), `main_street`, `phone_fax`... Which values a kind of record has follows from its model.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Column, select

from webapp.access import Actor, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import REFERENCE_PARTS, TEXT_PARTS, AddressKind
from webapp.models.base import Choice
from webapp.phones import e164
from webapp.services import organisation, references

#: The parts of an address, and their columns.
ADDRESS_PARTS = {part: part for part in TEXT_PARTS} | {part: f"{part}_id" for part in REFERENCE_PARTS}

#: By the name of each value of an address, its column.
_ADDRESS_COLUMNS = {f"{kind}_{part}": column for kind in AddressKind for part, column in ADDRESS_PARTS.items()}

_ADDRESS_NAMES = {kind: [(f"{kind}_{part}", column) for part, column in ADDRESS_PARTS.items()] for kind in AddressKind}


#: Columns that are no values of any record: derived from them, or kept by the services.
_INTERNAL = frozenset(
    """id sort_key search_key number_key version created_at created_by_id updated_at updated_by_id
    deleted_at deleted_by_id""".split()
)

#: The values that are lists of ids, and the tables of these.
_LISTS = {
    "allowed_resources": "resource",
    "billing_entities": "billing_entity",
    "portal_profiles": "resource",
    # The members of a team folder.
    "resources": "resource",
    "contacts": "contact",
}

#: What the columns of search keys hold.
MAX_SEARCH_KEY = 1000


class Change(NamedTuple):
    """One value that a save changed."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Which values a kind of record has, each in a column of its own."""

    model: type[Any]
    #: Columns that are derived from values, or kept by the services, besides those of every kind of record.
    derived: Collection[str] = ()

    @cached_property
    def columns(self) -> dict[str, str]:
        """The values that are a column of the record: the value's name, and the column's."""
        return {
            column.name.removesuffix("_id") if column.foreign_keys else column.name: column.name
            for column in self.model.__table__.columns
            if column.name not in _INTERNAL and column.name not in self.derived
        }

    @cached_property
    def empty(self) -> Mapping[str, Any]:
        """Every value by name, as it is before anybody gave it one."""
        table = self.model.__table__.columns
        return {name: _nothing(table[column]) for name, column in self.columns.items()}

    def points_at(self, name: str) -> str | None:
        """Return the table whose records a value names by id, or nothing."""
        if name in _LISTS:
            return _LISTS[name]
        column = self._column(name)
        keys = column.foreign_keys if column is not None else ()
        return next((key.column.table.name for key in keys), None)

    def _column(self, name: str) -> Column[Any] | None:
        # Also of what no dialog changes, but a service does: the history tells of it.
        columns: Mapping[str, Column[Any]] = self.model.__table__.columns
        found = self.columns.get(name) or (f"{name}_id" if f"{name}_id" in columns else name)
        return columns.get(found)

    def read(self, record: Any) -> dict[str, Any]:
        """Return all values of a record, by name."""
        return {name: getattr(record, column) for name, column in self.columns.items()}

    def own_columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns for the values that are one."""
        return {column: values[name] for name, column in self.columns.items() if name in values}


@dataclass(frozen=True, kw_only=True)
class AddressedShape(Shape):
    """The same with addresses, numbers, and a number by which files know the record: companies and contacts."""

    address_model: type[Any]
    phone_model: type[Any]
    phone_kinds: type[StrEnum]
    #: The value by which files know a record: what is unique is it without case (D18).
    number: str

    @cached_property
    def phone_names(self) -> dict[str, StrEnum]:
        return {f"phone_{kind}": kind for kind in self.phone_kinds}

    @cached_property
    def empty(self) -> Mapping[str, Any]:
        return {
            **super().empty,
            **{f"{kind}_{part}": "" if part in TEXT_PARTS else None for kind in AddressKind for part in ADDRESS_PARTS},
            **dict.fromkeys(self.phone_names, ""),
        }

    def _column(self, name: str) -> Column[Any] | None:
        if (part := _ADDRESS_COLUMNS.get(name)) is not None:
            columns: Mapping[str, Column[Any]] = self.address_model.__table__.columns
            return columns[part]
        return super()._column(name)

    def read(self, record: Any) -> dict[str, Any]:
        values = {**self.empty, **super().read(record)}
        for kind, address in record.addresses.items():
            values.update({name: getattr(address, column) for name, column in _ADDRESS_NAMES[kind]})
        for phone_kind, phone in record.phones.items():
            values[f"phone_{phone_kind}"] = phone.typed
        return values

    def write(
        self, record: Any, columns: Mapping[str, Any], values: Mapping[str, Any], country: str, by: Actor
    ) -> None:
        """Give a record its columns, its addresses and its numbers, which are read in `country` (C6, K5)."""
        for name, value in columns.items():
            setattr(record, name, value)
        phones = self.phone_rows(values, country)
        _replace(record.addresses, {row["kind"]: row for row in address_rows(values)}, self.address_model)
        _replace(record.phones, {row["kind"]: row for row in phones}, self.phone_model)
        record.updated_at = now()
        record.updated_by_id = by.resource_id

    def own_columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns for the values that are one, and the key of the number; other keys are the service's."""
        columns = super().own_columns(values)
        if self.number in columns:
            number = columns[self.number] or None
            columns |= {self.number: number, "number_key": number_key(number) if number else None}
        return columns

    def owner_of_number(self, number: str, record: Any = None) -> str | None:
        """Return the name of another record that has this number; the one it has already is not asked about again."""
        key = number_key(number)
        if record is not None and record.number_key == key:
            return None
        owner = select(self.model.name).where(self.model.number_key == key)
        return db.session.scalar(unscoped(owner, "a number is unique among all records"))

    def phone_rows(self, values: Mapping[str, Any], country: str) -> Iterator[dict[str, Any]]:
        """Yield the columns of each number; one that names no country is read in `country` (C6, K5)."""
        for name, kind in self.phone_names.items():
            if typed := values[name]:
                yield {"kind": kind, "typed": typed, "e164": e164(typed, country)}


def number_key(number: str) -> str:
    """Return what two numbers have in common when they are the same one (D18)."""
    return number.casefold()


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return what differs between the values before and after a save."""
    return [Change(name, before[name], after[name]) for name in before if before[name] != after[name]]


def address_rows(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the columns of each address that has anything in it (C4, K4)."""
    for kind, names in _ADDRESS_NAMES.items():
        row = {column: values[name] for name, column in names}
        if any(row.values()):
            yield {"kind": kind, **row}


def address_references(values: Mapping[str, Any]) -> list[int | None]:
    """Return the ids of the list values that the addresses hold."""
    return [values[f"{kind}_{part}"] for kind in AddressKind for part in REFERENCE_PARTS]


def country_code(country_id: int | None) -> str:
    """Return the country in which numbers without one are read: the main address's, else the organisation's."""
    return references.code_of(country_id) or organisation.load().country


def _nothing(column: Column[Any]) -> Any:
    if isinstance(column.type, Boolean):
        return False
    return None if column.nullable or column.foreign_keys or isinstance(column.type, Choice) else ""


def _replace(records: dict[Any, Any], rows: Mapping[Any, Mapping[str, Any]], model: type[Any]) -> None:
    """Make the addresses or the numbers of a record those of `rows`; one that stays is changed, not made again."""
    for kind in records.keys() - rows.keys():
        del records[kind]
    for kind, row in rows.items():
        if kind not in records:
            records[kind] = model(kind=kind)
        for name, value in row.items():
            setattr(records[kind], name, value)
