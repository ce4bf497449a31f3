"""When vehicles are due for service, how often work was done again, and the assessments of stations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import create_entry_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("repair_orders", sa.Column("reworks", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("repair_orders", sa.Column("service_due_on", sa.Date))
    op.add_column("repair_orders", sa.Column("service_due_km", sa.BigInteger))
    create_entry_table(
        "assessments",
        sa.Column("from_day", sa.Date, nullable=False),
        sa.Column("to_day", sa.Date, nullable=False),
        sa.Column("points", JSONB, nullable=False),
        sa.Column("measured", JSONB, nullable=False),
        sa.Column("score", sa.BigInteger, nullable=False),
        sa.Column("grade", sa.Text, nullable=False),
        sa.Column("consequence", sa.Text),
        sa.Column("standard_version", sa.Text, nullable=False),
        sa.Column("remarks", sa.Text),
    )
    with op.get_context().autocommit_block():
        op.create_index(
            "repair_orders_service_due_on_idx",
            "repair_orders",
            ["service_due_on"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_table("assessments")
    for name in ("service_due_km", "service_due_on", "reworks"):
        op.drop_column("repair_orders", name)
