"""Finds golden customers by the day and month of birth, solar and lunar."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDICES = {
    "golden_customers_birth_date_idx": (
        "(right(document #>> '{values,birth_date,0,value}', 5))",
        "state = 'live' AND length(document #>> '{values,birth_date,0,value}') = 10",
    ),
    "golden_customers_birth_date_lunar_idx": (
        "(document #>> '{values,birth_date_lunar,0,value}')",
        "state = 'live' AND document #>> '{values,birth_date_lunar,0,value}' IS NOT NULL",
    ),
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, (expression, condition) in _INDICES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what an interrupted run left is not valid
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON golden_customers ({expression}) WHERE {condition}")


def downgrade() -> None:
    for name in _INDICES:
        op.execute(f"DROP INDEX {name}")
