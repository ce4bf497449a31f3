"""Indices to sort the lists by."""

from isthmus.db.migrations.tables import add_sorting, drop_sorting

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SORTABLE: dict[str, tuple[str, ...]] = {
    "complaints": ("due_at",),
    "suggestions": (),
    "survey_responses": (),
}


def upgrade() -> None:
    add_sorting(SORTABLE)


def downgrade() -> None:
    drop_sorting(SORTABLE)
