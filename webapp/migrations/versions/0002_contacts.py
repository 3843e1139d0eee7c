"""contacts"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:

    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("middle_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("honorific", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=310), nullable=False),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "search_key",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("job_title", sa.String(length=200), nullable=False),
        sa.Column("contact_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("email1", sa.String(length=254), nullable=False),
        sa.Column("email2", sa.String(length=254), nullable=False),
        sa.Column("email3", sa.String(length=254), nullable=False),
        sa.Column("is_reference", sa.Boolean(), nullable=False),
        sa.Column("website", sa.String(length=500), nullable=False),
        sa.Column("department", sa.String(length=200), nullable=False),
        sa.Column("manager", sa.String(length=200), nullable=False),
        sa.Column("office", sa.String(length=200), nullable=False),
        sa.Column("assistant", sa.String(length=200), nullable=False),
        sa.Column("profession", sa.String(length=200), nullable=False),
        sa.Column("nickname", sa.String(length=100), nullable=False),
        sa.Column("birthday", sa.String(length=10), nullable=True),
        sa.Column("spouse", sa.String(length=200), nullable=False),
        sa.Column("anniversary", sa.String(length=10), nullable=True),
        sa.Column("comments", sa.Text(), nullable=False),
        sa.Column("contact_number", sa.String(length=60), nullable=True),
        sa.Column("number_key", sa.String(length=120), nullable=True),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_contact_company_id")),
        sa.ForeignKeyConstraint(["contact_type_id"], ["reference_item.id"], name=op.f("fk_contact_contact_type_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["resource.id"], name=op.f("fk_contact_created_by_id")),
        sa.ForeignKeyConstraint(["deleted_by_id"], ["resource.id"], name=op.f("fk_contact_deleted_by_id")),
        sa.ForeignKeyConstraint(["title_id"], ["reference_item.id"], name=op.f("fk_contact_title_id")),
        sa.ForeignKeyConstraint(["updated_by_id"], ["resource.id"], name=op.f("fk_contact_updated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("number_key", name=op.f("uq_contact_number_key")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index("ix_contact_company", ["company_id", "sort_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_contact_type_id"), ["contact_type_id"], unique=False)
        batch_op.create_index("ix_contact_order", ["sort_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_title_id"), ["title_id"], unique=False)
        batch_op.create_index("ix_contact_updated_at", ["updated_at"], unique=False)

    op.create_table(
        "contact_address",
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("street", sa.String(length=300), nullable=False),
        sa.Column("building", sa.String(length=120), nullable=False),
        sa.Column("floor", sa.String(length=60), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("postal_code", sa.String(length=30), nullable=False),
        sa.Column("country_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subdivision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("work_region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("work_site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_address_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["country_id"], ["reference_item.id"], name=op.f("fk_contact_address_country_id")),
        sa.ForeignKeyConstraint(
            ["subdivision_id"], ["reference_item.id"], name=op.f("fk_contact_address_subdivision_id")
        ),
        sa.ForeignKeyConstraint(
            ["work_region_id"], ["reference_item.id"], name=op.f("fk_contact_address_work_region_id")
        ),
        sa.ForeignKeyConstraint(["work_site_id"], ["reference_item.id"], name=op.f("fk_contact_address_work_site_id")),
        sa.PrimaryKeyConstraint("contact_id", "kind", name=op.f("pk_contact_address")),
    )
    with op.batch_alter_table("contact_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_address_country_id"), ["country_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_address_subdivision_id"), ["subdivision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_address_work_region_id"), ["work_region_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_address_work_site_id"), ["work_site_id"], unique=False)

    op.create_table(
        "contact_phone",
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("typed", sa.String(length=80), nullable=False),
        sa.Column("e164", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_phone_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "kind", name=op.f("pk_contact_phone")),
    )
    op.create_table(
        "my_contact",
        sa.Column("resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_my_contact_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_my_contact_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", "contact_id", name=op.f("pk_my_contact")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("my_contact", schema=None) as batch_op:
        batch_op.create_index("ix_my_contact_contact", ["contact_id"], unique=False)
