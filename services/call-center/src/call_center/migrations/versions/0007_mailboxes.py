"""Mailboxes: who answers what is written to an address of ours."""

import sqlalchemy as sa
from alembic import op

from isthmus.db.migrations.tables import create_entry_table

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_entry_table(
        "mailboxes",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("assigned_org_unit", sa.Text),
        sa.Column("assignee", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("is_answered_at_once", sa.Boolean, nullable=False),
        sa.UniqueConstraint("address", name="mailboxes_address_key"),
    )


def downgrade() -> None:
    op.drop_table("mailboxes")
