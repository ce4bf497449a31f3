"""Fires due timers: any number of processes side by side, each timer in a transaction of its own."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.db.errors import is_transient
from isthmus.messaging.retry import Backoff, wait_for
from isthmus.observability import metrics
from isthmus.timers.moment import Moment
from isthmus.timers.setting import WAKE_TIMERS, FiredTimer, TimerHandler
from isthmus.timers.tables import Timer

if TYPE_CHECKING:
    from isthmus.service import ServiceContext

logger = structlog.get_logger(__name__)

MAX_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
_POLL_SECONDS = 1.0
"""Another process may have set a timer; nobody tells of that."""
_WATCH_SECONDS = 10.0


def pause_after(attempts: int) -> timedelta:
    """The pause after so many failures: doubles from `FIRST_PAUSE` to `LONGEST_PAUSE`."""
    doubled: int = 2 ** (attempts - 1)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


class TimerRunner:
    """Takes timers whose time has come; sleeps until the next one, or until a transaction sets an earlier one."""

    def __init__(self, context: "ServiceContext") -> None:
        self._context, self._database, self._clock = context, context.database, context.clock
        self._dailies = context.service.daily
        self._handlers: Mapping[str, TimerHandler] = {
            **context.service.timers,
            **{daily.name: daily.fire for daily in self._dailies},
        }
        self._woken = asyncio.Event()
        self._next: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Fire what is due until stopped; a database that is away is waited for."""
        self._database.session_info[WAKE_TIMERS] = self.wake
        ending, watching = asyncio.create_task(self._wake_when_set(stop)), asyncio.create_task(self._watch())
        backoff = Backoff()
        try:
            while not stop.is_set():
                try:
                    await self.set_dailies()
                    await self._fire_and_sleep(stop)
                    backoff.reset()
                except Exception as error:
                    if not is_transient(error):
                        raise
                    logger.warning("timers postponed", error_type=type(error).__name__)
                    await backoff.wait(stop)
        finally:
            for task in (ending, watching):
                task.cancel()
            await asyncio.gather(ending, watching, return_exceptions=True)

    def wake(self, due_at: datetime) -> None:
        """Look at once when a timer was set that is due before the one that is waited for."""
        if self._next is None or due_at < self._next:
            self._woken.set()

    async def set_dailies(self) -> None:
        """Set the timers of daily work that are not set yet."""
        async with self._database.transaction() as session:
            for daily in self._dailies:
                await daily.ensure(session, self._clock.now())

    async def fire_due(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Fire all that is due by now, one after the other; tells how many were taken, failures included."""
        count = 0
        while not stop() and await self._fire_next():
            count += 1
        return count

    async def _fire_and_sleep(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._woken.clear()
            await self.fire_due(stop.is_set)
            self._next = await self._next_try()
            pause = _POLL_SECONDS
            if self._next is not None:
                pause = min(pause, max((self._next - self._clock.now()).total_seconds(), 0.0))
            if not stop.is_set():
                await wait_for(self._woken, pause)

    async def _fire_next(self) -> bool:
        """Take one timer and do what is due, in one transaction; False when none is due that nobody else holds."""
        taken: Timer | None = None
        try:
            async with self._database.transaction() as session:
                taken = await self._take(session)
                if taken is None:
                    return False
                fired = FiredTimer(taken.kind, taken.key, taken.due_at, taken.payload, taken.attempts)
                await self._handlers[taken.kind](fired, Moment(self._context, session))
        except Exception as error:
            if taken is None:
                raise
            await self._count_failure(taken, error)
        else:
            metrics.timers_fired.labels(taken.kind, "done").inc()
        return True

    async def _take(self, session: AsyncSession) -> Timer | None:
        """Delete the timer that has waited longest; others skip it, and nobody sees it gone before all is committed."""
        longest_due = (
            select(Timer.kind, Timer.key)
            .where(Timer.parked_at.is_(None), Timer.try_at <= self._clock.now(), Timer.kind.in_(self._handlers))
            .order_by(Timer.try_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .cte("longest_due")
            .prefix_with("MATERIALIZED")
        )
        took = delete(Timer).where(Timer.kind == longest_due.c.kind, Timer.key == longest_due.c.key)
        row = (await session.execute(took.returning(*Timer.__table__.columns))).one_or_none()
        return None if row is None else Timer(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name

    async def _count_failure(self, timer: Timer, error: Exception) -> None:
        """In a transaction of its own, since that of the handler is undone; nothing if the timer was set anew."""
        attempts, now = timer.attempts + 1, self._clock.now()
        parked = attempts >= MAX_ATTEMPTS
        logger.error("timer failed", kind=timer.kind, key=timer.key, attempts=attempts, parked=parked, exc_info=error)
        metrics.timers_fired.labels(timer.kind, "failed").inc()
        failed = (
            update(Timer)
            .where(Timer.kind == timer.kind, Timer.key == timer.key, Timer.setting == timer.setting)
            .values(
                attempts=attempts,
                last_error_type=type(error).__name__,
                try_at=now + pause_after(attempts),
                parked_at=now if parked else None,
            )
        )
        async with self._database.transaction() as session:
            await session.execute(failed)

    async def _next_try(self) -> datetime | None:
        async with self._database.read_session() as session:
            earliest = select(func.min(Timer.try_at)).where(Timer.parked_at.is_(None), Timer.kind.in_(self._handlers))
            return await session.scalar(earliest)

    async def _wake_when_set(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._woken.set()

    async def _watch(self) -> None:
        """Tell, now and then, of timers that are late or parked, those of kinds that no handler knows among them."""
        while True:
            with suppress(Exception):  # what is told by metrics must not end what it tells of
                await self.measure()
            await asyncio.sleep(_WATCH_SECONDS)

    async def measure(self) -> None:
        """Set the gauges of timers."""
        async with self._database.read_session() as session:
            earliest = await session.scalar(select(func.min(Timer.try_at)).where(Timer.parked_at.is_(None)))
            parked = await session.scalar(select(func.count()).where(Timer.parked_at.is_not(None)))
        late = 0.0 if earliest is None else (self._clock.now() - earliest).total_seconds()
        metrics.timers_late_seconds.set(max(late, 0.0))
        metrics.timers_parked.set(parked or 0)
