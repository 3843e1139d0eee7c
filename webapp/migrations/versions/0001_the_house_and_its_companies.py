"""the house and its companies"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "principal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principal")),
    )
    op.create_table(
        "reference_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("label_fr", sa.String(length=200), nullable=False),
        sa.Column("label_en", sa.String(length=200), nullable=False),
        sa.Column(
            "search_key",
            sa.String(length=500).with_variant(sa.String(length=500, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["reference_item.id"], name=op.f("fk_reference_item_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_item")),
        sa.UniqueConstraint("list", "parent_id", "code", name=op.f("uq_reference_item_list_parent_id_code")),
    )
    with op.batch_alter_table("reference_item", schema=None) as batch_op:
        batch_op.create_index("ix_reference_item_order", ["list", "parent_id", "position", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reference_item_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_reference_item_search", ["list", "parent_id", "search_key"], unique=False)

    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_at"), ["at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_subject", ["subject", "at"], unique=False)

    op.create_table(
        "billing_entity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("principal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_billing_entity_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_entity")),
        sa.UniqueConstraint("name_key", name=op.f("uq_billing_entity_name_key")),
        sa.UniqueConstraint("principal_id", name=op.f("uq_billing_entity_principal_id")),
    )
    op.create_table(
        "resource",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("principal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "search_key",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=True),
        sa.Column("job_title", sa.String(length=200), nullable=False),
        sa.Column("phone_office", sa.String(length=80), nullable=False),
        sa.Column("phone_mobile", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.String(length=200), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_resource_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("email_key", name=op.f("uq_resource_email_key")),
        sa.UniqueConstraint("external_id", name=op.f("uq_resource_external_id")),
        sa.UniqueConstraint("principal_id", name=op.f("uq_resource_principal_id")),
    )
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resource_search_key"), ["search_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_resource_sort_key"), ["sort_key"], unique=False)

    op.create_table(
        "company",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "search_key",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("alias", sa.String(length=300), nullable=False),
        sa.Column("account_type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commercial_status", sa.String(length=40), nullable=False),
        sa.Column("status_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_reference", sa.Boolean(), nullable=False),
        sa.Column("allow_engagements", sa.Boolean(), nullable=False),
        sa.Column("website", sa.String(length=500), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("account_manager_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("telemarketer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sales_rep_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("company_number", sa.String(length=60), nullable=True),
        sa.Column("number_key", sa.String(length=60), nullable=True),
        sa.Column("business_region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("industry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("annual_revenue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("employees_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tax_exempt", sa.Boolean(), nullable=False),
        sa.Column("tax_exemption_id", sa.String(length=60), nullable=False),
        sa.Column("vat_number", sa.String(length=60), nullable=False),
        sa.Column("comments", sa.Text(), nullable=False),
        sa.Column("surveys_enabled", sa.Boolean(), nullable=False),
        sa.Column("summary_consolidation", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("updated_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_manager_id"], ["resource.id"], name=op.f("fk_company_account_manager_id")),
        sa.ForeignKeyConstraint(["account_type_id"], ["reference_item.id"], name=op.f("fk_company_account_type_id")),
        sa.ForeignKeyConstraint(
            ["annual_revenue_id"], ["reference_item.id"], name=op.f("fk_company_annual_revenue_id")
        ),
        sa.ForeignKeyConstraint(
            ["business_region_id"], ["reference_item.id"], name=op.f("fk_company_business_region_id")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["resource.id"], name=op.f("fk_company_created_by_id")),
        sa.ForeignKeyConstraint(["deleted_by_id"], ["resource.id"], name=op.f("fk_company_deleted_by_id")),
        sa.ForeignKeyConstraint(["employees_id"], ["reference_item.id"], name=op.f("fk_company_employees_id")),
        sa.ForeignKeyConstraint(["industry_id"], ["reference_item.id"], name=op.f("fk_company_industry_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["company.id"], name=op.f("fk_company_parent_id")),
        sa.ForeignKeyConstraint(["sales_rep_id"], ["resource.id"], name=op.f("fk_company_sales_rep_id")),
        sa.ForeignKeyConstraint(["source_id"], ["reference_item.id"], name=op.f("fk_company_source_id")),
        sa.ForeignKeyConstraint(["status_id"], ["reference_item.id"], name=op.f("fk_company_status_id")),
        sa.ForeignKeyConstraint(["telemarketer_id"], ["resource.id"], name=op.f("fk_company_telemarketer_id")),
        sa.ForeignKeyConstraint(["updated_by_id"], ["resource.id"], name=op.f("fk_company_updated_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("number_key", name=op.f("uq_company_number_key")),
    )
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_company_account_type_id"), ["account_type_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_annual_revenue_id"), ["annual_revenue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_business_region_id"), ["business_region_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_employees_id"), ["employees_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_industry_id"), ["industry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_status_id"), ["status_id"], unique=False)
        batch_op.create_index("ix_company_account_manager", ["account_manager_id", "updated_at"], unique=False)
        batch_op.create_index("ix_company_parent", ["parent_id", "sort_key"], unique=False)
        batch_op.create_index("ix_company_sales_rep", ["sales_rep_id", "updated_at"], unique=False)
        batch_op.create_index("ix_company_telemarketer", ["telemarketer_id", "updated_at"], unique=False)
        batch_op.create_index("ix_company_updated_at", ["updated_at"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_one_time_link_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_link_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_recovery_code_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "resource_billing_entity",
        sa.Column("resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("billing_entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["billing_entity_id"], ["billing_entity.id"], name=op.f("fk_resource_billing_entity_billing_entity_id")
        ),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_resource_billing_entity_resource_id")),
        sa.PrimaryKeyConstraint("resource_id", "billing_entity_id", name=op.f("pk_resource_billing_entity")),
    )
    with op.batch_alter_table("resource_billing_entity", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_resource_billing_entity_billing_entity_id"), ["billing_entity_id"], unique=False
        )

    op.create_table(
        "staff_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_staff_session_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_session_token_hash")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_resource_id"), ["resource_id"], unique=False)

    op.create_table(
        "company_address",
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
            ["company_id"], ["company.id"], name=op.f("fk_company_address_company_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["country_id"], ["reference_item.id"], name=op.f("fk_company_address_country_id")),
        sa.ForeignKeyConstraint(
            ["subdivision_id"], ["reference_item.id"], name=op.f("fk_company_address_subdivision_id")
        ),
        sa.ForeignKeyConstraint(
            ["work_region_id"], ["reference_item.id"], name=op.f("fk_company_address_work_region_id")
        ),
        sa.ForeignKeyConstraint(["work_site_id"], ["reference_item.id"], name=op.f("fk_company_address_work_site_id")),
        sa.PrimaryKeyConstraint("company_id", "kind", name=op.f("pk_company_address")),
    )
    with op.batch_alter_table("company_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_company_address_country_id"), ["country_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_address_subdivision_id"), ["subdivision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_address_work_region_id"), ["work_region_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_address_work_site_id"), ["work_site_id"], unique=False)

    op.create_table(
        "company_grant",
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("principal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_grant_company_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_company_grant_principal_id")),
        sa.PrimaryKeyConstraint("company_id", "principal_id", name=op.f("pk_company_grant")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("company_grant", schema=None) as batch_op:
        batch_op.create_index("ix_company_grant_order", ["principal_id", "sort_key", "company_id"], unique=False)

    op.create_table(
        "company_listing",
        sa.Column("principal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tree", sa.String(length=40), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_listing_company_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_company_listing_principal_id")),
        sa.PrimaryKeyConstraint(
            "principal_id", "tree", "branch_id", "sort_key", "company_id", name=op.f("pk_company_listing")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("company_listing", schema=None) as batch_op:
        batch_op.create_index("ix_company_listing_company", ["company_id"], unique=False)

    op.create_table(
        "company_phone",
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("typed", sa.String(length=80), nullable=False),
        sa.Column("e164", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_phone_company_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("company_id", "kind", name=op.f("pk_company_phone")),
    )

    op.bulk_insert(
        sa.table("principal", sa.column("id"), sa.column("kind")),
        [{"id": 1, "kind": "everybody"}, {"id": 2, "kind": "admins"}],
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('principal', 'id'), 2)")
