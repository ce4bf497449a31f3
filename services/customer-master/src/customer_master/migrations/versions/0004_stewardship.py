"""What stewards decide, and what waits for them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What a row of review_cases is when read: whose records the two are, whether a better pair stands between the same two
# customers, and the decision that answers it as it is now.
QUEUE = """
CREATE VIEW review_queue AS
SELECT review_cases.*, one.golden_id AS left_golden_id, other.golden_id AS right_golden_id,
       left_record.source AS left_source, right_record.source AS right_source,
       answer.decision_id, answer.kind AS answer, answer.put_aside_until,
       NOT EXISTS (
           SELECT
           FROM links AS fellow
           CROSS JOIN LATERAL (
               SELECT right_no AS opposite_no, review_cases.* FROM review_cases WHERE left_no = fellow.record_no
             UNION ALL
               SELECT left_no, review_cases.* FROM review_cases WHERE right_no = fellow.record_no
           ) AS rival
           JOIN links AS opposite ON opposite.record_no = opposite_no
           JOIN records AS rival_left ON rival_left.record_no = rival.left_no
           JOIN records AS rival_right ON rival_right.record_no = rival.right_no
           WHERE fellow.golden_id = one.golden_id AND opposite.golden_id = other.golden_id AND rival.holds
             AND ((rival.reason = 'decision_reopened', rival.weight)
                  > (review_cases.reason = 'decision_reopened', review_cases.weight)
               OR ((rival.reason = 'decision_reopened', rival.weight)
                   = (review_cases.reason = 'decision_reopened', review_cases.weight)
                  AND (least(record_key(rival_left) COLLATE "C", record_key(rival_right) COLLATE "C"),
                       greatest(record_key(rival_left) COLLATE "C", record_key(rival_right) COLLATE "C"))
                    < (least(record_key(left_record) COLLATE "C", record_key(right_record) COLLATE "C"),
                       greatest(record_key(left_record) COLLATE "C", record_key(right_record) COLLATE "C"))))
       ) AS is_best
FROM review_cases
JOIN records AS left_record ON left_record.record_no = left_no
JOIN records AS right_record ON right_record.record_no = right_no
JOIN links AS one ON one.record_no = left_no
JOIN links AS other ON other.record_no = right_no
LEFT JOIN LATERAL (
    SELECT decision_id, kind, put_aside_until FROM steward_decisions
    WHERE steward_decisions.case_id = review_cases.case_id AND taken_back_at IS NULL
      AND CASE WHEN review_cases.holds
          THEN (case_reason, case_weight, case_basis)
             = (review_cases.reason, review_cases.weight, review_cases.basis)
          ELSE kind <> 'later' END
    ORDER BY decision_id DESC
    LIMIT 1
) AS answer ON true
"""

# Texts that sort, byte by byte, as the keys of records do.
RECORD_KEY = """
CREATE FUNCTION record_key(records) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $1.source || E'\\x01' || $1.record_id
"""

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
    # Pairs of records that people should look at, the smaller number first: a row a pair for ever. `holds` says whether
    # there is something to look at now. Written by the resolver; of the pairs between two customers only the best is a
    # case that is shown, and which customers these are is looked up when read.
    """
    CREATE TABLE review_cases (
        case_id uuid CONSTRAINT review_cases_pkey PRIMARY KEY,
        left_no bigint NOT NULL,
        right_no bigint NOT NULL,
        reason text NOT NULL,
        weight integer NOT NULL,
        basis text NOT NULL,
        holds boolean NOT NULL,
        closed_because text,
        opened_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        version bigint NOT NULL,
        CONSTRAINT review_cases_left_no_right_no_key UNIQUE (left_no, right_no),
        CONSTRAINT review_cases_order_check CHECK (left_no < right_no),
        CONSTRAINT review_cases_closed_check CHECK (holds = (closed_because IS NULL))
    )
    """,
    "CREATE INDEX review_cases_right_no_idx ON review_cases (right_no)",
    "CREATE INDEX review_cases_weight_idx ON review_cases (weight, case_id) WHERE holds",
    RECORD_KEY,
    QUEUE,
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
    op.execute("DROP VIEW review_queue")
    op.execute("DROP FUNCTION record_key")
    op.execute("DROP TABLE review_cases")
    op.execute("DROP INDEX golden_customers_oldest_record_no_idx")
    op.execute("ALTER TABLE golden_customers DROP COLUMN oldest_record_no")
    op.execute("ALTER TABLE golden_history DROP COLUMN decision_id")
    for table in ("steward_pins", "steward_pairs", "steward_decision_records", "steward_decisions"):
        op.execute(f"DROP TABLE {table}")
