"""Sets and cancels timers, in the transaction of what they belong to.

A payload holds ids and plain values, never personal data: an erasure does not look into it. What a handler needs to
know of a customer it reads when it runs. A timer that is only about a customer has the record id as its key, so that
an erasure takes it away (`forget_timers`).
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.db.database import after_commit
from isthmus.ids import new_id
from isthmus.timers.moment import Moment
from isthmus.timers.tables import Timer

WAKE_TIMERS = "wake_timers"
"""Name, in `session.info`, of what tells this process's runner that a timer was set."""


@dataclass(frozen=True, slots=True)
class FiredTimer:
    """A timer that has come due, as its handler sees it."""

    kind: str
    key: str
    due_at: datetime
    """When it was due; it may be later now."""
    payload: Mapping[str, Any]
    attempts: int
    """How often the handler has failed before."""


TimerHandler = Callable[[FiredTimer, Moment], Awaitable[None]]
"""Does what is due, on `moment.session`. When it raises nothing of it remains, and it is called again later."""


async def set_timer(
    session: AsyncSession, *, kind: str, key: str, due_at: datetime, payload: Mapping[str, Any] | None = None
) -> None:
    """Set a timer in the running transaction; replaces the one of the same kind and key, failed tries included.

    One that is being fired at this moment is waited for: the new one then stands beside its effect.
    Raises ValueError for a time without zone.
    """
    if due_at.tzinfo is None:
        raise ValueError("a timer needs an aware time")
    state = {
        "setting": new_id(),
        "due_at": due_at,
        "payload": dict(payload or {}),
        "try_at": due_at,
        "attempts": 0,
        "last_error_type": None,
        "parked_at": None,
    }
    statement = insert(Timer).values(kind=kind, key=key, **state)
    await session.execute(statement.on_conflict_do_update(constraint="timers_pkey", set_=state))
    wake: Callable[[datetime], None] | None = session.info.get(WAKE_TIMERS)
    if wake is not None:
        after_commit(session, lambda: wake(due_at))


async def cancel_timer(session: AsyncSession, kind: str, key: str) -> bool:
    """Take a timer away in the running transaction; tells whether there was one.

    One that is being fired at this moment is waited for; False then means that its effect is committed.
    """
    gone = delete(Timer).where(Timer.kind == kind, Timer.key == key).returning(Timer.key)
    return (await session.scalar(gone)) is not None


async def hold_timers(session: AsyncSession, kinds: Collection[str], key: str) -> None:
    """Lock the timers of one key, before what they are about is locked; those being fired are waited for.

    A timer that fires is locked first and then what it is about. Who changes that, and sets or cancels its timers
    with it, takes the locks in the same order by this; else each could wait for the other in vain.
    """
    if kinds:
        held = select(Timer.kind).where(Timer.kind.in_(kinds), Timer.key == key).order_by(Timer.kind)
        await session.execute(held.with_for_update())


async def forget_timers(session: AsyncSession, keys: Collection[str]) -> int:
    """Take away the timers of all kinds that have one of these keys, for an erasure; tells how many."""
    gone = delete(Timer).where(Timer.key.in_(keys)).returning(Timer.key)
    return len((await session.scalars(gone)).all())
