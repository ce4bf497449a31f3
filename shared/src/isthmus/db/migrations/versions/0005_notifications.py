"""Notifications to customers and staff.

Safe on a live table: the table is new.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE notifications (
            id uuid NOT NULL,
            org_unit text NOT NULL,
            source text,
            record_id text,
            channel text NOT NULL,
            purpose text NOT NULL,
            template text NOT NULL,
            language text NOT NULL,
            "values" jsonb NOT NULL,
            recipient text,
            status text NOT NULL,
            reason text,
            attempts integer NOT NULL,
            try_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            sent_at timestamptz,
            CONSTRAINT notifications_pkey PRIMARY KEY (id),
            CONSTRAINT notifications_status_check CHECK (status IN ('pending', 'sent', 'suppressed', 'failed'))
        )
    """)
    op.execute("CREATE INDEX notifications_try_at_idx ON notifications (try_at) WHERE status = 'pending'")
    op.execute("CREATE INDEX notifications_created_idx ON notifications (created_at, id)")
    op.execute("CREATE INDEX notifications_record_idx ON notifications (source, record_id)")


def downgrade() -> None:
    op.execute("DROP TABLE notifications")
