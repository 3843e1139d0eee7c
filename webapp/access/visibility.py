"""Who sees what: one rule per model, as SQL, for the list and for the single record alike (A1, A2, A5).

Nothing else may decide. Every reader of a protected model goes through `visible` or `get_visible`, or marks its
statement with `granted` (it applies the rule itself, as the trees do by reading grants in order) or `unscoped`
(it has no viewer, and says why). `closed.py` refuses any other select.

A contact in the portal has rules of their own: oneself, one's company, the staff whose profiles one may read.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, false, or_, select, true
from sqlalchemy.sql.base import Executable
from werkzeug.exceptions import NotFound

from webapp.access.portal_viewer import PortalViewer
from webapp.access.viewer import Viewer
from webapp.extensions import Model, db
from webapp.models import (
    Activity,
    Company,
    CompanyGrant,
    Contact,
    ContactGrant,
    Document,
    DocumentVersion,
    Engagement,
    FolderContact,
    HistoryEvent,
    Invoice,
    InvoiceState,
    KnowledgeItem,
    KnowledgeState,
    Linked,
    LinkedSearch,
    Opportunity,
    PortalProfile,
    PortalRight,
    Project,
    RequestAttachment,
    RequestMessage,
    RequestTask,
    Resource,
    SupportRequest,
    TeamFolder,
)

#: The execution option that says why a statement may read protected tables.
ACCESS = "access"
#: What it says of a statement that a rule of the portal is in, and of one that reads for no viewer.
PORTAL, UNSCOPED = "portal", "unscoped"

E = TypeVar("E", bound=Executable)
M = TypeVar("M", bound=Model)


#: The principals of a viewer: as ids, as the parameter that will hold them (`seen_by`), or as a select of them.
Principals = Sequence[int] | BindParameter[Any] | Select[Any]
PRINCIPALS: BindParameter[Any] = bindparam("principals", expanding=True)


def _company_granted(company_id: Any, principals: Principals) -> ColumnElement[bool]:
    return exists().where(CompanyGrant.company_id == company_id, CompanyGrant.principal_id.in_(principals))


def _contact_open(principals: Principals) -> ColumnElement[bool]:
    """A contact is open to all who see the company, or to those it names (A3)."""
    contact, grant = Contact.__table__.c, ContactGrant.__table__.c
    named = exists().where(grant.contact_id == contact.id, grant.principal_id.in_(principals))
    return contact.restrict_access.is_(False) | named


def _company_open(principals: Principals) -> ColumnElement[bool]:
    return _company_granted(Company.id, principals)


def _contact_open_with_company(principals: Principals) -> ColumnElement[bool]:
    return _contact_open(principals) & _company_granted(Contact.company_id, principals)


#: All that hangs on a company.
LINKED: tuple[type[Any], ...] = (
    Activity,
    Opportunity,
    Engagement,
    Project,
    Invoice,
    KnowledgeItem,
    SupportRequest,
    TeamFolder,
)


def _about_open(model: type[Any], principals: Principals) -> ColumnElement[bool]:
    """What is about a contact or an opportunity is open to those to whom these are (A3)."""
    conditions = []
    if "contact_id" in model.hides_with:
        contact = exists().where(Contact.id == model.contact_id, _contact_open(principals)).correlate(model)
        conditions.append(model.contact_id.is_(None) | contact)
    if "opportunity_id" in model.hides_with:
        hoped_for = exists().where(Opportunity.id == model.opportunity_id, _about_open(Opportunity, principals))
        conditions.append(model.opportunity_id.is_(None) | hoped_for.correlate(model))
    return and_(true(), *conditions)


def _linked_open(model: type[Linked]) -> Callable[[Principals], ColumnElement[bool]]:
    def is_open(principals: Principals) -> ColumnElement[bool]:
        return _company_granted(model.company_id, principals) & _about_open(model, principals)

    return is_open


def _linked_rule(model: type[Linked]) -> Callable[[Principals], ColumnElement[bool]]:
    """One sees what hangs on a company one sees, unless it is about somebody one may not see (A2, A3)."""

    def rule(principals: Principals) -> ColumnElement[bool]:
        return model.deleted_at.is_(None) & _linked_open(model)(principals)

    return rule


def linked_search_rule(principals: Principals) -> ColumnElement[bool]:
    """One finds what hangs on companies by the rule of its kind."""
    text = LinkedSearch
    found = (
        (text.noun == model.noun)
        & exists().where(model.id == text.record_id, RULES[model](principals)).correlate(LinkedSearch)
        for model in LINKED
    )
    return or_(*found)


#: To whom a record is open, in the trash or not.
OPEN: dict[type[Any], Callable[[Principals], ColumnElement[bool]]] = {
    Company: _company_open,
    Contact: _contact_open_with_company,
    **{model: _linked_open(model) for model in LINKED},
}


def company_rule(principals: Principals) -> ColumnElement[bool]:
    """One sees a company that is granted to one of one's principals, and is not in the trash."""
    return Company.deleted_at.is_(None) & _company_open(principals)


