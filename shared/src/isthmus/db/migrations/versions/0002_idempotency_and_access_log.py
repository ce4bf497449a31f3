"""Stored answers to requests with an Idempotency-Key, and the log of who read personal data."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE idempotency_keys (
            caller text NOT NULL,
            key text NOT NULL,
            request_hash bytea NOT NULL,
            grants text[] NOT NULL,
            created_at timestamptz NOT NULL,
            status smallint,
            headers jsonb,
            body bytea,
            CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key)
        )
    """)
    op.execute("CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at)")
    op.execute("""
        CREATE TABLE access_log (
            id bigint GENERATED ALWAYS AS IDENTITY,
            at timestamptz NOT NULL,
            subject text NOT NULL,
            client_id text NOT NULL,
            action text NOT NULL,
            object_ids text[] NOT NULL,
            purpose text,
            request_id text NOT NULL,
            CONSTRAINT access_log_pkey PRIMARY KEY (id)
        )
    """)
    op.execute("CREATE INDEX access_log_at_idx ON access_log (at)")
    op.execute("CREATE INDEX access_log_object_ids_idx ON access_log USING gin (object_ids)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE access_log")
    op.execute("DROP TABLE idempotency_keys")
