"""Contacts, the people at companies, and each resource's own list of them (K1 to K6, T6)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from webapp.clock import now
from webapp.dates import PartialDate
from webapp.extensions import Model
from webapp.models.address import AddressKind, AddressParts
from webapp.models.base import (
    Authored,
    Choice,
    Id,
    IntKey,
    Moment,
    PartialDay,
    Timestamped,
    Trashable,
    Versioned,
    in_trash,
    key_text,
)
from webapp.models.phone import ContactPhoneKind, PhoneParts
from webapp.models.portal import PortalAccess
from webapp.models.reference import ReferenceList, value_of


class Contact(Timestamped, Authored, Trashable, Versioned, Model):
    """A person at a company."""

    __tablename__ = "contact"
    __table_args__ = (
        # With all that the rule of access reads of a contact: whether one is seen is known without its row.
        Index("ix_contact_company", "company_id", "sort_key", "id", "deleted_at", "restrict_access"),
        Index("ix_contact_order", "sort_key", "id"),
        Index("ix_contact_updated_at", "updated_at"),
        in_trash("contact"),
    )

    id: Mapped[IntKey]
    company_id: Mapped[int] = mapped_column(Id, ForeignKey("company.id"))
    title_id: Mapped[int | None] = value_of(ReferenceList.TITLE)
    first_name: Mapped[str] = mapped_column(String(100), default="")
    middle_name: Mapped[str] = mapped_column(String(100), default="")
    last_name: Mapped[str] = mapped_column(String(100))
    honorific: Mapped[str] = mapped_column(String(60), default="")
    #: First, middle and last name together, for lists that have no use for the title.
    name: Mapped[str] = mapped_column(String(310))
    #: Last name first.
    sort_key: Mapped[bytes] = mapped_column(LargeBinary)
    search_key: Mapped[str] = mapped_column(key_text(1000))

    job_title: Mapped[str] = mapped_column(String(200), default="")
    contact_type_id: Mapped[int | None] = value_of(ReferenceList.CONTACT_TYPE)
    email1: Mapped[str] = mapped_column(String(254), default="")
    email2: Mapped[str] = mapped_column(String(254), default="")
    email3: Mapped[str] = mapped_column(String(254), default="")
    #: Kept, but without effect while the company is no reference (D12).
    is_reference: Mapped[bool] = mapped_column(default=False)

    website: Mapped[str] = mapped_column(String(500), default="")

    department: Mapped[str] = mapped_column(String(200), default="")
    manager: Mapped[str] = mapped_column(String(200), default="")
    office: Mapped[str] = mapped_column(String(200), default="")
    assistant: Mapped[str] = mapped_column(String(200), default="")
    profession: Mapped[str] = mapped_column(String(200), default="")
    nickname: Mapped[str] = mapped_column(String(100), default="")
    birthday: Mapped[PartialDate | None] = mapped_column(PartialDay)
    spouse: Mapped[str] = mapped_column(String(200), default="")
    anniversary: Mapped[PartialDate | None] = mapped_column(PartialDay)
    comments: Mapped[str] = mapped_column(Text, default="")

    #: The contact's reference in files that are imported and exported; what is unique is it without case.
    contact_number: Mapped[str | None] = mapped_column(String(60))
    number_key: Mapped[str | None] = mapped_column(String(120), unique=True)

    #: Open to those of `ContactGrant` alone, of the people who see the company (A3, D7).
    restrict_access: Mapped[bool] = mapped_column(default=False, server_default=false())

    addresses: Mapped[dict[AddressKind, "ContactAddress"]] = relationship(
        collection_class=attribute_keyed_dict("kind"), cascade="all, delete-orphan"
    )
    phones: Mapped[dict[ContactPhoneKind, "ContactPhone"]] = relationship(
        collection_class=attribute_keyed_dict("kind"), cascade="all, delete-orphan"
    )
    #: What they were granted in the portal, if they ever were; a request looks for it once.
    portal_access: Mapped[PortalAccess | None] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class ContactAddress(AddressParts, Model):
    __tablename__ = "contact_address"

    contact_id: Mapped[int] = mapped_column(
        Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )


class ContactPhone(PhoneParts, Model):
    __tablename__ = "contact_phone"

    contact_id: Mapped[int] = mapped_column(
        Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )
    kind: Mapped[ContactPhoneKind] = mapped_column(Choice(ContactPhoneKind), primary_key=True)


class MyContact(Model):
    """A contact in the list « Mes contacts » of a resource (T6)."""

    __tablename__ = "my_contact"
    __table_args__ = (Index("ix_my_contact_contact", "contact_id"), {"sqlite_with_rowid": False})

    resource_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    added_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ContactGrant(Model):
    """A restricted contact is seen by this principal, if it sees the company too (A3, D7)."""

    __tablename__ = "contact_grant"
    __table_args__ = ({"sqlite_with_rowid": False},)

    contact_id: Mapped[int] = mapped_column(Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    principal_id: Mapped[int] = mapped_column(Id, ForeignKey("principal.id"), primary_key=True, index=True)