def contact_rule(principals: Principals) -> ColumnElement[bool]:
    """One sees a contact whose company one sees, unless it is restricted to others (A3, D7)."""
    return contact_rule_within_seen_company(principals) & _company_granted(Contact.company_id, principals)


def contact_rule_within_seen_company(principals: Principals = PRINCIPALS) -> ColumnElement[bool]:
    """What is left of the rule where the company is known to be seen: in a list of companies one sees, say.

    What is in the trash with its company is so by itself (D16). Made of tables, for statements made of tables.
    """
    return Contact.__table__.c.deleted_at.is_(None) & _contact_open(principals)


def history_rule(principals: Principals) -> ColumnElement[bool]:
    """One reads what is told of a company one sees, but of its contacts only those one sees, or saw before the trash.

    What is told of a contact that was erased is told to nobody: whose eyes it was for is erased too (A2, D17).
    """
    about = exists().where(Contact.id == HistoryEvent.contact_id, _contact_open_with_company(principals))
    # Whoever reads entries joins their contacts, for the names: these are others than those of the rule.
    of_contact = HistoryEvent.contact_id.is_(None) | about.correlate(HistoryEvent)
    return and_(of_contact, *(_told_of(model, principals) for model in LINKED if model.hides_with))


def _told_of(model: type[Any], principals: Principals) -> ColumnElement[bool]:
    """Of what may be hidden by what it is about, one reads what one sees, or saw before the trash."""
    told = exists().where(model.id == HistoryEvent.record_id, _linked_open(model)(principals)).correlate(HistoryEvent)
    return HistoryEvent.noun.is_distinct_from(model.noun) | told


def document_rule(principals: Principals) -> ColumnElement[bool]:
    """One reads the documents of the folders one sees, but those that were removed (A1, S8)."""
    return Document.removed_at.is_(None) & _within(_linked_rule(TeamFolder)(principals))


