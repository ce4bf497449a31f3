"""Which customers were erased, and the erasures this service has still to answer."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE customers ADD COLUMN erased_at timestamptz")
    op.execute("""
        CREATE TABLE erasures (
            erasure_id uuid NOT NULL,
            erased_at timestamptz NOT NULL,
            removed jsonb NOT NULL,
            answered_at timestamptz,
            CONSTRAINT erasures_pkey PRIMARY KEY (erasure_id)
        )
    """)
    op.execute("CREATE INDEX erasures_unanswered_idx ON erasures (erasure_id) WHERE answered_at IS NULL")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE erasures")
    op.execute("ALTER TABLE customers DROP COLUMN erased_at")
