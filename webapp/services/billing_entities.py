"""Billing entities: the organisation's legal entities that invoice, and who has access to them (R1, A1)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, func, or_, select, update

from webapp.access import LINKED, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import AuditKind, BillingEntity, CompanyGrant, Principal, PrincipalKind, resource_billing_entity
from webapp.services import audit
from webapp.services.references import take_turn
from webapp.services.refusal import Refused
from webapp.text import search_key


def everything() -> Sequence[BillingEntity]:
    """Return all billing entities in order, the retired ones too."""
    return db.session.scalars(select(BillingEntity).order_by(BillingEntity.position, BillingEntity.id)).all()


def find(entity_id: int) -> BillingEntity | None:
    """Return an entity by its id, or nothing; any number may be asked for."""
    return db.session.get(BillingEntity, entity_id) if 0 < entity_id < 2**63 else None


def usage() -> dict[int, dict[str, int]]:
    """Return for each entity how many resources have access to it and how many companies are granted to it."""
    found: dict[int, dict[str, int]] = {entity.id: {} for entity in everything()}
    column = resource_billing_entity.c.billing_entity_id
    for entity_id, count in db.session.execute(select(column, func.count()).group_by(column)):
        found[entity_id]["resource"] = count
    granted = (
        select(BillingEntity.id, func.count())
        .join(CompanyGrant, CompanyGrant.principal_id == BillingEntity.principal_id)
        .group_by(BillingEntity.id)
    )
    for entity_id, count in db.session.execute(unscoped(granted, _USED)):
        found[entity_id]["company"] = count
    for model in _NAMING:
        rows = select(model.billing_entity_id, func.count()).group_by(model.billing_entity_id)
        for entity_id, count in db.session.execute(unscoped(rows.where(model.billing_entity_id.is_not(None)), _USED)):
            found[entity_id][model.__tablename__] = count
    return found


def is_used(entity: BillingEntity) -> bool:
    """Whether a resource has access to it, a company is granted to it, or a record names it."""
    has_resource = exists().where(resource_billing_entity.c.billing_entity_id == entity.id)
    is_granted = exists().where(CompanyGrant.principal_id == entity.principal_id)
    is_named = (exists().where(model.billing_entity_id == entity.id) for model in _NAMING)
    return bool(db.session.scalar(unscoped(select(or_(has_resource, is_granted, *is_named)), _USED)))


_USED = "where used"

#: What hangs on companies and names an entity.
_NAMING = [model for model in LINKED if "billing_entity_id" in model.__table__.columns]


class AlreadyThere(Refused):
    """Another entity has this name; `existing` is that entity."""

    def __init__(self, existing: BillingEntity):
        message = _("« %(label)s » existe déjà.", label=existing.name)
        if existing.retired_at:
            message = _("« %(label)s » existe déjà, mais a été retirée.", label=existing.name)
        super().__init__({"name": message})
        self.existing = existing


def read(entity: BillingEntity) -> dict[str, str]:
    """Return what an admin may change of an entity, by name."""
    return {"name": entity.name, "letterhead": entity.letterhead, "payment_terms": entity.payment_terms}


def add(name: str, **printed: str) -> BillingEntity:
    """Add an entity at the end, with the principal it is granted companies by; raises AlreadyThere (A1).

    `printed`: what its invoices say besides its name, `letterhead` and `payment_terms` (S5).
    """
    take_turn()
    _refuse_duplicate(name, except_id=0)
    principal = Principal(kind=PrincipalKind.BILLING_ENTITY)
    db.session.add(principal)
    db.session.flush()
    entity = BillingEntity(principal_id=principal.id, name=name, name_key=name_key(name), position=len(everything()))
    _print(entity, printed)
    db.session.add(entity)
    db.session.flush()
    _note(entity, "added")
    return entity


def rename(entity: BillingEntity, name: str, **printed: str) -> None:
    """Give an entity another name, and its invoices what they say besides; raises AlreadyThere."""
    take_turn()
    _refuse_duplicate(name, except_id=entity.id)
    entity.name, entity.name_key = name, name_key(name)
    _print(entity, printed)
    db.session.flush()
    _note(entity, "renamed")


def move(entity: BillingEntity, step: int) -> None:
    """Move an entity among those in use: one place up (-1) or down (+1); at the end nothing happens."""
    take_turn()
    rows = db.session.execute(
        select(BillingEntity.id, BillingEntity.retired_at).order_by(BillingEntity.position, BillingEntity.id)
    ).all()
    offered = [row.id for row in rows if row.retired_at is None]
    if entity.id not in offered or not 0 <= offered.index(entity.id) + step < len(offered):
        return
    neighbour = offered[offered.index(entity.id) + step]
    ids = [row.id for row in rows if row.id != entity.id]
    ids.insert(ids.index(neighbour) + (step > 0), entity.id)
    db.session.execute(update(BillingEntity), [{"id": each, "position": position} for position, each in enumerate(ids)])
    _note(entity, "moved")
    db.session.expire_all()


def retire(entity: BillingEntity) -> None:
    """Offer an entity no more. Who has access through it keeps it: a retirement hides no company (R1)."""
    entity.retired_at = entity.retired_at or now()
    _note(entity, "retired")


def restore(entity: BillingEntity) -> None:
    """Offer a retired entity again."""
    entity.retired_at = None
    _note(entity, "restored")


def remove(entity: BillingEntity) -> None:
    """Delete an entity nothing refers to, with its principal; raises Refused for one in use."""
    take_turn()
    if is_used(entity):
        raise Refused({"item": _("« %(label)s » est utilisée : vous pouvez la retirer.", label=entity.name)})
    _note(entity, "removed")
    principal = db.session.get(Principal, entity.principal_id)
    db.session.delete(entity)
    db.session.flush()
    db.session.delete(principal)
    db.session.flush()


def _print(entity: BillingEntity, printed: Mapping[str, str]) -> None:
    for name in printed:
        setattr(entity, name, printed[name])


def _note(entity: BillingEntity, what: str) -> None:
    audit.record(AuditKind.BILLING_ENTITY_CHANGED, entity.name, what=what)


def name_key(name: str) -> str:
    """Return what two names of entities have in common when they are the same one."""
    return search_key(name)[:400]


def _refuse_duplicate(name: str, *, except_id: int) -> None:
    existing = db.session.scalar(
        select(BillingEntity).where(BillingEntity.name_key == name_key(name), BillingEntity.id != except_id)
    )
    if existing is not None:
        raise AlreadyThere(existing)
