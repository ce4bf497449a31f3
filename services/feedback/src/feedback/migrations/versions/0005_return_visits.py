"""Create the return visits, and let survey responses name the one they were given in."""

import sqlalchemy as sa
from alembic import op

from isthmus.db.migrations.tables import create_entry_table, create_indices, create_sort_indices

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_entry_table(
        "return_visits",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("golden_id", sa.Uuid),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("survey", sa.Text, nullable=False),
        sa.Column("about", sa.Uuid, nullable=False),
        sa.Column("adviser", sa.Text),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("fell_due_at", Instant),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("last_outcome", sa.Text),
        sa.Column("reason", sa.Text),
        sa.UniqueConstraint("rule", "about", name="return_visits_rule_about_key"),
    )
    create_indices("return_visits", "golden_id", "record_id")
    create_sort_indices("return_visits", "due_at")
    op.add_column("survey_responses", sa.Column("return_visit_id", sa.Uuid))


def downgrade() -> None:
    op.drop_column("survey_responses", "return_visit_id")
    op.drop_table("return_visits")
