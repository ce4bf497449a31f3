"""Insurance claims; stock and sales of parts, no more set aside than there is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import Instant, create_document_table, create_entry_table, create_indices

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_document_table(
        "insurance_claims",
        sa.Column("repair_order_id", sa.Uuid),
        sa.Column("vehicle", JSONB),
        sa.Column("insurer", sa.Text, nullable=False),
        sa.Column("policy_number", sa.Text),
        sa.Column("claim_number", sa.Text),
        sa.Column("accident", sa.Text),
        sa.Column("accident_at", Instant),
        sa.Column("attachments", JSONB, nullable=False),
        sa.Column("assessed", JSONB),
        sa.Column("approved", JSONB),
        sa.Column("paid", JSONB),
        sa.Column("reject_reason", sa.Text),
        sa.ForeignKeyConstraint(
            ["repair_order_id"], ["repair_orders.id"], name="insurance_claims_repair_order_id_fkey"
        ),
    )
    create_indices("insurance_claims", "repair_order_id")
    create_entry_table(
        "parts",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("price", JSONB, nullable=False),
        sa.Column("on_hand_thousandths", sa.BigInteger, nullable=False),
        sa.Column("reserved_thousandths", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("org_unit", "number", name="parts_org_unit_number_key"),
        sa.CheckConstraint("reserved_thousandths BETWEEN 0 AND on_hand_thousandths", name="parts_reserved_check"),
    )
    create_document_table(
        "part_sales",
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("total", JSONB, nullable=False),
        sa.Column("cancel_reason", sa.Text),
    )


def downgrade() -> None:
    for table in ("part_sales", "parts", "insurance_claims"):
        op.drop_table(table)
