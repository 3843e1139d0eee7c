"""The summary sheet of a company, over all its subsidiaries one sees, in a fixed number of queries (S9, C7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import CTE, Row, Select, func, literal, select

from webapp.access import Viewer, unscoped, visible
from webapp.clock import today
from webapp.extensions import db
from webapp.models import (
    Company,
    Contact,
    Engagement,
    Invoice,
    InvoiceState,
    Opportunity,
    Project,
    ReferenceItem,
    SupportRequest,
)
from webapp.services import companies, profiles
from webapp.services.invoices.keeping import OWED
from webapp.services.linked.registry import KEEPERS

#: Records of each list that the sheet shows; it says how many more there are.
SHOWN = 8


class Several(NamedTuple):
    """The first records of a list, and how many others there are."""

    rows: Sequence[Any]
    others: int


class Stage(NamedTuple):
    """The open opportunities of a state, in one currency."""

    label: str
    currency: str
    number: int
    amount: Decimal


class Balance(NamedTuple):
    """What is owed in a currency, how much of it is late, and what was paid this year."""

    currency: str
    due: Decimal
    late: Decimal
    paid: Decimal


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What the sheet of a company shows."""

    profile: profiles.Profile
    on: date
    #: The subsidiaries, of all levels, that are in the sums; how many others the viewer may not see.
    subsidiaries: int
    hidden: int
    contacts: Several
    pipeline: Sequence[Stage]
    engagements: Several
    projects: Several
    balances: Sequence[Balance]
    owed: Several
    requests: Several


def read(company: Company, viewer: Viewer) -> Sheet:
    """Return the sheet of a company one sees."""
    group = _group(company)
    on = today(viewer.timezone)
    seen, hidden = _members(group, viewer)
    mine = Contact.company_id == company.id
    requests = _listed(SupportRequest, viewer, group, SupportRequest.number).where(SupportRequest.closed_at.is_(None))
    owed = _listed(Invoice, viewer, group, Invoice.number, Invoice.due_on, Invoice.total, Invoice.currency)
    people = visible(Contact, viewer, Contact.id, Contact.name, Contact.job_title, Contact.email1, _ALL).where(mine)
    return Sheet(
        profile=profiles.Profile(**profiles.read(company, companies.SHAPE)),
        on=on,
        subsidiaries=seen,
        hidden=hidden,
        contacts=_first(people.order_by(Contact.sort_key, Contact.id)),
        pipeline=_pipeline(group, viewer),
        engagements=_first(_dated(Engagement, viewer, group)),
        projects=_first(_dated(Project, viewer, group)),
        balances=_balances(group, viewer, on),
        owed=_first(owed.where(Invoice.state.in_(OWED)).order_by(Invoice.due_on, Invoice.id)),
        requests=_first(requests.order_by(SupportRequest.id.desc())),
    )


def state_of(row: Any, model: type[Any]) -> str:
    """Return in words where a record of the sheet stands."""
    return KEEPERS[model.noun].state_label(row.state)


_ALL = func.count().over().label("all")


def _group(company: Company) -> CTE:
    """Return the ids of a company and of all below it that is not in the trash; a circle of parents ends."""
    group = select(literal(company.id, Company.id.type).label("id")).cte("company_group", recursive=True)
    below = select(Company.id).join(group, Company.parent_id == group.c.id).where(Company.deleted_at.is_(None))
    return group.union(below)


def _members(group: CTE, viewer: Viewer) -> tuple[int, int]:
    """Return how many subsidiaries the viewer sees, and how many not."""
    seen = visible(Company, viewer, Company.id).subquery()
    counts = select(func.count(), func.count(seen.c.id)).select_from(group).outerjoin(seen, seen.c.id == group.c.id)
    every, visible_ones = db.session.execute(unscoped(counts, "those one may not see are counted, and no more")).one()
    return visible_ones - 1, every - visible_ones


def _in_group(model: type[Any], viewer: Viewer, group: CTE, *columns: Any) -> Select[Any]:
    return visible(model, viewer, *columns).where(model.company_id.in_(select(group.c.id)))


def _listed(model: type[Any], viewer: Viewer, group: CTE, *columns: Any) -> Select[Any]:
    """Return a select of what hangs on the group, each with its company."""
    company = Company.name.label("company")
    rows = _in_group(model, viewer, group, model.id, model.name, company, *columns, _ALL)
    return rows.join(Company, Company.id == model.company_id)


def _dated(model: type[Any], viewer: Viewer, group: CTE) -> Select[Any]:
    return _listed(model, viewer, group, model.state, model.starts_on, model.ends_on).order_by(model.id.desc())


def _first(rows: Select[Any]) -> Several:
    found: Sequence[Row[Any]] = db.session.execute(rows.limit(SHOWN)).all()
    return Several(found, found[0].all - len(found) if found else 0)


def _pipeline(group: CTE, viewer: Viewer) -> list[Stage]:
    item = ReferenceItem
    sums = (Opportunity.currency, func.count().label("number"), func.sum(Opportunity.amount).label("amount"))
    rows = _in_group(Opportunity, viewer, group, item, *sums).join(item, item.id == Opportunity.state_id)
    rows = rows.where(Opportunity.outcome.is_(None)).group_by(item.id, Opportunity.currency)
    rows = rows.order_by(item.position, item.id, Opportunity.currency)
    return [Stage(row[0].label, row.currency, row.number, row.amount or Decimal(0)) for row in db.session.execute(rows)]


def _balances(group: CTE, viewer: Viewer, on: date) -> list[Balance]:
    is_owed = Invoice.state.in_(OWED)
    this_year = (Invoice.state == InvoiceState.PAID) & Invoice.paid_on.between(
        date(on.year, 1, 1), date(on.year, 12, 31)
    )
    sums = (func.sum(Invoice.total).filter(which) for which in (is_owed, is_owed & (Invoice.due_on < on), this_year))
    rows = _in_group(Invoice, viewer, group, Invoice.currency, *sums).group_by(Invoice.currency)
    found = [
        Balance(currency, *(amount or Decimal(0) for amount in amounts))
        for currency, *amounts in db.session.execute(rows.order_by(Invoice.currency))
    ]
    return [balance for balance in found if any(balance[1:])]
