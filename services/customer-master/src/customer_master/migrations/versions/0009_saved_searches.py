"""Searches that users have saved."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE saved_searches (
            id uuid CONSTRAINT saved_searches_pkey PRIMARY KEY,
            subject text NOT NULL,
            org_unit text,
            name text NOT NULL,
            list text NOT NULL,
            query jsonb NOT NULL,
            created_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX saved_searches_subject_idx ON saved_searches (subject, created_at, id)")
    op.execute("CREATE INDEX saved_searches_org_unit_idx ON saved_searches (org_unit, created_at, id)")


def downgrade() -> None:
    op.execute("DROP TABLE saved_searches")
