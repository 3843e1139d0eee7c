"""Invoices: lines, tax, numbers, what is frozen, the notice, credit notes, and who may not (S5, H1, A2)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.portal.conftest import access_of, invite
from tests.web.test_history import events
from tests.world import World
from webapp.access import SYSTEM, unscoped
from webapp.clock import today
from webapp.extensions import db
from webapp.models import Invoice, InvoiceState, Mail, MailKind, ReferenceItem, ReferenceList
from webapp.services.invoices import validating

pytestmark = pytest.mark.usefixtures("db_session")

YEAR = today("Europe/Paris").year


def stored(invoice_id: int | None = None) -> Invoice:
    db.session.expire_all()
    invoices = select(Invoice) if invoice_id is None else select(Invoice).where(Invoice.id == invoice_id)
    return db.session.scalars(unscoped(invoices, "a test")).one()


def validated(browser: Any, invoice: Invoice) -> Any:
    return browser.get(f"/invoices/{invoice.id}/validate").submit(button="Valider").follow()


def asked_of(invoice: Invoice) -> str:
    """Return what a forged confirmation would have to answer."""
    return validating.rehearse(stored(invoice.id), SYSTEM).subject


def test_an_invoice_is_written_line_by_line_and_reckoned(bruno: Any, world: World) -> None:
    """S5: each net rounded half up to cents, the tax of each rate on the sum of its nets; nothing is lost by a step."""
    dialog = bruno.get(f"/companies/{world.durand.id}").click("Nouvelle facture")
    standard = factories.reference(ReferenceList.TAX_RATE, "standard")
    reduced = factories.reference(ReferenceList.TAX_RATE, "reduced")
    values = {
        "name": "Audit de sécurité",
        "billing_entity_text": "Comptoir Paris",
        "lines_text": ["Audit", "Rapport", ""],
        "lines_quantity": ["2,5", "3", ""],
        "lines_unit_price": ["333,33", "0,335", ""],
        "lines_tax_rate": [standard, reduced, standard],
    }
    more = dialog.submit(values, button="Ajouter une ligne", status=200)
    assert len(more.all("input", name="lines_text")) == 2 + 3 + 1
    assert more.field("name")["value"] == "Audit de sécurité"
    for said in ("833,33 €", "1,01 €", "TVA 20 % sur 833,33 € 166,67 €", "TVA 5,5 % sur 1,01 € 0,06 €"):
        assert said in more, said
    assert "Total à payer 1 001,07 €" in more
    page = more.submit(button="Enregistrer").follow()
    assert "Facture créée : Audit de sécurité" in page
    invoice = stored()
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal("834.34"), Decimal("166.73"), Decimal("1001.07"))
    assert [line.text for line in invoice.lines] == ["Audit", "Rapport"]
    assert (invoice.state, invoice.number) == (InvoiceState.DRAFT, None)
    assert events(bruno.get(f"/companies/{world.durand.id}"))[0].startswith("Création Facture Audit de sécurité")


def test_a_look_at_the_sums_answers_with_the_lines_alone(bruno: Any, world: World) -> None:
    """S5: as one types, by htmx: the lines and their sums, in the words they are in; what is half typed is no error."""
    dialog = bruno.get(f"/invoices/new?company={world.durand.id}")
    values = {"lines_text": ["Audit", "", ""], "lines_quantity": ["2", "", ""], "lines_unit_price": ["", "", ""]}
    part = dialog.submit(values, button="Recalculer", htmx=True)
    assert "Total à payer 0,00 €" in part
    assert not part.all("input", name="name"), "the rest of the dialog is left alone"
    assert not part.all("input", **{"aria-invalid": "true"})
    wrong = dialog.submit(values | {"lines_unit_price": ["cher", "", ""]}, button="Recalculer", htmx=True)
    assert "Ce n’est pas un nombre" in wrong
    assert not db.session.scalars(unscoped(select(Invoice), "a test")).all()


def test_a_line_is_taken_out_by_emptying_it_and_told_of_in_the_history(bruno: Any, world: World) -> None:
    """S5, H1: the lines are one value, before and after."""
    invoice = factories.invoice(world.durand, lines=factories.lines(("Conseil", "2", "500"), ("Port", "1", "12.5")))
    dialog = bruno.get(f"/invoices/{invoice.id}/edit")
    assert [cell["value"] for cell in dialog.all("input", name="lines_unit_price")] == ["500", "12,5", "", "", ""]
    blank = ["", "", "", ""]
    page = dialog.submit(
        {
            "lines_text": ["Conseil", *blank],
            "lines_quantity": ["3", *blank],
            "lines_unit_price": ["500", *blank],
        }
    ).follow()
    assert [line.text for line in stored().lines] == ["Conseil"]
    assert stored().total == Decimal("1800")
    entry = events(page)[0]
    assert "Lignes" in entry
    assert "Conseil, 3 × 500 (TVA 20 %)" in entry
    assert "Port, 1 × 12,5 (TVA 20 %)" in entry
    assert "Aucune modification" in bruno.get(f"/invoices/{invoice.id}/edit").submit().follow()


def test_what_is_wrong_in_a_line_is_said_in_its_cell(bruno: Any, world: World) -> None:
    """S5: with the line's number in the summary; all that was typed is kept."""
    page = bruno.get(f"/invoices/new?company={world.durand.id}")
    refused = page.submit(
        {
            "name": "Audit",
            "billing_entity_text": "Comptoir Lyon",
            "lines_text": ["Audit", "", ""],
            "lines_quantity": ["1,2345", "2", ""],
            "lines_unit_price": ["cher", "3", ""],
            "lines_tax_rate": ["", "", ""],
        },
        button="Enregistrer",
        status=422,
    )
    assert "Quantité, ligne 1 : 3 décimales au plus" in refused
    assert "Prix unitaire, ligne 1 : Ce n’est pas un nombre" in refused
    assert "Désignation, ligne 2 : Ce champ est obligatoire." in refused
    assert [cell["value"] for cell in refused.all("input", name="lines_unit_price")][:2] == ["cher", "3"]
    again = refused.submit(
        {
            "lines_text": ["Audit", "", ""],
            "lines_quantity": ["1", "", ""],
            "lines_unit_price": ["3", "", ""],
            "lines_tax_rate": ["", "", ""],
        },
        button="Enregistrer",
        status=422,
    )
    assert "Choisissez la taxe de chaque ligne." in again


