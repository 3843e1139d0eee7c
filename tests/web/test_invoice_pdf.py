"""The PDF of an invoice: what it says, how it goes on from page to page, in whose language (S5, P8)."""

from typing import Any

import pytest
from sqlalchemy import select

from tests import factories, pdf
from tests.web.test_invoices import YEAR, stored, validated
from tests.world import World
from webapp.extensions import db
from webapp.models import BillingEntity, ReferenceList
from webapp.services import organisation

pytestmark = pytest.mark.usefixtures("db_session")


def read(browser: Any, invoice_id: int) -> list[str]:
    answer = browser.get(f"/invoices/{invoice_id}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    return pdf.pages(answer.response.get_data())


def test_it_says_all_that_an_invoice_must(bruno: Any, world: World) -> None:
    """S5: who, to whom, when, what, the taxes, accents and € among them; it is named by its number."""
    entity = db.session.scalars(select(BillingEntity).where(BillingEntity.id == world.paris)).one()
    entity.letterhead, entity.payment_terms = "12 rue de l’Échiquier\nNº TVA FR00", "IBAN FR76"
    france = factories.reference(ReferenceList.COUNTRY, "FR")
    address = {"street": "8 allée des Mûriers", "city": "Nîmes", "postal_code": "30000", "country": france}
    buyer = factories.company("Œuvres & Cie <Ltée>", **{f"main_{part}": value for part, value in address.items()})
    contact = factories.contact("Zoé N’Diaye", company=buyer.id)
    rows = (("Conseil à l’été — « vite » & bien", "2.5", "333.3333"), ("Hébergement", "1", "10"))
    invoice = factories.invoice(buyer, name="Étude préalable", contact=contact.id, lines=factories.lines(*rows))
    [draft] = read(bruno, invoice.id)
    assert "Brouillon" in draft
    validated(bruno, invoice)
    answer = bruno.get(f"/invoices/{invoice.id}.pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="facture-{YEAR}-00001.pdf"'
    [page] = read(bruno, invoice.id)
    for said in (
        f"Facture {YEAR}-00001",
        "Comptoir Paris",
        "12 rue de l’Échiquier",
        "Œuvres & Cie <Ltée>",
        "À l’attention de : Zoé N’Diaye",
        "8 allée des Mûriers",
        "30000 NÎMES",
        "Étude préalable",
        "Conseil à l’été — « vite » & bien",
        "333,3333 €",
        "833,33 €",
        "TVA 20 % sur 843,33 €",
        "168,67 €",
        "Total à payer",
        "1 012,00 €",
        "IBAN FR76",
        "Page 1 sur 1",
    ):
        assert said in page, said
    assert "Brouillon" not in page
    assert answer.response.get_data() == bruno.get(f"/invoices/{invoice.id}.pdf").response.get_data()


def test_long_ones_break_pages_under_the_same_head(bruno: Any, world: World) -> None:
    """S5: long texts wrap, whatever they hold; each page repeats the head of the table and its number."""
    rows = [(f"Prestation {number} " + "d’assistance technique " * 12, "1", "1") for number in range(60)]
    rows.append(("x" * 500, "1", "1"))
    invoice = factories.invoice(world.durand, name="n" * 300, lines=factories.lines(*rows))
    found = read(bruno, invoice.id)
    assert len(found) > 2
    for number, page in enumerate(found, 1):
        assert f"Page {number} sur {len(found)}" in page
        assert "Désignation" in page or number == len(found)
    assert all(any(f"Prestation {number} " in page for page in found) for number in range(60))
    assert "".join(found).replace(" ", "").count("x") >= 500


def test_a_credit_note_says_so(bruno: Any, world: World) -> None:
    """S5: « Avoir », the invoice it takes back, negative amounts, a name of its own."""
    invoice = factories.invoice(world.durand)
    page = validated(bruno, invoice).submit(form="/credit").follow()
    note_id = int(page.url.rsplit("/", 1)[1])
    validated(bruno, stored(note_id))
    [text] = read(bruno, note_id)
    assert f"Avoir {YEAR}-00002" in text
    assert f"Facture d’origine {YEAR}-00001" in text
    assert "Total à rembourser -1 200,00 €" in text
    assert "échéance" not in text
    assert f"avoir-{YEAR}-00002.pdf" in bruno.get(f"/invoices/{note_id}.pdf").headers["Content-Disposition"]


def test_it_is_in_the_language_of_whom_it_is_for(client: Any, world: World) -> None:
    """S5, N4: whoever prints it; frozen with the rest."""
    organisation.save({"language": "en"})
    db.session.commit()
    invoice = factories.invoice(world.durand)
    validated(client.as_("bruno"), invoice)
    organisation.save({"language": "fr"})
    db.session.commit()
    [text] = read(client.as_("bruno"), invoice.id)
    for said in (f"Invoice {YEAR}-00001", "VAT 20% on €1,000.00", "Total due €1,200.00", "Page 1 of 1"):
        assert said in text, said
