"""What happened with customers, as the business services tell it, and uploads of many records."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE timeline_events (
        service text NOT NULL,
        event_id uuid NOT NULL,
        type text NOT NULL,
        subject text NOT NULL,
        source text NOT NULL,
        record_id text NOT NULL,
        org_unit text NOT NULL,
        occurred_at timestamptz NOT NULL,
        data jsonb NOT NULL,
        CONSTRAINT timeline_events_pkey PRIMARY KEY (service, event_id)
    )
    """,
    "CREATE INDEX timeline_events_party_idx ON timeline_events (source, record_id, occurred_at, event_id)",
    """
    CREATE TABLE batch_jobs (
        job_id uuid CONSTRAINT batch_jobs_pkey PRIMARY KEY,
        client_id text NOT NULL,
        state text NOT NULL CONSTRAINT batch_jobs_state_check
            CHECK (state IN ('receiving', 'received', 'interrupted')),
        received bigint NOT NULL DEFAULT 0,
        stored bigint NOT NULL DEFAULT 0,
        repeated bigint NOT NULL DEFAULT 0,
        outdated bigint NOT NULL DEFAULT 0,
        rejected bigint NOT NULL DEFAULT 0,
        last_queue_id bigint,
        created_at timestamptz NOT NULL,
        finished_at timestamptz
    )
    """,
    """
    CREATE TABLE batch_job_errors (
        job_id uuid NOT NULL CONSTRAINT batch_job_errors_job_id_fkey REFERENCES batch_jobs ON DELETE CASCADE,
        line bigint NOT NULL,
        pointer text NOT NULL,
        code text NOT NULL,
        message text NOT NULL,
        CONSTRAINT batch_job_errors_pkey PRIMARY KEY (job_id, line, pointer)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("batch_job_errors", "batch_jobs", "timeline_events"):
        op.execute(f"DROP TABLE {table}")
