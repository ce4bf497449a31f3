"""Repair orders in depth: jobs, attachments, odometer, settlement, and the clock of the promise."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
LISTS = ("jobs", "attachments", "settlement")
INSTANTS = ("warned_at", "overdue_at", "completed_at")


def upgrade() -> None:
    for name in LISTS:
        op.add_column("repair_orders", sa.Column(name, JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")))
    for name in INSTANTS:
        op.add_column("repair_orders", sa.Column(name, Instant))
    op.add_column("repair_orders", sa.Column("vin", sa.Text))
    op.add_column("repair_orders", sa.Column("mileage_doubt", sa.Text))
    with op.get_context().autocommit_block():
        op.create_index(
            "repair_orders_vin_idx", "repair_orders", ["vin"], postgresql_concurrently=True, if_not_exists=True
        )


def downgrade() -> None:
    for name in ("mileage_doubt", "vin", *INSTANTS, *LISTS):
        op.drop_column("repair_orders", name)
