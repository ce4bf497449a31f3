"""Tables as `isthmus.parties` expects them, for the migrations of services: documents, entries, their indices."""

from typing import Any

import sqlalchemy as sa
from alembic import op

Instant = sa.DateTime(timezone=True)


def create_document_table(name: str, *own_columns: sa.Column[Any] | sa.Constraint) -> None:
    """A table of documents: the columns and indices all of them have, the customer's key, and its own columns."""
    party = sa.ForeignKeyConstraint(
        ["source", "record_id"], ["customers.source", "customers.record_id"], name=f"{name}_source_record_id_fkey"
    )
    key = (sa.Column("source", sa.Text, nullable=False), sa.Column("record_id", sa.Text, nullable=False))
    create_entry_table(name, *key, *own_columns, party)
    op.create_index(f"{name}_record_id_idx", name, ["record_id", "created_at", "id"])


def create_entry_table(name: str, *own_columns: sa.Column[Any] | sa.Constraint) -> None:
    """A table of entries, which have no customer."""
    op.create_table(
        name,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("org_unit", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        *own_columns,
        sa.PrimaryKeyConstraint("id", name=f"{name}_pkey"),
    )
    op.create_index(f"{name}_created_idx", name, ["created_at", "id"])
    op.create_index(f"{name}_org_unit_idx", name, ["org_unit", "created_at", "id"])
    op.create_index(f"{name}_status_idx", name, ["status", "org_unit", "created_at", "id"])
    op.create_index(f"{name}_updated_idx", name, ["updated_at", "id"])
    op.create_index(f"{name}_org_unit_updated_idx", name, ["org_unit", "updated_at", "id"])


def create_indices(name: str, *columns: str) -> None:
    """An index for each column a list is filtered by, as `mapped_column(index=True)` names it."""
    for column in columns:
        op.create_index(f"{name}_{column}_idx", name, [column])


def create_sort_indices(name: str, *columns: str) -> None:
    """An index for each of the `sortable` columns of a table."""
    for column in columns:
        op.create_index(f"{name}_{column}_sort_idx", name, [column, "id"])


def add_sorting(sortable: dict[str, tuple[str, ...]]) -> None:
    """Give existing tables what sorting needs, without stopping writes: {table: own columns to sort by}."""
    with op.get_context().autocommit_block():
        for name, columns in sortable.items():
            for index, covered in _sorting_indices(name, columns):
                op.create_index(index, name, covered, postgresql_concurrently=True, if_not_exists=True)


def drop_sorting(sortable: dict[str, tuple[str, ...]]) -> None:
    """Take back `add_sorting`."""
    with op.get_context().autocommit_block():
        for name, columns in sortable.items():
            for index, _ in _sorting_indices(name, columns):
                op.drop_index(index, name, postgresql_concurrently=True, if_exists=True)


def _sorting_indices(name: str, columns: tuple[str, ...]) -> list[tuple[str, list[str]]]:
    return [
        (f"{name}_updated_idx", ["updated_at", "id"]),
        (f"{name}_org_unit_updated_idx", ["org_unit", "updated_at", "id"]),
        *((f"{name}_{column}_sort_idx", [column, "id"]) for column in columns),
    ]