@pytest.mark.parametrize("amount", ["1e9", "99999999999", "-0,00001", "NaN", "٣"])
def test_no_number_that_one_may_type_breaks_anything(bruno: Any, world: World, amount: str) -> None:
    page = bruno.get(f"/invoices/new?company={world.durand.id}")
    values = {"lines_text": ["Audit", "", ""], "lines_quantity": [amount, "", ""], "lines_unit_price": [amount, "", ""]}
    page.submit({"name": "Audit", "billing_entity_text": "Comptoir Lyon", **values}, button="Enregistrer", status=422)


def test_an_exempt_company_pays_no_tax_and_its_number_is_printed(bruno: Any, world: World) -> None:
    """S5, C7, D19: whatever rates its lines have; the draft follows the company until it is validated."""
    exempt = factories.company("Musée", tax_exempt=True, tax_exemption_id="EX-4711")
    invoice = factories.invoice(exempt)
    assert (stored().net, stored().tax, stored().total) == (Decimal(1000), Decimal(0), Decimal(1000))
    dialog = bruno.get(f"/invoices/{invoice.id}/edit")
    assert not dialog.all("select", name="lines_tax_rate")
    dialog.submit({"name": "Visite"}, button="Enregistrer")
    page = validated(bruno, invoice)
    assert "EX-4711" in page
    assert "Exonération de taxe 0,00 €" in page
    assert stored().lines[0].tax_percent == 0
    bruno.get(f"/companies/{exempt.id}/edit").submit({"tax_exempt": False})
    assert "EX-4711" in bruno.get(f"/invoices/{invoice.id}"), "what was printed stays"
    draft = factories.invoice(exempt)
    assert "TVA 20 %" in bruno.get(f"/invoices/{draft.id}")


