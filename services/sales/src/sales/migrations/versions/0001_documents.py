"""Create the tables of the sales documents: each with the columns and indices all documents have, and its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import Instant, create_document_table, create_indices

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_document_table(
        "leads",
        sa.Column("channel", sa.Text),
        sa.Column("campaign", sa.Text),
        sa.Column("consultant", sa.Text),
        sa.Column("vehicle", JSONB),
        sa.Column("intent_level", sa.Text),
        sa.Column("budget", JSONB),
        sa.Column("expected_purchase_on", sa.Date),
        sa.Column("next_contact_at", Instant),
        sa.Column("score", sa.BigInteger),
        sa.Column("lost_reason", sa.Text),
        sa.Column("note", sa.Text),
    )
    create_indices("leads", "consultant")
    create_document_table(
        "test_drives",
        sa.Column("lead_id", sa.Uuid, sa.ForeignKey("leads.id", name="test_drives_lead_id_fkey")),
        sa.Column("scheduled_at", Instant, nullable=False),
        sa.Column("vehicle", JSONB),
        sa.Column("consultant", sa.Text),
        sa.Column("result", sa.Text),
        sa.Column("cancel_reason", sa.Text),
    )
    create_indices("test_drives", "lead_id", "consultant")
    create_document_table(
        "quotes",
        sa.Column("lead_id", sa.Uuid, sa.ForeignKey("leads.id", name="quotes_lead_id_fkey")),
        sa.Column("consultant", sa.Text),
        sa.Column("vehicle", JSONB),
        sa.Column("list_price", JSONB),
        sa.Column("total", JSONB, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("promises", sa.Text),
        sa.Column("note", sa.Text),
    )
    create_indices("quotes", "lead_id", "consultant")
    op.create_table(
        "quote_offers",
        sa.Column("quote_id", sa.Uuid, sa.ForeignKey("quotes.id", name="quote_offers_quote_id_fkey"), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("offered_at", Instant, nullable=False),
        sa.Column("total", JSONB, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("promises", sa.Text),
        sa.PrimaryKeyConstraint("quote_id", "version", name="quote_offers_pkey"),
    )
    create_document_table(
        "orders",
        sa.Column("quote_id", sa.Uuid, sa.ForeignKey("quotes.id", name="orders_quote_id_fkey")),
        sa.Column("lead_id", sa.Uuid, sa.ForeignKey("leads.id", name="orders_lead_id_fkey")),
        sa.Column("consultant", sa.Text),
        sa.Column("vehicle", JSONB),
        sa.Column("total", JSONB, nullable=False),
        sa.Column("deposit", JSONB),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("payment_method", sa.Text),
        sa.Column("expected_delivery_on", sa.Date),
        sa.Column("cancel_reason", sa.Text),
        sa.Column("note", sa.Text),
    )
    create_indices("orders", "quote_id", "lead_id", "consultant")
    create_document_table(
        "deliveries",
        sa.Column("order_id", sa.Uuid, sa.ForeignKey("orders.id", name="deliveries_order_id_fkey")),
        sa.Column("consultant", sa.Text),
        sa.Column("vehicle", JSONB, nullable=False),
        sa.Column("price", JSONB),
        sa.Column("delivered_at", Instant, nullable=False),
        sa.Column("first_service_due_on", sa.Date),
        sa.Column("warranty_until", sa.Date),
        sa.Column("note", sa.Text),
    )
    create_indices("deliveries", "order_id", "consultant")


def downgrade() -> None:
    for name in ("deliveries", "orders", "quote_offers", "quotes", "test_drives", "leads"):
        op.drop_table(name)
