"""« Factures » in the portal: those of one's own company except drafts, with their PDF (P8, D11)."""

from datetime import date
from typing import Any

import pytest

from tests import factories, pdf
from tests.client import Browser
from tests.portal.conftest import invite
from tests.web.test_invoices import YEAR, stored, validated
from tests.world import World
from webapp.extensions import db
from webapp.services.invoices import INVOICES


@pytest.fixture
def reader(client: Browser, world: World, db_session: Any) -> Browser:
    """The browser of Élise, who may review invoices."""
    return client.as_contact(invite(world, world.elise.id, invoice_review=True).id)


def names(reader: Browser) -> list[str]:
    return [card.one("strong").text for card in reader.get("/portal/invoices").all("a", class_="portal-card")]


def test_those_of_one_s_company_that_were_validated(reader: Browser, client: Browser, world: World) -> None:
    """P8, D11: never a draft, nor one of another company, of the parent or a subsidiary; not by page, PDF or count."""
    bruno = client.as_("bruno")
    subsidiary = factories.company("Durand Filiale", parent=world.durand.id)
    mine = factories.invoice(world.durand, name="Audit", comments="Client difficile", contact=world.elise.id)
    draft = factories.invoice(world.durand, name="Brouillon caché")
    others = [factories.invoice(company, name="D’un autre") for company in (world.lead, subsidiary)]
    assert "Aucune facture ici" in reader.get("/portal/invoices")
    for invoice in (mine, *others):
        validated(bruno, invoice)
    assert names(reader) == [f"Facture {YEAR}-00001"]
    page = reader.get("/portal/").click("Factures").browser.get(f"/portal/invoices/{mine.id}")
    for said in ("Audit", "1 200,00 €", "À payer", "À l’attention de : Élise Nguyễn"):
        assert said in page
    assert "difficile" not in page
    for hidden in (draft, *others):
        reader.get(f"/portal/invoices/{hidden.id}", status=404)
        reader.get(f"/portal/invoices/{hidden.id}.pdf", status=404)
    for number in (0, 2**63, 2**70):
        reader.get(f"/portal/invoices/{number}.pdf", status=404)


def test_the_pdf_is_downloaded_under_a_safe_name(reader: Browser, client: Browser, world: World) -> None:
    """P8: whatever the invoice is called."""
    invoice = factories.invoice(world.durand, name='../"Ô\\r')
    validated(client.as_("bruno"), invoice)
    answer = reader.get(f"/portal/invoices/{invoice.id}.pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="facture-{YEAR}-00001.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"
    [page] = pdf.pages(answer.response.get_data())
    assert f"Facture {YEAR}-00001" in page
    assert "Durand & Fils" in page


def test_where_it_stands_is_said_as_for_who_pays(reader: Browser, client: Browser, world: World) -> None:
    """P8: to be paid, late, paid and when; a credit note is one."""
    invoice = factories.invoice(world.durand)
    page = validated(client.as_("bruno"), invoice)
    assert "À payer" in reader.get("/portal/invoices")
    stored(invoice.id).due_on = date(2020, 1, 1)
    db.session.commit()
    assert "En retard" in reader.get("/portal/invoices")
    INVOICES.mark_paid(stored(invoice.id), date(2026, 1, 2), by=world.viewer("bruno"))
    db.session.commit()
    assert "Payée le 2 janvier 2026" in reader.get(f"/portal/invoices/{invoice.id}")
    note = client.as_("bruno").get(page.url).submit(form="/credit").follow()
    validated(client.as_("bruno"), stored(int(note.url.rsplit("/", 1)[1])))
    assert names(reader) == [f"Avoir {YEAR}-00002", f"Facture {YEAR}-00001"]


def test_without_the_right_there_is_no_such_page(client: Browser, world: World, db_session: Any) -> None:
    """P1, P5: neither page, nor PDF, nor menu."""
    invoice = factories.invoice(world.durand)
    validated(client.as_("bruno"), invoice)
    visitor = client.as_contact(invite(world, world.elise.id, project_review=True).id)
    for url in ("/portal/invoices", f"/portal/invoices/{invoice.id}", f"/portal/invoices/{invoice.id}.pdf"):
        visitor.get(url, status=404)
    assert "Factures" not in visitor.get("/portal/")


def test_a_long_list_is_read_a_page_at_a_time(reader: Browser, client: Browser, world: World, queries: Any) -> None:
    for _number in range(32):
        invoice = factories.invoice(world.durand)
        factories.validate(invoice)
    with queries() as seen:
        first = reader.get("/portal/invoices")
    assert len(seen) <= 4, seen
    assert len(first.all("a", class_="portal-card")) == 30
    assert len(first.click("Suite").all("a", class_="portal-card")) == 2
