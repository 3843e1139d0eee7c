"""Invoices and credit notes (S5)."""

from flask import Blueprint

from webapp.blueprints.linked import add_views
from webapp.forms.invoice import InvoiceForm
from webapp.services.invoices import INVOICES

bp = Blueprint("invoices", __name__, url_prefix="/invoices")

add_views(bp, INVOICES, InvoiceForm)
