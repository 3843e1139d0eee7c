"""A company as its profile page shows it: everything readable, in a fixed number of queries (C9, F6)."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Integer, Row, Select, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, aliased

from webapp.access import Viewer, unscoped, visible
from webapp.extensions import db
from webapp.models import AddressKind, Company, Contact, ContactPhone, ContactPhoneKind
from webapp.phones import Phone, read_phone
from webapp.services import companies, profiles
from webapp.services.contacts import listed_name, with_names
from webapp.services.profiles import PAGE
from webapp.vat import VatCheck, check_vat

#: A longer chain of parents is cut: nobody reads it, and a circle made by another program must not hang the page.
LONGEST_CHAIN = 12

#: The numbers by which one reaches a contact, the first they have is the one listed.
DIRECT_NUMBERS = (
    ContactPhoneKind.OFFICE,
    ContactPhoneKind.MOBILE,
    ContactPhoneKind.MAIN,
    ContactPhoneKind.OFFICE2,
    ContactPhoneKind.HOME,
    ContactPhoneKind.HOME2,
    ContactPhoneKind.CAR,
    ContactPhoneKind.OTHER,
)


@dataclass(frozen=True)
class Ancestor:
    """A parent in the breadcrumb; without an id when the viewer may not see it (D7)."""

    id: int | None
    name: str


class ContactLine(NamedTuple):
    """A contact in the list of its company."""

    id: int
    full_name: str
    job_title: str
    email1: str
    phone: Phone | None


@dataclass(frozen=True)
class Profile(profiles.Profile):
    """What the page shows besides the company's own columns."""

    ancestors: list[Ancestor]
    vat: VatCheck | None
    contacts: list[ContactLine]
    #: Contacts whom the surveys that are on cannot reach: id and full_name.
    unreachable: list[Row[Any]]
    subsidiaries: list[Row[Any]]


def read(company: Company, viewer: Viewer) -> Profile:
    """Return the profile of a company the viewer may see."""
    parts = profiles.read(company, companies.SHAPE)
    vat_country = parts["country"] if AddressKind.MAIN in company.addresses else None
    return Profile(
        **parts,
        ancestors=ancestors(company, viewer),
        vat=check_vat(company.vat_number, vat_country) if company.vat_number else None,
        contacts=contacts(company, viewer),
        unreachable=unreachable(company, viewer) if company.surveys_enabled else [],
        subsidiaries=subsidiaries(company, viewer),
    )


def ancestors(company: Company, viewer: Viewer) -> list[Ancestor]:
    """Return the chain of parents, the topmost first; those the viewer may not see without their names (D7)."""
    if company.parent_id is None:
        return []
    chain = select(literal(company.parent_id, Company.id.type).label("id"), literal(1, Integer).label("depth")).cte(
        "chain", recursive=True
    )
    above = aliased(Company)
    chain = chain.union_all(
        select(above.parent_id, chain.c.depth + 1)
        .join(chain, above.id == chain.c.id)
        .where(above.parent_id.is_not(None), chain.c.depth < LONGEST_CHAIN)
    )
    seen = visible(Company, viewer, Company.id, Company.name).subquery()
    statement = select(seen.c.id, seen.c.name).select_from(chain).outerjoin(seen, seen.c.id == chain.c.id)
    rows = db.session.execute(unscoped(statement.order_by(chain.c.depth.desc()), "hidden parents show without a name"))
    return [Ancestor(row.id, row.name or "") for row in rows]


def subsidiaries(company: Company, viewer: Viewer, after: Company | None = None) -> list[Row[Any]]:
    """Return the subsidiaries the viewer may see, in order of name: one page and one more, to know if there are."""
    statement = visible(
        Company, viewer, Company.id, Company.name, Company.commercial_status, Company.company_number
    ).where(Company.parent_id == company.id)
    return list(db.session.execute(_page(statement, Company, after)))


def contacts(company: Company, viewer: Viewer, after: Contact | None = None) -> list[ContactLine]:
    """Return the contacts of a company the viewer may see, last names in order: one page and one more (C9)."""
    columns = (Contact.id, Contact.job_title, Contact.email1)
    statement = with_names(visible(Contact, viewer, *columns)).where(Contact.company_id == company.id)
    rows = list(db.session.execute(_page(statement, Contact, after)))
    phones = _direct_numbers([row.id for row in rows])
    return [ContactLine(row.id, listed_name(row), row.job_title, row.email1, phones.get(row.id)) for row in rows]


def unreachable(company: Company, viewer: Viewer) -> list[Row[Any]]:
    """Return the contacts of a company that have no e-mail 1, a page of them and one more (D13)."""
    statement = visible(Contact, viewer, Contact.id, Contact.name.label("full_name")).where(
        Contact.company_id == company.id, Contact.email1 == ""
    )
    return list(db.session.execute(_page(statement, Contact, None)))


def _page(statement: Select[Any], model: type[Any], after: Any | None) -> Select[Any]:
    """Read a page and one more, in order of name: the first, or the one after a record."""
    order: tuple[InstrumentedAttribute[Any], ...] = (model.sort_key, model.id)
    if after is not None:
        statement = statement.where(tuple_(*order) > (after.sort_key, after.id))
    return statement.order_by(*order).limit(PAGE + 1)


def _direct_numbers(contact_ids: list[int]) -> dict[int, Phone]:
    """Return the number by which each of these contacts is reached, of those who have one."""
    if not contact_ids:
        return {}
    statement = select(ContactPhone.contact_id, ContactPhone.kind, ContactPhone.typed, ContactPhone.e164).where(
        ContactPhone.contact_id.in_(contact_ids), ContactPhone.kind.in_(DIRECT_NUMBERS)
    )
    rows = db.session.execute(unscoped(statement, "the numbers of contacts that were read as visible"))
    last_first = sorted(rows, key=lambda row: DIRECT_NUMBERS.index(row.kind), reverse=True)
    return {row.contact_id: read_phone(row.e164 or row.typed, None) for row in last_first}
