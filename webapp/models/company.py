"""Companies, who may see them, and where they stand in the trees."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from webapp.extensions import Model
from webapp.models.address import AddressKind, AddressParts
from webapp.models.base import Authored, Choice, Id, IntKey, Timestamped, Trashable, Versioned, in_trash, key_text
from webapp.models.phone import CompanyPhoneKind, PhoneParts
from webapp.models.reference import ReferenceList, value_of


class CommercialStatus(StrEnum):
    """Decides the tree a company stands in (T3) and which resource it must have (C7, D14)."""

    PROSPECT = "prospect"
    LEAD = "lead"
    CLIENT = "client"


class Company(Timestamped, Authored, Trashable, Versioned, Model):
    """A company: client, lead or prospect (C3 to C7)."""

    __tablename__ = "company"
    __table_args__ = (
        Index("ix_company_account_manager", "account_manager_id", "updated_at"),
        Index("ix_company_telemarketer", "telemarketer_id", "updated_at"),
        Index("ix_company_sales_rep", "sales_rep_id", "updated_at"),
        Index("ix_company_parent", "parent_id", "sort_key"),
        Index("ix_company_updated_at", "updated_at"),
        in_trash("company"),
    )

    id: Mapped[IntKey]
    name: Mapped[str] = mapped_column(String(300))
    sort_key: Mapped[bytes] = mapped_column(LargeBinary)
    search_key: Mapped[str] = mapped_column(key_text(1000))
    alias: Mapped[str] = mapped_column(String(300), default="")
    account_type_id: Mapped[int] = value_of(ReferenceList.ACCOUNT_TYPE)
    commercial_status: Mapped[CommercialStatus] = mapped_column(Choice(CommercialStatus))
    status_id: Mapped[int | None] = value_of(ReferenceList.COMPANY_STATE)
    parent_id: Mapped[int | None] = mapped_column(Id, ForeignKey("company.id"))
    is_reference: Mapped[bool] = mapped_column(default=False)
    allow_engagements: Mapped[bool] = mapped_column(default=False)

    website: Mapped[str] = mapped_column(String(500), default="")

    source_id: Mapped[int | None] = value_of(ReferenceList.SOURCE)
    account_manager_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    telemarketer_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    sales_rep_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    company_number: Mapped[str | None] = mapped_column(String(60))
    #: The number without case: what is unique (D18).
    number_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    business_region_id: Mapped[int | None] = value_of(ReferenceList.BUSINESS_REGION)
    industry_id: Mapped[int | None] = value_of(ReferenceList.INDUSTRY)
    annual_revenue_id: Mapped[int | None] = value_of(ReferenceList.ANNUAL_REVENUE)
    employees_id: Mapped[int | None] = value_of(ReferenceList.EMPLOYEES)
    tax_exempt: Mapped[bool] = mapped_column(default=False)
    #: Kept, but ignored while the company is not exempt (D19).
    tax_exemption_id: Mapped[str] = mapped_column(String(60), default="")
    vat_number: Mapped[str] = mapped_column(String(60), default="")
    comments: Mapped[str] = mapped_column(Text, default="")
    surveys_enabled: Mapped[bool] = mapped_column(default=False)
    summary_consolidation: Mapped[bool] = mapped_column(default=False)

    addresses: Mapped[dict[AddressKind, "CompanyAddress"]] = relationship(
        collection_class=attribute_keyed_dict("kind"), cascade="all, delete-orphan"
    )
    phones: Mapped[dict[CompanyPhoneKind, "CompanyPhone"]] = relationship(
        collection_class=attribute_keyed_dict("kind"), cascade="all, delete-orphan"
    )


class CompanyAddress(AddressParts, Model):
    __tablename__ = "company_address"

    company_id: Mapped[int] = mapped_column(
        Id, ForeignKey("company.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )


class CompanyPhone(PhoneParts, Model):
    __tablename__ = "company_phone"

    company_id: Mapped[int] = mapped_column(
        Id, ForeignKey("company.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )
    kind: Mapped[CompanyPhoneKind] = mapped_column(Choice(CompanyPhoneKind), primary_key=True)


class CompanyGrant(Model):
    """Whom a company is granted to: the whole answer to "who sees it?" (A1).

    The sort key is the company's, so that a principal's companies are read in order of name from one index.
    """

    __tablename__ = "company_grant"
    __table_args__ = (
        Index("ix_company_grant_order", "principal_id", "sort_key", "company_id"),
        {"sqlite_with_rowid": False},
    )

    company_id: Mapped[int] = mapped_column(Id, ForeignKey("company.id", ondelete="CASCADE"), primary_key=True)
    principal_id: Mapped[int] = mapped_column(Id, ForeignKey("principal.id"), primary_key=True)
    sort_key: Mapped[bytes] = mapped_column(LargeBinary)


class Tree(StrEnum):
    """The orders in which companies are listed (T1 to T4)."""

    ACCOUNT_TYPE = "type"
    BUSINESS_REGION = "region"
    LEADS = "leads"
    PROSPECTS = "prospects"
    #: The one that `company_listing` does not hold: each resource makes their own, of contacts (T6).
    MY_CONTACTS = "mine"


#: The branch of companies that have no value for the tree's grouping (D8).
NO_BRANCH = 0


class CompanyListing(Model):
    """A company's place in a tree, once for each principal it is granted to.

    Made from the company and its grants whenever either changes. The primary key is the order of reading:
    a page of a branch is one range of it for each principal of the viewer, whatever share of the companies
    they may see.
    """

    __tablename__ = "company_listing"
    __table_args__ = (
        Index("ix_company_listing_company", "company_id"),
        {"sqlite_with_rowid": False},
    )

    principal_id: Mapped[int] = mapped_column(Id, ForeignKey("principal.id"), primary_key=True)
    tree: Mapped[Tree] = mapped_column(Choice(Tree), primary_key=True)
    #: The account type, region or resource of the branch, or NO_BRANCH.
    branch_id: Mapped[int] = mapped_column(Id, primary_key=True)
    sort_key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    company_id: Mapped[int] = mapped_column(Id, ForeignKey("company.id", ondelete="CASCADE"), primary_key=True)
