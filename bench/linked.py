"""What hangs on one company of the world: thousands of records of all kinds, as a company of many years has them."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from bench import bulk
from webapp.access import LINKED, unscoped
from webapp.extensions import db
from webapp.models import (
    EVERYBODY_ID,
    ActivityKind,
    BillingEntity,
    CompanyGrant,
    Contact,
    EngagementState,
    HistoryEvent,
    HistoryKind,
    InvoiceState,
    KnowledgeState,
    LinkedSearch,
    Noun,
    Priority,
    ProjectState,
    ReferenceItem,
    ReferenceList,
    Resource,
    Workflow,
    WorkflowState,
)
from webapp.services import activities
from webapp.services.search.texts import Findable
from webapp.text import search_key

#: How many records, over all kinds.
RECORDS = 5_000

SUBJECTS = "Devis Rénovation Maintenance Livraison Contrat Étude Installation Formation Audit Relance".split()
OBJECTS = "du siège|de l’atelier|du dépôt|des bureaux|de la chaufferie|du quai|du réseau|du parc".split("|")


def write(first_event: int) -> None:
    """Hang the records on the first company that everybody sees; entries of the history begin at an id."""
    everybodys = select(func.min(CompanyGrant.company_id)).where(CompanyGrant.principal_id == EVERYBODY_ID)
    company_id = db.session.scalars(unscoped(everybodys, "a bench")).one()
    if company_id is None:
        return
    shared = _shared(company_id)
    connection = db.session.connection()
    events, texts = [], []
    for model in LINKED:
        records = list(_records(model.noun, RECORDS // len(LINKED), shared))
        bulk.insert(connection, model.__table__, records)
        for record in records:
            number = len(texts)
            texts.append(_text(number + 1, model.noun, record))
            events.append(_made(first_event + number, model, record))
        _continue(connection, model.__tablename__, "id", len(records))
    bulk.insert(connection, LinkedSearch.__table__, texts)
    _continue(connection, "linked_search", "linked_id", len(texts))
    bulk.insert(connection, HistoryEvent.__table__, events)
    _continue(connection, "history_event", "id", first_event + len(events))


def _shared(company_id: int) -> dict[str, Any]:
    """Return what the records of all kinds name."""
    state = WorkflowState(label_fr="Nouvelle", label_en="New", is_initial=True)
    db.session.add(Workflow(name="Demandes", is_default=True, states=[state]))
    db.session.flush()
    stages = select(ReferenceItem.id).where(ReferenceItem.list == ReferenceList.OPPORTUNITY_STATE)
    people = unscoped(select(Contact.id).where(Contact.company_id == company_id), "a bench")
    return {
        "company_id": company_id,
        "contacts": db.session.scalars(people).all(),
        "staff": db.session.scalars(select(Resource.id).limit(20)).all(),
        "stages": db.session.scalars(stages).all(),
        "billing_entity_id": db.session.scalars(select(BillingEntity.id)).first(),
        "workflow_state": state.id,
    }


def _records(noun: Noun, count: int, shared: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    rng = random.Random(noun.value)
    began = datetime(2026, 1, 1, tzinfo=UTC)
    for record_id in range(1, count + 1):
        at = began - timedelta(hours=record_id * 7)
        name = f"{rng.choice(SUBJECTS)} {rng.choice(OBJECTS)} {record_id}"
        day, owner_id = at.date(), rng.choice(shared["staff"])
        yield {
            "id": record_id,
            "company_id": shared["company_id"],
            "name": name,
            "search_key": search_key(name),
            "created_at": at,
            "updated_at": at,
            "version": 1,
            "contact_id": rng.choice(shared["contacts"]),
            "owner_id": owner_id,
            "manager_id": owner_id,
            "kind": rng.choice(list(ActivityKind)),
            "state": {
                Noun.ENGAGEMENT: EngagementState.ACTIVE,
                Noun.PROJECT: ProjectState.ACTIVE,
                Noun.INVOICE: InvoiceState.SENT,
                Noun.KNOWLEDGE: KnowledgeState.PUBLISHED,
            }.get(noun),
            "state_id": rng.choice(shared["stages"]) if noun is Noun.OPPORTUNITY else shared["workflow_state"],
            "billing_entity_id": shared["billing_entity_id"],
            "currency": "EUR",
            "amount": rng.randint(100, 90_000),
            **dict.fromkeys(("net", "total"), rng.randint(100, 90_000)),
            "tax": 0,
            "printed": {},
            "number": f"{noun.value[:3]}-{record_id:06}",
            "priority": rng.choice(list(Priority)),
            **dict.fromkeys(("comments", "text", "text_key", "due_time"), ""),
            "due_key": activities.due_key(day, ""),
            **dict.fromkeys(("due_on", "issued_on", "starts_on", "initial_close_on"), day),
            "in_portal": record_id % 3 == 0,
        }


def _text(key: int, noun: Noun, record: Mapping[str, Any]) -> dict[str, Any]:
    found = Findable(noun, record["id"], record["company_id"], record["name"], record["name"])
    columns = {"noun": noun, "record_id": found.record_id, "company_id": found.company_id, "name": found.name}
    return {"linked_id": key, **columns, "text": found.text}


def _made(event_id: int, model: type[Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of the history that tells that a record was made."""
    told = {"id": event_id, "at": record["created_at"], "kind": HistoryKind.CREATED, "version": 1}
    about = {"company_id": record["company_id"], "noun": model.noun, "record_id": record["id"]}
    about["contact_id"] = record["contact_id"] if "contact_id" in model.hides_with else None
    about["opportunity_id"] = record["id"] if model.noun is Noun.OPPORTUNITY else None
    return {**told, **about, "data": {"record": record["name"]}}


def _continue(connection: Any, table: str, column: str, last: int) -> None:
    """Have PostgreSQL give ids after those that were written."""
    if connection.dialect.name == "postgresql":
        db.session.execute(select(func.setval(func.pg_get_serial_sequence(table, column), last)))
