"""Create the tables of the sales documents: each with the columns and indices all documents have, and its own."""

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
    op.create_index("leads_consultant_idx", "leads", ["consultant"])


def downgrade() -> None:
    op.drop_table("leads")


def _create_document_table(name: str, *own_columns: sa.Column[object]) -> None:
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
