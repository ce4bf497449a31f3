"""Let leads name the customer who referred by their record."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("leads", sa.Column("referred_by", sa.Text))


def downgrade() -> None:
    op.drop_column("leads", "referred_by")
