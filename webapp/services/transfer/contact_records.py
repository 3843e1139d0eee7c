"""Many contacts at once: read as flat values with the company each is at, written a table at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import AddressKind, Company, CompanyAddress, Contact, ContactGrant, PortalAccess, Resource
from webapp.services import contacts, links, sharing
from webapp.services.contacts import SHAPE
from webapp.services.portal import granting
from webapp.services.search import texts
from webapp.services.transfer import records
from webapp.services.transfer.bulk import BATCH, WHY, Stored, batches, insert_rows
from webapp.services.transfer.parts import Parts

#: All that a file can say of a contact, as it is before anybody said it.
NOTHING: Mapping[str, Any] = {**SHAPE.empty, **sharing.OPEN_CONTACT}

_PARTS = Parts(SHAPE, texts.CONTACTS)


# --- reading -----------------------------------------------------------------------------------------------------


def load(which: ColumnElement[bool], limit: int | None = None, lock: bool = False) -> list[Stored]:
    """Return the contacts that meet a condition, in order of id; `lock` keeps others from changing them meanwhile."""
    columns = [getattr(Contact, column).label(f"value_{name}") for name, column in SHAPE.columns.items()]
    others = (Company.company_number.label("number"), Company.name.label("name"), PortalAccess.login_key.label("login"))
    rows = select(Contact.id, Contact.version, Contact.deleted_at, *others, *columns)
    rows = rows.join(Company, Contact.company_id == Company.id)
    rows = (
        rows.outerjoin(PortalAccess, PortalAccess.contact_id == Contact.id)
        .where(which)
        .order_by(Contact.id)
        .limit(limit)
    )
    if lock:
        rows = rows.with_for_update(of=Contact)
    found = {row.id: _stored(row) for row in db.session.execute(unscoped(rows, WHY))}
    if found:
        _PARTS.load(found)
        _add_access(found)
    return list(found.values())


def _stored(row: Any) -> Stored:
    values = dict(NOTHING)
    for name in SHAPE.columns:
        values[name] = getattr(row, f"value_{name}")
    shown = {"company_number": row.number or "", "company": row.name}
    return Stored(row.id, values, row.version, row.deleted_at is not None, shown, row.login)


def _add_access(found: Mapping[int, Stored]) -> None:
    """Read back from the grants the resources to whom contacts are open."""
    rows = select(ContactGrant.contact_id, Resource.id).join(
        Resource, Resource.principal_id == ContactGrant.principal_id
    )
    for contact_id, resource_id in db.session.execute(unscoped(rows.where(ContactGrant.contact_id.in_(found)), WHY)):
        found[contact_id].values["allowed_resources"] |= {resource_id}


# --- companies ---------------------------------------------------------------------------------------------------


@dataclass
class Row(records.Row):
    """A row of a file of contacts."""

    #: The country of the company.
    country_id: int | None = None


@dataclass(frozen=True, slots=True)
class Employer:
    """What a contact's row needs to know of a company."""

    id: int
    surveys_enabled: bool
    is_reference: bool
    country_id: int | None


class Employers:
    """The companies that some rows name, and those of the contacts they are about."""

    def __init__(self, by_number: Mapping[str, Employer], by_name: Mapping[str, list[Employer]], ids: set[int]):
        self._by_number, self._by_name = by_number, by_name
        self._by_id = {one.id: one for _key, _name, one in _employers(Company.id, ids)}

    def numbered(self, key: str) -> list[Employer]:
        """Return the company that has this number, by its key."""
        return [self._by_number[key]] if key in self._by_number else []

    def named(self, name: str) -> list[Employer]:
        """Return the companies that have this very name."""
        return self._by_name.get(name, [])

    def at(self, contact: Stored) -> Employer:
        """Return the company at which a contact is."""
        return self._by_id[contact.values["company"]]


class Companies:
    """All companies, as rows name them."""

    def meet(self, keys: set[str], names: set[str], ids: set[int]) -> Employers:
        """Return those with these keys of numbers, these very names, or these ids."""
        by_number = {key: one for key, _name, one in _employers(Company.number_key, keys)}
        by_name: dict[str, list[Employer]] = {}
        named = [company_id for name in names for company_id in self._ids_by_name.get(hash(name), ())]
        for _key, name, one in _employers(Company.id, named):
            by_name.setdefault(name, []).append(one)
        return Employers(by_number, by_name, ids)

    @cached_property
    def _ids_by_name(self) -> dict[int, list[int]]:
        """The companies of each name, by its hash: names have no index, and would fill the memory."""
        found: dict[int, list[int]] = {}
        rows = select(Company.name, Company.id).where(Company.deleted_at.is_(None)).order_by(Company.id)
        for name, company_id in db.session.execute(unscoped(rows.execution_options(yield_per=BATCH), WHY)):
            found.setdefault(hash(name), []).append(company_id)
        return found


_MAIN = (CompanyAddress.company_id == Company.id) & (CompanyAddress.kind == AddressKind.MAIN)


def _employers(column: Any, keys: Iterable[Any]) -> Iterable[tuple[Any, str, Employer]]:
    """Yield the companies not in the trash whose column is one of these: what it is, the name, the company."""
    for some in batches(set(keys)):
        rows = select(
            column, Company.name, Company.id, Company.surveys_enabled, Company.is_reference, CompanyAddress.country_id
        )
        rows = rows.outerjoin(CompanyAddress, _MAIN).where(column.in_(some), Company.deleted_at.is_(None))
        for key, name, *facts in db.session.execute(unscoped(rows, WHY)):
            yield key, name, Employer(*facts)


# --- writing -----------------------------------------------------------------------------------------------------


class Writer(records.RecordWriter[Row]):
    """Writes contacts with all that hangs on them, a table at a time."""

    model = Contact
    parts = _PARTS

    shape = SHAPE

    def write(self, rows: Mapping[int, Row]) -> None:
        super().write(rows)
        self._follow_emails(rows)

    def _follow_emails(self, rows: Mapping[int, Row]) -> None:
        """Have contacts who have an access to the portal sign in with their new e-mail (D4)."""
        for key, row in rows.items():
            login = granting.login_key(row.values["email1"])
            if row.stored and row.stored.login and row.stored.login != login:
                db.session.execute(update(PortalAccess).where(PortalAccess.contact_id == key).values(login_key=login))
                links.end_all_of_contacts([key])

    def _about(self, key: int, values: Mapping[str, Any]) -> dict[str, int]:
        return {"company_id": values["company"], "contact_id": key}

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return contacts.contact_columns(values)

    def _country_of(self, row: Row) -> str:
        country_id: int | None = row.values["main_country"] or row.country_id
        return self._names.country_codes.get(country_id or 0, self._home)

    def _clear(self, record_ids: Sequence[int]) -> None:
        super()._clear(record_ids)
        db.session.execute(delete(ContactGrant).where(ContactGrant.contact_id.in_(record_ids)))

    def _hang(self, values: Mapping[int, Mapping[str, Any]], columns: Mapping[int, Mapping[str, Any]]) -> None:
        """Write to whom restricted contacts are granted."""
        grants = (
            {"contact_id": key, "principal_id": one}
            for key, of_contact in values.items()
            for one in dict.fromkeys(sharing.contact_principals(of_contact, self._names.principals_of_resources))
        )
        insert_rows(ContactGrant, list(grants))