def test_validation_gives_a_number_freezes_and_notifies(bruno: Any, world: World) -> None:
    """S5, H1, P4: asked first; then number, date, what is printed; the notice is mailed, and both are told of."""
    invoice = factories.invoice(world.durand, name="Audit", contact=world.elise.id)
    asked = bruno.get(f"/invoices/{invoice.id}").click("Valider")
    assert "L’avis de validation part à Élise Nguyễn, à l’adresse elise.nguyen@durand.example." in asked
    assert "Total à payer 1 200,00 €" in asked
    page = asked.submit(button="Valider").follow()
    assert f"Facture validée : {YEAR}-00001. L’avis part à elise.nguyen@durand.example." in page
    done = stored()
    assert (done.state, done.number, done.issued_on) == (InvoiceState.VALIDATED, f"{YEAR}-00001", today("Europe/Paris"))
    assert (done.due_on - done.issued_on).days == 30  # type: ignore[operator]
    assert done.validated_by_id == world.bruno.id
    [mail] = db.session.scalars(unscoped(select(Mail), "a test")).all()
    assert (mail.kind, mail.to_email, mail.language) == (
        MailKind.INVOICE_VALIDATED,
        "elise.nguyen@durand.example",
        "fr",
    )
    assert mail.subject == f"Facture {YEAR}-00001 · Comptoir Paris"
    assert "1 200,00 €" in mail.text.replace("\u202f", " ").replace("\u00a0", " ")
    told = events(bruno.get(f"/companies/{world.durand.id}"))
    assert told[0].startswith("Envoi de l’avis de validation de facture Facture Audit Bruno Masson")
    assert told[1].startswith("Validation Facture Audit Bruno Masson")
    assert "Numéro" in told[1]
    bruno.get(f"/companies/{world.durand.id}/edit").submit({"name": "Durand & Filles"})
    assert "Facturé à Durand & Fils" in bruno.get(f"/invoices/{invoice.id}"), "what is printed is frozen"


def test_the_notice_is_in_the_contact_s_language_with_a_link_if_they_may_follow_it(client: Any, world: World) -> None:
    """S5, P8: English to who reads English; the portal's address to who may read invoices there, and to nobody else."""
    guest = invite(world, world.elise.id, invoice_review=True)
    access_of(guest).language = "en"
    db.session.commit()
    invoice = factories.invoice(world.durand, contact=world.elise.id)
    validated(client.as_("bruno"), invoice)
    mail = db.session.scalars(unscoped(select(Mail).where(Mail.kind == MailKind.INVOICE_VALIDATED), "a test")).one()
    assert mail.subject == f"Invoice {YEAR}-00001 · Comptoir Paris"
    assert f"/portal/invoices/{invoice.id}" in mail.text
    assert "£" not in mail.text
    assert stored().printed["language"] == "en"


@pytest.mark.parametrize("without", ["contact", "email"])
def test_without_anybody_to_notify_one_validates_knowing_it(bruno: Any, world: World, without: str) -> None:
    """S5: the confirmation says that no notice leaves; none does, and the history says of none."""
    nobody = factories.contact("Paul Sansmail", company=world.durand.id).id if without == "email" else None
    invoice = factories.invoice(world.durand, contact=nobody)
    asked = bruno.get(f"/invoices/{invoice.id}/validate")
    assert "Aucun avis ne part" in asked
    assert "Aucun avis n’est envoyé." in asked.submit(button="Valider").follow()
    assert not db.session.scalars(unscoped(select(Mail), "a test")).all()
    assert events(bruno.get(f"/companies/{world.durand.id}"))[0].startswith("Validation")


def test_what_is_confirmed_is_what_was_shown(client: Any, world: World) -> None:
    """S5: changed meanwhile, or with another address, it is asked again, with the new sums."""
    invoice = factories.invoice(world.durand, contact=world.elise.id)
    asked = client.as_("bruno").get(f"/invoices/{invoice.id}/validate")
    client.as_("anne").get(f"/invoices/{invoice.id}/edit").submit(
        {"lines_unit_price": ["900", "", "", ""]}, button="Enregistrer"
    )
    again = asked.submit(button="Valider", status=422)
    assert "a changé entre-temps" in again
    assert "2 160,00 €" in again
    assert stored().state is InvoiceState.DRAFT
    again.submit(button="Valider")
    assert stored().total == Decimal(2160)
    assert "déjà validée" in asked.submit(button="Valider", status=422)


