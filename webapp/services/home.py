"""What a day begins with: one's own companies, what changed lately, whom to wish a happy day, the first steps."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, exists, func, or_, select
from sqlalchemy.orm import aliased

from webapp.access import Viewer, unscoped, visible
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import CommercialStatus, Company, Contact, Resource, Setting
from webapp.services import contacts, my_contacts

#: Companies in each list of the page.
SHOWN = 8

#: How far back one looks for changes the viewer may see: the last ones of all, whoever may see them.
LOOKED_AT = 200


class Part(StrEnum):
    """What a resource may be to a company (C7)."""

    ACCOUNT_MANAGER = "account_manager"
    SALES_REP = "sales_rep"
    TELEMARKETER = "telemarketer"


_COLUMNS = {
    Part.ACCOUNT_MANAGER: Company.account_manager_id,
    Part.SALES_REP: Company.sales_rep_id,
    Part.TELEMARKETER: Company.telemarketer_id,
}


class CompanyLine(NamedTuple):
    """A company in a list, and its last change."""

    id: int
    name: str
    status: CommercialStatus
    changed_at: datetime
    #: Who changed it last; nothing when a command did.
    changed_by: str | None


def my_companies(viewer: Viewer) -> dict[Part, list[CompanyLine]]:
    """Return the companies `viewer` is something to, the last changed first, by part: one query for each."""
    if viewer.resource_id is None:
        return {}
    found = {part: _lines(viewer, column == viewer.resource_id) for part, column in _COLUMNS.items()}
    return {part: lines for part, lines in found.items() if lines}


def recently_changed(viewer: Viewer, status: CommercialStatus | None = None) -> list[CompanyLine]:
    """Return the companies changed last, of one status or of all, among the last changes of all."""
    last = select(Company.id).order_by(Company.updated_at.desc()).limit(LOOKED_AT).subquery()
    is_among_last = Company.id.in_(select(last.c.id))
    return _lines(viewer, is_among_last if status is None else is_among_last & (Company.commercial_status == status))


def _lines(viewer: Viewer, condition: ColumnElement[bool]) -> list[CompanyLine]:
    last_by = aliased(Resource)
    statement = (
        visible(Company, viewer, Company.id, Company.name, Company.commercial_status, Company.updated_at, last_by.name)
        .outerjoin(last_by, last_by.id == Company.updated_by_id)
        .where(condition)
        .order_by(Company.updated_at.desc(), Company.id.desc())
        .limit(SHOWN)
    )
    return [CompanyLine(*row) for row in db.session.execute(statement)]


# --- days to wish --------------------------------------------------------------------------------------------------

#: How far ahead one looks for days to wish, today included.
DAYS_AHEAD = 7


class Occasion(StrEnum):
    """What one wishes a happy day for (K6)."""

    BIRTHDAY = "birthday"
    ANNIVERSARY = "anniversary"


class HappyDay(NamedTuple):
    """A day to wish somebody."""

    on: date
    contact_id: int
    name: str
    company: str
    occasion: Occasion
    #: How many years it will be; nothing when nobody knows since when.
    years: int | None


def happy_days(viewer: Viewer, today: date) -> list[HappyDay]:
    """Return the birthdays and anniversaries of the viewer's own contacts, today and the days after: one query."""
    last = today + timedelta(days=DAYS_AHEAD - 1)
    days = {f"{today + timedelta(days=ahead):%m-%d}" for ahead in range(DAYS_AHEAD)}
    if "02-28" in days:
        # In most years the 29th is wished on that day.
        days.add("02-29")
    columns = (Contact.id, Contact.sort_key, Contact.birthday, Contact.anniversary, Company.name.label("company"))
    statement = contacts.with_names(my_contacts.mine(viewer, *columns))
    comes = (func.substr(one, func.length(one) - 4, type_=String).in_(days) for one in columns[2:4])
    found = []
    for row in db.session.execute(statement.where(or_(*comes)).order_by(Contact.sort_key)):
        for occasion in Occasion:
            day: PartialDate | None = getattr(row, occasion)
            if day is not None and (on := day.next_from(today)) <= last:
                years = on.year - day.year if day.year else None
                found.append(HappyDay(on, row.id, contacts.listed_name(row), row.company, occasion, years))
    return sorted(found, key=lambda one: one.on)


# --- records opened last -------------------------------------------------------------------------------------------


class Opened(NamedTuple):
    """A record somebody opened: a company, or a contact and the company it is at."""

    kind: str
    id: int
    label: str
    company: str = ""


def opened(viewer: Viewer, records: Sequence[tuple[str, int]]) -> list[Opened]:
    """Return those of some records, pairs of a kind and an id, that the viewer may see: one query for each kind."""
    found: dict[tuple[str, int], Opened] = {}
    if ids := [record_id for kind, record_id in records if kind == "company"]:
        statement = visible(Company, viewer, Company.id, Company.name).where(Company.id.in_(ids))
        found |= {("company", row.id): Opened("company", row.id, row.name) for row in db.session.execute(statement)}
    if ids := [record_id for kind, record_id in records if kind == "contact"]:
        columns = (Contact.id, Company.name.label("company"))
        seen = visible(Contact, viewer, *columns).join(Company, Company.id == Contact.company_id)
        for row in db.session.execute(contacts.with_names(seen).where(Contact.id.in_(ids))):
            found["contact", row.id] = Opened("contact", row.id, contacts.listed_name(row), row.company)
    return [found[record] for record in records if record in found]


# --- first steps ---------------------------------------------------------------------------------------------------


class Beginnings(NamedTuple):
    """What an administrator has begun to set up."""

    organisation: bool
    resources: bool
    companies: bool

    @property
    def is_over(self) -> bool:
        return all(self)


def beginnings() -> Beginnings:
    """Return which of the first steps are done: one query."""
    two_resources = select(Resource.id).limit(2).subquery()
    statement = select(
        exists(select(Setting.name)),
        select(func.count()).select_from(two_resources).scalar_subquery() > 1,
        exists(select(Company.id)),
    )
    done = db.session.execute(unscoped(statement, "whether the house is empty has no viewer")).one()
    return Beginnings(*map(bool, done))
