"""An invoice as it is read, by the staff, by the customer, on paper: of a validated one, what was frozen then (S5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from werkzeug.exceptions import NotFound

from webapp.access import Viewer, get_even_deleted, reads_unscoped
from webapp.extensions import db
from webapp.i18n import _, day, force_locale, money
from webapp.models import AddressKind, BillingEntity, Company, Contact, Invoice, InvoiceLine, InvoiceState, PortalAccess
from webapp.services import companies, organisation, profiles
from webapp.services.invoices.amounts import Figures, Tax
from webapp.services.invoices.keeping import figures_of, lines_of, terms_of

_WHY = "what an invoice one may read says of who is invoiced"


class Row(NamedTuple):
    """A line as it is printed; no percentage where there is no tax."""

    text: str
    quantity: Decimal
    unit_price: Decimal
    percent: Decimal | None
    net: Decimal


@dataclass(frozen=True, kw_only=True)
class Document:
    """What is printed."""

    is_credit: bool
    is_draft: bool
    number: str
    subject: str
    issued_on: date | None
    due_on: date | None
    currency: str
    #: In which it is printed, whoever prints it: that of whom it is for.
    language: str
    seller: str
    letterhead: Sequence[str]
    payment_terms: Sequence[str]
    buyer: str
    address: Sequence[str]
    attention: str
    vat_number: str
    company_number: str
    exempt: bool
    exemption: str
    #: The number of the invoice that a credit note takes back.
    credited: str
    rows: Sequence[Row]
    figures: Figures


def of(invoice: Invoice, viewer: Viewer | None = None) -> Document:
    """Return what is printed of an invoice one may read: a validated one as it was then, a draft as it would be.

    To a `viewer` of the staff the billing contact is named only if they may see them, or saw them before the trash; one
    who was erased is named to nobody (A3).
    """
    is_draft = invoice.state is InvoiceState.DRAFT
    printed = dict(freeze(invoice) if is_draft else invoice.printed)
    if invoice.contact_id is None or (viewer is not None and not may_name(invoice.contact_id, viewer)):
        printed["attention"] = ""
    return Document(
        is_credit=invoice.credited_id is not None,
        is_draft=is_draft,
        number=invoice.number or "",
        subject=invoice.name,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        currency=invoice.currency,
        rows=_rows(invoice, printed["exempt"], is_draft),
        figures=_figures(printed["sums"]),
        **{name: value for name, value in printed.items() if name != "sums"},
    )


def title(document: Document) -> str:
    """Return what an invoice is called."""
    kind = _("Avoir") if document.is_credit else _("Facture")
    return f"{kind} {document.number}" if document.number else f"{kind} ({_('brouillon')})"


def facts(document: Document) -> list[tuple[str, str]]:
    """Return what is said at its head, each with its term."""
    pairs = [
        (_("Date d’émission"), day(document.issued_on, "long")),
        (_("Date d’échéance"), "" if document.is_credit else day(document.due_on, "long")),
        (_("Facture d’origine"), document.credited),
        (_("ID de la société"), document.company_number),
        (_("Nº TVA intracommunautaire"), document.vat_number),
        (_("ID d’exonération de taxe"), document.exemption),
    ]
    return [(term, value) for term, value in pairs if value]


def sums(figures: Figures, currency: str, *, exempt: bool, is_credit: bool) -> list[tuple[str, str]]:
    """Return in words what it comes to: without tax, the tax of each rate, in all."""
    pairs = [(_("Total hors taxe"), money(figures.net, currency))]
    for tax in figures.taxes:
        told = _("%(tax)s sur %(base)s", tax=tax.label, base=money(tax.base, currency))
        pairs.append((told, money(tax.amount, currency)))
    if exempt:
        pairs.append((_("Exonération de taxe"), money(figures.tax, currency)))
    return [*pairs, (_("Total à rembourser") if is_credit else _("Total à payer"), money(figures.total, currency))]


def freeze(invoice: Invoice) -> dict[str, Any]:
    """Return, as JSON holds it, what is printed of an invoice today besides its own columns and lines."""
    company = db.session.get_one(Company, invoice.company_id, execution_options=reads_unscoped(_WHY))
    entity = db.session.get_one(BillingEntity, invoice.billing_entity_id)
    contact = contact_of(invoice)
    exempt = terms_of(lines_of(invoice), invoice.company_id, invoice.credited_id).exempt
    language = language_of(contact)
    with force_locale(language):
        return {
            "language": language,
            "seller": entity.name,
            "letterhead": entity.letterhead.splitlines(),
            "payment_terms": entity.payment_terms.splitlines(),
            "buyer": company.name,
            "address": _address(company),
            "attention": contact.name if contact else "",
            "vat_number": company.vat_number,
            "company_number": company.company_number or "",
            "exempt": exempt,
            "exemption": company.tax_exemption_id if exempt else "",
            "credited": _number_of(invoice.credited_id),
            "sums": _kept(figures_of(invoice)),
        }


def may_name(contact_id: int, viewer: Viewer) -> bool:
    """Whether a viewer may read the name of a contact, in the trash too if they saw them before."""
    try:
        get_even_deleted(Contact, contact_id, viewer)
    except NotFound:
        return False
    return True


def contact_of(invoice: Invoice) -> Contact | None:
    """Return the billing contact of an invoice, unless they were deleted."""
    if invoice.contact_id is None:
        return None
    contact = db.session.get(Contact, invoice.contact_id, execution_options=reads_unscoped(_WHY))
    return contact if contact is not None and contact.deleted_at is None else None


def language_of(contact: Contact | None) -> str:
    """Return the language in which one writes to a contact: theirs in the portal, else the organisation's."""
    access = db.session.get(PortalAccess, contact.id) if contact else None
    return (access.language if access else None) or organisation.load().language


def _address(company: Company) -> list[str]:
    """Return the lines of the address where a company is invoiced: that for billing, else the main one."""
    known = {one.kind: one.lines for one in profiles.coordinates(company, companies.SHAPE)["addresses"]}
    return list(known.get(AddressKind.BILLING) or known.get(AddressKind.MAIN) or ())


def _number_of(invoice_id: int | None) -> str:
    found = db.session.get(Invoice, invoice_id, execution_options=reads_unscoped(_WHY)) if invoice_id else None
    return (found.number or "") if found else ""


def _rows(invoice: Invoice, exempt: bool, is_draft: bool) -> list[Row]:
    rates = terms_of(lines_of(invoice), invoice.company_id, invoice.credited_id).rates if is_draft else {}

    def percent(line: InvoiceLine) -> Decimal | None:
        rate = rates.get(line.tax_rate_id or 0)
        return None if exempt else rate.percent if rate else line.tax_percent

    return [Row(line.text, line.quantity, line.unit_price, percent(line), line.net) for line in invoice.lines]


def _kept(come_to: Figures) -> dict[str, Any]:
    taxes = [[one.label, *map(str, (one.percent, one.base, one.amount))] for one in come_to.taxes]
    return {"net": str(come_to.net), "tax": str(come_to.tax), "total": str(come_to.total), "taxes": taxes}


def _figures(kept: Mapping[str, Any]) -> Figures:
    taxes = tuple(Tax(label, *map(Decimal, numbers)) for label, *numbers in kept["taxes"])
    return Figures(Decimal(kept["net"]), taxes, Decimal(kept["tax"]), Decimal(kept["total"]))
