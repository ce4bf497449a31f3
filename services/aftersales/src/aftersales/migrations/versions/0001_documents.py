"""Create the tables of the after-sales documents: each with the columns and indices all documents have, and its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import Instant, create_document_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_document_table(
        "appointments",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("scheduled_at", Instant, nullable=False),
        sa.Column("duration_minutes", sa.BigInteger),
        sa.Column("vehicle", JSONB),
        sa.Column("adviser", sa.Text),
        sa.Column("symptom", sa.Text),
        sa.Column("location", sa.Text),
        sa.Column("insurer", sa.Text),
        sa.Column("claim_number", sa.Text),
        sa.Column("cancel_reason", sa.Text),
    )
    op.create_index("appointments_scheduled_at_idx", "appointments", ["scheduled_at"])
    create_document_table(
        "repair_orders",
        sa.Column("number", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("appointment_id", sa.Uuid),
        sa.Column("vehicle", JSONB, nullable=False),
        sa.Column("customer_role", sa.Text, nullable=False),
        sa.Column("adviser", sa.Text),
        sa.Column("technician", sa.Text),
        sa.Column("symptom", sa.Text),
        sa.Column("diagnosis", sa.Text),
        sa.Column("work_done", sa.Text),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("total", JSONB),
        sa.Column("customer_pays", JSONB),
        sa.Column("insurer", sa.Text),
        sa.Column("claim_number", sa.Text),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("promised_at", Instant),
        sa.Column("closed_at", Instant),
        sa.Column("next_service_due_on", sa.Date),
        sa.Column("next_service_due_km", sa.BigInteger),
        sa.Column("cancel_reason", sa.Text),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name="repair_orders_appointment_id_fkey"),
    )
    op.create_index("repair_orders_appointment_id_idx", "repair_orders", ["appointment_id"])


def downgrade() -> None:
    op.drop_table("repair_orders")
    op.drop_table("appointments")
