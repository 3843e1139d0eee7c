"""Stored sort and search keys, made again when this version of the program makes them otherwise (N2, T1)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, update

from webapp import text
from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import (
    BillingEntity,
    Company,
    CompanyGrant,
    CompanyListing,
    Contact,
    ReferenceItem,
    Resource,
    Setting,
)
from webapp.services import billing_entities, companies, contacts, references, resources
from webapp.services.linked.keeping import Keeper
from webapp.services.linked.registry import KEEPERS
from webapp.services.search import texts
from webapp.services.transfer.bulk import BATCH, batches, update_rows

#: The setting that tells how the stored keys were made.
_NAME = "key_version"
#: How they were before anybody wrote it down.
_FIRST = 1


def rebuild() -> bool:
    """Bring all stored keys to `text.KEY_VERSION`, in the caller's transaction; return whether it had to be done."""
    stored = db.session.get(Setting, _NAME)
    is_due = (stored.value if stored else _FIRST) != text.KEY_VERSION
    if is_due:
        for model, rows in _all_keys():
            for some in batches(rows):
                update_rows(model, some, **_kept(model))
        _copy_to(CompanyGrant)
        _copy_to(CompanyListing)
        for of_kind in (texts.COMPANIES, texts.CONTACTS):
            for ids in batches(record_id for (record_id,) in _rows(of_kind.record.id)):
                of_kind.rebuild(ids)
        for keeper in KEEPERS.values():
            _rebuild_linked(keeper)
    if is_due or stored is None:
        db.session.merge(Setting(name=_NAME, value=text.KEY_VERSION))
    return is_due


def _rebuild_linked(keeper: Keeper[Any]) -> None:
    """Make again what the records that a keeper keeps are found by."""
    model = keeper.model
    for ids in batches(record_id for (record_id,) in _rows(model.id)):
        records = db.session.scalars(unscoped(select(model).where(model.id.in_(ids)), "keys have no viewer")).all()
        keys = [{"id": record.id, **keeper.keys(record)} for record in records]
        update_rows(model, keys, **_kept(model))
        texts.write_linked(keeper.findable(record) for record in records)


def _kept(model: Any) -> dict[str, Any]:
    """Return what leaves the moment of the last change alone: nobody changed anything."""
    columns = model.__table__.c
    return {"updated_at": columns.updated_at} if "updated_at" in columns else {}


def _all_keys() -> Iterator[tuple[Any, Iterator[dict[str, Any]]]]:
    """Yield each table whose rows have keys of their own, and the new keys of its rows."""
    yield Company, ({"id": key} | companies.name_keys(name) for key, name in _rows(Company.id, Company.name))
    contact = _rows(Contact.id, Contact.first_name, Contact.middle_name, Contact.last_name)
    yield Contact, ({"id": key} | contacts.name_keys(*names) for key, *names in contact)
    person = _rows(Resource.id, Resource.name, Resource.email)
    yield Resource, ({"id": key} | resources.name_keys(name, email) for key, name, email in person)
    item = _rows(ReferenceItem.id, ReferenceItem.label_fr, ReferenceItem.label_en, ReferenceItem.code)
    yield ReferenceItem, ({"id": key, "search_key": references.key_of(*names)} for key, *names in item)
    entity = _rows(BillingEntity.id, BillingEntity.name)
    yield BillingEntity, ({"id": key, "name_key": billing_entities.name_key(name)} for key, name in entity)


def _rows(*columns: Any) -> Iterator[Any]:
    """Read some columns of a table, in order of its ids, a batch at a time: it is written in between."""
    last = 0
    while rows := db.session.execute(
        unscoped(select(*columns).where(columns[0] > last).order_by(columns[0]).limit(BATCH), "keys have no viewer")
    ).all():
        yield from rows
        last = rows[-1][0]


def _copy_to(model: Any) -> None:
    """Write the sort key of each company where its copies stand."""
    table, company = model.__table__, Company.__table__
    key = select(company.c.sort_key).where(company.c.id == table.c.company_id).scalar_subquery()
    db.session.execute(update(table).values(sort_key=key))
