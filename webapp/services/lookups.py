"""Autocompletes: one lookup for each kind of record one may pick by typing (C3, C4, C7).

All of them find as the search does, only what the viewer may see, and give the same answer for the list offered while
typing and for the value that is posted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Row, Select, bindparam, select, union_all
from sqlalchemy.orm import aliased

from webapp.access import Viewer, granted, seen_by, visible, visible_to_all
from webapp.extensions import db
from webapp.i18n import language
from webapp.models import (
    BillingEntity,
    Company,
    CompanyGrant,
    Contact,
    Engagement,
    Opportunity,
    Project,
    ReferenceItem,
    ReferenceList,
    Resource,
    SupportRequest,
)
from webapp.services.search import finding, small
from webapp.services.search.sources import Kind
from webapp.services.search.typed import Typed

#: How many are offered at a time; who does not find theirs types one letter more.
LIMIT = 10


class Found(NamedTuple):
    """A record one may pick: its id, its name, and what tells it from its homonyms."""

    id: int
    label: str
    detail: str = ""


class Lookup(Protocol):
    """What every lookup can do. `within` is the id of the record the search stays in (a country, a region)."""

    def search(self, typed: str, viewer: Viewer, within: int | None) -> list[Found]:
        """Return the first records that match what was typed."""

    def find(self, record_id: int, viewer: Viewer, within: int | None) -> Found | None:
        """Return one record, or None when it is hidden, missing, or belongs to another."""


class ManyLookup(Lookup, Protocol):
    """A lookup of what a field holds several of."""

    def named(self, ids: Iterable[int], viewer: Viewer, within: int | None) -> list[Found]:
        """Return records by their ids, in order of name; those who left too, as the field may hold them."""

    def offered(self, ids: Iterable[int], viewer: Viewer, within: int | None) -> set[int]:
        """Return which of these ids may be chosen."""


class Companies:
    """Companies, as the search finds them; before anything is typed, the first ones by name."""

    def search(self, typed: str, viewer: Viewer, within: int | None) -> list[Found]:
        read = Typed.read(typed)
        if read:
            found = finding.find(Kind.COMPANY, read, viewer, LIMIT)
            return [Found(one.id, one.label, one.why or one.detail) for one in found]
        principals = {f"principal{n}": principal_id for n, principal_id in enumerate(viewer.principal_ids)}
        rows = db.session.execute(_first_companies(len(principals)), principals)
        return [Found(row.id, row.name, row.company_number or "") for row in rows]

    def find(self, record_id: int, viewer: Viewer, within: int | None) -> Found | None:
        row = db.session.execute(_ONE_COMPANY, {"id": record_id, **seen_by(viewer)}).first()
        return Found(row.id, row.name, row.company_number or "") if row else None


_ONE_COMPANY = visible_to_all(Company, Company.id, Company.name, Company.company_number).where(
    Company.id == bindparam("id")
)


@lru_cache
def _first_companies(principals: int) -> Select[int, str, str | None]:
    """Build the first companies by name, for so many principals; building it costs more than running it."""
    legs = [
        select(CompanyGrant.sort_key, CompanyGrant.company_id)
        .where(CompanyGrant.principal_id == bindparam(f"principal{number}", type_=CompanyGrant.principal_id.type))
        .order_by(CompanyGrant.sort_key, CompanyGrant.company_id)
        .limit(4 * LIMIT)
        .subquery()
        for number in range(principals)
    ]
    first = union_all(*(select(leg) for leg in legs)).subquery()
    matches = (
        select(Company.id, Company.name, Company.company_number)
        .where(Company.id.in_(select(first.c.company_id)), Company.deleted_at.is_(None))
        .order_by(Company.sort_key, Company.id)
        .limit(LIMIT)
    )
    return granted(matches, "the viewer's principals' grants")


class Resources:
    """Active resources."""

    def search(self, typed: str, viewer: Viewer, within: int | None) -> list[Found]:
        active = select(Resource.id, Resource.name, Resource.job_title).where(Resource.is_active)
        rows = small.find(active, Resource.search_key, (Resource.sort_key, Resource.id), typed, LIMIT)
        return [Found(row.id, row.name, row.job_title) for row in rows]

    def find(self, record_id: int, viewer: Viewer, within: int | None) -> Found | None:
        resource = db.session.get(Resource, record_id)
        return Found(resource.id, resource.name, resource.job_title) if resource else None

    def named(self, ids: Iterable[int], viewer: Viewer, within: int | None) -> list[Found]:
        rows = select(Resource.id, Resource.name, Resource.job_title).where(Resource.id.in_(ids))
        return [Found(*row) for row in db.session.execute(rows.order_by(Resource.sort_key, Resource.id))]

    def offered(self, ids: Iterable[int], viewer: Viewer, within: int | None) -> set[int]:
        return set(db.session.scalars(select(Resource.id).where(Resource.id.in_(ids), Resource.is_active)))


class BillingEntities:
    """Billing entities that are not retired."""

    def search(self, typed: str, viewer: Viewer, within: int | None) -> list[Found]:
        rows = select(BillingEntity.id, BillingEntity.name).where(BillingEntity.retired_at.is_(None))
        order = (BillingEntity.position, BillingEntity.id)
        return [Found(row.id, row.name) for row in small.find(rows, BillingEntity.name_key, order, typed, LIMIT)]

    def find(self, record_id: int, viewer: Viewer, within: int | None) -> Found | None:
        entity = db.session.get(BillingEntity, record_id)
        return Found(entity.id, entity.name) if entity else None

    def named(self, ids: Iterable[int], viewer: Viewer, within: int | None) -> list[Found]:
        rows = select(BillingEntity.id, BillingEntity.name).where(BillingEntity.id.in_(ids))
        return [Found(*row) for row in db.session.execute(rows.order_by(BillingEntity.position, BillingEntity.id))]

    def offered(self, ids: Iterable[int], viewer: Viewer, within: int | None) -> set[int]:
        rows = select(BillingEntity.id).where(BillingEntity.id.in_(ids), BillingEntity.retired_at.is_(None))
        return set(db.session.scalars(rows))


@dataclass(frozen=True)
class References:
    """The values of a long reference list, within the value of another where they belong to one."""

    which: ReferenceList

    def search(self, typed: str, viewer: Viewer | None, within: int | None) -> list[Found]:
        """Find values of the list, which anybody may read."""
        item = ReferenceItem
        label = item.label_en if language() == "en" else item.label_fr
        offered = self._within(select(item.id, item.code, label.label("label")), within)
        order = (item.position, item.search_key, item.id)
        rows = small.find(offered.where(item.retired_at.is_(None)), item.search_key, order, typed, LIMIT)
        return [self._found(row) for row in rows]

    def find(self, record_id: int, viewer: Viewer, within: int | None) -> Found | None:
        item = db.session.get(ReferenceItem, record_id)
        if item is None or item.list is not self.which or (self.which.parent and item.parent_id != within):
            return None
        return self._found(item)

    def _within(self, items: Select[*tuple[Any, ...]], within: int | None) -> Select[*tuple[Any, ...]]:
        items = items.where(ReferenceItem.list == self.which)
        return items.where(ReferenceItem.parent_id == within) if self.which.parent else items

    def _found(self, item: ReferenceItem | Row[Any]) -> Found:
        return Found(item.id, item.label, item.code or "" if self.which is ReferenceList.PROVINCE else "")


class Sites:
    """The work sites of all regions, each told from its homonyms by its region."""

    def search(self, typed: str, viewer: Viewer, within: int | None) -> list[Found]:
        item = ReferenceItem
        rows = self._all().where(item.retired_at.is_(None))
        order = (item.position, item.search_key, item.id)
        found = small.find(rows, item.search_key, order, typed, LIMIT)
        return [Found(row.id, row.label, row.region or "") for row in found]

    def find(self, record_id: int, viewer: Viewer, within: int | None) -> Found | None:
        row = db.session.execute(self._all().where(ReferenceItem.id == record_id)).first()
        return Found(row.id, row.label, row.region or "") if row else None

    def _all(self) -> Select[*tuple[Any, ...]]:
        item, region = ReferenceItem, aliased(ReferenceItem)
        label, of = (item.label_en, region.label_en) if language() == "en" else (item.label_fr, region.label_fr)
        rows = select(item.id, label.label("label"), of.label("region")).outerjoin(region, region.id == item.parent_id)
        return rows.where(item.list == ReferenceList.WORK_SITE)


class Contacts:
    """The contacts of a company one sees."""

    def search(self, typed: str, viewer: Viewer, within: int | None) -> list[Found]:
        columns = (Contact.id, Contact.name, Contact.job_title)
        rows = visible(Contact, viewer, *columns).where(Contact.company_id == within)
        found = small.find(rows, Contact.search_key, (Contact.sort_key, Contact.id), typed, LIMIT)
        return [Found(row.id, row.name, row.job_title) for row in found]

    def find(self, record_id: int, viewer: Viewer, within: int | None) -> Found | None:
        one = visible(Contact, viewer, Contact.id, Contact.name, Contact.job_title)
        row = db.session.execute(one.where(Contact.id == record_id, Contact.company_id == within)).first()
        return Found(*row) if row else None

    def named(self, ids: Iterable[int], viewer: Viewer, within: int | None) -> list[Found]:
        """Return those of the company that the viewer sees."""
        rows = visible(Contact, viewer, Contact.id, Contact.name, Contact.job_title)
        rows = rows.where(Contact.id.in_(ids), Contact.company_id == within)
        return [Found(*row) for row in db.session.execute(rows.order_by(Contact.sort_key, Contact.id))]

    def offered(self, ids: Iterable[int], viewer: Viewer, within: int | None) -> set[int]:
        return {one.id for one in self.named(ids, viewer, within)}


@dataclass(frozen=True)
class Linked:
    """What hangs on a company one sees, of one kind: the last ones first."""

    model: type[Any]

    def search(self, typed: str, viewer: Viewer, within: int | None) -> list[Found]:
        rows = visible(self.model, viewer, self.model.id, self.model.name).where(self.model.company_id == within)
        found = small.find(rows, self.model.search_key, (self.model.id.desc(),), typed, LIMIT)
        return [Found(row.id, row.name) for row in found]

    def find(self, record_id: int, viewer: Viewer, within: int | None) -> Found | None:
        one = visible(self.model, viewer, self.model.id, self.model.name)
        row = db.session.execute(one.where(self.model.id == record_id, self.model.company_id == within)).first()
        return Found(*row) if row else None


#: Those of which a field may hold several.
MANY: Mapping[str, ManyLookup] = {
    "resources": Resources(),
    "billing-entities": BillingEntities(),
    "contacts": Contacts(),
}

PROVINCES = References(ReferenceList.PROVINCE)

LOOKUPS: Mapping[str, Lookup] = {
    **MANY,
    "companies": Companies(),
    "opportunities": Linked(Opportunity),
    "engagements": Linked(Engagement),
    "projects": Linked(Project),
    "requests": Linked(SupportRequest),
    "provinces": PROVINCES,
    "work-regions": References(ReferenceList.WORK_REGION),
    "sites": Sites(),
    "work-sites": References(ReferenceList.WORK_SITE),
}


def warm(reference_ids: Iterable[int | None], resource_ids: Iterable[int | None]) -> None:
    """Read records that `find` is going to be asked for, two queries instead of one each."""
    for model, ids in ((ReferenceItem, reference_ids), (Resource, resource_ids)):
        wanted = {record_id for record_id in ids if record_id is not None}
        if wanted:
            # The session forgets what nobody holds.
            held = db.session.info.setdefault("warm", [])
            held += db.session.scalars(_by_ids(model), {"ids": list(wanted)})


@cache
def _by_ids(model: type[ReferenceItem] | type[Resource]) -> Select[Any]:
    return select(model).where(model.id.in_(bindparam("ids", expanding=True)))
