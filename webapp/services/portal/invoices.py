"""« Factures »: the invoices of a contact's company; drafts are nowhere (P8)."""

from typing import Any

from webapp.access import PortalViewer, get_in_portal, visible_in_portal
from webapp.models import Invoice
from webapp.services.portal.listing import Page, page


def browse(viewer: PortalViewer, before: int | None) -> Page:
    """Return a page of them, the last first."""
    columns: Any = (Invoice.id, Invoice.number, Invoice.name, Invoice.state, Invoice.issued_on, Invoice.due_on)
    rows = visible_in_portal(Invoice, viewer, *columns, Invoice.total, Invoice.currency, Invoice.credited_id)
    return page(rows, Invoice.id, before)


def get(viewer: PortalViewer, invoice_id: int) -> Invoice:
    """Return one of them, or raise 404."""
    return get_in_portal(Invoice, invoice_id, viewer)
