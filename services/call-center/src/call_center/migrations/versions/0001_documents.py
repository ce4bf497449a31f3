"""Create the tables of the call-center documents: each with the columns and indices all documents have, and its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import Instant, create_document_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_document_table(
        "cases",
        sa.Column("number", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("assigned_org_unit", sa.Text),
        sa.Column("assignee", sa.Text),
        sa.Column("vehicle", JSONB),
        sa.Column("first_response_due_at", Instant),
        sa.Column("first_responded_at", Instant),
        sa.Column("due_at", Instant),
        sa.Column("resolved_at", Instant),
        sa.Column("resolution", sa.Text),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
    )
    op.create_index("cases_assigned_org_unit_idx", "cases", ["assigned_org_unit"])
    create_document_table(
        "interactions",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("at", Instant, nullable=False),
        sa.Column("duration_seconds", sa.BigInteger),
        sa.Column("agent", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("body", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("result", sa.Text),
        sa.Column("commitment", sa.Text),
        sa.Column("commitment_due_at", Instant),
        sa.Column("case_id", sa.Uuid),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="interactions_case_id_fkey"),
    )
    op.create_index("interactions_case_id_idx", "interactions", ["case_id"])
    op.create_table(
        "caller_addresses",
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("org_unit", "kind", "address", name="caller_addresses_pkey"),
    )


def downgrade() -> None:
    op.drop_table("caller_addresses")
    op.drop_table("interactions")
    op.drop_table("cases")
