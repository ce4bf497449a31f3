"""The timers that failed: what a person sees of them, and setting them going again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.timers.tables import Timer


async def failing_timers(session: AsyncSession, limit: int = 1_000) -> Sequence[Timer]:
    """Those that have failed at least once and are still to be done, parked ones too; the oldest first."""
    query = select(Timer).where(Timer.attempts > 0).order_by(Timer.due_at).limit(limit)
    return (await session.scalars(query)).all()


async def rearm_timers(session: AsyncSession, now: datetime, kind: str, key: str | None = None) -> int:
    """Let parked timers of a kind, or one of them, be tried again at once and as often as at first; tells how many."""
    statement = update(Timer).where(Timer.kind == kind, Timer.parked_at.is_not(None))
    if key is not None:
        statement = statement.where(Timer.key == key)
    rearmed = statement.values(parked_at=None, attempts=0, try_at=now).returning(Timer.key)
    return len((await session.scalars(rearmed)).all())
