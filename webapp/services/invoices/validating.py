"""« Valider »: an invoice gets its number, is printed for good, and its billing contact gets a notice (S5, H1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from webapp.access import Actor, Viewer, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import Contact, HistoryKind, Invoice, InvoiceState, MailKind
from webapp.services import organisation
from webapp.services.history import recording
from webapp.services.invoices.amounts import Figures
from webapp.services.invoices.document import contact_of, freeze, language_of, may_name
from webapp.services.invoices.keeping import INVOICES, columns_of, figures_of, lines_of, write_lines
from webapp.services.mail import outbox
from webapp.services.portal.access import PortalState, of_contact, state_of
from webapp.services.refusal import Refused
from webapp.tokens import hash_token
from webapp.urls import public_url

#: How long a customer has to pay, unless the invoice says until when.
DEFAULT_DELAY = timedelta(days=30)

_WHY = "an invoice counts with those of its entity, whoever sees them"


@dataclass(frozen=True)
class Rehearsal:
    """What a validation would do, as it is asked about before."""

    figures: Figures
    due_on: date
    #: To whom the notice goes, as far as whoever asks may read it; no address when none leaves.
    contact: str
    email: str
    is_hidden: bool
    #: What stands in the way.
    problems: Sequence[str]
    #: What an answer answers: another version, amount or address is another question.
    subject: str


def rehearse(invoice: Invoice, viewer: Viewer) -> Rehearsal:
    """Return what validating a draft would do."""
    come_to, issued_on = figures_of(invoice), organisation.today()
    contact = contact_of(invoice)
    email = contact.email1 if contact else ""
    is_hidden = contact is not None and not may_name(contact.id, viewer)
    return Rehearsal(
        figures=come_to,
        due_on=_due_on(invoice, issued_on),
        contact=contact.name if contact and not is_hidden else "",
        email=email if not is_hidden else "",
        is_hidden=bool(email) and is_hidden,
        problems=_problems(invoice, come_to, issued_on),
        subject=hash_token(f"{invoice.version} {come_to.total} {email}"),
    )


def validate(invoice: Invoice, by: Actor) -> str:
    """Validate a draft; return the address its notice goes to, or nothing. Raises Refused when it can't be.

    Whoever validates another invoice of the entity waits until this transaction ends: numbers follow each other, and a
    rollback takes its number back.
    """
    _lock(invoice)
    issued_on = organisation.today()
    number = _next_number(invoice.billing_entity_id, issued_on.year)
    come_to = figures_of(invoice)
    if problems := _problems(invoice, come_to, issued_on):
        raise Refused({"state": " ".join(problems)})
    write_lines(invoice, lines_of(invoice))
    for column, value in columns_of(come_to).items():
        setattr(invoice, column, value)
    invoice.printed = freeze(invoice)
    INVOICES.act(
        invoice,
        HistoryKind.VALIDATED,
        by,
        state=InvoiceState.VALIDATED,
        number=number,
        issued_on=issued_on,
        due_on=_due_on(invoice, issued_on),
        validated_at=now(),
        validated_by_id=by.resource_id,
    )
    return _notify(invoice, by)


def _lock(invoice: Invoice) -> None:
    """Make whoever else saves the invoice wait; raises Refused when somebody did since it was read."""
    version = invoice.version
    db.session.refresh(invoice, with_for_update=True)
    if invoice.version != version:
        raise Refused({"state": _("Cette facture vient d’être modifiée.")})


def _notify(invoice: Invoice, by: Actor) -> str:
    """Have the notice mailed to the billing contact, if they have an address; return it."""
    contact = contact_of(invoice)
    if contact is None or not contact.email1:
        return ""
    outbox.queue(
        MailKind.INVOICE_VALIDATED,
        outbox.to_contact(contact, language_of(contact)),
        by=by,
        number=invoice.number,
        is_credit=invoice.credited_id is not None,
        seller=invoice.printed["seller"],
        subject=invoice.name,
        total=invoice.total,
        currency=invoice.currency,
        due_on=invoice.due_on,
        portal=public_url("portal.invoice", record_id=invoice.id) if _reads_invoices(contact) else "",
    )
    recording.told(HistoryKind.NOTICE_SENT, invoice, by)
    return contact.email1


def _reads_invoices(contact: Contact) -> bool:
    """Whether a contact finds the invoice in the portal."""
    access = of_contact(contact.id)
    return access is not None and state_of(access) is PortalState.ACTIVE and access.invoice_review


def _problems(invoice: Invoice, come_to: Figures, issued_on: date) -> list[str]:
    """Return why a draft can't be validated."""
    if invoice.state is not InvoiceState.DRAFT:
        return [_("Cette facture est déjà validée.")]
    lines = lines_of(invoice)
    if not lines.rows:
        return [_("Il n’y a aucune ligne à facturer.")]
    found = list(INVOICES.own_problems(INVOICES.read(invoice), invoice).values())
    if invoice.due_on is not None and invoice.due_on < issued_on:
        found.append(_("L’échéance est passée : donnez-en une autre."))
    if invoice.credited_id is None and come_to.total < 0:
        found.append(_("Le total d’une facture ne peut pas être négatif : faites un avoir."))
    if invoice.credited_id is not None:
        if come_to.total > 0:
            found.append(_("Le total d’un avoir ne peut pas être positif."))
        elif come_to.total + _left_to_credit(invoice.credited_id) < 0:
            found.append(_("Cet avoir dépasse ce qui reste de la facture, compte tenu des avoirs déjà validés."))
    return found


def _left_to_credit(invoice_id: int) -> Decimal:
    """Return what is left of an invoice once the credit notes that were validated are taken from it."""
    of_it = (Invoice.id == invoice_id) | (Invoice.credited_id == invoice_id)
    validated = select(func.sum(Invoice.total)).where(of_it, Invoice.state != InvoiceState.DRAFT)
    return db.session.scalar(unscoped(validated, _WHY)) or Decimal(0)


def _next_number(entity_id: int, year: int) -> str:
    return f"{year}-{organisation.next_number(f'invoices_{entity_id}_{year}'):05}"


def _due_on(invoice: Invoice, issued_on: date) -> date:
    return invoice.due_on or issued_on + DEFAULT_DELAY
