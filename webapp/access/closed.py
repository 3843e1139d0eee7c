"""Closed by default: a select of a protected table that nobody marked is refused before it runs (A5)."""

from typing import cast

from sqlalchemy import Table, event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.visitors import ExternallyTraversible, iterate

from webapp.access.visibility import ACCESS
from webapp.models import (
    Company,
    CompanyAddress,
    CompanyGrant,
    CompanyListing,
    CompanyPhone,
    CompanySearch,
    Contact,
    ContactAddress,
    ContactGrant,
    ContactPhone,
    ContactSearch,
    HistoryEvent,
    Mail,
    MyContact,
)

PROTECTED = {
    model.__table__
    for model in (
        Company,
        CompanyAddress,
        CompanyPhone,
        CompanyGrant,
        CompanyListing,
        Contact,
        ContactAddress,
        ContactGrant,
        ContactPhone,
        CompanySearch,
        ContactSearch,
        HistoryEvent,
        Mail,
        MyContact,
    )
}


class UnmarkedSelect(RuntimeError):
    """A statement reads a protected table without saying by which right: a defect of the program."""


def refuse_unmarked_selects() -> None:
    """Install the refusal on every session; once is enough."""
    if not event.contains(Session, "do_orm_execute", _check):
        event.listen(Session, "do_orm_execute", _check)


def _check(state: ORMExecuteState) -> None:
    if not state.is_select or state.is_column_load or ACCESS in state.execution_options:
        return
    if state.is_relationship_load:
        # What a record owns comes with the record, which has been checked.
        return
    names = {
        t.name for t in iterate(cast(ExternallyTraversible, state.statement)) if isinstance(t, Table) and t in PROTECTED
    }
    if names:
        raise UnmarkedSelect(
            f"This select reads {', '.join(sorted(names))} without visible(), granted() or unscoped()."
        )
