"""Workshops with bays and technicians; an appointment keeps a bay, and no bay twice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import create_entry_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    create_entry_table(
        "workshops",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("opening_hours", JSONB, nullable=False),
        sa.Column("place", JSONB),
        sa.UniqueConstraint("org_unit", name="workshops_org_unit_key"),
    )
    create_entry_table(
        "bays",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("takes", JSONB, nullable=False),
        sa.UniqueConstraint("org_unit", "name", name="bays_org_unit_name_key"),
    )
    create_entry_table(
        "technicians",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("skills", JSONB, nullable=False),
    )
    op.add_column("appointments", sa.Column("ends_at", sa.DateTime(timezone=True)))
    op.add_column("appointments", sa.Column("bay_id", sa.Uuid))
    # No row has a bay yet, so that neither constraint has anything to check.
    op.create_foreign_key("appointments_bay_id_fkey", "appointments", "bays", ["bay_id"], ["id"])
    op.execute(
        "ALTER TABLE appointments ADD CONSTRAINT appointments_bay_once_excl"
        " EXCLUDE USING gist (bay_id WITH =, tstzrange(scheduled_at, ends_at) WITH &&)"
        " WHERE (bay_id IS NOT NULL AND status IN ('booked', 'confirmed', 'arrived'))"
    )


def downgrade() -> None:
    op.drop_constraint("appointments_bay_once_excl", "appointments")
    op.drop_column("appointments", "bay_id")
    op.drop_column("appointments", "ends_at")
    for table in ("technicians", "bays", "workshops"):
        op.drop_table(table)
