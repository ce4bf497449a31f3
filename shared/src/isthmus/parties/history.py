"""The history (变更历史) of entries and documents: one row a write, with who, when, and each changed field."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from pydantic_core import to_jsonable_python
from sqlalchemy import inspect, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Count
from isthmus.db import Base
from isthmus.http import ApiModel, FieldError, PreconditionFailed, etag
from isthmus.parties.entry import Entry

CREATION = "create"
ERASURE = "erase"
_NOT_TOLD = frozenset({"version", "updated_at"})


class HistoryRow(Base):
    """Table of all writes of all kinds."""

    __tablename__ = "document_history"

    kind: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    step: Mapped[str | None]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)


class FieldChange(ApiModel):
    """One field that a write changed (字段变更)."""

    field: str = Field(description="Field (字段).")
    old: Any = Field(description="Value before (原值).")
    new: Any = Field(description="Value after (新值).")


class HistoryView(ApiModel):
    """One write (变更记录)."""

    version: Count = Field(description="Version (版本) it led to.")
    at: datetime = Field(description="When (时间).")
    by: str = Field(description="Who (操作人): a user, a client, or what works by itself.")
    step: str | None = Field(description="Step (操作) taken: `create`, one of the kind's own, or null for a change.")
    changes: list[FieldChange] = Field(description="Each changed field; empty once the customer is erased.")


def changes_of(entry: Entry) -> dict[str, Any]:
    """The columns of an entry set since it was read, each with its old and its new value as JSON."""
    state, told = inspect(entry), {}
    for attribute in state.mapper.column_attrs:
        change = state.attrs[attribute.key].history
        if change.added and attribute.key not in _NOT_TOLD:
            old = change.deleted[0] if change.deleted else None
            told[attribute.key] = {"old": to_jsonable_python(old), "new": to_jsonable_python(change.added[0])}
    return told


def note_write(session: AsyncSession, entry: Entry, *, by: str, step: str | None, changes: dict[str, Any]) -> None:
    """Leave a row about the write that led to the entry's version, in the same transaction."""
    session.add(
        HistoryRow(
            kind=entry.__tablename__,
            document_id=entry.id,
            version=entry.version,
            at=entry.updated_at,
            by=by,
            step=step,
            changes=changes,
        )
    )


async def history_of(session: AsyncSession, kind: str, document_id: UUID) -> list[HistoryView]:
    """All writes of one entry, oldest first."""
    return [_view(row) for row in await _rows(session, kind, document_id, after=0)]


async def check_unchanged(session: AsyncSession, entry: Entry, if_match: int) -> None:
    """Raise 412 unless the caller has read the current version; `errors` names what changed since, when and by whom."""
    if entry.version == if_match:
        return
    rows = await _rows(session, entry.__tablename__, entry.id, after=if_match)
    errors = [
        FieldError(f"/{name}" if name else "", "changed", f"Changed by {row.by} at {row.at.isoformat()}.")
        for row in rows
        for name in row.changes or [""]
    ]
    detail = f"The version is now {entry.version}, and you have read {if_match}."
    raise PreconditionFailed("version_mismatch", detail, errors, headers={"ETag": etag(entry.version)})


async def forget_history(session: AsyncSession, kind: str, erased: Sequence[tuple[UUID, int]], at: datetime) -> None:
    """Take all values out of the history of erased documents; who did what and when stays, the erasure is added."""
    if not erased:
        return
    ids = [document_id for document_id, _ in erased]
    of_these = HistoryRow.kind == kind, HistoryRow.document_id.in_(ids)
    await session.execute(update(HistoryRow).where(*of_these).values(changes={}))
    rows = [
        {"kind": kind, "document_id": key, "version": version, "at": at, "by": ERASURE, "step": ERASURE, "changes": {}}
        for key, version in erased
    ]
    await session.execute(insert(HistoryRow).values(rows).on_conflict_do_nothing())


async def _rows(session: AsyncSession, kind: str, document_id: UUID, *, after: int) -> Sequence[HistoryRow]:
    query = select(HistoryRow).where(HistoryRow.kind == kind, HistoryRow.document_id == document_id)
    return (await session.scalars(query.where(HistoryRow.version > after).order_by(HistoryRow.version))).all()


def _view(row: HistoryRow) -> HistoryView:
    changes = [FieldChange(field=name, **change) for name, change in row.changes.items()]
    return HistoryView(version=row.version, at=row.at, by=row.by, step=row.step, changes=changes)
