"""Let variants tell what they are and have; those that are there tell nothing yet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("variants", sa.Column("specification", JSONB, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("variants", "specification")
