"""Addresses, numbers and searched texts of many records at once, companies or contacts (C4, C6, K4, K5, N2)."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, select

from webapp.access import unscoped
from webapp.extensions import db
from webapp.services.search.texts import Texts
from webapp.services.transfer.bulk import WHY, Stored, insert_rows
from webapp.services.values import ADDRESS_PARTS, AddressedShape, address_rows


class Parts:
    """The addresses and the numbers of one kind of record."""

    def __init__(self, shape: AddressedShape, texts: Texts):
        self._shape = shape
        self._texts = texts
        #: The column by which a part names its record.
        self._owner = next(column.name for column in shape.phone_model.__table__.primary_key if column.name != "kind")

    def load(self, found: Mapping[int, Stored]) -> None:
        """Read the parts of some records into their values."""
        address, phone = self._shape.address_model, self._shape.phone_model
        for record_id, kind, *values in self._of(found, address, (getattr(address, c) for c in ADDRESS_PARTS.values())):
            names = (f"{kind}_{part}" for part in ADDRESS_PARTS)
            found[record_id].values.update(zip(names, values, strict=True))
        for record_id, kind, typed in self._of(found, phone, (phone.typed,)):
            found[record_id].values[f"phone_{kind}"] = typed

    def _of(self, found: Mapping[int, Stored], model: Any, columns: Any) -> Any:
        owner = getattr(model, self._owner)
        rows = select(owner, model.kind, *columns).where(owner.in_(found))
        return db.session.execute(unscoped(rows, WHY)).all()

    def remove(self, record_ids: Collection[int]) -> None:
        """Delete the parts of some records."""
        for model in (self._shape.address_model, self._shape.phone_model):
            db.session.execute(delete(model).where(getattr(model, self._owner).in_(record_ids)))

    def insert(self, records: Mapping[int, Mapping[str, Any]], countries: Mapping[int, str]) -> int:
        """Write the parts of records, given by id, and what they are found by; return how many numbers can't be read.

        `countries` tells for each record in which country its numbers are read that name none.
        """
        addresses: list[dict[str, Any]] = []
        phones: list[dict[str, Any]] = []
        texts: dict[int, str] = {}
        for record_id, values in records.items():
            addresses += [{self._owner: record_id, **row} for row in address_rows(values)]
            numbers = list(self._shape.phone_rows(values, countries[record_id]))
            phones += [{self._owner: record_id, **row} for row in numbers]
            texts[record_id] = self._texts.of(values, numbers)
        insert_rows(self._shape.address_model, addresses)
        insert_rows(self._shape.phone_model, phones)
        self._texts.write(texts)
        return sum(1 for row in phones if row["e164"] is None)

    def unread_phones(self, values: Mapping[str, Any], country: str) -> int:
        """Return how many numbers of a record can't be read."""
        return sum(1 for row in self._shape.phone_rows(values, country) if row["e164"] is None)
