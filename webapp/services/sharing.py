"""Whom a record is open to: as values, as grants, and as the people these reach (A1 to A4, C8, K7, D6, D7).

Access travels with the other values of a record: `restrict_access`, `allowed_resources`, and for a company
`billing_entities`, the two last as sets of ids. It is kept as grants and read back from them, never copied. Who sees
a record is those who hold a principal it is granted to: the explanation and the rehearsal ask for just that.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, delete, func, insert, select

from webapp.access import Viewer, unscoped
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import (
    ADMINS_ID,
    EVERYBODY_ID,
    BillingEntity,
    Company,
    CompanyGrant,
    Contact,
    ContactGrant,
    Principal,
    PrincipalKind,
    Resource,
)
from webapp.services import viewers

_WHY = "whom a record is open to, of one that has been asked for by right"

#: Access of a company as values, while it is open to all.
OPEN_COMPANY: Mapping[str, Any] = {
    "restrict_access": False,
    "allowed_resources": frozenset(),
    "billing_entities": frozenset(),
}
#: The same of a contact.
OPEN_CONTACT: Mapping[str, Any] = {"restrict_access": False, "allowed_resources": frozenset()}

#: Who works with a company, which alone opens nothing to them (D6).
HELPERS = ("account_manager", "telemarketer", "sales_rep")

#: Gives the principals of ids.
Holders = Callable[[Iterable[int]], Iterable[int]]


def of_resources(ids: Iterable[int]) -> Iterable[int]:
    return db.session.scalars(select(Resource.principal_id).where(Resource.id.in_(ids)))


def of_entities(ids: Iterable[int]) -> Iterable[int]:
    return db.session.scalars(select(BillingEntity.principal_id).where(BillingEntity.id.in_(ids)))


# --- values ------------------------------------------------------------------------------------------------------


def of_company(company_id: int) -> dict[str, Any]:
    """Return the access of a company, as values."""
    resources, entities, is_open = _named(CompanyGrant, CompanyGrant.company_id == company_id)
    restricted = not is_open and (bool(resources) or not entities)
    return {"restrict_access": restricted, "allowed_resources": resources, "billing_entities": entities}


def of_contact(contact: Contact) -> dict[str, Any]:
    """Return the access of a contact, as values; one that is open has no grants to look for."""
    if not contact.restrict_access:
        return dict(OPEN_CONTACT)
    resources, _entities, _is_open = _named(ContactGrant, ContactGrant.contact_id == contact.id)
    return {"restrict_access": contact.restrict_access, "allowed_resources": resources}


def normal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with access as it is read back: a list counts only while the box is ticked.

    A company restricted to billing entities alone names no resources, so that its box is not ticked.
    """
    resources = frozenset(values.get("allowed_resources") or ())
    entities = frozenset(values.get("billing_entities") or ())
    restricted = bool(values.get("restrict_access")) and bool(resources or not entities)
    access = {"restrict_access": restricted, "allowed_resources": resources if restricted else frozenset()}
    return {**values, **access, **({"billing_entities": entities} if "billing_entities" in values else {})}


def problems(values: Mapping[str, Any], record: Company | Contact | None = None) -> dict[str, str]:
    """Return what breaks a rule: nothing may be restricted to nobody, unless it is so already (A4)."""
    if not _is_closed_to_all(values) or (record is not None and _is_closed_to_all(of_record(record))):
        return {}
    return {"allowed_resources": _("Choisissez au moins une ressource, ou décochez la restriction.")}


def of_record(record: Company | Contact) -> dict[str, Any]:
    """Return the access of a record, as values."""
    return of_contact(record) if isinstance(record, Contact) else of_company(record.id)


def _is_closed_to_all(values: Mapping[str, Any]) -> bool:
    named = values.get("allowed_resources") or values.get("billing_entities")
    return bool(values.get("restrict_access")) and not named


def company_principals(
    values: Mapping[str, Any], of_resources: Holders = of_resources, of_entities: Holders = of_entities
) -> list[int]:
    """Return to whom a company with these values is granted (A1).

    Open: to everybody. Restricted: to the admins, the resources named and those of the billing entities named.
    `of_resources` and `of_entities` give the principals of ids; who saves many companies knows them by heart.
    """
    resources, entities = values.get("allowed_resources") or (), values.get("billing_entities") or ()
    if not values.get("restrict_access"):
        return [ADMINS_ID, *of_entities(entities)] if entities else [EVERYBODY_ID]
    return [ADMINS_ID, *of_resources(resources), *of_entities(entities)]


