"""Clocks, close codes and tasks of cases; threads, automatic replies and call outcomes of interactions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import create_document_table, create_indices, create_sort_indices

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)
EMPTY_LIST = sa.text("'[]'")

CASE_COLUMNS = (
    sa.Column("awaiting_reply_since", Instant),
    sa.Column("next_response_due_at", Instant),
    sa.Column("pauses", JSONB, nullable=False, server_default=EMPTY_LIST),
    sa.Column("clock_marks", JSONB, nullable=False, server_default=EMPTY_LIST),
    sa.Column("escalated_clock", sa.Text),
    sa.Column("close_code", sa.Text),
    sa.Column("merged_into", sa.Uuid),
)
INTERACTION_COLUMNS = (
    sa.Column("reason_detail", sa.Text),
    sa.Column("thread_id", sa.Uuid),
    sa.Column("message_id", sa.Text),
    sa.Column("in_reply_to", sa.Text),
    sa.Column("address_key", sa.Text),
    sa.Column("recipient", sa.Text),
    sa.Column("is_automatic", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("call_outcome", sa.Text),
)


def upgrade() -> None:
    for column in CASE_COLUMNS:
        op.add_column("cases", column)
    op.create_foreign_key("cases_merged_into_fkey", "cases", "cases", ["merged_into"], ["id"])
    for column in INTERACTION_COLUMNS:
        op.add_column("interactions", column)
    create_indices("interactions", "thread_id")
    op.create_index("interactions_address_idx", "interactions", ["org_unit", "channel", "address_key", "at"])
    op.create_unique_constraint("interactions_message_id_key", "interactions", ["org_unit", "channel", "message_id"])
    create_document_table(
        "case_tasks",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("department", sa.Text),
        sa.Column("assignee", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("due_at", Instant),
        sa.Column("result", sa.Text),
        sa.Column("done_at", Instant),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="case_tasks_case_id_fkey"),
    )
    create_indices("case_tasks", "case_id")
    create_sort_indices("case_tasks", "due_at")


def downgrade() -> None:
    op.drop_table("case_tasks")
    op.drop_constraint("interactions_message_id_key", "interactions")
    op.drop_index("interactions_address_idx", "interactions")
    for column in INTERACTION_COLUMNS:
        op.drop_column("interactions", column.name)
    op.drop_constraint("cases_merged_into_fkey", "cases")
    for column in CASE_COLUMNS:
        op.drop_column("cases", column.name)
