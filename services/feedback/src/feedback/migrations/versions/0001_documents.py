"""Create the tables of the feedback documents: each with the columns and indices all documents have, and its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import Instant, create_document_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("introduction", sa.Text),
        sa.Column("questions", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="surveys_pkey"),
    )
    op.create_index("surveys_created_idx", "surveys", ["created_at", "id"])
    create_document_table(
        "survey_responses",
        sa.Column("survey_id", sa.Uuid, nullable=False),
        sa.Column("survey_title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("score", sa.BigInteger),
        sa.Column("nps", sa.BigInteger),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("vehicle", JSONB),
        sa.Column("about", sa.Text),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name="survey_responses_survey_id_fkey"),
    )
    op.create_index("survey_responses_survey_id_idx", "survey_responses", ["survey_id"])
    create_document_table(
        "complaints",
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("demand", sa.Text),
        sa.Column("responsible_org_unit", sa.Text),
        sa.Column("handler", sa.Text),
        sa.Column("vehicle", JSONB),
        sa.Column("due_at", Instant),
        sa.Column("resolution", sa.Text),
        sa.Column("satisfied", sa.Boolean),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
    )
    op.create_index("complaints_responsible_org_unit_idx", "complaints", ["responsible_org_unit"])
    create_document_table(
        "suggestions",
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("vehicle", JSONB),
        sa.Column("answer", sa.Text),
    )


def downgrade() -> None:
    op.drop_table("suggestions")
    op.drop_table("complaints")
    op.drop_table("survey_responses")
    op.drop_table("surveys")
