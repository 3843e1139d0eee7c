"""what hangs on companies: activities, opportunities, engagements, projects, invoices, knowledge, requests, folders"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_MOMENT = sa.DateTime(timezone=True)
_KEY = sa.String(length=1000).with_variant(sa.String(length=1000, collation='C'), 'postgresql')

_NAME_KEY = sa.String(length=400).with_variant(sa.String(length=400, collation='C'), 'postgresql')
_DUE_KEY = sa.String(length=16).with_variant(sa.String(length=16, collation='C'), 'postgresql')

#: The indexes of the search, as in 0003: on SQLite two full-text indexes, of beginnings of words and of fragments; on
#: PostgreSQL an inverted one of both.
_SQLITE = [
    """
    CREATE VIRTUAL TABLE linked_words USING fts5(
        text, content='linked_search', content_rowid='linked_id',
        tokenize='ascii', detail=none, columnsize=0, prefix='1 2 3 4 5 6 7 8'
    )
    """,
    """
    CREATE VIRTUAL TABLE linked_fragments USING fts5(
        text, content='linked_search', content_rowid='linked_id', tokenize='trigram', detail=none, columnsize=0
    )
    """,
    """
    CREATE TRIGGER linked_search_added AFTER INSERT ON linked_search BEGIN
        INSERT INTO linked_words (rowid, text) VALUES (new.linked_id, new.text);
        INSERT INTO linked_fragments (rowid, text) VALUES (new.linked_id, new.text);
    END
    """,
    """
    CREATE TRIGGER linked_search_removed AFTER DELETE ON linked_search BEGIN
        INSERT INTO linked_words (linked_words, rowid, text) VALUES ('delete', old.linked_id, old.text);
        INSERT INTO linked_fragments (linked_fragments, rowid, text) VALUES ('delete', old.linked_id, old.text);
    END
    """,
    """
    CREATE TRIGGER linked_search_changed AFTER UPDATE OF text ON linked_search BEGIN
        INSERT INTO linked_words (linked_words, rowid, text) VALUES ('delete', old.linked_id, old.text);
        INSERT INTO linked_fragments (linked_fragments, rowid, text) VALUES ('delete', old.linked_id, old.text);
        INSERT INTO linked_words (rowid, text) VALUES (new.linked_id, new.text);
        INSERT INTO linked_fragments (rowid, text) VALUES (new.linked_id, new.text);
    END
    """,
]
_POSTGRESQL = ["CREATE INDEX ix_linked_search_tokens ON linked_search USING gin (search_tokens(text))"]


def upgrade() -> None:
    op.create_table('stored_file',
    sa.Column('id', _ID, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file'))
    )
    op.create_table('workflow',
    sa.Column('id', _ID, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('is_default', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('retired_at', _MOMENT, nullable=True),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('updated_at', _MOMENT, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workflow'))
    )
    op.create_table('workflow_state',
    sa.Column('id', _ID, nullable=False),
    sa.Column('workflow_id', _ID, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('label_fr', sa.String(length=200), nullable=False),
    sa.Column('label_en', sa.String(length=200), nullable=False),
    sa.Column('is_initial', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('is_closed', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('retired_at', _MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['workflow_id'], ['workflow.id'], name=op.f('fk_workflow_state_workflow_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workflow_state'))
    )
    op.create_index('ix_workflow_state_order', 'workflow_state', ['workflow_id', 'position', 'id'])

    op.create_table('workflow_move',
    sa.Column('from_id', _ID, nullable=False),
    sa.Column('to_id', _ID, nullable=False),
    sa.ForeignKeyConstraint(['from_id'], ['workflow_state.id'], name=op.f('fk_workflow_move_from_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['to_id'], ['workflow_state.id'], name=op.f('fk_workflow_move_to_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('from_id', 'to_id', name=op.f('pk_workflow_move')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_workflow_move_to_id'), 'workflow_move', ['to_id'])

    op.create_table('workflow_step',
    sa.Column('id', _ID, nullable=False),
    sa.Column('state_id', _ID, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('label_fr', sa.String(length=200), nullable=False),
    sa.Column('label_en', sa.String(length=200), nullable=False),
    sa.Column('performer', sa.String(length=40), nullable=False),
    sa.Column('days', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['state_id'], ['workflow_state.id'], name=op.f('fk_workflow_step_state_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workflow_step')),
    sa.UniqueConstraint('state_id', 'position', name=op.f('uq_workflow_step_state_id_position'))
    )
    op.create_table('team_folder',
    sa.Column('comments', sa.Text(), nullable=False),
    sa.Column('id', _ID, nullable=False),
    sa.Column('company_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('search_key', _KEY, nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('updated_at', _MOMENT, nullable=False),
    sa.Column('created_by_id', _ID, nullable=True),
    sa.Column('updated_by_id', _ID, nullable=True),
    sa.Column('deleted_at', _MOMENT, nullable=True),
    sa.Column('deleted_by_id', _ID, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_team_folder_company_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['resource.id'], name=op.f('fk_team_folder_created_by_id')),
    sa.ForeignKeyConstraint(['deleted_by_id'], ['resource.id'], name=op.f('fk_team_folder_deleted_by_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['resource.id'], name=op.f('fk_team_folder_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team_folder'))
    )
    op.create_index('ix_team_folder_company', 'team_folder', ['company_id', 'id'])
    op.create_index('ix_team_folder_deleted_at', 'team_folder', ['deleted_at'], sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))

    op.create_table('document',
    sa.Column('id', _ID, nullable=False),
    sa.Column('folder_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('name_key', _NAME_KEY, nullable=False),
    sa.Column('removed_at', _MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['folder_id'], ['team_folder.id'], name=op.f('fk_document_folder_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document'))
    )
    op.create_index('ix_document_folder', 'document', ['folder_id', 'name_key', 'id'])

    op.create_table('folder_contact',
    sa.Column('folder_id', _ID, nullable=False),
    sa.Column('contact_id', _ID, nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_folder_contact_contact_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['folder_id'], ['team_folder.id'], name=op.f('fk_folder_contact_folder_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('folder_id', 'contact_id', name=op.f('pk_folder_contact')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_folder_contact_contact_id'), 'folder_contact', ['contact_id'])

    op.create_table('folder_resource',
    sa.Column('folder_id', _ID, nullable=False),
    sa.Column('resource_id', _ID, nullable=False),
    sa.ForeignKeyConstraint(['folder_id'], ['team_folder.id'], name=op.f('fk_folder_resource_folder_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['resource_id'], ['resource.id'], name=op.f('fk_folder_resource_resource_id')),
    sa.PrimaryKeyConstraint('folder_id', 'resource_id', name=op.f('pk_folder_resource')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_folder_resource_resource_id'), 'folder_resource', ['resource_id'])

    op.create_table('opportunity',
    sa.Column('contact_id', _ID, nullable=True),
    sa.Column('state_id', _ID, nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('initial_close_on', sa.Date(), nullable=True),
    sa.Column('revised_close_on', sa.Date(), nullable=True),
    sa.Column('owner_id', _ID, nullable=False),
    sa.Column('comments', sa.Text(), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.Column('close_reason_id', _ID, nullable=True),
    sa.Column('closed_at', _MOMENT, nullable=True),
    sa.Column('id', _ID, nullable=False),
    sa.Column('company_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('search_key', _KEY, nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('updated_at', _MOMENT, nullable=False),
    sa.Column('created_by_id', _ID, nullable=True),
    sa.Column('updated_by_id', _ID, nullable=True),
    sa.Column('deleted_at', _MOMENT, nullable=True),
    sa.Column('deleted_by_id', _ID, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['close_reason_id'], ['reference_item.id'], name=op.f('fk_opportunity_close_reason_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_opportunity_company_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_opportunity_contact_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['resource.id'], name=op.f('fk_opportunity_created_by_id')),
    sa.ForeignKeyConstraint(['deleted_by_id'], ['resource.id'], name=op.f('fk_opportunity_deleted_by_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['resource.id'], name=op.f('fk_opportunity_owner_id')),
    sa.ForeignKeyConstraint(['state_id'], ['reference_item.id'], name=op.f('fk_opportunity_state_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['resource.id'], name=op.f('fk_opportunity_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opportunity'))
    )
    op.create_index(op.f('ix_opportunity_close_reason_id'), 'opportunity', ['close_reason_id'])
    op.create_index('ix_opportunity_company', 'opportunity', ['company_id', 'id'])
    op.create_index('ix_opportunity_contact', 'opportunity', ['contact_id', 'id'])
    op.create_index('ix_opportunity_deleted_at', 'opportunity', ['deleted_at'], sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))
    op.create_index('ix_opportunity_owner', 'opportunity', ['owner_id', 'outcome', 'state_id', 'revised_close_on', 'id'])
    op.create_index('ix_opportunity_state', 'opportunity', ['outcome', 'state_id', 'revised_close_on', 'id'])
    op.create_index(op.f('ix_opportunity_state_id'), 'opportunity', ['state_id'])

    op.create_table('support_request',
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('contact_id', _ID, nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('priority', sa.String(length=40), nullable=False),
    sa.Column('state_id', _ID, nullable=False),
    sa.Column('owner_id', _ID, nullable=True),
    sa.Column('closed_at', _MOMENT, nullable=True),
    sa.Column('id', _ID, nullable=False),
    sa.Column('company_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('search_key', _KEY, nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('updated_at', _MOMENT, nullable=False),
    sa.Column('created_by_id', _ID, nullable=True),
    sa.Column('updated_by_id', _ID, nullable=True),
    sa.Column('deleted_at', _MOMENT, nullable=True),
    sa.Column('deleted_by_id', _ID, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_support_request_company_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_support_request_contact_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['resource.id'], name=op.f('fk_support_request_created_by_id')),
    sa.ForeignKeyConstraint(['deleted_by_id'], ['resource.id'], name=op.f('fk_support_request_deleted_by_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['resource.id'], name=op.f('fk_support_request_owner_id')),
    sa.ForeignKeyConstraint(['state_id'], ['workflow_state.id'], name=op.f('fk_support_request_state_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['resource.id'], name=op.f('fk_support_request_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_support_request')),
    sa.UniqueConstraint('number', name=op.f('uq_support_request_number'))
    )
    op.create_index('ix_support_request_company', 'support_request', ['company_id', 'id'])
    op.create_index('ix_support_request_contact', 'support_request', ['contact_id', 'id'])
    op.create_index('ix_support_request_deleted_at', 'support_request', ['deleted_at'], sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))
    op.create_index(op.f('ix_support_request_owner_id'), 'support_request', ['owner_id'])
    op.create_index('ix_support_request_queue', 'support_request', ['closed_at', 'owner_id', 'id'])
    op.create_index('ix_support_request_state', 'support_request', ['state_id', 'id'])

    op.create_table('activity',
    sa.Column('contact_id', _ID, nullable=True),
    sa.Column('opportunity_id', _ID, nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('owner_id', _ID, nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('due_time', sa.String(length=5), nullable=False),
    sa.Column('due_key', _DUE_KEY, nullable=False),
    sa.Column('comments', sa.Text(), nullable=False),
    sa.Column('completed_at', _MOMENT, nullable=True),
    sa.Column('completed_by_id', _ID, nullable=True),
    sa.Column('id', _ID, nullable=False),
    sa.Column('company_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('search_key', _KEY, nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('updated_at', _MOMENT, nullable=False),
    sa.Column('created_by_id', _ID, nullable=True),
    sa.Column('updated_by_id', _ID, nullable=True),
    sa.Column('deleted_at', _MOMENT, nullable=True),
    sa.Column('deleted_by_id', _ID, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_activity_company_id')),
    sa.ForeignKeyConstraint(['completed_by_id'], ['resource.id'], name=op.f('fk_activity_completed_by_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_activity_contact_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['resource.id'], name=op.f('fk_activity_created_by_id')),
    sa.ForeignKeyConstraint(['deleted_by_id'], ['resource.id'], name=op.f('fk_activity_deleted_by_id')),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_activity_opportunity_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['resource.id'], name=op.f('fk_activity_owner_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['resource.id'], name=op.f('fk_activity_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity'))
    )
    op.create_index('ix_activity_company', 'activity', ['company_id', 'id'])
    op.create_index('ix_activity_contact', 'activity', ['contact_id', 'id'])
    op.create_index('ix_activity_deleted_at', 'activity', ['deleted_at'], sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))
    op.create_index('ix_activity_opportunity', 'activity', ['opportunity_id', 'id'])
    op.create_index('ix_activity_due', 'activity', ['completed_at', 'due_key', 'id'])
    op.create_index('ix_activity_owner', 'activity', ['owner_id', 'completed_at', 'due_key', 'id'])

    op.create_table('calendar_feed',
    sa.Column('resource_id', _ID, nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['resource_id'], ['resource.id'], name=op.f('fk_calendar_feed_resource_id')),
    sa.PrimaryKeyConstraint('resource_id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feed_token_hash'))
    )

    op.create_table('document_version',
    sa.Column('id', _ID, nullable=False),
    sa.Column('document_id', _ID, nullable=False),
    sa.Column('file_id', _ID, nullable=False),
    sa.Column('at', _MOMENT, nullable=False),
    sa.Column('resource_id', _ID, nullable=True),
    sa.Column('contact_id', _ID, nullable=True),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_document_version_document_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_document_version_file_id')),
    sa.ForeignKeyConstraint(['resource_id'], ['resource.id'], name=op.f('fk_document_version_resource_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_version'))
    )
    op.create_index('ix_document_version_document', 'document_version', ['document_id', 'id'])
    op.create_index(op.f('ix_document_version_file_id'), 'document_version', ['file_id'])

    op.create_table('engagement',
    sa.Column('opportunity_id', _ID, nullable=True),
    sa.Column('contact_id', _ID, nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('billing_entity_id', _ID, nullable=True),
    sa.Column('address', sa.String(length=40), nullable=True),
    sa.Column('billing_site_id', _ID, nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('comments', sa.Text(), nullable=False),
    sa.Column('id', _ID, nullable=False),
    sa.Column('company_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('search_key', _KEY, nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('updated_at', _MOMENT, nullable=False),
    sa.Column('created_by_id', _ID, nullable=True),
    sa.Column('updated_by_id', _ID, nullable=True),
    sa.Column('deleted_at', _MOMENT, nullable=True),
    sa.Column('deleted_by_id', _ID, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['billing_entity_id'], ['billing_entity.id'], name=op.f('fk_engagement_billing_entity_id')),
    sa.ForeignKeyConstraint(['billing_site_id'], ['reference_item.id'], name=op.f('fk_engagement_billing_site_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_engagement_company_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_engagement_contact_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['resource.id'], name=op.f('fk_engagement_created_by_id')),
    sa.ForeignKeyConstraint(['deleted_by_id'], ['resource.id'], name=op.f('fk_engagement_deleted_by_id')),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_engagement_opportunity_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['resource.id'], name=op.f('fk_engagement_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_engagement'))
    )
    op.create_index(op.f('ix_engagement_billing_entity_id'), 'engagement', ['billing_entity_id'])
    op.create_index(op.f('ix_engagement_billing_site_id'), 'engagement', ['billing_site_id'])
    op.create_index('ix_engagement_company', 'engagement', ['company_id', 'id'])
    op.create_index(op.f('ix_engagement_contact_id'), 'engagement', ['contact_id'])
    op.create_index('ix_engagement_deleted_at', 'engagement', ['deleted_at'], sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))
    op.create_index('ix_engagement_opportunity', 'engagement', ['opportunity_id', 'id'])

    op.create_table('knowledge_item',
    sa.Column('request_id', _ID, nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('text_key', sa.Text(), nullable=False),
    sa.Column('published_at', _MOMENT, nullable=True),
    sa.Column('id', _ID, nullable=False),
    sa.Column('company_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('search_key', _KEY, nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('updated_at', _MOMENT, nullable=False),
    sa.Column('created_by_id', _ID, nullable=True),
    sa.Column('updated_by_id', _ID, nullable=True),
    sa.Column('deleted_at', _MOMENT, nullable=True),
    sa.Column('deleted_by_id', _ID, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_knowledge_item_company_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['resource.id'], name=op.f('fk_knowledge_item_created_by_id')),
    sa.ForeignKeyConstraint(['deleted_by_id'], ['resource.id'], name=op.f('fk_knowledge_item_deleted_by_id')),
    sa.ForeignKeyConstraint(['request_id'], ['support_request.id'], name=op.f('fk_knowledge_item_request_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['resource.id'], name=op.f('fk_knowledge_item_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge_item'))
    )
    op.create_index('ix_knowledge_item_company', 'knowledge_item', ['company_id', 'id'])
    op.create_index('ix_knowledge_item_deleted_at', 'knowledge_item', ['deleted_at'], sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))
    op.create_index('ix_knowledge_item_request', 'knowledge_item', ['request_id', 'id'])
    op.create_index('ix_knowledge_item_state', 'knowledge_item', ['state', 'id'])

    op.create_table('request_message',
    sa.Column('id', _ID, nullable=False),
    sa.Column('request_id', _ID, nullable=False),
    sa.Column('at', _MOMENT, nullable=False),
    sa.Column('resource_id', _ID, nullable=True),
    sa.Column('contact_id', _ID, nullable=True),
    sa.Column('is_internal', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['support_request.id'], name=op.f('fk_request_message_request_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['resource_id'], ['resource.id'], name=op.f('fk_request_message_resource_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_message'))
    )
    op.create_index('ix_request_message_request', 'request_message', ['request_id', 'id'])

    op.create_table('request_task',
    sa.Column('id', _ID, nullable=False),
    sa.Column('request_id', _ID, nullable=False),
    sa.Column('label_fr', sa.String(length=200), nullable=False),
    sa.Column('label_en', sa.String(length=200), nullable=False),
    sa.Column('performer', sa.String(length=40), nullable=False),
    sa.Column('resource_id', _ID, nullable=True),
    sa.Column('contact_id', _ID, nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_at', _MOMENT, nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_request_task_contact_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['request_id'], ['support_request.id'], name=op.f('fk_request_task_request_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['resource_id'], ['resource.id'], name=op.f('fk_request_task_resource_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_task'))
    )
    op.create_index('ix_request_task_contact', 'request_task', ['contact_id', 'done_at', 'id'])
    op.create_index('ix_request_task_request', 'request_task', ['request_id', 'id'])
    op.create_index('ix_request_task_resource', 'request_task', ['resource_id', 'done_at', 'id'])

    op.create_table('project',
    sa.Column('engagement_id', _ID, nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('manager_id', _ID, nullable=False),
    sa.Column('in_portal', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('comments', sa.Text(), nullable=False),
    sa.Column('id', _ID, nullable=False),
    sa.Column('company_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('search_key', _KEY, nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('updated_at', _MOMENT, nullable=False),
    sa.Column('created_by_id', _ID, nullable=True),
    sa.Column('updated_by_id', _ID, nullable=True),
    sa.Column('deleted_at', _MOMENT, nullable=True),
    sa.Column('deleted_by_id', _ID, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_project_company_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['resource.id'], name=op.f('fk_project_created_by_id')),
    sa.ForeignKeyConstraint(['deleted_by_id'], ['resource.id'], name=op.f('fk_project_deleted_by_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_project_engagement_id')),
    sa.ForeignKeyConstraint(['manager_id'], ['resource.id'], name=op.f('fk_project_manager_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['resource.id'], name=op.f('fk_project_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project'))
    )
    op.create_index('ix_project_company', 'project', ['company_id', 'id'])
    op.create_index('ix_project_deleted_at', 'project', ['deleted_at'], sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))
    op.create_index('ix_project_engagement', 'project', ['engagement_id', 'id'])
    op.create_index('ix_project_manager', 'project', ['manager_id', 'id'])

    op.create_table('request_attachment',
    sa.Column('id', _ID, nullable=False),
    sa.Column('request_id', _ID, nullable=False),
    sa.Column('message_id', _ID, nullable=True),
    sa.Column('file_id', _ID, nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_request_attachment_file_id')),
    sa.ForeignKeyConstraint(['message_id'], ['request_message.id'], name=op.f('fk_request_attachment_message_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['request_id'], ['support_request.id'], name=op.f('fk_request_attachment_request_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_attachment'))
    )
    op.create_index(op.f('ix_request_attachment_file_id'), 'request_attachment', ['file_id'])
    op.create_index(op.f('ix_request_attachment_message_id'), 'request_attachment', ['message_id'])
    op.create_index('ix_request_attachment_request', 'request_attachment', ['request_id', 'id'])

    op.create_table('invoice',
    sa.Column('engagement_id', _ID, nullable=True),
    sa.Column('project_id', _ID, nullable=True),
    sa.Column('billing_entity_id', _ID, nullable=False),
    sa.Column('contact_id', _ID, nullable=True),
    sa.Column('credited_id', _ID, nullable=True),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('comments', sa.Text(), nullable=False),
    sa.Column('net', sa.BigInteger(), nullable=False),
    sa.Column('tax', sa.BigInteger(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('printed', sa.JSON(), nullable=False),
    sa.Column('validated_at', _MOMENT, nullable=True),
    sa.Column('validated_by_id', _ID, nullable=True),
    sa.Column('sent_at', _MOMENT, nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('id', _ID, nullable=False),
    sa.Column('company_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('search_key', _KEY, nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('updated_at', _MOMENT, nullable=False),
    sa.Column('created_by_id', _ID, nullable=True),
    sa.Column('updated_by_id', _ID, nullable=True),
    sa.Column('deleted_at', _MOMENT, nullable=True),
    sa.Column('deleted_by_id', _ID, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['billing_entity_id'], ['billing_entity.id'], name=op.f('fk_invoice_billing_entity_id')),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_invoice_company_id')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_invoice_contact_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['resource.id'], name=op.f('fk_invoice_created_by_id')),
    sa.ForeignKeyConstraint(['credited_id'], ['invoice.id'], name=op.f('fk_invoice_credited_id')),
    sa.ForeignKeyConstraint(['deleted_by_id'], ['resource.id'], name=op.f('fk_invoice_deleted_by_id')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_invoice_engagement_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_invoice_project_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['resource.id'], name=op.f('fk_invoice_updated_by_id')),
    sa.ForeignKeyConstraint(['validated_by_id'], ['resource.id'], name=op.f('fk_invoice_validated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice')),
    sa.UniqueConstraint('billing_entity_id', 'number', name=op.f('uq_invoice_billing_entity_id_number'))
    )
    op.create_index(op.f('ix_invoice_billing_entity_id'), 'invoice', ['billing_entity_id'])
    op.create_index('ix_invoice_company', 'invoice', ['company_id', 'id'])
    op.create_index(op.f('ix_invoice_contact_id'), 'invoice', ['contact_id'])
    op.create_index(op.f('ix_invoice_credited_id'), 'invoice', ['credited_id'])
    op.create_index('ix_invoice_deleted_at', 'invoice', ['deleted_at'], sqlite_where=sa.text('deleted_at IS NOT NULL'), postgresql_where=sa.text('deleted_at IS NOT NULL'))
    op.create_index('ix_invoice_engagement', 'invoice', ['engagement_id', 'id'])
    op.create_index('ix_invoice_project', 'invoice', ['project_id', 'id'])
    op.create_index('ix_invoice_state', 'invoice', ['state', 'id'])

    op.create_table('invoice_line',
    sa.Column('id', _ID, nullable=False),
    sa.Column('invoice_id', _ID, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('unit_price', sa.BigInteger(), nullable=False),
    sa.Column('tax_rate_id', _ID, nullable=True),
    sa.Column('tax_percent', sa.BigInteger(), nullable=False),
    sa.Column('net', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], name=op.f('fk_invoice_line_invoice_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tax_rate_id'], ['reference_item.id'], name=op.f('fk_invoice_line_tax_rate_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_line'))
    )
    op.create_index('ix_invoice_line_invoice', 'invoice_line', ['invoice_id', 'position'])
    op.create_index(op.f('ix_invoice_line_tax_rate_id'), 'invoice_line', ['tax_rate_id'])

    op.add_column('history_event', sa.Column('opportunity_id', _ID, nullable=True))
    op.add_column('history_event', sa.Column('noun', sa.String(length=40), nullable=True))
    op.add_column('history_event', sa.Column('record_id', _ID, nullable=True))
    op.create_index('ix_history_event_opportunity', 'history_event', ['opportunity_id', 'at', 'id'], sqlite_where=sa.text('opportunity_id IS NOT NULL'), postgresql_where=sa.text('opportunity_id IS NOT NULL'))
    op.create_index('ix_history_event_record', 'history_event', ['noun', 'record_id', 'at', 'id'], sqlite_where=sa.text('record_id IS NOT NULL'), postgresql_where=sa.text('record_id IS NOT NULL'))

    op.add_column('reference_item', sa.Column('percent', sa.BigInteger(), nullable=True))
    op.add_column('billing_entity', sa.Column('letterhead', sa.Text(), server_default='', nullable=False))
    op.add_column('billing_entity', sa.Column('payment_terms', sa.Text(), server_default='', nullable=False))

    op.create_table('linked_search',
    sa.Column('linked_id', _ID, nullable=False),
    sa.Column('noun', sa.String(length=40), nullable=False),
    sa.Column('record_id', _ID, nullable=False),
    sa.Column('company_id', _ID, nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('text', sa.String(length=2000).with_variant(sa.String(length=2000, collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_linked_search_company_id')),
    sa.PrimaryKeyConstraint('linked_id', name=op.f('pk_linked_search')),
    sa.UniqueConstraint('noun', 'record_id', name=op.f('uq_linked_search_noun_record_id'))
    )
    op.create_index(op.f('ix_linked_search_company_id'), 'linked_search', ['company_id'])
    for statement in _POSTGRESQL if op.get_bind().dialect.name == 'postgresql' else _SQLITE:
        op.execute(statement)