def contact_principals(values: Mapping[str, Any], of_resources: Holders = of_resources) -> list[int]:
    """Return to whom a contact with these values is granted, besides its being at a company one sees (A3).

    An open one needs no grants: its company alone decides.
    """
    if not values.get("restrict_access"):
        return []
    return [ADMINS_ID, *of_resources(values.get("allowed_resources") or ())]


def write_contact_grants(contact_id: int, principal_ids: Iterable[int]) -> None:
    """Grant a contact to these principals and to no others."""
    db.session.execute(delete(ContactGrant).where(ContactGrant.contact_id == contact_id))
    rows = [{"contact_id": contact_id, "principal_id": one} for one in dict.fromkeys(principal_ids)]
    if rows:
        db.session.execute(insert(ContactGrant), rows)


def _named(grant: Any, of_record: Any) -> tuple[frozenset[int], frozenset[int], bool]:
    """Return the resources and the billing entities that some grants name, and whether one is everybody's."""
    rows = select(grant.principal_id, Resource.id, BillingEntity.id)
    rows = rows.outerjoin(Resource, Resource.principal_id == grant.principal_id)
    rows = rows.outerjoin(BillingEntity, BillingEntity.principal_id == grant.principal_id).where(of_record)
    found = db.session.execute(unscoped(rows, _WHY)).all()
    resources = frozenset(resource_id for _one, resource_id, _entity in found if resource_id)
    entities = frozenset(entity_id for _one, _resource, entity_id in found if entity_id)
    return resources, entities, any(principal_id == EVERYBODY_ID for principal_id, *_ids in found)


# --- who sees it, and why ----------------------------------------------------------------------------------------


@dataclass
class Sight:
    """What one resource sees of a record, and by what; a contact asks for its company's grants and its own."""

    resource_id: int
    name: str
    sees: bool = False
    #: The kinds of principal through which they see it, with the name of the billing entity.
    reasons: list[tuple[PrincipalKind, str]] = field(default_factory=list)


def who_sees(record: Company | Contact, resource_ids: Collection[int] | None = None) -> list[Sight]:
    """Return for each active resource, or for some, whether they see a record and by what, in order of name."""
    resources = select(Resource.id, Resource.name).where(Resource.is_active).order_by(Resource.sort_key, Resource.id)
    if resource_ids is not None:
        resources = resources.where(Resource.id.in_(resource_ids))
    company_id = record.company_id if isinstance(record, Contact) else record.id
    reach = [_reasons(_granted(CompanyGrant, CompanyGrant.company_id == company_id))]
    if isinstance(record, Contact) and record.restrict_access:
        reach.append(_reasons(_granted(ContactGrant, ContactGrant.contact_id == record.id)))
    is_there = record.deleted_at is None
    return [
        Sight(
            resource_id,
            name,
            sees=is_there and all(resource_id in one for one in reach),
            reasons=reach[-1].get(resource_id, []) if all(resource_id in one for one in reach) else [],
        )
        for resource_id, name in db.session.execute(resources)
    ]


def _granted(grant: Any, of_record: Any) -> set[int]:
    return set(db.session.scalars(unscoped(select(grant.principal_id).where(of_record), _WHY)))


def _reasons(principal_ids: Collection[int]) -> dict[int, list[tuple[PrincipalKind, str]]]:
    """Return by resource the principals among these that they hold: the kind, and a billing entity's name."""
    holding = viewers.holding().subquery()
    rows = (
        select(holding.c.resource_id, Principal.kind, BillingEntity.name)
        .join(Principal, Principal.id == holding.c.principal_id)
        .outerjoin(BillingEntity, BillingEntity.principal_id == Principal.id)
        .where(Principal.id.in_(principal_ids))
        .order_by(Principal.id)
    )
    found: dict[int, list[tuple[PrincipalKind, str]]] = {}
    for resource_id, kind, entity in db.session.execute(rows):
        found.setdefault(resource_id, []).append((kind, entity or ""))
    return found


# --- what if -----------------------------------------------------------------------------------------------------

#: How many are named of those who gain or lose sight of a record; the others are counted.
NAMED = 12


