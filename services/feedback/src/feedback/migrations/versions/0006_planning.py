"""Classify suggestions for product planning."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("suggestions", sa.Column("component", sa.Text))
    for name in ("is_design_wish", "is_safety"):
        op.add_column("suggestions", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for name in ("is_safety", "is_design_wish", "component"):
        op.drop_column("suggestions", name)
