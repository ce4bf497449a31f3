"""Let leads be found by the campaign they name; the index is made without stopping writes."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("leads_campaign_idx", "leads", ["campaign"], postgresql_concurrently=True, if_not_exists=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("leads_campaign_idx", "leads", postgresql_concurrently=True, if_exists=True)
