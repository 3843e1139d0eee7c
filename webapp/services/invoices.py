"""Invoices and credit notes (S5)."""

from webapp.models import Invoice
from webapp.services.linked.keeping import Keeper


class InvoiceKeeper(Keeper[Invoice]):
    model = Invoice


INVOICES = InvoiceKeeper()
