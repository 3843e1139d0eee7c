"""The values a new instance starts with: reference lists, countries, provinces (R1)."""

import tomllib
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from webapp.extensions import db
from webapp.models import EVERYBODY_ID, Principal, ReferenceItem, ReferenceList
from webapp.seeds import geography
from webapp.services.references import key_of
from webapp.text import sort_key

REFERENCES = Path(geography.__file__).with_name("references.toml")

#: The key by which a value of `references.toml` names the one it belongs to.
PARENT_KEYS = {ReferenceList.WORK_SITE: "region"}

Row = dict[str, Any]


def fill_reference_lists() -> int:
    """Fill each list that is still empty with its first values; return how many were added.

    A list that holds anything is the administrators': what they renamed, retired or deleted stays so, whatever the
    version of the program that starts.
    """
    _one_at_a_time()
    filled = set(db.session.scalars(select(ReferenceItem.list).distinct()))
    count = 0
    for which in sorted(set(ReferenceList) - filled, key=lambda one: one.parent is not None):
        rows = [_complete(which, position, row) for position, row in enumerate(_first_values(which))]
        if rows:
            db.session.execute(insert(ReferenceItem), rows)
            count += len(rows)
    return count


def _one_at_a_time() -> None:
    """Make a second program that starts now wait for this one, on engines where two may write at once."""
    db.session.execute(select(Principal.id).where(Principal.id == EVERYBODY_ID).with_for_update())


def _first_values(which: ReferenceList) -> Iterable[Row]:
    return _GEOGRAPHY[which]() if which in _GEOGRAPHY else _written_values(which)


def _written_values(which: ReferenceList) -> Iterable[Row]:
    """The values of `references.toml`, in its order; one whose parent is gone is left out."""
    parents = _ids_by_code(which.parent)
    for value in tomllib.loads(REFERENCES.read_text("utf-8")).get(which.value, ()):
        row = {"code": value["code"], "label_fr": value["fr"], "label_en": value["en"]}
        if which.has_percent:
            row["percent"] = Decimal(value["percent"])
        if which.parent is None:
            yield row
        elif (parent_id := parents.get(value[PARENT_KEYS[which]])) is not None:
            yield {**row, "parent_id": parent_id}


def _countries() -> Iterable[Row]:
    rows = [{"code": c.code, "label_fr": c.label_fr, "label_en": c.label_en} for c in geography.countries()]
    return sorted(rows, key=lambda row: sort_key(row["label_fr"]))


def _provinces() -> Iterable[Row]:
    countries = _ids_by_code(ReferenceList.COUNTRY)
    rows = [
        {
            "code": province.abbreviation,
            "parent_id": countries[province.country],
            "label_fr": province.label_fr,
            "label_en": province.label_en,
        }
        for province in geography.subdivisions()
        if province.country in countries
    ]
    return sorted(rows, key=lambda row: sort_key(row["label_fr"]))


_GEOGRAPHY: dict[ReferenceList, Callable[[], Iterable[Row]]] = {
    ReferenceList.COUNTRY: _countries,
    ReferenceList.PROVINCE: _provinces,
}


def _ids_by_code(which: ReferenceList | None) -> dict[str | None, int]:
    if which is None:
        return {}
    rows = db.session.execute(select(ReferenceItem.code, ReferenceItem.id).where(ReferenceItem.list == which))
    return {row.code: row.id for row in rows}


def _complete(which: ReferenceList, position: int, row: Row) -> Row:
    key = key_of(row["label_fr"], row["label_en"], row["code"])
    return {"parent_id": None, **row, "list": which, "position": position, "search_key": key}
