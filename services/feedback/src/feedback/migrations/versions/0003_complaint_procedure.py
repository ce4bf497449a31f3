"""Give complaints their deadlines, the answer of the responsible org unit, codes, and escalation."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "accept_due_at": Instant,
    "accepted_at": Instant,
    "forwarded_at": Instant,
    "answer_due_at": Instant,
    "answered_at": Instant,
    "dealer_answer": sa.Text(),
    "cause": sa.Text(),
    "remedy": sa.Text(),
    "resolved_at": Instant,
    "reopened_at": Instant,
}
COUNTERS = ("reopenings", "escalation_level")


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("complaints", sa.Column(name, kind))
    for name in COUNTERS:
        op.add_column("complaints", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    for name in (*COUNTERS, *COLUMNS):
        op.drop_column("complaints", name)
