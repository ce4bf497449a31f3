"""Who registered an appointment, and the contact and the case of the call-center it came from."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REFERENCES = ("interaction_id", "case_id")


def upgrade() -> None:
    op.add_column("appointments", sa.Column("registered_by", sa.Text, nullable=False, server_default="station"))
    for column in REFERENCES:
        op.add_column("appointments", sa.Column(column, sa.Uuid))
    with op.get_context().autocommit_block():
        for column in REFERENCES:
            op.create_index(
                f"appointments_{column}_idx",
                "appointments",
                [column],
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    for column in ("registered_by", *REFERENCES):
        op.drop_column("appointments", column)
