"""Let no demo vehicle and no consultant of a dealer be booked for two test drives at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Needed to compare texts in an exclusion constraint; a trusted extension, so the owner of the database may.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.add_column("test_drives", sa.Column("duration_minutes", sa.Integer, nullable=False, server_default="60"))
    # Null in the rows there are, which may overlap: a range with no end would hold all time, so they are left out.
    op.add_column("test_drives", sa.Column("ends_at", sa.DateTime(timezone=True)))
    op.add_column("test_drives", sa.Column("demo_vehicle", sa.Text))
    for column in ("demo_vehicle", "consultant"):
        op.execute(
            f"ALTER TABLE test_drives ADD CONSTRAINT test_drives_{column}_excl EXCLUDE USING gist ("
            f" org_unit WITH =, {column} WITH =, tstzrange(scheduled_at, ends_at) WITH &&)"
            " WHERE (status IN ('booked', 'confirmed') AND ends_at IS NOT NULL)"
        )


def downgrade() -> None:
    for column in ("demo_vehicle", "consultant"):
        op.drop_constraint(f"test_drives_{column}_excl", "test_drives")
    for column in ("duration_minutes", "ends_at", "demo_vehicle"):
        op.drop_column("test_drives", column)
    op.execute("DROP EXTENSION IF EXISTS btree_gist")
