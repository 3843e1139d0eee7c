"""« Factures »: what the contact's company owes and has paid, to read and to keep (P8)."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from webapp.access import PORTAL, access
from webapp.blueprints.invoices import printed
from webapp.blueprints.portal.base import bp
from webapp.clock import today
from webapp.i18n import _, choose_timezone
from webapp.models import InvoiceState, PortalRight
from webapp.services.invoices import document, printing
from webapp.services.portal import invoices as reviewed
from webapp.text import read_id
from webapp.web import download, page, portal_viewer


@bp.get("/invoices")
@access(PORTAL, PortalRight.INVOICE_REVIEW)
def invoices() -> Response:
    """The invoices, the last first, a page at a time."""
    found = reviewed.browse(portal_viewer(), read_id(request.args.get("before", "")))
    return page("portal/invoices.html", found=found, standing=_standing)


@bp.get("/invoices/<int:record_id>")
@access(PORTAL, PortalRight.INVOICE_REVIEW)
def invoice(record_id: int) -> Response:
    """One of them; 404 for all others."""
    found = reviewed.get(portal_viewer(), record_id)
    return page("portal/invoice.html", invoice=found, printed=printed(found, None), standing=_standing)


@bp.get("/invoices/<int:record_id>.pdf")
@access(PORTAL, PortalRight.INVOICE_REVIEW)
def invoice_pdf(record_id: int) -> Response:
    """The same as a PDF."""
    read = document.of(reviewed.get(portal_viewer(), record_id))
    return download(printing.pdf(read), printing.file_name(read, record_id), "application/pdf")


def _standing(invoice: Any) -> tuple[str, str]:
    """Return where an invoice stands for whoever has to pay it: the kind of badge that shows it, and its words."""
    if invoice.credited_id is not None:
        return ("ok", _("Remboursé")) if invoice.state is InvoiceState.PAID else ("info", _("Avoir"))
    if invoice.state is InvoiceState.PAID:
        return "ok", _("Payée")
    if invoice.due_on < today(choose_timezone()):
        return "bad", _("En retard")
    return "info", _("À payer")
