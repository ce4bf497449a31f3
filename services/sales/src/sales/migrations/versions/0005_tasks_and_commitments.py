"""Create the tables of follow-up tasks and of commitments."""

import sqlalchemy as sa
from alembic import op

from isthmus.db.migrations.tables import Instant, create_document_table, create_indices, create_sort_indices

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_document_table(
        "tasks",
        sa.Column("consultant", sa.Text),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("overdue_at", Instant),
        sa.Column("lead_id", sa.Uuid, sa.ForeignKey("leads.id", name="tasks_lead_id_fkey")),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("note", sa.Text),
    )
    create_indices("tasks", "consultant", "lead_id")
    create_sort_indices("tasks", "due_at")
    create_document_table(
        "commitments",
        sa.Column("consultant", sa.Text),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("overdue_at", Instant),
        sa.Column("lead_id", sa.Uuid, sa.ForeignKey("leads.id", name="commitments_lead_id_fkey")),
        sa.Column("order_id", sa.Uuid, sa.ForeignKey("orders.id", name="commitments_order_id_fkey")),
        sa.Column("promised_by", sa.Text, nullable=False),
        sa.Column("promise", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
    )
    create_indices("commitments", "consultant", "lead_id", "order_id")
    create_sort_indices("commitments", "due_at")


def downgrade() -> None:
    for name in ("commitments", "tasks"):
        op.drop_table(name)
