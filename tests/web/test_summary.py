"""« Fiche de synthèse »: all about a company, over its subsidiaries, as far as one may see (S9, C7, A2)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from tests import factories, pdf
from tests.world import World
from webapp.clock import today
from webapp.extensions import db
from webapp.models import Company, ProjectState, ReferenceItem, ReferenceList, Resource
from webapp.services.invoices import INVOICES
from webapp.services.opportunities import OPPORTUNITIES

pytestmark = pytest.mark.usefixtures("db_session")

TODAY = today("Europe/Paris")


@pytest.fixture
def group(world: World, db_session: Any) -> Company:
    """A company with a sheet, subsidiaries of two levels, one of which only Anne sees, and what hangs on them."""
    head = factories.company("Holding", summary_consolidation=True, main_city="Nîmes")
    below = factories.company("Filiale", parent=head.id)
    deep = factories.company("Petite-fille", parent=below.id)
    hidden = factories.company("Zorglub", parent=below.id, restrict_access=True, allowed_resources=[world.anne.id])
    factories.company("Sous Zorglub", parent=hidden.id)
    for number in range(10):
        factories.contact(f"Ada Nom{number}", company=head.id)
    for company, name in ((head, "Siège"), (deep, "Refonte"), (hidden, "Zorglub secret")):
        factories.project(company, world.bruno, name=name, state=ProjectState.ACTIVE)
        late = factories.validate(factories.invoice(company, name=f"Facture {name}"))
        late.due_on = TODAY - timedelta(days=1)
        paid = factories.validate(factories.invoice(company))
        INVOICES.mark_paid(paid, TODAY, by=world.viewer("bruno"))
        factories.invoice(company, name="Brouillon")
        state = factories.reference(ReferenceList.OPPORTUNITY_STATE, first_state())
        values = {"state": state, "amount": Decimal(500), "currency": "EUR", "owner": world.bruno.id}
        factories.linked(OPPORTUNITIES, company, name=f"Affaire {name}", **values)
    db_session.commit()
    return head


def first_state() -> str:
    """Return the code of the state in which opportunities begin."""
    of_list = select(ReferenceItem.code).where(ReferenceItem.list == ReferenceList.OPPORTUNITY_STATE)
    return str(db.session.scalars(of_list.order_by(ReferenceItem.position)).first())


def test_it_sums_up_a_company_and_its_subsidiaries(client: Any, world: World, group: Company) -> None:
    """S9: of all levels; contacts and how many more; what is owed, late, paid this year, not the drafts."""
    page = client.as_("bruno").get(f"/companies/{group.id}").click("Fiche de synthèse")
    for said in (
        "Avec 3 filiales.",
        "1 filiale à laquelle vous n’avez pas accès n’est pas comptée.",
        "et 2 autres",
        "2 1 000,00 €",
        "Refonte Petite-fille En cours",
        "2 400,00 € 2 400,00 € 2 400,00 €",
        "Facture Refonte",
    ):
        assert said in page, said
    assert "Brouillon" not in page
    assert "Zorglub secret" not in page
    everything = client.as_("anne").get(f"/companies/{group.id}/summary")
    assert "Avec 4 filiales." in everything
    assert "Zorglub secret" in everything
    assert "3 600,00 €" in everything
    assert "pas accès" not in everything


def test_the_pdf_says_the_same(client: Any, world: World, group: Company) -> None:
    """S9, A2: for who asks, in their language, under a plain name."""
    answer = client.as_("bruno").get(f"/companies/{group.id}/summary.pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="fiche-de-synthese-holding.pdf"'
    text = " ".join(pdf.pages(answer.response.get_data()))
    for said in ("Fiche de synthèse", "Holding", "et 2 autres", "Refonte Petite-fille", "2 400,00 €", "pas comptée"):
        assert said in text, said
    assert "Zorglub" not in text
    db.session.execute(update(Resource).where(Resource.id == world.bruno.id).values(language="en"))
    db.session.commit()
    english = client.as_("bruno").get(f"/companies/{group.id}/summary.pdf")
    assert "Page 1 of" in " ".join(pdf.pages(english.response.get_data()))


def test_there_is_none_unless_it_was_ticked_nor_for_who_sees_no_company(client: Any, world: World) -> None:
    """C7, A2: no link, no page, no PDF."""
    bruno, chloe = client.as_("bruno"), client.as_("chloe")
    assert "Fiche de synthèse" not in [link.text for link in bruno.get(f"/companies/{world.durand.id}").all("a")]
    for path in ("summary", "summary.pdf"):
        bruno.get(f"/companies/{world.durand.id}/{path}", status=404)
        bruno.get(f"/companies/999999/{path}", status=404)
    bruno.get(f"/companies/{world.ecluse.id}/edit").submit({"summary_consolidation": True})
    bruno.get(f"/companies/{world.ecluse.id}/summary")
    for path in ("summary", "summary.pdf"):
        chloe.get(f"/companies/{world.ecluse.id}/{path}", status=404)


def test_a_circle_of_parents_ends(client: Any, world: World, group: Company) -> None:
    """S9: made by another program, as the dialog refuses one."""
    below_itself = update(Company).where(Company.id == group.id).values(parent_id=group.id + 2)
    db.session.execute(below_itself)
    db.session.commit()
    assert "Avec 3 filiales." in client.as_("bruno").get(f"/companies/{group.id}/summary")


def test_it_costs_the_same_whatever_hangs_on_it(client: Any, world: World, group: Company, queries: Any) -> None:
    """F6: a fixed number of queries."""
    bruno = client.as_("bruno")
    bruno.get(f"/companies/{group.id}/summary")
    with queries() as first:
        bruno.get(f"/companies/{group.id}/summary")
    for number in range(5):
        subsidiary = factories.company(f"Autre {number}", parent=group.id)
        factories.project(subsidiary, world.bruno)
        factories.validate(factories.invoice(subsidiary, currency="CHF"))
    with queries() as second:
        page = bruno.get(f"/companies/{group.id}/summary")
    assert "Avec 8 filiales." in page
    assert len(second) == len(first) <= 20, second


def test_a_lone_company_speaks_of_no_subsidiary(client: Any, world: World) -> None:
    alone = factories.company("Seule", summary_consolidation=True)
    page = client.as_("bruno").get(f"/companies/{alone.id}/summary")
    assert "filiale" not in page
    assert "Aucune donnée." in page
    assert client.as_("bruno").get(f"/companies/{alone.id}/summary.pdf").response.get_data().startswith(b"%PDF-")