def test_what_can_t_be_validated_says_why(bruno: Any, world: World) -> None:
    """S5: no line, a day past, a negative total."""
    for values, reason in (
        ({"lines": factories.lines()}, "Il n’y a aucune ligne à facturer."),
        ({"due_on": date(2020, 1, 1)}, "L’échéance est passée"),
        ({"lines": factories.lines(("Remise", "1", "-5"))}, "ne peut pas être négatif"),
    ):
        invoice = factories.invoice(world.durand, **values)
        asked = bruno.get(f"/invoices/{invoice.id}/validate")
        assert reason in asked
        assert not [one for one in asked.all("button") if one.text == "Valider"]
        bruno.post(f"/invoices/{invoice.id}/validate", {"asked": asked_of(invoice)}, status=422)
    assert not db.session.scalars(unscoped(select(Invoice).where(Invoice.number.is_not(None)), "a test")).all()


def test_numbers_follow_each_other_in_each_entity_and_year(bruno: Any, world: World) -> None:
    """S5: without gaps; a refusal takes none; each entity counts its own."""
    numbers = []
    bruno.get("/")
    for entity in (world.paris, world.paris, world.lyon, world.paris):
        invoice = factories.invoice(world.durand, billing_entity=entity)
        bad = factories.invoice(world.durand, billing_entity=entity, lines=factories.lines())
        bruno.post(f"/invoices/{bad.id}/validate", {"asked": asked_of(bad)}, status=422)
        validated(bruno, invoice)
        numbers.append(stored(invoice.id).number)
    assert numbers == [f"{YEAR}-0000{n}" for n in (1, 2, 1, 3)]


def test_a_validated_invoice_is_closed(client: Any, world: World) -> None:
    """S5: neither dialog, nor deletion, nor a form that was open before; what was typed is kept."""
    bruno = client.as_("bruno")
    invoice = factories.invoice(world.durand, name="Audit")
    open_before = client.as_("anne").get(f"/invoices/{invoice.id}/edit")
    page = validated(bruno, invoice)
    assert not [link for link in page.all("a") if link.text in ("Modifier", "Supprimer")]
    assert "Une facture validée ne change plus : faites un avoir." in bruno.get(f"/invoices/{invoice.id}/edit")
    late = open_before.submit({"name": "Trop tard"}, button="Enregistrer", status=409)
    assert "Une facture validée ne change plus : faites un avoir." in late
    assert late.field("name")["value"] == "Trop tard"
    refused = bruno.get(f"/invoices/{invoice.id}/delete").submit(button="OK", status=422)
    assert "ne se supprime pas" in refused
    assert stored().name == "Audit"
    assert stored().deleted_at is None


def test_a_draft_is_deleted_and_comes_back(bruno: Any, world: World) -> None:
    """S5, R3: only a draft; and a company with invoices stays (D16)."""
    invoice = factories.invoice(world.durand, name="Pour rien")
    assert "Factures (1)" in bruno.get(f"/companies/{world.durand.id}/delete")
    bruno.get(f"/invoices/{invoice.id}/delete").submit(button="OK")
    bruno.get(f"/invoices/{invoice.id}", status=404)
    bruno.get("/trash/").submit(form=f"/invoices/{invoice.id}/restore")
    assert stored().lines


def test_it_is_sent_then_paid_and_the_payment_can_be_taken_back(bruno: Any, world: World) -> None:
    """S5: each step is told of; what makes no sense is refused."""
    invoice = factories.invoice(world.durand, name="Audit")
    bruno.get(f"/invoices/{invoice.id}")
    for action in ("send", "unpay", "credit"):
        page = bruno.post(f"/invoices/{invoice.id}/{action}").follow()
        assert "Seule une facture validée" in page or "n’est pas marquée comme payée" in page
    page = validated(bruno, invoice).submit(form="/send").follow()
    assert "Envoyée" in page
    late = page.click("Marquer payée").submit({"paid_on": "2999-01-01"}, button="Enregistrer", status=422)
    assert late.error("paid_on") == "Ce jour n’est pas encore venu."
    assert "obligatoire" in late.submit({"paid_on": ""}, button="Enregistrer", status=422).error("paid_on")
    paid = late.submit({"paid_on": "2026-01-02"}, button="Enregistrer").follow()
    assert stored().paid_on == date(2026, 1, 2)
    assert events(paid)[0].startswith("Paiement")
    again = bruno.get(f"/invoices/{invoice.id}/pay")
    assert "Seule une facture validée" in again.submit(button="Enregistrer", status=422)
    paid.submit(form="/unpay")
    assert (stored().state, stored().paid_on) == (InvoiceState.SENT, None)


