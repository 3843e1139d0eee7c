"""Invoices and credit notes (S5)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.base import Choice, Decimals, Id, IntKey, Moment
from webapp.models.linked import Linked, Noun, linked_indexes
from webapp.models.reference import ReferenceList, value_of


class InvoiceState(StrEnum):
    DRAFT = "draft"
    VALIDATED = "validated"
    SENT = "sent"
    PAID = "paid"


class Invoice(Linked, Model):
    """What a company owes; once validated it has its number, and nothing of it changes but its state."""

    __tablename__ = "invoice"
    __table_args__ = (
        *linked_indexes("invoice"),
        # Each entity counts its own.
        UniqueConstraint("billing_entity_id", "number"),
        Index("ix_invoice_state", "state", "id"),
        Index("ix_invoice_engagement", "engagement_id", "id"),
        Index("ix_invoice_project", "project_id", "id"),
    )
    noun = Noun.INVOICE
    holds_company = True

    engagement_id: Mapped[int | None] = mapped_column(Id, ForeignKey("engagement.id"))
    project_id: Mapped[int | None] = mapped_column(Id, ForeignKey("project.id"))
    billing_entity_id: Mapped[int] = mapped_column(Id, ForeignKey("billing_entity.id"), index=True)
    #: The billing contact, whom the notice goes to.
    contact_id: Mapped[int | None] = mapped_column(Id, ForeignKey("contact.id"), index=True)
    #: The invoice that this credit note takes back.
    credited_id: Mapped[int | None] = mapped_column(Id, ForeignKey("invoice.id"), index=True)
    state: Mapped[InvoiceState] = mapped_column(Choice(InvoiceState))
    #: Given as it is validated, one after the other, without gaps.
    number: Mapped[str | None] = mapped_column(String(40))
    issued_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(String(3))
    comments: Mapped[str] = mapped_column(Text, default="")
    #: What the lines come to.
    net: Mapped[Decimal] = mapped_column(Decimals(2), default=Decimal(0))
    tax: Mapped[Decimal] = mapped_column(Decimals(2), default=Decimal(0))
    total: Mapped[Decimal] = mapped_column(Decimals(2), default=Decimal(0))
    #: Who invoices and who is invoiced, as printed, from the day it was validated.
    printed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    validated_at: Mapped[datetime | None] = mapped_column(Moment)
    validated_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    paid_on: Mapped[date | None] = mapped_column(Date)

    lines: Mapped[list["InvoiceLine"]] = relationship(
        order_by="InvoiceLine.position", cascade="all, delete-orphan", passive_deletes=True
    )


class InvoiceLine(Model):
    __tablename__ = "invoice_line"
    __table_args__ = (Index("ix_invoice_line_invoice", "invoice_id", "position"),)

    id: Mapped[IntKey]
    invoice_id: Mapped[int] = mapped_column(Id, ForeignKey("invoice.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(500))
    quantity: Mapped[Decimal] = mapped_column(Decimals(3))
    unit_price: Mapped[Decimal] = mapped_column(Decimals(4))
    tax_rate_id: Mapped[int | None] = value_of(ReferenceList.TAX_RATE)
    #: The rate as it was, in percent; 0 for a company that is exempt.
    tax_percent: Mapped[Decimal] = mapped_column(Decimals(3), default=Decimal(0))
    net: Mapped[Decimal] = mapped_column(Decimals(2), default=Decimal(0))