@dataclass(frozen=True)
class People:
    """Some resources: how many they are, and the names of the first ones."""

    count: int = 0
    names: tuple[str, ...] = ()

    @property
    def others(self) -> int:
        """How many are not named."""
        return self.count - len(self.names)


@dataclass(frozen=True)
class Rehearsal:
    """What a change of access would do."""

    #: The resources who would begin to see the record, and those who would cease to.
    gains: People
    loses: People
    #: Those who are named and yet would not see it: a contact is never wider than its company (A3).
    unreached: People
    #: How many contacts go with it.
    contacts: int
    #: Whether the person saving would see it (A4).
    kept: bool


def rehearse(record: Company | Contact | None, values: Mapping[str, Any], by: Viewer) -> Rehearsal:
    """Return what saving these values would change of who sees a record; nobody sees a new one (None) yet."""
    then = _reach(values)
    now_seeing, then_seeing = _seeing(_reach_now(record) if record else [()]), _seeing(then)
    named = normal(values)["allowed_resources"] if "company" in values else ()
    return Rehearsal(
        gains=_people(then_seeing, but=now_seeing),
        loses=_people(now_seeing, but=then_seeing) if record else People(),
        unreached=_people(select(Resource.id).where(Resource.id.in_(named)), but=then_seeing) if named else People(),
        contacts=_contacts_of(record) if isinstance(record, Company) else 0,
        kept=_reaches(then, by),
    )


def keeps(values: Mapping[str, Any], by: Viewer) -> bool:
    """Whether the person saving these values would see the record (A4)."""
    return _reaches(_reach(values), by)


def left_out(values: Mapping[str, Any]) -> list[int]:
    """Return those who work with a company but would not see it with these values; a save offers to add them (D6)."""
    working = dict.fromkeys(values[name] for name in HELPERS if values.get(name))
    reach = _reach(values)
    if not working or EVERYBODY_ID in reach[0]:
        return []
    blind = select(Resource.id).where(Resource.id.in_(working), Resource.is_active, Resource.id.not_in(_seeing(reach)))
    found = set(db.session.scalars(blind))
    return [resource_id for resource_id in working if resource_id in found]


#: Whom a record is granted to: sets of principals, of each of which one must hold one.
_Reach = Sequence[Collection[int]]


def _reach(values: Mapping[str, Any]) -> _Reach:
    """Return whom a record with these values would be granted to; those of a contact name its company."""
    wanted = normal(values)
    if "company" not in wanted:
        return [company_principals(wanted)]
    at_company = _granted(CompanyGrant, CompanyGrant.company_id == wanted["company"])
    return [at_company, contact_principals(wanted)] if wanted["restrict_access"] else [at_company]


def _reach_now(record: Company | Contact) -> _Reach:
    """Return whom a record is granted to."""
    if isinstance(record, Company):
        return [_granted(CompanyGrant, CompanyGrant.company_id == record.id)]
    at_company = _granted(CompanyGrant, CompanyGrant.company_id == record.company_id)
    own = [_granted(ContactGrant, ContactGrant.contact_id == record.id)] if record.restrict_access else []
    return [at_company, *own]


def _reaches(reach: _Reach, viewer: Viewer) -> bool:
    return all(not set(viewer.principal_ids).isdisjoint(principal_ids) for principal_ids in reach)


def _seeing(reach: _Reach) -> Select[int]:
    """Return a select of the active resources whom a record reaches."""
    seeing = select(Resource.id).where(Resource.is_active)
    for principal_ids in reach:
        holding = viewers.holding().subquery()
        holders = select(holding.c.resource_id).where(holding.c.principal_id.in_(principal_ids))
        seeing = seeing.where(Resource.id.in_(holders))
    return seeing


def _people(seeing: Select[int], but: Select[int]) -> People:
    """Return those of a select who are not in another; counted and named at once, as there may be thousands."""
    rows = select(Resource.name, func.count().over()).where(Resource.id.in_(seeing), Resource.id.not_in(but))
    found = db.session.execute(rows.order_by(Resource.sort_key, Resource.id).limit(NAMED)).all()
    return People(found[0][1], tuple(name for name, _count in found)) if found else People()


def _contacts_of(company: Company) -> int:
    live = select(func.count()).where(Contact.company_id == company.id, Contact.deleted_at.is_(None))
    return db.session.scalar(unscoped(live, "a count of what goes with a company")) or 0
