"""Create the tables of the after-sales documents: each with the columns and indices all documents have, and its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_document_table(
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
    _create_document_table(
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


def _create_document_table(name: str, *own_columns: sa.Column[object] | sa.ForeignKeyConstraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        *own_columns,
        sa.PrimaryKeyConstraint("id", name=f"{name}_pkey"),
        sa.ForeignKeyConstraint(
            ["source", "record_id"],
            ["customers.source", "customers.record_id"],
            name=f"{name}_source_record_id_fkey",
        ),
    )
    op.create_index(f"{name}_created_idx", name, ["created_at", "id"])
    op.create_index(f"{name}_org_unit_idx", name, ["org_unit", "created_at", "id"])
    op.create_index(f"{name}_status_idx", name, ["status", "org_unit", "created_at", "id"])
    op.create_index(f"{name}_record_id_idx", name, ["record_id", "created_at", "id"])
