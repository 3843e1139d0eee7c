"""Closed by default: a select of a protected table that nobody marked is refused before it runs (A5).

While a contact is answered, what the rules of the staff let through is refused too, and so are the staff themselves.
"""

from typing import cast

from flask import g, has_app_context
from sqlalchemy import Table, event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.visitors import ExternallyTraversible, iterate

from webapp.access.portal_viewer import PortalViewer
from webapp.access.visibility import ACCESS, LINKED, PORTAL, UNSCOPED
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
    Document,
    DocumentVersion,
    FolderContact,
    FolderResource,
    HistoryEvent,
    InvoiceLine,
    LinkedSearch,
    Mail,
    MyContact,
    RequestAttachment,
    RequestMessage,
    RequestTask,
    Resource,
    StoredFile,
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
        Document,
        DocumentVersion,
        FolderContact,
        FolderResource,
        HistoryEvent,
        InvoiceLine,
        LinkedSearch,
        Mail,
        MyContact,
        RequestAttachment,
        RequestMessage,
        RequestTask,
        StoredFile,
    )
} | {model.__table__ for model in LINKED}

#: What is, besides, while a contact is answered.
PROTECTED_IN_PORTAL = PROTECTED | {Resource.__table__}


class UnmarkedSelect(RuntimeError):
    """A statement reads a protected table without saying by which right: a defect of the program."""


def refuse_unmarked_selects() -> None:
    """Install the refusal on every session; once is enough."""
    if not event.contains(Session, "do_orm_execute", _check):
        event.listen(Session, "do_orm_execute", _check)


def _check(state: ORMExecuteState) -> None:
    if not state.is_select or state.is_column_load:
        return
    in_portal = has_app_context() and isinstance(g.get("viewer"), PortalViewer)
    mark = state.execution_options.get(ACCESS, "")
    if mark and (not in_portal or mark.startswith((PORTAL, UNSCOPED))):
        return
    if state.is_relationship_load:
        # What a record owns comes with the record, which has been checked.
        return
    protected = PROTECTED_IN_PORTAL if in_portal else PROTECTED
    read = iterate(cast(ExternallyTraversible, state.statement))
    names = {table.name for table in read if isinstance(table, Table) and table in protected}
    if names:
        how = "visible_in_portal()" if in_portal else "visible(), granted()"
        raise UnmarkedSelect(f"This select reads {', '.join(sorted(names))} without {how} or unscoped().")
