"""Invoices and credit notes (S5).

amounts      the arithmetic
keeping      drafts: their dialog's values, their rules; what only an action changes
validating   the number, what is printed for good, the notice
document     an invoice as its page, its paper and the portal show it
printing     the same as a PDF
"""

from webapp.services.invoices.keeping import INVOICES

__all__ = ["INVOICES"]
