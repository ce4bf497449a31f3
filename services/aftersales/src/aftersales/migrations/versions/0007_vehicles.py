"""Deliveries as sales tells them, recalls, and vehicles to be exchanged or taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from isthmus.db.migrations.tables import create_document_table, create_entry_table, create_indices

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delivered_vehicles",
        sa.Column("delivery_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("vin", sa.Text, nullable=False),
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("record_id", sa.Text),
        sa.Column("delivered_on", sa.Date, nullable=False),
        sa.Column("series", sa.Text),
        sa.Column("plate", sa.Text),
        sa.Column("price", JSONB),
        sa.PrimaryKeyConstraint("delivery_id", name="delivered_vehicles_pkey"),
    )
    create_indices("delivered_vehicles", "vin", "record_id")
    create_entry_table(
        "recalls",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("remedy", sa.Text),
        sa.Column("vins", ARRAY(sa.Text), nullable=False),
        sa.UniqueConstraint("number", name="recalls_number_key"),
    )
    op.create_index("recalls_vins_idx", "recalls", ["vins"], postgresql_using="gin")
    create_document_table(
        "vehicle_returns",
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("vehicle", JSONB, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("attachments", JSONB, nullable=False),
        sa.Column("criteria", JSONB, nullable=False),
        sa.Column("price", JSONB),
        sa.Column("usage_fee", JSONB),
        sa.Column("decision", sa.Text),
    )


def downgrade() -> None:
    for table in ("vehicle_returns", "recalls", "delivered_vehicles"):
        op.drop_table(table)
