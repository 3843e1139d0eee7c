"""What the pages of companies and of contacts show alike, in a fixed number of queries (C9, F6)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Boolean, CompoundSelect, Select, bindparam, literal, null, select, union_all

from webapp.addresses import format_address, prints_subdivision
from webapp.extensions import db
from webapp.i18n import language
from webapp.models import REFERENCE_PARTS, TEXT_PARTS, AddressKind, ReferenceItem, Resource
from webapp.phones import Phone, kept_phone
from webapp.services import organisation
from webapp.services.values import AddressedShape

#: Records of a list shown at a time: subsidiaries, contacts.
PAGE = 20

# Built once: building a statement costs more than running it.
_REFERENCES: Select[*tuple[Any, ...]] = select(
    literal(False, Boolean).label("is_person"),
    ReferenceItem.id,
    ReferenceItem.code,
    ReferenceItem.label_fr,
    ReferenceItem.label_en,
).where(ReferenceItem.id.in_(bindparam("ids", expanding=True)))
_PEOPLE: Select[*tuple[Any, ...]] = select(
    literal(True, Boolean), Resource.id, null(), Resource.name, Resource.name
).where(Resource.id.in_(bindparam("people", expanding=True)))
_BOTH: CompoundSelect[Any] = union_all(_REFERENCES, _PEOPLE)


class Named(NamedTuple):
    """A value of a list, as a page names it."""

    code: str | None
    label: str


@dataclass(frozen=True)
class PostalAddress:
    """An address, ready to read."""

    kind: AddressKind
    lines: list[str]
    #: The province or state, where the lines, written as in its country, leave it out.
    subdivision: str
    work_region: str
    work_site: str


@dataclass(frozen=True)
class Profile:
    """A record, with the words its ids stand for, its addresses and its numbers."""

    record: Any
    labels: Mapping[int | None, str]
    people: Mapping[int | None, str]
    #: The country in which numbers without one are read.
    country: str
    addresses: list[PostalAddress]
    phones: dict[StrEnum, Phone]

    def label(self, name: str) -> str:
        """Return the label of one of the record's list values, by the value's name."""
        return self.labels.get(getattr(self.record, f"{name}_id"), "")

    def person(self, name: str) -> str:
        """Return the name of one of the record's resources, by the value's name."""
        return self.people.get(getattr(self.record, f"{name}_id"), "")


def read(record: Any, shape: AddressedShape, also: Collection[int] = ()) -> dict[str, Any]:
    """Return what a Profile holds of a record the viewer may see, by name; `also`, other resources to be named."""
    items, people = _named(record, _ids(record, Resource) | set(also))
    return {**_coordinates(record, shape, items), "people": people}


def coordinates(record: Any, shape: AddressedShape) -> dict[str, Any]:
    """Return what it holds without the people who work with the record: all that a contact reads of themselves."""
    items, _people = _named(record, ())
    return _coordinates(record, shape, items)


def _coordinates(record: Any, shape: AddressedShape, items: Mapping[int, Named]) -> dict[str, Any]:
    main = record.addresses.get(AddressKind.MAIN)
    country = items.get(main.country_id) if main else None
    return {
        "record": record,
        "labels": {item_id: item.label for item_id, item in items.items()},
        "country": (country and country.code) or organisation.load().country,
        "addresses": [
            _postal_address(record.addresses[kind], items) for kind in AddressKind if kind in record.addresses
        ],
        "phones": {
            kind: kept_phone(record.phones[kind].typed, record.phones[kind].e164)
            for kind in shape.phone_kinds
            if kind in record.phones
        },
    }


def _ids(record: Any, target: type[Any]) -> set[int]:
    """Return the ids of `target` that the record's own columns hold."""
    columns = (
        c.name for c in record.__table__.columns for key in c.foreign_keys if key.column.table is target.__table__
    )
    return {getattr(record, name) for name in columns} - {None}


def _named(record: Any, people: Collection[int]) -> tuple[dict[int, Named], dict[int | None, str]]:
    """Return what a record names: values of lists, and people, by id; one query for both."""
    ids = _ids(record, ReferenceItem)
    for address in record.addresses.values():
        ids |= _ids(address, ReferenceItem)
    # In the portal the staff are not asked for.
    rows = db.session.execute(_BOTH if people else _REFERENCES, {"ids": list(ids), "people": list(people)}).all()
    is_english = language() == "en"
    items = {row.id: Named(row.code, row.label_en if is_english else row.label_fr) for row in rows if not row.is_person}
    return items, {row.id: row.label_fr for row in rows if row.is_person}


def _postal_address(address: Any, named: Mapping[int, Named]) -> PostalAddress:
    items = {part: named.get(getattr(address, f"{part}_id") or 0) for part in REFERENCE_PARTS}
    labels = {part: item.label if item else "" for part, item in items.items()}
    country = items["country"]
    parts = {**{part: getattr(address, part) for part in TEXT_PARTS}, "country": (country and country.code) or ""}
    return PostalAddress(
        kind=address.kind,
        lines=format_address(parts, labels["country"], labels["subdivision"]),
        subdivision="" if prints_subdivision(parts["country"]) else labels["subdivision"],
        work_region=labels["work_region"],
        work_site=labels["work_site"],
    )
