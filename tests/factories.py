"""Small builders of records, for tests. Each commits, so that requests see what was built.

They need an application context (`db_session`). Defaults are believable; a test names only what it is about.
"""

from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import func, select

from webapp.access import SYSTEM, Viewer, unscoped
from webapp.emails import email_key
from webapp.extensions import db
from webapp.models import (
    Activity,
    ActivityKind,
    BillingEntity,
    Company,
    Contact,
    EngagementState,
    Invoice,
    InvoiceState,
    KnowledgeState,
    Noun,
    Opportunity,
    PortalAccess,
    Principal,
    PrincipalKind,
    Priority,
    Project,
    ProjectState,
    ReferenceItem,
    ReferenceList,
    Resource,
    Role,
    Workflow,
    WorkflowState,
)
from webapp.services import companies, contacts, resources
from webapp.services.activities import ACTIVITIES
from webapp.services.invoices import INVOICES, validating
from webapp.services.invoices.amounts import Line, Lines
from webapp.services.linked.keeping import Keeper
from webapp.services.linked.registry import KEEPERS
from webapp.services.opportunities import OPPORTUNITIES
from webapp.services.projects import PROJECTS
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


def of_noun(noun: Noun, company: Any, owner: Any, by: Viewer = SYSTEM, **values: Any) -> Any:
    """Add a record of any kind that hangs on companies, with what each of them can't be without; `owner` has it."""
    wanted = {
        "owner": owner.id,
        "manager": owner.id,
        "kind": ActivityKind.TASK,
        "state": {
            Noun.OPPORTUNITY: lambda: reference(ReferenceList.OPPORTUNITY_STATE, "identified"),
            Noun.ENGAGEMENT: lambda: EngagementState.ACTIVE,
            Noun.PROJECT: lambda: ProjectState.ACTIVE,
            Noun.INVOICE: lambda: InvoiceState.DRAFT,
            Noun.KNOWLEDGE: lambda: KnowledgeState.DRAFT,
            Noun.REQUEST: workflow_state,
        }.get(noun, lambda: None)(),
        "currency": "EUR",
        "number": f"N{next(_numbers)}" if noun is Noun.REQUEST else None,
        "priority": Priority.NORMAL,
        **dict.fromkeys(("net", "tax", "total"), Decimal(0)),
        "printed": {},
        "billing_entity": (db.session.scalar(select(func.min(BillingEntity.id))) or billing_entity().id)
        if noun in (Noun.INVOICE, Noun.ENGAGEMENT)
        else None,
    }
    keeper = KEEPERS[noun]
    if "contact" in keeper.required and "contact" not in values:
        first = select(Contact.id).where(Contact.company_id == company.id, Contact.restrict_access.is_(False))
        wanted["contact"] = db.session.scalar(unscoped(first, "a test")) or contact(company=company.id).id
    given = {name: value for name, value in wanted.items() if name in keeper.shape.columns}
    return linked(keeper, company, by, **given | values)


def workflow_state() -> int:
    """Return the state in which requests begin, of a workflow that is made if there is none."""
    first = select(WorkflowState.id).where(WorkflowState.is_initial).order_by(WorkflowState.id)
    if (state_id := db.session.scalar(first)) is not None:
        return state_id
    state = WorkflowState(label_fr="Nouvelle", label_en="New", is_initial=True)
    db.session.add(Workflow(name="Demandes", is_default=True, states=[state]))
    db.session.flush()
    return state.id


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


def project(company: Any, manager: Any, **values: Any) -> Project:
    """Add work for a company, that somebody manages."""
    made: Project = linked(PROJECTS, company, manager=manager.id, **{"state": ProjectState.PLANNED, **values})
    return made


def lines(*rows: tuple[str, str, str], tax: str = "standard") -> Lines:
    """Return lines of an invoice: texts, quantities, prices; all under the tax of this code."""
    rate = reference(ReferenceList.TAX_RATE, tax)
    return Lines(tuple(Line(text, Decimal(quantity), Decimal(price), rate) for text, quantity, price in rows))


def invoice(company: Any, by: Viewer = SYSTEM, **values: Any) -> Invoice:
    """Add the draft of an invoice of 1 200 € with its tax, of the first billing entity."""
    entity = db.session.scalars(select(BillingEntity.id).order_by(BillingEntity.id)).first()
    usual = {"billing_entity": entity, "currency": "EUR", "lines": lines(("Conseil", "2", "500"))}
    made: Invoice = linked(INVOICES, company, by, **usual | values)
    return made


def validate(invoice: Invoice, by: Viewer = SYSTEM) -> Invoice:
    """Give an invoice its number, with all that goes with it."""
    validating.validate(invoice, by)
    db.session.commit()
    return invoice


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
