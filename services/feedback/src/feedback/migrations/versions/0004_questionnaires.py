"""Give surveys editions, drafts, factors and limits; let responses say whom they are about, and complaints why."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


INDICES = {
    "surveys_org_unit_idx": ["org_unit", "created_at", "id"],
    "surveys_status_idx": ["status", "org_unit", "created_at", "id"],
    "surveys_updated_idx": ["updated_at", "id"],
    "surveys_org_unit_updated_idx": ["org_unit", "updated_at", "id"],
}


def upgrade() -> None:
    op.add_column("surveys", sa.Column("created_by", sa.Text, nullable=False, server_default="unknown"))
    op.add_column("surveys", sa.Column("updated_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE surveys SET updated_at = created_at")
    op.alter_column("surveys", "updated_at", nullable=False)
    op.add_column("surveys", sa.Column("code", sa.Text))
    op.add_column("surveys", sa.Column("edition", sa.BigInteger, nullable=False, server_default="1"))
    op.add_column("surveys", sa.Column("factors", JSONB, nullable=False, server_default="[]"))
    op.add_column("surveys", sa.Column("complaint_below", sa.BigInteger))
    op.add_column("surveys", sa.Column("complaint_nps_at_most", sa.BigInteger))
    op.create_unique_constraint("surveys_code_edition_key", "surveys", ["code", "edition"])
    # There are few surveys: no index of theirs is missed while it is made.
    for name, columns in INDICES.items():
        op.create_index(name, "surveys", columns)
    op.add_column("survey_responses", sa.Column("responsible_org_unit", sa.Text))
    op.add_column("survey_responses", sa.Column("adviser", sa.Text))
    op.add_column("complaints", sa.Column("survey_response_id", sa.Uuid))
    op.create_unique_constraint("complaints_survey_response_id_key", "complaints", ["survey_response_id"])
    op.create_foreign_key(
        "complaints_survey_response_id_fkey", "complaints", "survey_responses", ["survey_response_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_column("complaints", "survey_response_id")
    op.drop_column("survey_responses", "adviser")
    op.drop_column("survey_responses", "responsible_org_unit")
    for name in INDICES:
        op.drop_index(name, "surveys")
    for name in ("complaint_nps_at_most", "complaint_below", "factors", "edition", "code", "updated_at", "created_by"):
        op.drop_column("surveys", name)
