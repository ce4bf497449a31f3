"""Keep the discount of a quote, and who approved how much."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quotes", sa.Column("discount_permille", sa.Integer))
    op.add_column("quotes", sa.Column("approved_permille", sa.Integer))
    op.add_column("quotes", sa.Column("approved_by", sa.Text))


def downgrade() -> None:
    for column in ("discount_permille", "approved_permille", "approved_by"):
        op.drop_column("quotes", column)
