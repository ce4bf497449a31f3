"""Who was erased, so that no copy brings them back; and what each service has forgotten."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATES = "ALTER TABLE golden_customers ADD CONSTRAINT golden_customers_state_check CHECK (state IN ({})) NOT VALID"
_VALIDATE = "ALTER TABLE golden_customers VALIDATE CONSTRAINT golden_customers_state_check"

STATEMENTS = (
    "ALTER TABLE golden_customers DROP CONSTRAINT golden_customers_state_check",
    _STATES.format("'live', 'merged', 'retired', 'erased'"),
    _VALIDATE,
    # `targets` names the records, ids and documents to be forgotten, and is emptied when all have answered.
    """
    CREATE TABLE erasures (
        erasure_id uuid CONSTRAINT erasures_pkey PRIMARY KEY,
        golden_id uuid NOT NULL,
        state text NOT NULL CONSTRAINT erasures_state_check CHECK (state IN ('running', 'complete')),
        reason text NOT NULL,
        requester_reference text NOT NULL,
        requested_by text NOT NULL,
        client_id text NOT NULL,
        requested_at timestamptz NOT NULL,
        completed_at timestamptz,
        removed jsonb NOT NULL,
        targets jsonb NOT NULL,
        block_lifted_at timestamptz,
        block_lifted_by text,
        version bigint NOT NULL
    )
    """,
    "CREATE INDEX erasures_requested_at_idx ON erasures (requested_at, erasure_id)",
    "CREATE INDEX erasures_running_idx ON erasures (erasure_id) WHERE state = 'running'",
    """
    CREATE TABLE erasure_receipts (
        erasure_id uuid NOT NULL CONSTRAINT erasure_receipts_erasure_id_fkey REFERENCES erasures,
        service text NOT NULL,
        answered_at timestamptz NOT NULL,
        removed jsonb NOT NULL,
        CONSTRAINT erasure_receipts_pkey PRIMARY KEY (erasure_id, service)
    )
    """,
    # Keyed hashes of record keys and exclusive identifiers: what arrives with one of them is not taken in.
    """
    CREATE TABLE erased_keys (
        fingerprint bytea NOT NULL,
        erasure_id uuid NOT NULL CONSTRAINT erased_keys_erasure_id_fkey REFERENCES erasures,
        CONSTRAINT erased_keys_pkey PRIMARY KEY (fingerprint, erasure_id)
    )
    """,
    "CREATE INDEX erased_keys_erasure_id_idx ON erased_keys (erasure_id)",
    """
    CREATE TABLE refused_arrivals (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT refused_arrivals_pkey PRIMARY KEY,
        erasure_id uuid NOT NULL CONSTRAINT refused_arrivals_erasure_id_fkey REFERENCES erasures,
        arrived_at timestamptz NOT NULL,
        source text NOT NULL
    )
    """,
    "CREATE INDEX refused_arrivals_erasure_id_idx ON refused_arrivals (erasure_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("refused_arrivals", "erased_keys", "erasure_receipts", "erasures"):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE golden_customers DROP CONSTRAINT golden_customers_state_check")
    op.execute("UPDATE golden_customers SET state = 'retired' WHERE state = 'erased'")
    op.execute(_STATES.format("'live', 'merged', 'retired'"))
    op.execute(_VALIDATE)
