"""The knowledge base: articles and their search terms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from isthmus.db.migrations.tables import create_entry_table, create_sort_indices

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_entry_table(
        "articles",
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("symptoms", JSONB, nullable=False),
        sa.Column("models", JSONB, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("reason_detail", sa.Text),
    )
    create_sort_indices("articles", "title")
    op.create_table(
        "article_index",
        sa.Column("article_id", sa.Uuid, nullable=False),
        sa.Column("title_terms", ARRAY(sa.Text), nullable=False),
        sa.Column("body_terms", ARRAY(sa.Text), nullable=False),
        sa.Column("uses", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="article_index_pkey"),
    )
    for column in ("title_terms", "body_terms"):
        op.create_index(f"article_index_{column}_idx", "article_index", [column], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("article_index")
    op.drop_table("articles")
