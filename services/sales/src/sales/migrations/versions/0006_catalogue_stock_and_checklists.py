"""Create the catalogue and the stock; let orders and deliveries keep what was done and shown."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import create_entry_table, create_indices, create_sort_indices

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ORDER_COLUMNS = ("trade_in", "financing", "insurance")


def upgrade() -> None:
    create_entry_table(
        "variants",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("brand", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("variant", sa.Text, nullable=False),
        sa.Column("model_year", sa.Integer),
        sa.Column("vehicle_class", sa.Text),
        sa.Column("list_price", JSONB, nullable=False),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("on_sale_from", sa.Date),
        sa.UniqueConstraint("code", name="variants_code_key"),
    )
    create_indices("variants", "brand", "series")
    create_sort_indices("variants", "code")
    create_entry_table(
        "stock_vehicles",
        sa.Column("vin", sa.Text, nullable=False),
        sa.Column("variant_id", sa.Uuid, sa.ForeignKey("variants.id", name="stock_vehicles_variant_id_fkey")),
        sa.Column("exterior_color", sa.Text),
        sa.Column("interior_color", sa.Text),
        sa.Column("expected_on", sa.Date),
        sa.Column("arrived_on", sa.Date),
        sa.Column("order_id", sa.Uuid, sa.ForeignKey("orders.id", name="stock_vehicles_order_id_fkey")),
        sa.Column("note", sa.Text),
        sa.UniqueConstraint("vin", name="stock_vehicles_vin_key"),
        sa.UniqueConstraint("order_id", name="stock_vehicles_order_id_key"),
    )
    create_indices("stock_vehicles", "variant_id")
    create_sort_indices("stock_vehicles", "arrived_on")
    for column in ORDER_COLUMNS:
        op.add_column("orders", sa.Column(column, JSONB))
    op.add_column("orders", sa.Column("checklist", JSONB, nullable=False, server_default="[]"))
    op.add_column("deliveries", sa.Column("protocol", JSONB, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("deliveries", "protocol")
    for column in ("checklist", *ORDER_COLUMNS):
        op.drop_column("orders", column)
    for name in ("stock_vehicles", "variants"):
        op.drop_table(name)
