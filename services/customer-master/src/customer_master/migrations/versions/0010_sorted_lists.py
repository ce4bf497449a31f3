"""Lists in the order a person chooses."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INDICES = {
    "customer_profiles_last_activity_at_idx": "customer_profiles (last_activity_at, golden_id)",
    "review_cases_opened_at_idx": "review_cases (opened_at, case_id) WHERE holds",
    "erasures_completed_at_idx": "erasures (completed_at, erasure_id)",
    "batch_jobs_client_id_idx": "batch_jobs (client_id, created_at, job_id)",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in _INDICES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what an interrupted run left is not valid
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in _INDICES:
        op.execute(f"DROP INDEX {name}")
