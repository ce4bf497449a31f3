"""Create the customers table: the parties as this service knows them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("golden_id", sa.Uuid),
        sa.Column("golden_version", sa.BigInteger),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "record_id", name="customers_pkey"),
        sa.UniqueConstraint("record_id", name="customers_record_id_key"),
    )
    op.create_index("customers_created_idx", "customers", ["created_at", "record_id"])
    op.create_index("customers_org_unit_idx", "customers", ["org_unit", "created_at", "record_id"])
    op.create_index("customers_golden_id_idx", "customers", ["golden_id"])


def downgrade() -> None:
    op.drop_table("customers")