def test_a_credit_note_takes_an_invoice_back(bruno: Any, world: World) -> None:
    """S5: a draft with the lines negated, at the taxes of that day; never more than the invoice."""
    invoice = factories.invoice(world.durand, name="Audit", lines=factories.lines(("Conseil", "3", "33.335")))
    page = validated(bruno, invoice)
    rate = db.session.get_one(ReferenceItem, factories.reference(ReferenceList.TAX_RATE, "standard"))
    rate.percent = Decimal(21)
    db.session.commit()
    note_page = page.submit(form="/credit").follow()
    assert note_page.heading == f"Avoir sur la facture {YEAR}-00001"
    note = stored(int(note_page.url.rsplit("/", 1)[1]))
    assert (note.credited_id, note.state, note.total) == (invoice.id, InvoiceState.DRAFT, -stored(invoice.id).total)
    assert note_page.link("Audit")["href"] == f"/invoices/{invoice.id}"
    done = validated(bruno, note)
    assert f"Avoir validé : {YEAR}-00002." in done
    assert stored(note.id).lines[0].tax_percent == 20
    assert f"{YEAR}-00002" in bruno.get(f"/invoices/{invoice.id}")
    second = bruno.get(f"/invoices/{invoice.id}").submit(form="/credit").follow()
    assert "Cet avoir dépasse ce qui reste de la facture" in bruno.get(f"{second.url}/validate")
    assert "Un avoir validé ne change plus." in bruno.get(f"/invoices/{note.id}/edit")


def test_two_people_change_the_lines(client: Any, world: World) -> None:
    """R4: one chooses whose lines are kept; what each changed elsewhere is merged."""
    invoice = factories.invoice(world.durand)
    url = f"/invoices/{invoice.id}/edit"
    first, second = client.as_("bruno").get(url), client.as_("anne").get(url)
    first.submit({"lines_quantity": ["5", "", "", ""]}, button="Enregistrer")
    kept = second.submit({"comments": "Urgent"}, button="Enregistrer").follow()
    assert "Bruno Masson a modifié entre-temps : Lignes." in kept
    third, fourth = client.as_("bruno").get(url), client.as_("anne").get(url)
    third.submit({"lines_quantity": ["6", "", "", ""]}, button="Enregistrer")
    clash = fourth.submit({"lines_quantity": ["7", "", "", ""]}, button="Enregistrer", status=409)
    assert "Ce que vous avez saisi : Conseil, 7 × 500 (TVA 20 %)" in clash
    assert "Conseil, 6 × 500 (TVA 20 %)" in clash
    clash.submit({"keep_lines": "theirs"}, button="Enregistrer")
    assert stored().lines[0].quantity == 6


def test_who_may_not_see_the_company_sees_none_of_its_invoices(client: Any, world: World) -> None:
    """A2: not by any address, nor in a list, nor can they do anything to one."""
    invoice = factories.invoice(world.ecluse, name="Facture discrète")
    chloe, bruno = client.as_("chloe"), client.as_("bruno")
    chloe.get("/")
    for path in ("", "/edit", "/delete", "/validate", "/pay", "/print", "/history", ".pdf"):
        chloe.get(f"/invoices/{invoice.id}{path}", status=404)
        bruno.get(f"/invoices/{invoice.id}{path}")
    for path in ("/validate", "/send", "/pay", "/unpay", "/credit", "/delete"):
        chloe.post(f"/invoices/{invoice.id}{path}", status=404)
    assert "Facture discrète" not in chloe.get("/invoices/")
    assert "Facture discrète" in bruno.get("/invoices/")


