"""What is mailed of a request: that something happened, to whom it concerns, and where it can be read (S7, P9, P11).

A mail names the request by its number and subject, and never holds what was said: that is read behind a sign-in, by
whoever may read it then. To who did it themselves nothing is written, nor to who could not open the page.
"""

from datetime import date
from typing import Any

from sqlalchemy import select

from webapp.access import Actor, is_visible, unscoped
from webapp.extensions import db
from webapp.i18n import force_locale
from webapp.models import (
    Company,
    Contact,
    MailKind,
    PortalRight,
    RequestTask,
    Resource,
    SupportRequest,
    WorkflowState,
)
from webapp.services import organisation, viewers
from webapp.services.mail import outbox
from webapp.services.mail.outbox import Recipient
from webapp.services.portal import accounts
from webapp.services.portal.access import has_right
from webapp.services.portal.accounts import Account
from webapp.urls import public_url

_WHY = "who is written to is checked before"


def opened(request: SupportRequest, by: Actor) -> None:
    """Tell the contact of a request that it was received, or made for them."""
    _to_contact(MailKind.REQUEST_OPENED, request, by, even_to_author=True)


def answered(request: SupportRequest, by: Actor) -> None:
    """Tell the contact that the staff answered."""
    _to_contact(MailKind.REQUEST_ANSWERED, request, by, who=_name(by))


def written(request: SupportRequest, by: Actor) -> None:
    """Tell the owner that a contact wrote; without an owner nobody, as the queue shows it."""
    _to_resource(MailKind.REQUEST_WRITTEN, request, request.owner_id, by, who=_name(by))


def moved(request: SupportRequest, state: WorkflowState, by: Actor) -> None:
    """Tell the contact in which state the request is now; when a contact moved it, the owner too."""
    _to_contact(MailKind.REQUEST_MOVED, request, by, state=state)
    if by.contact_id is not None:
        _to_resource(MailKind.REQUEST_MOVED, request, request.owner_id, by, state=state)


def assigned(request: SupportRequest, by: Actor) -> None:
    """Tell a resource that a request is theirs from now on."""
    _to_resource(MailKind.REQUEST_ASSIGNED, request, request.owner_id, by, who=_name(by))


def task_given(task: RequestTask, request: SupportRequest, by: Actor) -> None:
    """Tell whom a task was given to."""
    told: dict[str, Any] = {"task": task, "due_on": task.due_on}
    if task.resource_id is not None:
        _to_resource(MailKind.TASK_GIVEN, request, task.resource_id, by, **told)
    elif (account := reached(request, task.contact_id, PortalRight.WORKFLOW_PARTICIPATION)) is not None:
        _queue(MailKind.TASK_GIVEN, request, _reader(account), by, public_url("portal.tasks"), **told)


def reached(request: SupportRequest, contact_id: int | None, right: PortalRight) -> Account | None:
    """Return the account of a contact who may read of a request in the portal now; nobody otherwise."""
    account = accounts.by_id(contact_id) if contact_id is not None else None
    if account is None or account.contact.company_id != request.company_id or not account.contact.email1:
        return None
    return account if has_right(account.access, right) else None


def _to_contact(
    kind: MailKind, request: SupportRequest, by: Actor, *, even_to_author: bool = False, **told: Any
) -> None:
    if request.contact_id is None or (by.contact_id == request.contact_id and not even_to_author):
        return
    if (account := reached(request, request.contact_id, PortalRight.ONLINE_SUPPORT)) is not None:
        address = public_url("portal.request_page", request_id=request.id)
        _queue(kind, request, _reader(account), by, address, **told)


def _to_resource(kind: MailKind, request: SupportRequest, resource_id: int | None, by: Actor, **told: Any) -> None:
    """Write to a resource at work who sees the request."""
    if resource_id is None or resource_id == by.resource_id:
        return
    held = viewers.holding().subquery()
    principals = select(held.c.principal_id).where(held.c.resource_id == resource_id)
    sees = is_visible(SupportRequest, request.id, principals)
    person = select(Resource).where(Resource.id == resource_id, Resource.is_active, sees)
    if (resource := db.session.scalar(unscoped(person, _WHY))) is not None:
        address = public_url("requests.show", record_id=request.id)
        _queue(kind, request, outbox.to_resource(resource), by, address, about=_contact(request), **told)


def _queue(
    kind: MailKind,
    request: SupportRequest,
    to: Recipient,
    by: Actor,
    address: str,
    *,
    state: WorkflowState | None = None,
    task: RequestTask | None = None,
    due_on: date | None = None,
    **told: Any,
) -> None:
    with force_locale(to.language):
        if state is not None:
            told |= {"state": state.label, "is_closed": state.is_closed}
        if task is not None:
            told |= {"task": task.label_en if to.language == "en" else task.label_fr, "due_on": due_on}
    company = db.session.scalar(unscoped(select(Company.name).where(Company.id == request.company_id), _WHY))
    common: dict[str, Any] = {
        "number": request.number,
        "subject_line": request.name,
        "company": company,
        "address": address,
    }
    outbox.queue(kind, to, by=by, **common, **told)


def _reader(account: Account) -> Recipient:
    return outbox.to_contact(account.contact, account.access.language or organisation.load().language)


def _contact(request: SupportRequest) -> Contact | None:
    if request.contact_id is None:
        return None
    return db.session.scalar(unscoped(select(Contact).where(Contact.id == request.contact_id), _WHY))


def _name(by: Actor) -> str:
    """Return who did it, as those who are told may know them."""
    model: Any = Contact if by.contact_id is not None else Resource
    name = select(model.name).where(model.id == (by.contact_id or by.resource_id))
    return db.session.scalar(unscoped(name, _WHY)) or ""
