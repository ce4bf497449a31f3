"""Create visits to the web site, and the visitors who said who they are."""

import sqlalchemy as sa
from alembic import op

from isthmus.db.migrations.tables import Instant, create_document_table, create_indices, create_sort_indices

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_document_table(
        "web_visitors",
        sa.Column("lead_id", sa.Uuid, sa.ForeignKey("leads.id", name="web_visitors_lead_id_fkey"), nullable=False),
        sa.Column("visitor", sa.Text),
        sa.Column("visit_count", sa.BigInteger, nullable=False),
        sa.Column("last_visit_at", Instant),
    )
    create_indices("web_visitors", "lead_id", "visitor")
    create_sort_indices("web_visitors", "last_visit_at")
    op.create_table(
        "web_visits",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("visitor", sa.Text),
        sa.Column("web_visitor_id", sa.Uuid, sa.ForeignKey("web_visitors.id", name="web_visits_web_visitor_id_fkey")),
        sa.Column("at", Instant, nullable=False),
        sa.Column("path", sa.Text),
        sa.Column("series", sa.Text),
        sa.PrimaryKeyConstraint("id", name="web_visits_pkey"),
    )
    create_indices("web_visits", "web_visitor_id", "visitor")
    op.create_index("web_visits_at_idx", "web_visits", ["at"], postgresql_where=sa.text("web_visitor_id IS NULL"))


def downgrade() -> None:
    for name in ("web_visits", "web_visitors"):
        op.drop_table(name)
