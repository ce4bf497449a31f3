"""Let a notification name the material it sends.

Safe on a live table: the column has no default, and code that does not know it writes none.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE notifications ADD COLUMN material text")


def downgrade() -> None:
    op.execute("ALTER TABLE notifications DROP COLUMN material")
