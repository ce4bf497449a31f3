"""Let leads keep who referred them, what they are compared with, and by which reason they were lost."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from isthmus.db.migrations.tables import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS: dict[str, Any] = {
    "referrer": sa.Text,
    "rival": sa.Text,
    "trade_in": sa.Boolean,
    "test_driven_at": Instant,
    "lost_code": sa.Text,
    "lost_at": Instant,
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("leads", sa.Column(name, kind))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("leads", name)
