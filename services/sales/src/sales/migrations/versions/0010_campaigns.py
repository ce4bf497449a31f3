"""Create campaigns and the customers in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import (
    Instant,
    create_document_table,
    create_entry_table,
    create_indices,
    create_sort_indices,
)

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_entry_table(
        "campaigns",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("planned_cost", JSONB),
        sa.Column("actual_cost", JSONB),
        sa.Column("org_units", JSONB, nullable=False),
        sa.Column("target", JSONB, nullable=False),
        sa.Column("goal", sa.Text),
        sa.Column("material", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("message", sa.Text),
    )
    op.create_index("campaigns_code_key", "campaigns", ["code"], unique=True)
    create_sort_indices("campaigns", "starts_on")
    create_document_table(
        "campaign_members",
        sa.Column(
            "campaign_id",
            sa.Uuid,
            sa.ForeignKey("campaigns.id", name="campaign_members_campaign_id_fkey"),
            nullable=False,
        ),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("notification_id", sa.Uuid),
        sa.Column("contact_channel", sa.Text),
        sa.Column("contacted_at", Instant),
        sa.Column("not_contacted", sa.Text),
        sa.Column("response", sa.Text),
        sa.Column("responded_at", Instant),
        sa.Column("note", sa.Text),
    )
    op.create_index(
        "campaign_members_customer_key", "campaign_members", ["campaign_id", "source", "record_id"], unique=True
    )
    create_indices("campaign_members", "campaign_id", "notification_id")
    create_sort_indices("campaign_members", "contacted_at", "responded_at")


def downgrade() -> None:
    for name in ("campaign_members", "campaigns"):
        op.drop_table(name)