def test_a_hidden_billing_contact_is_not_named(client: Any, world: World) -> None:
    """A3: whoever may not see them reads neither name nor address, before and after; the notice leaves all the same."""
    hidden = factories.contact(
        "Zoé Cachée",
        company=world.durand.id,
        email1="zoe@durand.example",
        restrict_access=True,
        allowed_resources=[world.anne.id],
    )
    invoice = factories.invoice(world.durand, contact=hidden.id)
    bruno = client.as_("bruno")
    asked = bruno.get(f"/invoices/{invoice.id}/validate")
    page = asked.submit(button="Valider").follow()
    for seen in (asked, page, bruno.get(f"/invoices/{invoice.id}/print"), bruno.get(f"/companies/{world.durand.id}")):
        assert "Cachée" not in seen.html
        assert "zoe@" not in seen.html
    assert len(db.session.scalars(unscoped(select(Mail), "a test")).all()) == 1


def test_the_list_is_narrowed_and_finds_by_number(bruno: Any, world: World) -> None:
    """S5, N3: by state, what is owed, what is late, by entity, by number."""
    one = factories.invoice(world.durand, name="Une", billing_entity=world.paris)
    factories.invoice(world.durand, name="Deux", billing_entity=world.lyon)
    validated(bruno, one)
    for query, names in {
        "": ["Deux", "Une"],
        "?state=draft": ["Deux"],
        "?state=owed": ["Une"],
        "?state=late": [],
        f"?entity={world.lyon}": ["Deux"],
        f"?q={YEAR}-00001": ["Une"],
        "?state=x&entity=x": ["Deux", "Une"],
    }.items():
        page = bruno.get(f"/invoices/{query}")
        rows = page.one("tbody").all("tr") if names else page.all("tbody")
        assert [row.one("th").one("bdi").text for row in rows] == names, query
    stored(one.id).due_on = date(2020, 1, 1)
    db.session.commit()
    assert "Une" in bruno.get("/invoices/?state=late")
    assert "En retard" in bruno.get(f"/invoices/{one.id}")


def test_a_new_one_begins_as_the_last_of_its_company(bruno: Any, world: World) -> None:
    """S5: who invoices, the currency, to whose attention."""
    factories.invoice(world.durand, billing_entity=world.lyon, currency="CHF", contact=world.elise.id)
    dialog = bruno.get(f"/invoices/new?company={world.durand.id}")
    assert dialog.field("billing_entity_text")["value"] == "Comptoir Lyon"
    assert dialog.field("contact_text")["value"] == "Élise Nguyễn"
    chosen = [option["value"] for option in dialog.field("currency").all("option") if option.has("selected")]
    assert chosen == ["CHF"]


def test_what_it_names_is_of_the_same_company(bruno: Any, world: World) -> None:
    """S5: a project, an engagement or a contact of another is refused."""
    other = factories.project(world.lead, world.bruno, name="D’ailleurs")
    page = bruno.get(f"/invoices/new?company={world.durand.id}")
    forged = {"name": "A", "billing_entity_text": "Comptoir Lyon", "project": other.id, "project_text": "D’ailleurs"}
    assert "Aucune réponse" in page.submit(forged, button="Enregistrer", status=422).error("project_text")


def test_an_entity_that_invoices_says_how_and_stays(client: Any, world: World) -> None:
    """R1, S5: its letterhead and terms are printed; one that an invoice names can't be deleted."""
    anne = client.as_("anne")
    entity = factories.billing_entity("Comptoir Brest")
    details = {"letterhead": "1 quai du Port\n29200 Brest", "payment_terms": "IBAN FR76 0000"}
    anne.get(f"/admin/billing-entities/{entity.id}/edit").submit(details)
    invoice = factories.invoice(world.durand, billing_entity=entity.id)
    page = anne.get(f"/invoices/{invoice.id}")
    assert "29200 Brest" in page
    assert "IBAN FR76 0000" in page
    assert "est utilisée" in anne.get(f"/admin/billing-entities/{entity.id}/delete")
    assert "1 facture" in anne.get("/admin/billing-entities/")
