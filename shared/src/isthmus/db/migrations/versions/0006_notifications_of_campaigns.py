"""Let a notification name its campaign.

Safe on a live table: the column has no default, and code that does not know it writes none.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE notifications ADD COLUMN campaign text")


def downgrade() -> None:
    op.execute("ALTER TABLE notifications DROP COLUMN campaign")
