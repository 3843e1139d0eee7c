"""Invoices while they are drafts, and what becomes of them: the dialog's values, the rules, the states (S5)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from webapp.access import Actor, Viewer, reads_unscoped, unscoped, visible
from webapp.clock import now, today
from webapp.extensions import db
from webapp.i18n import LazyString, _, _l
from webapp.models import (
    BillingEntity,
    Company,
    HistoryKind,
    Invoice,
    InvoiceLine,
    InvoiceState,
    ReferenceItem,
    ReferenceList,
    resource_billing_entity,
)
from webapp.services import organisation
from webapp.services.invoices.amounts import NOTHING, Figures, Line, Lines, Rate, Terms, figures
from webapp.services.linked.keeping import Filter, Keeper, Summary
from webapp.services.refusal import Refused

STATES: Mapping[InvoiceState, LazyString] = {
    InvoiceState.DRAFT: _l("Brouillon"),
    InvoiceState.VALIDATED: _l("Validée"),
    InvoiceState.SENT: _l("Envoyée"),
    InvoiceState.PAID: _l("Payée"),
}

#: The kind of badge that shows each state.
BADGES: Mapping[InvoiceState, str] = {
    InvoiceState.DRAFT: "",
    InvoiceState.VALIDATED: "info",
    InvoiceState.SENT: "info",
    InvoiceState.PAID: "ok",
}

#: What is owed.
OWED = (InvoiceState.VALIDATED, InvoiceState.SENT)

_RULES = "the rules of an invoice hold for whoever saves it"


class InvoiceKeeper(Keeper[Invoice]):
    """Invoices; only a draft can be changed or deleted."""

    model = Invoice
    derived = "state number issued_on net tax total printed validated_at validated_by_id sent_at paid_on".split()
    required = ("company", "name", "billing_entity", "currency")

    # --- what lists show -----------------------------------------------------------------------------------------

    def summary(self) -> Summary:
        return Summary(
            state=Invoice.state,
            day=Invoice.issued_on,
            amount=Invoice.total,
            currency=Invoice.currency,
            number=Invoice.number,
        )

    def state_label(self, state: str) -> str:
        return str(STATES[InvoiceState(state)])

    def filters(self) -> Mapping[str, Filter]:
        return {
            "state": Filter(
                _l("État"),
                lambda viewer: [
                    *((state.value, str(label)) for state, label in STATES.items()),
                    ("owed", _("À encaisser")),
                    ("late", _("En retard")),
                ],
                _in_state,
            ),
            "entity": Filter(
                _l("Entité de facturation"),
                lambda viewer: [(str(entity.id), entity.name) for entity in _entities()],
                lambda value, viewer: Invoice.billing_entity_id == int(value),
            ),
        }

    # --- the dialog's values -------------------------------------------------------------------------------------

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        """Begin as the last invoice of the company did: who invoices, in which currency, to whose attention."""
        values = super().starting_values(sources, viewer)
        preset = {"currency": organisation.load().currency, "billing_entity": _own_entity(viewer), "lines": Lines()}
        if (company_id := values.get("company")) is not None:
            columns = (Invoice.billing_entity_id, Invoice.currency, Invoice.contact_id)
            last = visible(Invoice, viewer, *columns).where(Invoice.company_id == company_id)
            if row := db.session.execute(last.order_by(Invoice.id.desc()).limit(1)).first():
                preset |= {"billing_entity": row.billing_entity_id, "currency": row.currency, "contact": row.contact_id}
        return {**preset, **values}

    def read(self, record: Invoice) -> dict[str, Any]:
        return {**super().read(record), "lines": lines_of(record)}

    def own_problems(self, values: Mapping[str, Any], record: Invoice | None) -> dict[str, str]:
        lines: Lines = values.get("lines") or Lines()
        terms = terms_of(lines, values.get("company"), values.get("credited"))
        if not terms.exempt and any(row.tax_rate not in terms.rates for row in lines.rows):
            return {"lines": _("Choisissez la taxe de chaque ligne.")}
        return {}

    def columns(self, values: Mapping[str, Any], record: Invoice) -> dict[str, Any]:
        lines = values.get("lines") or Lines()
        come_to = figures(lines, *terms_of(lines, values["company"], values.get("credited")))
        state = {"state": record.state or InvoiceState.DRAFT}
        return {**state, **super().columns(values, record), **columns_of(come_to)}

    def found_by(self, values: Mapping[str, Any], record: Invoice) -> str:
        return f"{values['name']} {record.number or ''}".rstrip()

    def after_save(self, record: Invoice, values: Mapping[str, Any], by: Actor) -> None:
        write_lines(record, values.get("lines") or Lines())

    def refuse_to_change(self, record: Invoice) -> str:
        if record.state is InvoiceState.DRAFT:
            return ""
        if record.credited_id is not None:
            return _("Un avoir validé ne change plus.")
        return _("Une facture validée ne change plus : faites un avoir.")

    def refuse_to_remove(self, record: Invoice) -> str:
        if record.state is InvoiceState.DRAFT:
            return ""
        return _("Une facture validée ne se supprime pas : faites un avoir.")

    # --- what becomes of it --------------------------------------------------------------------------------------

    def mark_sent(self, invoice: Invoice, by: Actor) -> None:
        """Say that an invoice was sent; raises Refused unless it was validated and nothing more."""
        if invoice.state is not InvoiceState.VALIDATED:
            raise Refused({"state": _("Seule une facture validée peut être marquée comme envoyée.")})
        self.act(invoice, HistoryKind.STATE_CHANGED, by, state=InvoiceState.SENT, sent_at=now())

    def mark_paid(self, invoice: Invoice, paid_on: date, by: Actor) -> None:
        """Say on which day an invoice was paid; raises Refused unless it is owed, or for a day that can't be."""
        if invoice.state not in OWED:
            raise Refused({"state": _("Seule une facture validée peut être marquée comme payée.")})
        if paid_on > organisation.today():
            raise Refused({"paid_on": _("Ce jour n’est pas encore venu.")})
        self.act(invoice, HistoryKind.PAID, by, state=InvoiceState.PAID, paid_on=paid_on)

    def mark_unpaid(self, invoice: Invoice, by: Actor) -> None:
        """Take back that an invoice was paid: it is owed again, as before."""
        if invoice.state is not InvoiceState.PAID:
            raise Refused({"state": _("Cette facture n’est pas marquée comme payée.")})
        before = InvoiceState.SENT if invoice.sent_at else InvoiceState.VALIDATED
        self.act(invoice, HistoryKind.REOPENED, by, state=before, paid_on=None)

    def credit(self, invoice: Invoice, by: Actor) -> Invoice:
        """Make a draft of a credit note that takes an invoice back whole, and return it; raises Refused for a draft."""
        if invoice.state is InvoiceState.DRAFT or invoice.credited_id is not None:
            raise Refused({"state": _("Seule une facture validée peut donner lieu à un avoir.")})
        kept = ("company", "billing_entity", "contact", "engagement", "project", "currency")
        values = self.read(invoice)
        return self.create(
            {
                **{name: values[name] for name in kept},
                "name": _("Avoir sur la facture %(number)s", number=invoice.number),
                "lines": values["lines"].negated(),
                "credited": invoice.id,
            },
            by,
        )

    def notes_on(self, invoice: Invoice, viewer: Viewer) -> list[Any]:
        """Return the credit notes on an invoice that a viewer sees."""
        columns = (Invoice.id, Invoice.name, Invoice.number, Invoice.state, Invoice.total, Invoice.currency)
        notes = visible(Invoice, viewer, *columns).where(Invoice.credited_id == invoice.id)
        return list(db.session.execute(notes.order_by(Invoice.id)))


