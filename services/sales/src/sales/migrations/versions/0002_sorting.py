"""Indices to sort the lists by."""

from isthmus.db.migrations.tables import add_sorting, drop_sorting

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SORTABLE: dict[str, tuple[str, ...]] = {
    "leads": ("next_contact_at", "score"),
    "test_drives": ("scheduled_at",),
    "quotes": ("valid_until",),
    "orders": ("expected_delivery_on",),
    "deliveries": ("delivered_at",),
}


def upgrade() -> None:
    add_sorting(SORTABLE)


def downgrade() -> None:
    drop_sorting(SORTABLE)
