"""Replies: whether a message of ours went out, and why not."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("interactions", sa.Column("delivery", sa.Text))
    op.add_column("interactions", sa.Column("delivery_reason", sa.Text))


def downgrade() -> None:
    op.drop_column("interactions", "delivery_reason")
    op.drop_column("interactions", "delivery")
