"""Which transaction wrote a version of a golden customer: the order in which changes are streamed."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Two steps, so that the rows there are stay as they are, without a position, and the table is not rewritten.
    op.execute("ALTER TABLE golden_history ADD COLUMN transaction_id bigint")
    op.execute("ALTER TABLE golden_history ALTER COLUMN transaction_id SET DEFAULT pg_current_xact_id()::text::bigint")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS golden_history_change_idx")  # an interrupted run's is not valid
        op.execute(
            "CREATE INDEX CONCURRENTLY golden_history_change_idx ON golden_history"
            " (transaction_id, golden_id, version) WHERE transaction_id IS NOT NULL"
        )


def downgrade() -> None:
    op.execute("ALTER TABLE golden_history DROP COLUMN transaction_id")