def _within(folder_is_seen: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(TeamFolder.id == Document.folder_id, folder_is_seen).correlate(Document)


def version_rule(principals: Principals) -> ColumnElement[bool]:
    """One reads all versions of such a document."""
    return _of_document(document_rule(principals))


def _of_document(is_read: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Document.id == DocumentVersion.document_id, is_read).correlate(DocumentVersion)


def _within_request(model: type[Any]) -> Callable[[Principals], ColumnElement[bool]]:
    """Who sees a request reads what was said in it, what came with it, and what is to be done for it."""

    def rule(principals: Principals) -> ColumnElement[bool]:
        seen = _linked_rule(SupportRequest)(principals)
        return exists().where(SupportRequest.id == model.request_id, seen).correlate(model)

    return rule


RULES: dict[type[Any], Callable[[Principals], ColumnElement[bool]]] = {
    Company: company_rule,
    Contact: contact_rule,
    HistoryEvent: history_rule,
    LinkedSearch: linked_search_rule,
    Document: document_rule,
    DocumentVersion: version_rule,
    **{model: _within_request(model) for model in (RequestMessage, RequestAttachment, RequestTask)},
    **{model: _linked_rule(model) for model in LINKED},
}


# --- in the portal ---------------------------------------------------------------------------------------------------


def _oneself(viewer: PortalViewer) -> ColumnElement[bool]:
    return (Contact.id == viewer.contact_id) & Contact.deleted_at.is_(None)


def _own_company(viewer: PortalViewer) -> ColumnElement[bool]:
    """One's own company, and never its parent or subsidiaries (D11)."""
    return (Company.id == viewer.company_id) & Company.deleted_at.is_(None)


def _profiles(viewer: PortalViewer) -> ColumnElement[bool]:
    """The staff at work whose profiles were granted: all of them, or those listed, never more than the most (P12, D10).

    Who comes back to work after others were listed may make them too many: the first by name are kept.
    """
    if not viewer.has(PortalRight.RESOURCE_PROFILES):
        return false()
    if viewer.has(PortalRight.ALL_RESOURCE_PROFILES):
        return Resource.is_active.is_(True)
    colleague = Resource.__table__.alias("colleague")
    listed = (
        select(colleague.c.id)
        .join(PortalProfile, PortalProfile.resource_id == colleague.c.id)
        .where(PortalProfile.contact_id == viewer.contact_id, colleague.c.is_active)
        .order_by(colleague.c.sort_key, colleague.c.id)
        .limit(viewer.max_profiles)
    )
    return Resource.id.in_(select(listed.subquery().c.id))


def _of_own_company(model: type[Linked], viewer: PortalViewer, right: PortalRight) -> ColumnElement[bool]:
    """What hangs on one's own company, with the right to read it (D11)."""
    if not viewer.has(right):
        return false()
    return (model.company_id == viewer.company_id) & model.deleted_at.is_(None)


def _projects(viewer: PortalViewer) -> ColumnElement[bool]:
    """The projects of one's company that were opened to the portal (P8)."""
    return _of_own_company(Project, viewer, PortalRight.PROJECT_REVIEW) & Project.in_portal.is_(True)


def _invoices(viewer: PortalViewer) -> ColumnElement[bool]:
    """The invoices of one's company; a draft is none (P8)."""
    return _of_own_company(Invoice, viewer, PortalRight.INVOICE_REVIEW) & (Invoice.state != InvoiceState.DRAFT)


def _requests(viewer: PortalViewer) -> ColumnElement[bool]:
    """The requests of one's company (P9)."""
    return _of_own_company(SupportRequest, viewer, PortalRight.ONLINE_SUPPORT)


def _messages(viewer: PortalViewer) -> ColumnElement[bool]:
    """What is said in the requests one reads, but for what the staff say among themselves (P9)."""
    request = exists().where(SupportRequest.id == RequestMessage.request_id, _requests(viewer))
    return RequestMessage.is_internal.is_(False) & request.correlate(RequestMessage)


def _attachments(viewer: PortalViewer) -> ColumnElement[bool]:
    """What came with the requests one reads, and with the messages one reads of them (P9)."""
    request = exists().where(SupportRequest.id == RequestAttachment.request_id, _requests(viewer))
    message = exists().where(RequestMessage.id == RequestAttachment.message_id, _messages(viewer))
    with_message = RequestAttachment.message_id.is_(None) | message.correlate(RequestAttachment)
    return with_message & request.correlate(RequestAttachment)


def _knowledge(viewer: PortalViewer) -> ColumnElement[bool]:
    """What was published, from whichever company it came (P9)."""
    if not viewer.has(PortalRight.ONLINE_SUPPORT):
        return false()
    return (KnowledgeItem.state == KnowledgeState.PUBLISHED) & KnowledgeItem.deleted_at.is_(None)


def _folders(viewer: PortalViewer) -> ColumnElement[bool]:
    """The folders of one's company of which one is a member (P7)."""
    member = exists().where(FolderContact.folder_id == TeamFolder.id, FolderContact.contact_id == viewer.contact_id)
    return _of_own_company(TeamFolder, viewer, PortalRight.TEAM_FOLDERS) & member


def _documents(viewer: PortalViewer) -> ColumnElement[bool]:
    """What is in these folders, and was not removed (P7)."""
    return Document.removed_at.is_(None) & _within(_folders(viewer))


def _versions(viewer: PortalViewer) -> ColumnElement[bool]:
    """All versions of such a document."""
    return _of_document(_documents(viewer))


def _tasks(viewer: PortalViewer) -> ColumnElement[bool]:
    """The steps of one's company's requests that were given to oneself (P11)."""
    of_company = _of_own_company(SupportRequest, viewer, PortalRight.WORKFLOW_PARTICIPATION)
    request = exists().where(SupportRequest.id == RequestTask.request_id, of_company)
    return (RequestTask.contact_id == viewer.contact_id) & request.correlate(RequestTask)


#: What a contact may read in the portal; anything else is closed to them.
PORTAL_RULES: dict[type[Any], Callable[[PortalViewer], ColumnElement[bool]]] = {
    Contact: _oneself,
    Company: _own_company,
    Resource: _profiles,
    Project: _projects,
    Invoice: _invoices,
    SupportRequest: _requests,
    RequestMessage: _messages,
    RequestAttachment: _attachments,
    KnowledgeItem: _knowledge,
    TeamFolder: _folders,
    Document: _documents,
    DocumentVersion: _versions,
    RequestTask: _tasks,
}


def visible_in_portal(model: type[Any], viewer: PortalViewer, *columns: Any) -> Select[Any]:
    """Return a select of the records a contact may read in the portal, or of some `columns` of them (P5, P12)."""
    statement = select(*columns) if columns else select(model)
    return granted(statement.where(PORTAL_RULES[model](viewer)), PORTAL)


def get_in_portal(model: type[M], record_id: int, viewer: PortalViewer) -> M:
    """Return one record; one that is hidden or missing raises the same 404."""
    return _found(visible_in_portal(model, viewer).where(_id_of(model)), record_id)  # type: ignore[no-any-return]


# --- for both sides --------------------------------------------------------------------------------------------------

Reader = Viewer | PortalViewer


def readable(model: type[Any], reader: Reader, *columns: Any) -> Select[Any]:
    """Return a select of the records that whoever asks, of the staff or in the portal, may read; or of `columns`."""
    if isinstance(reader, PortalViewer):
        return visible_in_portal(model, reader, *columns)
    return visible(model, reader, *columns)


def get_readable(model: type[M], record_id: int, reader: Reader, **of: Any) -> M:
    """Return one of them, of which these columns have these values; any other raises the same 404."""
    conditions = (getattr(model, name) == value for name, value in of.items())
    return _found(readable(model, reader).where(_id_of(model), *conditions), record_id)  # type: ignore[no-any-return]


def get_removed(document_id: int, folder_id: int, viewer: Viewer) -> Document:
    """Return a document that was removed from a folder, or raise 404."""
    gone = visible_removed(viewer).where(_id_of(Document), Document.folder_id == folder_id)
    return _found(gone, document_id)  # type: ignore[no-any-return]


# --- for the staff ---------------------------------------------------------------------------------------------------


def visible(model: type[Any], viewer: Viewer, *columns: Any) -> Select[Any]:
    """Return a select of the records `viewer` may see, or of some `columns` of them."""
    return _visible(model, columns, viewer.principal_ids)


def visible_to_all(model: type[Any], *columns: Any) -> Select[Any]:
    """Return the same select for any viewer, to be kept: who that is comes as it runs, with `seen_by`.

    Building a statement costs more than running it.
    """
    return _visible(model, columns, PRINCIPALS)


def seen_by(viewer: Viewer) -> dict[str, Any]:
    """Return the parameter that a select of `visible_to_all` wants."""
    return {"principals": viewer.principal_ids}


def _visible(model: type[Any], columns: Sequence[Any], principals: Principals) -> Select[Any]:
    statement = select(*columns) if columns else select(model)
    return granted(statement.where(RULES[model](principals)), "visible")


def is_visible(model: type[Any], record_id: int, principals: Principals) -> ColumnElement[bool]:
    """Return the condition that one record is seen by whoever holds these principals: the rule, asked of others."""
    return exists().where(model.id == record_id, RULES[model](principals))


def get_visible(model: type[M], record_id: int, viewer: Viewer) -> M:
    """Return one record; one that is hidden or missing raises the same 404, so existence isn't told."""
    return _found(_one_visible(model), record_id, **seen_by(viewer))  # type: ignore[no-any-return]


def get_even_deleted(model: type[M], record_id: int, viewer: Viewer) -> M:
    """Return one record as `get_visible` does, in the trash too if the viewer saw it before: what was typed into its
    form would be lost otherwise (R4)."""
    statement = select(model).where(_id_of(model), OPEN[model](viewer.principal_ids))
    return _found(granted(statement, "as before it was deleted"), record_id)  # type: ignore[no-any-return]


def visible_removed(viewer: Viewer, *columns: Any) -> Select[Any]:
    """Return a select of the documents that were removed from the folders a viewer sees, or of some `columns`."""
    statement = select(*columns) if columns else select(Document)
    is_gone = Document.removed_at.is_not(None) & _within(_linked_rule(TeamFolder)(viewer.principal_ids))
    return granted(statement.where(is_gone), "removed from what is visible")


def visible_in_trash(model: type[Any], viewer: Viewer, *columns: Any) -> Select[Any]:
    """Return a select of the records in the trash that `viewer` may take back: an admin all, others their own (R3)."""
    deleted_by = true() if viewer.is_admin else model.deleted_by_id == viewer.resource_id
    statement = select(*columns) if columns else select(model)
    statement = statement.where(model.deleted_at.is_not(None), deleted_by, OPEN[model](viewer.principal_ids))
    return granted(statement, "visible in the trash")


def get_in_trash(model: type[M], record_id: int, viewer: Viewer) -> M:
    """Return one record in the trash that `viewer` may take back, or raise 404."""
    statement = visible_in_trash(model, viewer).where(_id_of(model))
    return _found(statement, record_id)  # type: ignore[no-any-return]


def _found(statement: Select[Any], record_id: int, **parameters: Any) -> Any:
    """Return the record of this id that a select finds, or raise 404; any number may be asked for."""
    if not -(2**63) <= record_id < 2**63:
        raise NotFound
    record = db.session.scalar(statement, {"id": record_id, **parameters})
    if record is None:
        raise NotFound
    return record


def _id_of(model: Any) -> ColumnElement[bool]:
    return model.id == bindparam("id")  # type: ignore[no-any-return]


@cache
def _one_visible(model: type[Any]) -> Select[Any]:
    return visible_to_all(model).where(_id_of(model))


def granted(statement: E, how: str) -> E:
    """Mark a statement that applies the rule by itself; `how` says by what."""
    return statement.execution_options(**{ACCESS: how})


def unscoped(statement: E, reason: str) -> E:
    """Mark a statement that reads for no viewer: imports, checks of uniqueness, where-used counts."""
    return statement.execution_options(**reads_unscoped(reason))


def reads_unscoped(reason: str) -> dict[str, str]:
    """Return the mark of `unscoped` for a record that is read by its key, without a statement."""
    return {ACCESS: f"{UNSCOPED}: {reason}"}
