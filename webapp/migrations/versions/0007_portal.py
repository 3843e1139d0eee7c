"""access to the portal"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "portal_access",
        sa.Column("contact_id", _ID, autoincrement=False, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("team_folders", sa.Boolean(), nullable=False),
        sa.Column("project_review", sa.Boolean(), nullable=False),
        sa.Column("invoice_review", sa.Boolean(), nullable=False),
        sa.Column("online_support", sa.Boolean(), nullable=False),
        sa.Column("close_requests_anytime", sa.Boolean(), nullable=False),
        sa.Column("workflow_participation", sa.Boolean(), nullable=False),
        sa.Column("resource_profiles", sa.Boolean(), nullable=False),
        sa.Column("all_resource_profiles", sa.Boolean(), nullable=False),
        sa.Column("max_resources", sa.Integer(), nullable=True),
        sa.Column("sponsor_id", _ID, nullable=False),
        sa.Column("requested_at", _MOMENT, nullable=False),
        sa.Column("decided_by_id", _ID, nullable=True),
        sa.Column("rejected_at", _MOMENT, nullable=True),
        sa.Column("rejection_reason", sa.Text(), nullable=False),
        sa.Column("activated_at", _MOMENT, nullable=True),
        sa.Column("reactivated_at", _MOMENT, nullable=True),
        sa.Column("last_access_at", _MOMENT, nullable=True),
        sa.Column("login_key", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("totp_secret", sa.String(length=200), nullable=True),
        sa.Column("totp_last_step", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_portal_access_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["resource.id"], name=op.f("fk_portal_access_decided_by_id")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["resource.id"], name=op.f("fk_portal_access_sponsor_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_portal_access")),
        sa.UniqueConstraint("login_key", name=op.f("uq_portal_access_login_key")),
    )
    op.create_index("ix_portal_access_sponsor", "portal_access", ["sponsor_id", "contact_id"])
    op.create_table(
        "portal_profile",
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("resource_id", _ID, nullable=False),
        _of_access("portal_profile"),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_portal_profile_resource_id")),
        sa.PrimaryKeyConstraint("contact_id", "resource_id", name=op.f("pk_portal_profile")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_portal_profile_resource_id"), "portal_profile", ["resource_id"])
    op.create_table(
        "portal_notice",
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        _of_access("portal_notice"),
        sa.PrimaryKeyConstraint("contact_id", "kind", "ends_at", name=op.f("pk_portal_notice")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "portal_session",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("last_seen_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        _of_access("portal_session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_portal_session_token_hash")),
    )
    op.create_index(op.f("ix_portal_session_contact_id"), "portal_session", ["contact_id"])
    op.create_table(
        "picture",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_picture")),
    )
    # Links and recovery codes are a resource's or a contact's.
    for table in ("one_time_link", "recovery_code"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("contact_id", _ID, nullable=True))
            batch_op.create_foreign_key(
                op.f(f"fk_{table}_contact_id"), "portal_access", ["contact_id"], ["contact_id"], ondelete="CASCADE"
            )
            batch_op.create_index(op.f(f"ix_{table}_contact_id"), ["contact_id"])
            if table == "recovery_code":
                batch_op.alter_column("resource_id", existing_type=_ID, nullable=True)
    # Not by batches, which would make the tables anew, without the triggers that guard them.
    for table in ("history_event", "audit_entry"):
        op.add_column(table, sa.Column("actor_contact_id", _ID, nullable=True))


def _of_access(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["contact_id"], ["portal_access.contact_id"], name=op.f(f"fk_{table}_contact_id"), ondelete="CASCADE"
    )
