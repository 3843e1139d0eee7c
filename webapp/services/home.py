"""What a day begins with: one's own companies, what changed lately, and the first steps of a new house."""

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from webapp.access import Viewer, seen_by, unscoped, visible_to_all
from webapp.extensions import db
from webapp.models import CommercialStatus, Company, Resource, Setting

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
    found = {part: _read(_of_resource(part), viewer, resource=viewer.resource_id) for part in Part}
    return {part: lines for part, lines in found.items() if lines}


def recently_changed(viewer: Viewer, status: CommercialStatus | None = None) -> list[CompanyLine]:
    """Return the companies changed last, of one status or of all, among the last changes of all."""
    return _read(_among_last(status), viewer)


@cache
def _of_resource(part: Part) -> Select[Any]:
    return _lines(_COLUMNS[part] == bindparam("resource"))


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
