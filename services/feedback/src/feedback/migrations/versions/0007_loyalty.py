"""Create the read tables of loyalty: deliveries and repairs, recommended leads, the orders of leads."""

import sqlalchemy as sa
from alembic import op

from isthmus.db.migrations.tables import Instant, create_indices

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("occasions", "referrals", "lead_orders")


def upgrade() -> None:
    op.create_table(
        "occasions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("org_unit", sa.Text, nullable=False),
        *_customer(),
        sa.Column("vehicle", sa.Text, nullable=False),
        sa.Column("series", sa.Text),
        sa.Column("adviser", sa.Text),
        sa.Column("occurred_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="occasions_pkey"),
    )
    op.create_index("occasions_vehicle_idx", "occasions", ["vehicle", "occurred_at"])
    op.create_index("occasions_occurred_at_idx", "occasions", ["occurred_at"])
    op.create_table(
        "referrals",
        sa.Column("lead_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("org_unit", sa.Text, nullable=False),
        *_customer(),
        sa.Column("referrer", sa.Text),
        sa.Column("series", sa.Text),
        sa.Column("consultant", sa.Text),
        sa.Column("occurred_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("lead_id", name="referrals_pkey"),
    )
    op.create_index("referrals_occurred_at_idx", "referrals", ["occurred_at", "lead_id"])
    op.create_table(
        "lead_orders",
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("lead_id", sa.Uuid, nullable=False),
        *_customer(),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("occurred_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="lead_orders_pkey"),
    )
    create_indices("lead_orders", "lead_id")
    for name in TABLES:
        create_indices(name, "record_id")


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)


def _customer() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in ("source", "record_id")]
