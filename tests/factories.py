"""Small builders of records, for tests. Each commits, so that requests see what was built.

They need an application context (`db_session`). Defaults are believable; a test names only what it is about.
"""

from functools import cache
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from webapp.access import SYSTEM, Viewer
from webapp.emails import email_key
from webapp.extensions import db
from webapp.models import (
    Activity,
    ActivityKind,
    BillingEntity,
    Company,
    Contact,
    Opportunity,
    PortalAccess,
    Principal,
    PrincipalKind,
    ReferenceItem,
    ReferenceList,
    Resource,
    Role,
)
from webapp.services import companies, contacts, resources
from webapp.services.activities import ACTIVITIES
from webapp.services.linked.keeping import Keeper
from webapp.services.opportunities import OPPORTUNITIES
from webapp.text import search_key

PASSWORD = "la péniche remonte le canal"

_numbers = count(1)


@cache
def password_hash() -> str:
    """Return a hash of PASSWORD that is cheap to check."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def linked(keeper: Keeper[Any], company: Any, by: Viewer = SYSTEM, **values: Any) -> Any:
    """Add what hangs on a company, by its keeper."""
    record = keeper.create({"company": company.id, "name": f"Fiche {next(_numbers)}", **values}, by=by)
    db.session.commit()
    return record


def activity(company: Any, owner: Any, **values: Any) -> Activity:
    """Add something that somebody has to do."""
    made: Activity = linked(ACTIVITIES, company, owner=owner.id, **{"kind": ActivityKind.TASK, **values})
    return made


def opportunity(company: Any, owner: Any, by: Viewer = SYSTEM, **values: Any) -> Opportunity:
    """Add business that somebody hopes for, in the first state unless `state` (an id) says which."""
    first = reference(ReferenceList.OPPORTUNITY_STATE, "identified")
    made: Opportunity = linked(
        OPPORTUNITIES, company, by, owner=owner.id, **{"state": first, "currency": "EUR", **values}
    )
    return made


def reference(which: ReferenceList, code: str, parent: int | None = None) -> int:
    """Return the id of a seeded value."""
    item = select(ReferenceItem.id).where(ReferenceItem.list == which, ReferenceItem.code == code)
    if parent is not None:
        item = item.where(ReferenceItem.parent_id == parent)
    return db.session.scalars(item).one()


def billing_entity(name: str = "") -> BillingEntity:
    name = name or f"Entité {next(_numbers)}"
    principal = Principal(kind=PrincipalKind.BILLING_ENTITY)
    db.session.add(principal)
    db.session.flush()
    entity = BillingEntity(name=name, name_key=search_key(name), principal_id=principal.id)
    db.session.add(entity)
    db.session.commit()
    return entity


def resource(name: str = "", **values: Any) -> Resource:
    """Add a member of staff who can sign in with PASSWORD."""
    number = next(_numbers)
    name = name or f"Ressource {number}"
    email = values.pop("email", f"{search_key(name).replace(' ', '.')}@comptoir.example")
    principal = Principal(kind=PrincipalKind.RESOURCE)
    db.session.add(principal)
    db.session.flush()
    person = Resource(
        principal_id=principal.id,
        name=name,
        email=email,
        email_key=email_key(email),
        **resources.name_keys(name, email),
        **{"password_hash": password_hash(), "role": Role.RESOURCE, **values},
    )
    db.session.add(person)
    db.session.commit()
    return person


def company(name: str = "", by: Viewer = SYSTEM, **values: Any) -> Company:
    """Add a client company, open to everybody unless `restricted_to` says otherwise, by the real service."""
    name = name or f"Société {next(_numbers)}"
    values = {"account_type": reference(ReferenceList.ACCOUNT_TYPE, "client"), "commercial_status": "client", **values}
    made = companies.create({"name": name, **values}, by)
    db.session.commit()
    return made


def contact(name: str = "", by: Viewer = SYSTEM, **values: Any) -> Contact:
    """Add a contact, at a company of their own unless `company` (an id) says which, by the real service."""
    first, _space, last = (name or f"Camille Nom{next(_numbers)}").rpartition(" ")
    if "company" not in values:
        values["company"] = company().id
    made = contacts.create({"first_name": first, "last_name": last, **values}, by)
    db.session.commit()
    return made


def portal_access(contact: Contact, by: Viewer, **values: Any) -> PortalAccess:
    """Have `by` give a contact access to the portal, with these rights (`team_folders=True`), by the real service."""
    given = {f"portal_{name}": value for name, value in ({"enabled": True} | values).items()}
    contacts.update(contact, given, by)
    db.session.commit()
    assert contact.portal_access is not None
    return contact.portal_access
