"""What a file brings in is told by the history, as what people save is (H1, H2, H4, D17)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from tests import factories
from webapp.access import SYSTEM, get_visible, unscoped
from webapp.extensions import db
from webapp.models import Company, HistoryEvent, HistoryKind, ReferenceList
from webapp.services import companies
from webapp.services.history import recording

Run = Callable[..., Result]
Write = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("french_terminal", "db_session")


def entries(after: int = 0) -> list[HistoryEvent]:
    db.session.expire_all()
    found = select(HistoryEvent).where(HistoryEvent.id > after).order_by(HistoryEvent.id)
    return list(db.session.scalars(unscoped(found, "a test")))


def last() -> int:
    return max((entry.id for entry in entries()), default=0)


def test_companies(run: Run, write: Write) -> None:
    """One entry for each that is made or changed, none for one that stays; a parent is told too."""
    kept = factories.company("Zéphyr", company_number="Z1")
    moved = factories.company("Écluse", company_number="E1", alias="Sas")
    start = last()
    rows = [
        {"company_number": "Z1", "name": "Zéphyr"},
        {"company_number": "E1", "name": "Écluse", "account_type": "Partenaire", "parent_number": "Z1"},
        {"company_number": "N1", "name": "Neuve", "account_type": "Client", "parent_number": "E1"},
    ]
    common = {"account_type": "Client", "commercial_status": "client"}
    run("import", "companies", str(write(*({**common, **row} for row in rows))))
    made, changed, placed = entries(start)
    assert (made.kind, made.data, made.version) == (HistoryKind.CREATED, {}, 1)
    partner = factories.reference(ReferenceList.ACCOUNT_TYPE, "partner")
    client = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    assert (changed.kind, changed.company_id, changed.version) == (HistoryKind.MODIFIED, moved.id, 2)
    (line,) = changed.data["changes"]
    assert (line["name"], line["old"], line["new"]) == ("account_type", client, partner)
    assert line["names"][str(partner)] == ["Partenaire", "Partner"]
    assert placed.data["changes"] == [{"name": "parent", "old": None, "new": kept.id}]
    company = get_visible(Company, moved.id, SYSTEM)
    before, _by = recording.values_at(company, companies.SHAPE.read(company), 1)
    assert (before["account_type"], before["parent"], before["alias"]) == (client, None, "Sas")


def test_contacts(run: Run, write: Write) -> None:
    """One who moves is told of at both companies."""
    there, here = (factories.company(name, company_number=name) for name in ("Amont", "Aval"))
    moving = factories.contact("Zoé Bouchet", company=there.id, contact_number="C1")
    start = last()
    rows = [
        {"contact_number": "C1", "company_number": "Aval", "first_name": "Zoé", "last_name": "Bouchet"},
        {"contact_number": "C2", "company_number": "Amont", "first_name": "Paul", "last_name": "Roux"},
    ]
    run("import", "contacts", str(write(*rows)))
    told = {(entry.kind, entry.company_id, entry.contact_id == moving.id) for entry in entries(start)}
    assert told == {
        (HistoryKind.LEFT, there.id, True),
        (HistoryKind.JOINED, here.id, True),
        (HistoryKind.CREATED, there.id, False),
    }
    start = last()
    run("import", "contacts", str(write(*rows)))
    assert entries(start) == []


def test_a_company_of_which_only_the_parent_is_new(run: Run, write: Write) -> None:
    """H4: a company saved once so far, changed in nothing else, has its entry too; one that stays has none."""
    above, below = (factories.company(name, company_number=name) for name in ("Amont", "Aval"))
    start = last()
    common = {"account_type": "Client", "commercial_status": "client"}
    file = str(write({"company_number": "Aval", "name": "Aval", "parent_number": "Amont", **common}))
    run("import", "companies", file)
    (entry,) = entries(start)
    assert (entry.kind, entry.company_id) == (HistoryKind.MODIFIED, below.id)
    assert entry.data["changes"] == [{"name": "parent", "old": None, "new": above.id}]
    start = last()
    run("import", "companies", file)
    assert entries(start) == []


def test_a_file_that_is_refused_or_tried_tells_nothing(run: Run, write: Write) -> None:
    """All or nothing: a history of what was not done would be a lie."""
    start = last()
    good = {"name": "Neuve", "account_type": "Client", "commercial_status": "client"}
    run("import", "companies", "--dry-run", str(write(good)))
    run("import", "companies", str(write(good, {**good, "name": ""})), status=1)
    assert entries(start) == []
