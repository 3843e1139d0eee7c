"""A company as its profile page shows it: everything readable, in a fixed number of queries (C9, F6)."""

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Integer, Row, Select, bindparam, literal, select, tuple_
from sqlalchemy.orm import aliased

from webapp.access import Viewer, granted, seen_by, unscoped, visible, visible_to_all
from webapp.extensions import db
from webapp.i18n import language
from webapp.models import AddressKind, Company, Contact, ContactPhone, ContactPhoneKind
from webapp.phones import Phone, kept_phone
from webapp.services import companies, profiles
from webapp.services.contacts import listed_name, with_names
from webapp.services.linked import overview
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
    #: What hangs on it, kind by kind (C9).
    sections: list[overview.Section]


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
        sections=overview.of(company, viewer),
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
    return _page(_subsidiaries(), company, viewer, after)


def contacts(company: Company, viewer: Viewer, after: Contact | None = None) -> list[ContactLine]:
    """Return the contacts of a company the viewer may see, last names in order: one page and one more (C9)."""
    # A row for each number of a contact, or one without any.
    rows = groupby(_page(_contacts(language()), company, viewer, after), key=lambda row: row.id)
    return [_contact_line(list(numbers)) for _id, numbers in rows]


def _contact_line(rows: list[Row[Any]]) -> ContactLine:
    contact = rows[0]
    numbers = sorted((row for row in rows if row.kind), key=lambda row: DIRECT_NUMBERS.index(row.kind))
    phone = kept_phone(numbers[0].typed, numbers[0].e164) if numbers else None
    return ContactLine(contact.id, listed_name(contact), contact.job_title, contact.email1, phone)


def unreachable(company: Company, viewer: Viewer) -> list[Row[Any]]:
    """Return the contacts of a company that have no e-mail 1: one page and one more (D13)."""
    return _page(_unreachable(), company, viewer)


# --- statements: each is built once, since building one costs more than running it ----------------------------------


class Pages(NamedTuple):
    """A list of what belongs to a company, in order of name: its first page, and the one after a record."""

    first: Select[Any]
    following: Select[Any]


def _page(pages: Pages, company: Company, viewer: Viewer, after: Any = None) -> list[Row[Any]]:
    parameters = {"company": company.id, **seen_by(viewer)}
    if after is None:
        return list(db.session.execute(pages.first, parameters))
    return list(db.session.execute(pages.following, parameters | {"key": after.sort_key, "id": after.id}))


def _pages(model: type[Any], statement: Select[Any]) -> Pages:
    first = statement.order_by(model.sort_key, model.id).limit(PAGE + 1)
    place = tuple_(bindparam("key", type_=model.sort_key.type), bindparam("id", type_=model.id.type))
    return Pages(first, first.where(tuple_(model.sort_key, model.id) > place))


@cache
def _subsidiaries() -> Pages:
    columns = (Company.id, Company.name, Company.commercial_status, Company.company_number)
    return _pages(Company, visible_to_all(Company, *columns).where(Company.parent_id == bindparam("company")))


@cache
def _contacts(language: str) -> Pages:
    columns = (Contact.id, Contact.job_title, Contact.email1, Contact.sort_key)
    statement = with_names(visible_to_all(Contact, *columns), language)
    pages = _pages(Contact, statement.where(Contact.company_id == bindparam("company")))
    return Pages(*map(_with_numbers, pages))


def _with_numbers(page: Select[Any]) -> Select[Any]:
    """Add to a page of contacts the numbers by which one reaches them: a row for each."""
    contact = page.subquery()
    number = (ContactPhone.contact_id == contact.c.id) & ContactPhone.kind.in_(DIRECT_NUMBERS)
    rows = select(contact, ContactPhone.kind, ContactPhone.typed, ContactPhone.e164).outerjoin(ContactPhone, number)
    return granted(rows.order_by(contact.c.sort_key, contact.c.id), "the numbers of visible contacts")


@cache
def _unreachable() -> Pages:
    statement = visible_to_all(Contact, Contact.id, Contact.name.label("full_name"))
    return _pages(Contact, statement.where(Contact.company_id == bindparam("company"), Contact.email1 == ""))
