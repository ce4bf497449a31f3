"""Which partitions are to be purged of erased data, and where each partition's log began when last seen."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE broker_state ADD COLUMN first_offset bigint NOT NULL DEFAULT 0")
    op.execute("""
        CREATE TABLE purges (
            event_id uuid NOT NULL,
            erasure_id uuid NOT NULL,
            CONSTRAINT purges_pkey PRIMARY KEY (event_id)
        )
    """)
    op.execute("CREATE INDEX purges_erasure_id_idx ON purges (erasure_id)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE purges")
    op.execute("ALTER TABLE broker_state DROP COLUMN first_offset")
