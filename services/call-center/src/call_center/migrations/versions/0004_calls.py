"""Calls of the telephone system, and its deliveries as long as they could come again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("call_id", sa.Text, nullable=False),
        sa.Column("interaction_id", sa.Uuid, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("extension", sa.Text),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("events", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("org_unit", "call_id", name="calls_pkey"),
    )
    op.create_index("calls_interaction_id_idx", "calls", ["interaction_id"])
    op.create_table(
        "cti_deliveries",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("body_sha256", sa.Text, nullable=False),
        sa.Column("taken_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="cti_deliveries_pkey"),
    )
    op.create_index("cti_deliveries_taken_at_idx", "cti_deliveries", ["taken_at"])


def downgrade() -> None:
    op.drop_table("cti_deliveries")
    op.drop_table("calls")
