"""Who changed which document when."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE document_history (
            kind text NOT NULL,
            document_id uuid NOT NULL,
            version bigint NOT NULL,
            at timestamptz NOT NULL,
            by text NOT NULL,
            step text,
            changes jsonb NOT NULL,
            CONSTRAINT document_history_pkey PRIMARY KEY (kind, document_id, version)
        )
    """)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE document_history")
