"""What a file brings in is found by the search, whichever way its texts were indexed (N2, F7)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests import factories
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Company, Contact
from webapp.services import companies, contacts
from webapp.services.search import finding, indexing
from webapp.services.search.sources import Kind
from webapp.services.search.typed import Typed

Run = Callable[..., Result]
Write = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("french_terminal", "db_session")


def found(kind: Kind, typed: str) -> list[int]:
    return [one.id for one in finding.find(kind, Typed.read(typed), SYSTEM, 10)]


@pytest.mark.parametrize("few", [indexing.FEW, -1], ids=["at once", "as it grows"])
def test_what_came_in_is_found_and_so_is_what_is_changed_after(
    run: Run, write: Write, monkeypatch: Any, few: int
) -> None:
    monkeypatch.setattr(indexing, "FEW", few)
    firm = {"company_number": "S1", "name": "Saulnier Négoce", "account_type": "Client", "commercial_status": "client"}
    run("import", "companies", str(write(firm)))
    run("import", "contacts", str(write({"company_number": "S1", "first_name": "Zoé", "last_name": "Bouchardon"})))
    db.session.expire_all()
    (company_id,), (contact_id,) = found(Kind.COMPANY, "ulnier"), found(Kind.CONTACT, "bouchardon zoe")
    companies.update(get_visible(Company, company_id, SYSTEM), {"name": "Vertuchou"}, SYSTEM)
    contacts.update(get_visible(Contact, contact_id, SYSTEM), {"last_name": "Quatremer"}, SYSTEM)
    db.session.commit()
    assert [found(Kind.COMPANY, "saulnier"), found(Kind.COMPANY, "rtuch")] == [[], [company_id]]
    assert [found(Kind.CONTACT, "bouchardon"), found(Kind.CONTACT, "atremer")] == [[], [contact_id]]


def test_a_file_that_is_refused_leaves_the_indexes_as_they_were(run: Run, write: Write) -> None:
    good = {"name": "Saulnier Négoce", "account_type": "Client", "commercial_status": "client"}
    run("import", "companies", str(write(good, {**good, "name": ""})), status=1)
    company = factories.company("Vertuchou")
    assert found(Kind.COMPANY, "rtuch") == [company.id]
    assert found(Kind.COMPANY, "saulnier") == []
