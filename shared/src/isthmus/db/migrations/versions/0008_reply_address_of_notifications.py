"""Let a notification say where an answer to it goes.

Safe on a live table: the column has no default, and code that does not know it writes none.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE notifications ADD COLUMN reply_to text")


def downgrade() -> None:
    op.execute("ALTER TABLE notifications DROP COLUMN reply_to")
