"""Every model, so that the metadata is complete after one import."""

from webapp.models.address import REFERENCE_PARTS, TEXT_PARTS, AddressKind
from webapp.models.audit import AuditEntry, AuditKind
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
from webapp.models.history import HistoryEvent, HistoryKind
from webapp.models.mail import LINK, Mail, MailKind, MailProblem, MailState
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
from webapp.models.reference import ReferenceItem, ReferenceList
from webapp.models.resource import BillingEntity, FavoriteResource, Resource, Role, resource_billing_entity
from webapp.models.search import MAX_SEARCH_TEXT, CompanySearch, ContactSearch, SearchWord
from webapp.models.setting import Counter, Organisation, Picture, Setting
from webapp.models.signin import LinkPurpose, OneTimeLink, RecoveryCode, SignInAttempt, StaffSession

__all__ = [
    "ADMINS_ID",
    "EVERYBODY_ID",
    "LINK",
    "MAX_SEARCH_TEXT",
    "NO_BRANCH",
    "REFERENCE_PARTS",
    "TEXT_PARTS",
    "AddressKind",
    "AuditEntry",
    "AuditKind",
    "BillingEntity",
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
    "Draft",
    "FavoriteResource",
    "HistoryEvent",
    "HistoryKind",
    "LinkPurpose",
    "Mail",
    "MailKind",
    "MailProblem",
    "MailState",
    "MyContact",
    "OneTimeLink",
    "Organisation",
    "Picture",
    "PortalAccess",
    "PortalNotice",
    "PortalNoticeKind",
    "PortalProfile",
    "PortalRight",
    "PortalSession",
    "Principal",
    "PrincipalKind",
    "RecoveryCode",
    "ReferenceItem",
    "ReferenceList",
    "Resource",
    "Role",
    "SearchWord",
    "Setting",
    "SignInAttempt",
    "StaffSession",
    "Tree",
    "resource_billing_entity",
]
