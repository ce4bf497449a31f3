"""What stewards decide, and what waits for them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Every decision for ever, also one that was taken back: who, when, why, and on what it was taken.
    """
    CREATE TABLE steward_decisions (
        decision_id uuid CONSTRAINT steward_decisions_pkey PRIMARY KEY,
        kind text NOT NULL CONSTRAINT steward_decisions_kind_check
            CHECK (kind IN ('merge', 'split', 'same', 'different', 'later', 'pin')),
        reason text NOT NULL,
        decided_by text NOT NULL,
        client_id text NOT NULL,
        decided_at timestamptz NOT NULL,
        customers jsonb NOT NULL,
        field text,
        value jsonb,
        case_id uuid,
        case_reason text,
        case_weight integer,
        case_basis text,
        put_aside_until timestamptz,
        taken_back_by text,
        taken_back_at timestamptz,
        taken_back_reason text,
        version bigint NOT NULL,
        CONSTRAINT steward_decisions_taken_back_check
            CHECK ((taken_back_by IS NULL) = (taken_back_at IS NULL)),
        CONSTRAINT steward_decisions_pin_check CHECK ((kind = 'pin') = (field IS NOT NULL)),
        CONSTRAINT steward_decisions_case_check CHECK (kind <> 'later' OR case_id IS NOT NULL)
    )
    """,
    "CREATE INDEX steward_decisions_case_id_idx ON steward_decisions (case_id) WHERE case_id IS NOT NULL",
    """
    CREATE TABLE steward_decision_records (
        decision_id uuid NOT NULL CONSTRAINT steward_decision_records_decision_id_fkey
            REFERENCES steward_decisions ON DELETE CASCADE,
        record_no bigint NOT NULL,
        side text NOT NULL CONSTRAINT steward_decision_records_side_check CHECK (side IN ('left', 'right')),
        CONSTRAINT steward_decision_records_pkey PRIMARY KEY (decision_id, record_no)
    )
    """,
    "CREATE INDEX steward_decision_records_record_no_idx ON steward_decision_records (record_no)",
    # What active decisions say of pairs of records; each pair stands here from both sides. The fingerprints are those
    # of the compared values at the time of the decision.
    """
    CREATE TABLE steward_pairs (
        record_no bigint NOT NULL,
        other_no bigint NOT NULL,
        decision_id uuid NOT NULL CONSTRAINT steward_pairs_decision_id_fkey
            REFERENCES steward_decisions ON DELETE CASCADE,
        effect text NOT NULL CONSTRAINT steward_pairs_effect_check CHECK (effect IN ('link', 'unlink')),
        fingerprint bytea NOT NULL,
        other_fingerprint bytea NOT NULL,
        CONSTRAINT steward_pairs_pkey PRIMARY KEY (record_no, other_no, decision_id),
        CONSTRAINT steward_pairs_distinct_check CHECK (record_no <> other_no)
    )
    """,
    "CREATE INDEX steward_pairs_decision_id_idx ON steward_pairs (decision_id)",
    # Active pins, each held by one record.
    """
    CREATE TABLE steward_pins (
        record_no bigint NOT NULL,
        decision_id uuid NOT NULL CONSTRAINT steward_pins_decision_id_fkey
            REFERENCES steward_decisions ON DELETE CASCADE,
        field text NOT NULL,
        value jsonb NOT NULL,
        CONSTRAINT steward_pins_pkey PRIMARY KEY (record_no, decision_id)
    )
    """,
    "CREATE INDEX steward_pins_decision_id_idx ON steward_pins (decision_id)",
    # Why a version came about, where a person decided it; and the oldest record of a customer when it was merged.
    "ALTER TABLE golden_history ADD COLUMN decision_id uuid",
    "ALTER TABLE golden_customers ADD COLUMN oldest_record_no bigint",
    """
    CREATE INDEX golden_customers_oldest_record_no_idx ON golden_customers (oldest_record_no)
    WHERE state = 'merged'
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX golden_customers_oldest_record_no_idx")
    op.execute("ALTER TABLE golden_customers DROP COLUMN oldest_record_no")
    op.execute("ALTER TABLE golden_history DROP COLUMN decision_id")
    for table in ("steward_pins", "steward_pairs", "steward_decision_records", "steward_decisions"):
        op.execute(f"DROP TABLE {table}")
