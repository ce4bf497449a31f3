"""Create the tables of the call-center documents: each with the columns and indices all documents have, and its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_document_table(
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
    _create_document_table(
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


def _create_document_table(name: str, *own_columns: sa.Column[object] | sa.ForeignKeyConstraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        *own_columns,
        sa.PrimaryKeyConstraint("id", name=f"{name}_pkey"),
        sa.ForeignKeyConstraint(
            ["source", "record_id"],
            ["customers.source", "customers.record_id"],
            name=f"{name}_source_record_id_fkey",
        ),
    )
    op.create_index(f"{name}_created_idx", name, ["created_at", "id"])
    op.create_index(f"{name}_org_unit_idx", name, ["org_unit", "created_at", "id"])
    op.create_index(f"{name}_status_idx", name, ["status", "org_unit", "created_at", "id"])
    op.create_index(f"{name}_record_id_idx", name, ["record_id", "created_at", "id"])