INVOICES = InvoiceKeeper()


# --- lines and figures -----------------------------------------------------------------------------------------------


def lines_of(invoice: Invoice) -> Lines:
    """Return the lines of an invoice as one value."""
    return Lines(tuple(Line(row.text, row.quantity, row.unit_price, row.tax_rate_id) for row in invoice.lines))


def write_lines(invoice: Invoice, lines: Lines) -> None:
    """Make the lines of an invoice those of a value, each with its rate and its net as they are now."""
    terms = terms_of(lines, invoice.company_id, invoice.credited_id)
    percents = {} if terms.exempt else {rate_id: rate.percent for rate_id, rate in terms.rates.items()}
    invoice.lines = [
        InvoiceLine(
            position=position,
            text=row.text,
            quantity=row.quantity,
            unit_price=row.unit_price,
            tax_rate_id=row.tax_rate,
            tax_percent=percents.get(row.tax_rate or 0, NOTHING),
            net=row.net,
        )
        for position, row in enumerate(lines.rows, 1)
    ]


def figures_of(invoice: Invoice) -> Figures:
    """Return what a draft comes to today."""
    lines = lines_of(invoice)
    return figures(lines, *terms_of(lines, invoice.company_id, invoice.credited_id))


def columns_of(come_to: Figures) -> dict[str, Any]:
    """Return the columns that hold what an invoice comes to."""
    return {"net": come_to.net, "tax": come_to.tax, "total": come_to.total}


def terms_of(lines: Lines, company_id: int | None, credited_id: int | None = None) -> Terms:
    """Return by which taxes some lines are reckoned: those of today; of a credit note, those of what it takes back."""
    credited = db.session.get(Invoice, credited_id, execution_options=reads_unscoped(_RULES)) if credited_id else None
    rates = _rates_of(lines)
    if credited is None:
        exempt = select(Company.tax_exempt).where(Company.id == company_id)
        return Terms(rates, bool(db.session.scalar(unscoped(exempt, _RULES))))
    then = {line.tax_rate_id: line.tax_percent for line in credited.lines}
    kept = {rate_id: rate._replace(percent=then.get(rate_id, rate.percent)) for rate_id, rate in rates.items()}
    return Terms(kept, bool(credited.printed.get("exempt")))


def _rates_of(lines: Lines) -> dict[int, Rate]:
    """Return the rates of the taxes that some lines name, in the order of the list."""
    item = ReferenceItem
    rates = select(item).where(item.list == ReferenceList.TAX_RATE, item.id.in_(lines.rate_ids))
    rows = db.session.scalars(rates.order_by(item.position, item.id)).all() if lines.rate_ids else ()
    return {row.id: Rate(row.label, row.percent or NOTHING) for row in rows}


# --- the list --------------------------------------------------------------------------------------------------------


def _in_state(value: str, viewer: Viewer) -> Any:
    if value not in ("owed", "late"):
        return Invoice.state == InvoiceState(value)
    owed = Invoice.state.in_(OWED)
    return owed & (Invoice.due_on < today(viewer.timezone)) if value == "late" else owed


def _entities() -> list[BillingEntity]:
    return list(db.session.scalars(select(BillingEntity).order_by(BillingEntity.position, BillingEntity.id)))


def _own_entity(viewer: Viewer) -> int | None:
    """Return the entity that a resource invoices for, if there is no doubt: the only one of theirs, or of all."""
    offered = [entity.id for entity in _entities() if entity.retired_at is None]
    column = resource_billing_entity.c.billing_entity_id
    mine = db.session.scalars(select(column).where(resource_billing_entity.c.resource_id == viewer.resource_id)).all()
    own = [entity_id for entity_id in offered if entity_id in mine] or offered
    return own[0] if len(own) == 1 else None
