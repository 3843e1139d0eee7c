"""Every model, so that the metadata is complete after one import."""

from webapp.models.activity import Activity, ActivityKind
from webapp.models.address import REFERENCE_PARTS, TEXT_PARTS, AddressKind
from webapp.models.audit import AuditEntry, AuditKind
from webapp.models.calendar import CalendarFeed
from webapp.models.company import (
    NO_BRANCH,
    CommercialStatus,
    Company,
    CompanyAddress,
    CompanyGrant,
    CompanyListing,
    CompanyPhone,
    Tree,
)
from webapp.models.contact import Contact, ContactAddress, ContactGrant, ContactPhone, MyContact
from webapp.models.draft import Draft
from webapp.models.engagement import Engagement, EngagementState
from webapp.models.file import StoredFile
from webapp.models.folder import Document, DocumentVersion, FolderContact, FolderResource, TeamFolder
from webapp.models.history import HistoryEvent, HistoryKind
from webapp.models.invoice import Invoice, InvoiceLine, InvoiceState
from webapp.models.knowledge import KnowledgeItem, KnowledgeState
from webapp.models.linked import Linked, Noun
from webapp.models.mail import LINK, Mail, MailKind, MailProblem, MailState
from webapp.models.opportunity import Opportunity, Outcome
from webapp.models.phone import CompanyPhoneKind, ContactPhoneKind
from webapp.models.portal import (
    PortalAccess,
    PortalNotice,
    PortalNoticeKind,
    PortalProfile,
    PortalRight,
    PortalSession,
)
from webapp.models.principal import ADMINS_ID, EVERYBODY_ID, Principal, PrincipalKind
from webapp.models.project import Project, ProjectState
from webapp.models.reference import ReferenceItem, ReferenceList
from webapp.models.request import Priority, RequestAttachment, RequestMessage, SupportRequest
from webapp.models.resource import BillingEntity, FavoriteResource, Resource, Role, resource_billing_entity
from webapp.models.search import MAX_SEARCH_TEXT, CompanySearch, ContactSearch, LinkedSearch, SearchWord
from webapp.models.setting import Counter, Organisation, Picture, Setting
from webapp.models.signin import LinkPurpose, OneTimeLink, RecoveryCode, SignInAttempt, StaffSession
from webapp.models.workflow import (
    Performer,
    RequestTask,
    Workflow,
    WorkflowMove,
    WorkflowState,
    WorkflowStep,
)

__all__ = [
    "ADMINS_ID",
    "EVERYBODY_ID",
    "LINK",
    "MAX_SEARCH_TEXT",
    "NO_BRANCH",
    "REFERENCE_PARTS",
    "TEXT_PARTS",
    "Activity",
    "ActivityKind",
    "AddressKind",
    "AuditEntry",
    "AuditKind",
    "BillingEntity",
    "CalendarFeed",
    "CommercialStatus",
    "Company",
    "CompanyAddress",
    "CompanyGrant",
    "CompanyListing",
    "CompanyPhone",
    "CompanyPhoneKind",
    "CompanySearch",
    "Contact",
    "ContactAddress",
    "ContactGrant",
    "ContactPhone",
    "ContactPhoneKind",
    "ContactSearch",
    "Counter",
    "Document",
    "DocumentVersion",
    "Draft",
    "Engagement",
    "EngagementState",
    "FavoriteResource",
    "FolderContact",
    "FolderResource",
    "HistoryEvent",
    "HistoryKind",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "KnowledgeItem",
    "KnowledgeState",
    "LinkPurpose",
    "Linked",
    "LinkedSearch",
    "Mail",
    "MailKind",
    "MailProblem",
    "MailState",
    "MyContact",
    "Noun",
    "OneTimeLink",
    "Opportunity",
    "Organisation",
    "Outcome",
    "Performer",
    "Picture",
    "PortalAccess",
    "PortalNotice",
    "PortalNoticeKind",
    "PortalProfile",
    "PortalRight",
    "PortalSession",
    "Principal",
    "PrincipalKind",
    "Priority",
    "Project",
    "ProjectState",
    "RecoveryCode",
    "ReferenceItem",
    "ReferenceList",
    "RequestAttachment",
    "RequestMessage",
    "RequestTask",
    "Resource",
    "Role",
    "SearchWord",
    "Setting",
    "SignInAttempt",
    "StaffSession",
    "StoredFile",
    "SupportRequest",
    "TeamFolder",
    "Tree",
    "Workflow",
    "WorkflowMove",
    "WorkflowState",
    "WorkflowStep",
    "resource_billing_entity",
]
