"""Create the table of handovers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import create_entry_table, create_indices

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_entry_table(
        "handovers",
        sa.Column("from_consultant", sa.Text, nullable=False),
        sa.Column("to_consultant", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("moved", JSONB, nullable=False),
        sa.Column("left", JSONB, nullable=False),
    )
    create_indices("handovers", "from_consultant", "to_consultant")


def downgrade() -> None:
    op.drop_table("handovers")
