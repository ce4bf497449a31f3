"""Rescue and door-step jobs, and the crews that go."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import Instant, create_document_table, create_entry_table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_entry_table(
        "crews",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("takes", JSONB, nullable=False),
        sa.Column("phone", sa.Text),
    )
    create_document_table(
        "rescue_jobs",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("vehicle", JSONB),
        sa.Column("symptom", sa.Text),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("place", JSONB),
        sa.Column("distance_m", sa.BigInteger),
        sa.Column("crew_id", sa.Uuid),
        sa.Column("due_at", Instant),
        sa.Column("late_at", Instant),
        sa.Column("accepted_at", Instant),
        sa.Column("departed_at", Instant),
        sa.Column("arrived_at", Instant),
        sa.Column("completed_at", Instant),
        sa.Column("work_done", sa.Text),
        sa.Column("cancel_reason", sa.Text),
        sa.ForeignKeyConstraint(["crew_id"], ["crews.id"], name="rescue_jobs_crew_id_fkey"),
    )
    op.create_index(
        "rescue_jobs_crew_busy_key",
        "rescue_jobs",
        ["crew_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('reported', 'accepted', 'on_the_way', 'arrived')"),
    )


def downgrade() -> None:
    op.drop_table("rescue_jobs")
    op.drop_table("crews")
