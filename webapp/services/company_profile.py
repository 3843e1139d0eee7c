"""A company as its profile page shows it: everything readable, in a fixed number of queries (C9, F6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Row, bindparam, literal, select, tuple_
from sqlalchemy.orm import aliased

from webapp.access import Viewer, seen_by, unscoped, visible, visible_to_all
from webapp.addresses import format_address, prints_subdivision
from webapp.extensions import db
from webapp.models import (
    REFERENCE_PARTS,
    AddressKind,
    Company,
    CompanyAddress,
    CompanyPhoneKind,
    ReferenceItem,
    Resource,
)
from webapp.phones import Phone, read_phone
from webapp.services.values import country_code
from webapp.vat import VatCheck, check_vat

#: Subsidiaries shown at a time.
PAGE = 20

#: A longer chain of parents is cut: nobody reads it, and a circle made by another program must not hang the page.
LONGEST_CHAIN = 12

PEOPLE = ("account_manager_id", "telemarketer_id", "sales_rep_id", "created_by_id", "updated_by_id")
REFERENCES = tuple(
    column.name
    for column in Company.__table__.columns
    if any(key.column.table is ReferenceItem.__table__ for key in column.foreign_keys)
)


# Built once: building a statement costs more than running it.
_REFERENCES = select(ReferenceItem).where(ReferenceItem.id.in_(bindparam("ids", expanding=True)))
_PEOPLE = select(Resource.id, Resource.name).where(Resource.id.in_(bindparam("ids", expanding=True)))
_SUBSIDIARIES = (
    visible_to_all(Company, Company.id, Company.name, Company.commercial_status, Company.company_number)
    .where(Company.parent_id == bindparam("parent"))
    .order_by(Company.sort_key, Company.id)
    .limit(PAGE + 1)
)
_MORE_SUBSIDIARIES = _SUBSIDIARIES.where(
    tuple_(Company.sort_key, Company.id)
    > tuple_(bindparam("key", type_=Company.sort_key.type), bindparam("id", type_=Company.id.type))
)


@dataclass(frozen=True)
class Ancestor:
    """A parent in the breadcrumb; without an id when the viewer may not see it (D7)."""

    id: int | None
    name: str


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
    """What the page shows besides the company's own columns."""

    company: Company
    labels: Mapping[int | None, str]
    people: Mapping[int | None, str]
    ancestors: list[Ancestor]
    addresses: list[PostalAddress]
    phones: dict[CompanyPhoneKind, Phone]
    vat: VatCheck | None
    subsidiaries: list[Row[Any]]

    def label(self, name: str) -> str:
        """Return the label of one of the company's list values, by the value's name."""
        return self.labels.get(getattr(self.company, f"{name}_id"), "")

    def person(self, name: str) -> str:
        """Return the name of one of the company's resources, by the value's name."""
        return self.people.get(getattr(self.company, f"{name}_id"), "")


def read(company: Company, viewer: Viewer) -> Profile:
    """Return the profile of a company the viewer may see."""
    references = _references(company)
    main = company.addresses.get(AddressKind.MAIN)
    country = country_code(main.country_id if main else None)
    vat_country = country if main else None
    return Profile(
        company=company,
        labels={item.id: item.label for item in references.values()},
        people=_people(company),
        ancestors=ancestors(company, viewer),
        addresses=[
            _postal_address(company.addresses[kind], references) for kind in AddressKind if kind in company.addresses
        ],
        phones={
            kind: read_phone(company.phones[kind].typed, country) for kind in CompanyPhoneKind if kind in company.phones
        },
        vat=check_vat(company.vat_number, vat_country) if company.vat_number else None,
        subsidiaries=subsidiaries(company, viewer),
    )


def _references(company: Company) -> dict[int, ReferenceItem]:
    ids = {getattr(company, name) for name in REFERENCES}
    for address in company.addresses.values():
        ids |= {getattr(address, f"{part}_id") for part in REFERENCE_PARTS}
    return {item.id: item for item in db.session.scalars(_REFERENCES, {"ids": list(ids - {None})})}


def _people(company: Company) -> dict[int | None, str]:
    ids = {getattr(company, name) for name in PEOPLE} - {None}
    return dict(db.session.execute(_PEOPLE, {"ids": list(ids)}).all()) if ids else {}


def _postal_address(address: CompanyAddress, references: Mapping[int, ReferenceItem]) -> PostalAddress:
    def item(part: str) -> ReferenceItem | None:
        return references.get(getattr(address, f"{part}_id") or 0)

    def label(part: str) -> str:
        found = item(part)
        return found.label if found else ""

    country = item("country")
    parts = {part: getattr(address, part) for part in ("street", "building", "floor", "city", "postal_code")}
    parts["country"] = country.code if country else ""
    subdivision = label("subdivision")
    return PostalAddress(
        kind=address.kind,
        lines=format_address(parts, label("country"), subdivision),
        subdivision="" if prints_subdivision(parts["country"]) else subdivision,
        work_region=label("work_region"),
        work_site=label("work_site"),
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
    parameters = {"parent": company.id, **seen_by(viewer)}
    if after is None:
        return list(db.session.execute(_SUBSIDIARIES, parameters))
    return list(db.session.execute(_MORE_SUBSIDIARIES, parameters | {"key": after.sort_key, "id": after.id}))
