"""Writing companies by thousands: the rows of a single save, a table at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, delete, func, insert, select, update

from webapp.access import Viewer, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.models import Company, CompanyAddress, CompanyGrant, CompanyListing, CompanyPhone
from webapp.services import companies, organisation
from webapp.services.transfer import stored
from webapp.services.transfer.names import Names
from webapp.services.transfer.report import Report
from webapp.services.transfer.stored import Stored
from webapp.services.values import address_rows

#: Rows read, checked and written together.
BATCH = 2_000

T = TypeVar("T")


@dataclass
class Row:
    """A row of a file that was read: the company's values after it."""

    line: int
    values: dict[str, Any]
    #: The company it changes, or None for a new one.
    stored: Stored | None
    #: Whether it names another parent than the company has; by which number, or name.
    is_moved: bool = False
    parent_number: str = ""
    parent_name: str = ""


def batches(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    """Yield what there is, `size` at a time."""
    while batch := list(islice(rows, size)):
        yield batch


def reserve_ids(count: int) -> Sequence[int]:
    """Return ids for `count` new companies, given to nobody else."""
    if db.engine.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(Company.__tablename__, "id")
        numbers = func.generate_series(1, count).table_valued("number")
        return db.session.scalars(select(func.nextval(sequence)).select_from(numbers)).all()
    # The transaction writes, so nobody else does meanwhile.
    last = db.session.scalar(unscoped(select(func.max(Company.id)), stored.WHY)) or 0
    return range(last + 1, last + 1 + count)


class Writer:
    """Writes companies with all that hangs on them, a table at a time."""

    def __init__(self, names: Names, report: Report, by: Viewer):
        self._names = names
        self._report = report
        self._by_id = by.resource_id
        self._home = organisation.load().country

    def write(
        self, new: Sequence[Row], new_ids: Sequence[int], changed: Sequence[Row], changed_ids: Sequence[int]
    ) -> None:
        """Insert the new companies and bring the others to their new values."""
        moment = now()
        saved = {"updated_at": moment, "updated_by_id": self._by_id}
        born = {"created_at": moment, "created_by_id": self._by_id, "version": 1, **saved}
        inserted = [
            {"id": company_id, **companies.company_columns(row.values), **born}
            for company_id, row in zip(new_ids, new, strict=True)
        ]
        updated = [
            {"company_id": company_id, **companies.company_columns(row.values), **saved}
            for company_id, row in zip(changed_ids, changed, strict=True)
        ]
        _insert(Company, inserted)
        if updated:
            _update_companies(updated)
            for model in (CompanyAddress, CompanyPhone, CompanyGrant, CompanyListing):
                db.session.execute(delete(model).where(model.company_id.in_(changed_ids)))
        self._write_parts([*new_ids, *changed_ids], [*new, *changed], [*inserted, *updated])

    def _write_parts(self, ids: Sequence[int], rows: Sequence[Row], columns: Sequence[dict[str, Any]]) -> None:
        addresses: list[dict[str, Any]] = []
        phones: list[dict[str, Any]] = []
        grants: list[dict[str, Any]] = []
        listings: list[dict[str, Any]] = []
        for company_id, row, of_company in zip(ids, rows, columns, strict=True):
            country = self._names.country_codes.get(row.values["main_country"], self._home)
            addresses += [{"company_id": company_id, **one} for one in address_rows(row.values)]
            phones += [{"company_id": company_id, **one} for one in companies.SHAPE.phone_rows(row.values, country)]
            principals = self._principals(row.values)
            grants += companies.grant_rows(company_id, of_company["sort_key"], principals)
            listings += companies.listing_rows(company_id, of_company, principals)
        self._report.warnings["phones"] += sum(1 for one in phones if one["e164"] is None)
        _insert(CompanyAddress, addresses)
        _insert(CompanyPhone, phones)
        _insert(CompanyGrant, grants)
        # In the order of the table's key, neighbours are written to the same page.
        _insert(
            CompanyListing,
            sorted(listings, key=lambda r: (r["principal_id"], r["tree"], r["branch_id"], r["sort_key"])),
        )

    def _principals(self, values: Mapping[str, Any]) -> list[int]:
        return companies.principals(values, self._names.principals_of_resources, self._names.principals_of_entities)


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(table_of(model)), rows)


def _update_companies(rows: list[dict[str, Any]]) -> None:
    """Set all columns of some companies, and raise their versions (R4)."""
    table = table_of(Company)
    names = [name for name in rows[0] if name != "company_id"]
    change = update(table).where(table.c.id == bindparam("company_id"))
    change = change.values({name: bindparam(f"new_{name}") for name in names} | {"version": table.c.version + 1})
    db.session.execute(
        change, [{"company_id": row["company_id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    )


def table_of(model: Any) -> Table:
    """Return the table of a model: statements on it write rows, without a record for each."""
    table: Table = model.__table__
    return table


def give_numbers(company_ids: Sequence[int], prefix: str) -> None:
    """Give automatic numbers to new companies, passing over those that are taken (D18)."""
    table = table_of(Company)
    change = update(table).where(table.c.id == bindparam("company_id"))
    change = change.values(company_number=bindparam("number"), number_key=bindparam("key"))
    waiting = iter(company_ids)
    while ids := list(islice(waiting, BATCH)):
        numbers = list(islice(_free_numbers(prefix, len(ids)), len(ids)))
        db.session.execute(
            change,
            [
                {"company_id": company_id, "number": number, "key": number.casefold()}
                for company_id, number in zip(ids, numbers, strict=True)
            ],
        )


def _free_numbers(prefix: str, size: int) -> Iterator[str]:
    """Yield numbers nobody has, reserved by as many as are likely to be wanted."""
    while True:
        first = organisation.next_number("company", size)
        numbers = [organisation.number_text(prefix, first + place) for place in range(size)]
        keys = [number.casefold() for number in numbers]
        taken = set(
            db.session.scalars(unscoped(select(Company.number_key).where(Company.number_key.in_(keys)), stored.WHY))
        )
        yield from (number for number in numbers if number.casefold() not in taken)
