"""Profiles as they were last computed, to be listed; and whose profile is to be computed anew."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE customer_profiles (
        golden_id uuid CONSTRAINT customer_profiles_pkey PRIMARY KEY,
        segment text NOT NULL,
        stage text NOT NULL,
        grade text NOT NULL,
        points bigint NOT NULL,
        last_activity_at timestamptz,
        rules_version text NOT NULL,
        computed_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX customer_profiles_points_idx ON customer_profiles (points, golden_id)",
    "CREATE INDEX customer_profiles_stage_idx ON customer_profiles (stage, points, golden_id)",
    # Either a golden customer changed, or something was told of a record.
    """
    CREATE TABLE profile_queue (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT profile_queue_pkey PRIMARY KEY,
        golden_id uuid,
        source text,
        record_id text,
        CONSTRAINT profile_queue_subject_check
            CHECK ((golden_id IS NULL) = (source IS NOT NULL AND record_id IS NOT NULL))
    )
    """,
    "INSERT INTO profile_queue (golden_id) SELECT golden_id FROM golden_customers WHERE state = 'live'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("profile_queue", "customer_profiles"):
        op.execute(f"DROP TABLE {table}")
