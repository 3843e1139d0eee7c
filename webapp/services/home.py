"""What a day begins with: one's own companies, what changed lately, whom to wish a happy day, the first steps."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, bindparam, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from webapp.access import Viewer, granted, seen_by, unscoped, visible_to_all
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.i18n import language
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
    """Return the companies `viewer` is something to, the last changed first, by part: one query for all."""
    if viewer.resource_id is None:
        return {}
    found: dict[Part, list[CompanyLine]] = {part: [] for part in Part}
    for part, *line in db.session.execute(_of_resource(), {"resource": viewer.resource_id, **seen_by(viewer)}):
        found[Part(part)].append(CompanyLine(*line))
    for lines in found.values():
        lines.sort(key=lambda line: (line.changed_at, line.id), reverse=True)
    return {part: lines for part, lines in found.items() if lines}


def recently_changed(viewer: Viewer, status: CommercialStatus | None = None) -> list[CompanyLine]:
    """Return the companies changed last, of one status or of all, among the last changes of all."""
    return _read(_among_last(status), viewer)


@cache
def _of_resource() -> Select[Any]:
    legs = []
    for part in Part:
        some = _lines(_COLUMNS[part] == bindparam("resource")).subquery()
        legs.append(select(literal(part.value, String).label("part"), some))
    return granted(select(union_all(*legs).subquery()), "each part by the rule")


@cache
def _among_last(status: CommercialStatus | None) -> Select[Any]:
    last = select(Company.id).order_by(Company.updated_at.desc()).limit(LOOKED_AT).subquery()
    is_among_last = Company.id.in_(select(last.c.id))
    return _lines(is_among_last if status is None else is_among_last & (Company.commercial_status == status))


def _lines(condition: ColumnElement[bool]) -> Select[Any]:
    last_by = aliased(Resource)
    columns = (Company.id, Company.name, Company.commercial_status, Company.updated_at, last_by.name)
    return (
        visible_to_all(Company, *columns)
        .outerjoin(last_by, last_by.id == Company.updated_by_id)
        .where(condition)
        .order_by(Company.updated_at.desc(), Company.id.desc())
        .limit(SHOWN)
    )


def _read(statement: Select[Any], viewer: Viewer, **parameters: Any) -> list[CompanyLine]:
    return [CompanyLine(*row) for row in db.session.execute(statement, parameters | seen_by(viewer))]


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
    found = []
    for row in db.session.execute(_born_on_days(language()), {"days": sorted(days), **my_contacts.owned_by(viewer)}):
        for occasion in Occasion:
            day: PartialDate | None = getattr(row, occasion)
            if day is not None and (on := day.next_from(today)) <= last:
                years = on.year - day.year if day.year else None
                found.append(HappyDay(on, row.id, contacts.listed_name(row), row.company, occasion, years))
    return sorted(found, key=lambda one: one.on)


@cache
def _born_on_days(language: str) -> Select[Any]:
    """Build the reading of one's own contacts whose birthday or anniversary is one of some days of a year."""
    dates = (Contact.birthday, Contact.anniversary)
    is_on_days = (
        func.substr(one, func.length(one) - 4, type_=String).in_(bindparam("days", expanding=True)) for one in dates
    )
    own = my_contacts.mine(Contact.id, *dates, Company.name.label("company"))
    return contacts.with_names(own, language).where(or_(*is_on_days)).order_by(Contact.sort_key)


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
        for row in db.session.execute(_companies(), {"ids": ids, **seen_by(viewer)}):
            found["company", row.id] = Opened("company", row.id, row.name)
    if ids := [record_id for kind, record_id in records if kind == "contact"]:
        for row in db.session.execute(_contacts(language()), {"ids": ids, **seen_by(viewer)}):
            found["contact", row.id] = Opened("contact", row.id, contacts.listed_name(row), row.company)
    return [found[record] for record in records if record in found]


@cache
def _companies() -> Select[Any]:
    return visible_to_all(Company, Company.id, Company.name).where(Company.id.in_(bindparam("ids", expanding=True)))


@cache
def _contacts(language: str) -> Select[Any]:
    seen = visible_to_all(Contact, Contact.id, Company.name.label("company"))
    seen = seen.join(Company, Company.id == Contact.company_id)
    return contacts.with_names(seen, language).where(Contact.id.in_(bindparam("ids", expanding=True)))


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
