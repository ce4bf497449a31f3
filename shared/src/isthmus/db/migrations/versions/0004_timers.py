"""Timers: work that is due at a time.

Safe on a live table: the table is new.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE timers (
            kind text NOT NULL,
            key text NOT NULL,
            setting uuid NOT NULL,
            due_at timestamptz NOT NULL,
            payload jsonb NOT NULL,
            try_at timestamptz NOT NULL,
            attempts integer NOT NULL DEFAULT 0,
            last_error_type text,
            parked_at timestamptz,
            CONSTRAINT timers_pkey PRIMARY KEY (kind, key)
        )
    """)
    op.execute("CREATE INDEX timers_try_at_idx ON timers (try_at) WHERE parked_at IS NULL")
    op.execute("CREATE INDEX timers_parked_at_idx ON timers (parked_at) WHERE parked_at IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP TABLE timers")
