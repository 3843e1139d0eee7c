"""Invoices and credit notes: drafts, what validating them does, and what becomes of them (S5)."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, Viewer, access, get_visible
from webapp.blueprints.linked import add_views, record_saved
from webapp.clock import today
from webapp.forms.base import Pressed
from webapp.forms.invoice import InvoiceForm, PaymentForm
from webapp.i18n import _, choose_timezone
from webapp.models import Invoice
from webapp.saving import saving
from webapp.services.invoices import INVOICES, document, printing, validating
from webapp.services.invoices.keeping import BADGES, OWED
from webapp.services.linked import naming
from webapp.web import download, page, saved, viewer

bp = Blueprint("invoices", __name__, url_prefix="/invoices")


def printed(invoice: Invoice, reader: Viewer | None) -> dict[str, Any]:
    """Return what a page prints of an invoice (templates/invoices/_macros.html), for a resource or for its company."""
    read = document.of(invoice, reader)
    return {
        "document": read,
        "facts": document.facts(read),
        "sums": document.sums(read.figures, read.currency, exempt=read.exempt, is_credit=read.is_credit),
    }


def _facts(invoice: Invoice) -> dict[str, Any]:
    is_owed = invoice.state in OWED
    return {
        "printed": printed(invoice, viewer()),
        "badge_kind": BADGES[invoice.state],
        "is_owed": is_owed,
        "is_late": is_owed and invoice.due_on is not None and invoice.due_on < today(choose_timezone()),
        "notes": INVOICES.notes_on(invoice, viewer()),
    }


add_views(bp, INVOICES, InvoiceForm, _facts)


@bp.route("/<int:record_id>/validate", methods=["GET", "POST"])
@access(STAFF)
def validate(record_id: int) -> Response:
    """« Valider », then a confirmation that says what it does, and of which version."""
    invoice = get_visible(Invoice, record_id, viewer())
    asked = validating.rehearse(invoice, viewer())
    outcome = Pressed()
    is_answered = request.form.get("asked") == asked.subject and not asked.problems
    if request.method == "POST" and is_answered:
        with saving(outcome):
            told = validating.validate(invoice, by=viewer())
        if outcome.saved:
            return record_saved(invoice, _validated(invoice, told, is_hidden=asked.is_hidden))
        asked = validating.rehearse(invoice, viewer())
    return page(
        "invoices/validate.html",
        "invoices/_validate_dialog.html",
        status=422 if request.method == "POST" else 200,
        invoice=invoice,
        asked=asked,
        sums=printed(invoice, viewer())["sums"],
        is_changed=request.method == "POST" and not asked.problems,
        names=naming.named(INVOICES, invoice, viewer()),
    )


@bp.post("/<int:record_id>/send")
@access(STAFF)
def send(record_id: int) -> Response:
    """« Marquer envoyée »."""
    invoice = get_visible(Invoice, record_id, viewer())
    outcome = Pressed()
    with saving(outcome):
        INVOICES.mark_sent(invoice, by=viewer())
    return _done(invoice, outcome, _("Facture marquée comme envoyée : %(number)s", number=invoice.number))


@bp.route("/<int:record_id>/pay", methods=["GET", "POST"])
@access(STAFF)
def pay(record_id: int) -> Response:
    """« Marquer payée »: on which day."""
    invoice = get_visible(Invoice, record_id, viewer())
    form = PaymentForm.opened(today(choose_timezone()))
    if form.posted_and_valid():
        with saving(form):
            INVOICES.mark_paid(invoice, form.paid_on.data, by=viewer())
        if form.saved:
            return record_saved(invoice, _("Facture marquée comme payée : %(number)s", number=invoice.number))
    return page(
        "invoices/pay.html",
        "invoices/_pay_dialog.html",
        status=422 if request.method == "POST" else 200,
        invoice=invoice,
        form=form,
    )


@bp.post("/<int:record_id>/unpay")
@access(STAFF)
def unpay(record_id: int) -> Response:
    """« Annuler le paiement »."""
    invoice = get_visible(Invoice, record_id, viewer())
    outcome = Pressed()
    with saving(outcome):
        INVOICES.mark_unpaid(invoice, by=viewer())
    return _done(invoice, outcome, _("Paiement annulé : %(number)s", number=invoice.number))


@bp.post("/<int:record_id>/credit")
@access(STAFF)
def credit(record_id: int) -> Response:
    """« Faire un avoir »: a draft that takes the invoice back."""
    invoice = get_visible(Invoice, record_id, viewer())
    outcome = Pressed()
    with saving(outcome):
        note = INVOICES.credit(invoice, by=viewer())
    return _done(
        note if outcome.saved else invoice, outcome, _("Brouillon d’avoir créé : vérifiez-le, puis validez-le.")
    )


@bp.get("/<int:record_id>/print")
@access(STAFF)
def printable(record_id: int) -> Response:
    """The invoice alone, for paper."""
    invoice = get_visible(Invoice, record_id, viewer())
    return page("invoices/print.html", invoice=invoice, printed=printed(invoice, viewer()), back=_url(invoice))


@bp.get("/<int:record_id>.pdf")
@access(STAFF)
def pdf(record_id: int) -> Response:
    """The invoice as a PDF."""
    read = document.of(get_visible(Invoice, record_id, viewer()), viewer())
    return download(printing.pdf(read), printing.file_name(read, record_id), "application/pdf")


def _done(invoice: Invoice, outcome: Pressed, message: str) -> Response:
    if outcome.saved:
        return record_saved(invoice, message)
    return saved(_url(invoice), outcome.refused, kind="error")


def _validated(invoice: Invoice, told: str, *, is_hidden: bool) -> str:
    message = _("Facture validée : %(number)s.", number=invoice.number)
    if invoice.credited_id is not None:
        message = _("Avoir validé : %(number)s.", number=invoice.number)
    if not told:
        return f"{message} {_('Aucun avis n’est envoyé.')}"
    if is_hidden:
        return f"{message} {_('L’avis part au contact de facturation.')}"
    return f"{message} {_('L’avis part à %(email)s.', email=told)}"


def _url(invoice: Invoice) -> str:
    return url_for(".show", record_id=invoice.id)
