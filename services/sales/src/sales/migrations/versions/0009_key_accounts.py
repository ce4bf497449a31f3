"""Create key accounts and frame contracts; let quotes follow a contract and the catalogue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from isthmus.db.migrations.tables import create_document_table, create_indices, create_sort_indices

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_document_table(
        "key_accounts",
        sa.Column("account_class", sa.Text, nullable=False),
        sa.Column("consultant", sa.Text),
        sa.Column("fleet_size", sa.Integer),
        sa.Column("annual_need", sa.Integer),
        sa.Column("renewal_on", sa.Date),
        sa.Column("close_reason", sa.Text),
        sa.Column("note", sa.Text),
    )
    create_indices("key_accounts", "consultant")
    create_sort_indices("key_accounts", "renewal_on")
    create_document_table(
        "frame_contracts",
        sa.Column(
            "key_account_id",
            sa.Uuid,
            sa.ForeignKey("key_accounts.id", name="frame_contracts_key_account_id_fkey"),
            nullable=False,
        ),
        sa.Column("consultant", sa.Text),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("discount_permille", sa.Integer, nullable=False),
        sa.Column("vehicles_agreed", sa.Integer),
        sa.Column("end_reason", sa.Text),
        sa.Column("note", sa.Text),
    )
    create_indices("frame_contracts", "key_account_id", "consultant")
    create_sort_indices("frame_contracts", "valid_until")
    for name, table in (("variant_id", "variants"), ("frame_contract_id", "frame_contracts")):
        op.add_column("quotes", sa.Column(name, sa.Uuid, sa.ForeignKey(f"{table}.id", name=f"quotes_{name}_fkey")))
        create_indices("quotes", name)
    op.add_column("quotes", sa.Column("options", JSONB, nullable=False, server_default="[]"))


def downgrade() -> None:
    for column in ("options", "frame_contract_id", "variant_id"):
        op.drop_column("quotes", column)
    for name in ("frame_contracts", "key_accounts"):
        op.drop_table(name)
