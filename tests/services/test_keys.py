"""Sort and search keys follow the version of the program that makes them."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.world import World
from webapp import text
from webapp.access import unscoped
from webapp.models import (
    BillingEntity,
    Company,
    CompanyGrant,
    CompanyListing,
    CompanySearch,
    Contact,
    ContactSearch,
    ReferenceItem,
    Resource,
)


def test_keys_made_by_another_version_are_made_again(
    run: Any, world: World, db_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Companies and their places in the trees, people, lists, entities: all by today’s keys again (N2, T1)."""
    columns = [
        Company.sort_key,
        Company.search_key,
        CompanyGrant.sort_key,
        CompanyListing.sort_key,
        Contact.sort_key,
        Contact.search_key,
        CompanySearch.text,
        ContactSearch.text,
        Resource.sort_key,
        Resource.search_key,
        ReferenceItem.search_key,
        BillingEntity.name_key,
    ]

    changes = unscoped(select(Company.id, Company.updated_at, Company.version).order_by(Company.id), "a test looks")

    def stored() -> tuple[Any, Any]:
        keys = [Counter(db_session.scalars(unscoped(select(column), "a test looks"))) for column in columns]
        moments = db_session.execute(changes).all()
        # What holds a transaction open holds up the command.
        db_session.rollback()
        return keys, moments

    before = stored()
    assert all(before[0])
    db_session.execute(update(CompanyGrant.__table__).values(sort_key=b"old"))
    db_session.execute(update(CompanyListing.__table__).values(sort_key=b"old"))
    for model in (Company, Resource):
        kept = {"updated_at": model.__table__.c.updated_at}
        db_session.execute(update(model.__table__).values(sort_key=b"old", search_key="old", **kept))
    kept = {"updated_at": Contact.__table__.c.updated_at}
    db_session.execute(update(Contact.__table__).values(sort_key=b"old", search_key="old", **kept))
    db_session.execute(update(CompanySearch.__table__).values(text=" old\n"))
    db_session.execute(delete(ContactSearch.__table__))
    db_session.execute(update(ReferenceItem.__table__).values(search_key="old"))
    db_session.execute(update(BillingEntity.__table__).values(name_key=BillingEntity.name + " old"))
    db_session.commit()
    assert run("db", "upgrade").output == ""
    monkeypatch.setattr("webapp.text.KEY_VERSION", text.KEY_VERSION + 1)
    assert run("db", "upgrade").output == "Database upgraded.\n"
    assert stored() == before
    assert run("db", "upgrade").output == ""
