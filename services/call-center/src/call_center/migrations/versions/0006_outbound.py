"""Callbacks and outbound lists."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import (
    create_document_table,
    create_entry_table,
    create_indices,
    create_sort_indices,
)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_document_table(
        "callbacks",
        sa.Column("callback_at", Instant, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("assignee", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("case_id", sa.Uuid),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("result", sa.Text),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="callbacks_case_id_fkey"),
    )
    create_indices("callbacks", "case_id")
    create_sort_indices("callbacks", "callback_at")
    create_entry_table(
        "outbound_lists",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("script", sa.Text),
    )
    create_sort_indices("outbound_lists", "name")
    create_document_table(
        "outbound_entries",
        sa.Column("list_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("hindrances", JSONB, nullable=False),
        sa.Column("checked_at", Instant),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("note", sa.Text),
        sa.ForeignKeyConstraint(["list_id"], ["outbound_lists.id"], name="outbound_entries_list_id_fkey"),
        sa.UniqueConstraint("list_id", "record_id", name="outbound_entries_list_id_record_id_key"),
    )


def downgrade() -> None:
    op.drop_table("outbound_entries")
    op.drop_table("outbound_lists")
    op.drop_table("callbacks")
