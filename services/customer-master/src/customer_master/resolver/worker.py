"""The loop of a resolver: take a batch from the queue, resolve it, commit; a record that fails is set aside."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from customer_master.connection import Connection
from customer_master.database import connected, transaction
from customer_master.match_model import match_model
from customer_master.resolver import queue
from customer_master.resolver.batch import BatchResult, Resolver
from customer_master.resolver.common_values import FlipsDueError
from customer_master.resolver.golden_tables import Changes
from customer_master.resolver.signals import signals_of
from entity_resolution.model import MatchModel
from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.messaging.errors import is_transient
from isthmus.messaging.retry import wait_for
from isthmus.observability import metrics
from isthmus.service.definition import ServiceContext

logger = structlog.get_logger(__name__)

BATCH_SIZE = 500
_POLL_SECONDS = 0.1
_LINGER_SECONDS = 0.015
"""A batch costs about 10 ms however few records it has, so what comes in within this time goes together."""

_LONGEST_PAUSE_SECONDS = 5.0

_MOST_TIMES_LEFT = 3
"""A record is left to another resolver so often in a row at most; then it is waited for."""


class ResolverWorker:
    """Resolves what is queued; several may run, in one process or in many."""

    def __init__(self, database: Database, model: MatchModel, clock: Clock, batch_size: int = BATCH_SIZE) -> None:
        self._database = database
        self._clock = clock
        self._batch_size = batch_size
        self._resolver = Resolver(model, clock)
        self._signals = signals_of(database)
        self._times_left: Counter[int] = Counter()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what hinders everybody (a lost database, a deadlock) is tried again."""
        pause = _POLL_SECONDS
        while not stop.is_set():
            queued = self._signals.queued.upcoming
            try:
                worked = await self.step(may_stand_back=True)
            except Exception as error:
                if not is_transient(error):
                    raise
                metrics.resolver_retries.inc()
                logger.warning("resolution is held up", reason=type(error).__name__, pause_seconds=pause)
                await wait_for(stop, pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            else:
                pause = _POLL_SECONDS
                if not worked:
                    await wait_for(queued, _POLL_SECONDS)
                if worked < self._batch_size:
                    await asyncio.sleep(_LINGER_SECONDS)

    async def drain(self) -> None:
        """Resolve until nothing is due."""
        while await self.step():
            pass

    async def step(self, *, may_stand_back: bool = False) -> int:
        """Resolve one batch; returns how many queue entries were dealt with, 0 when none is due.

        With `may_stand_back` it takes none while another resolver can see to all.
        """
        taken: list[int] = []

        async def take(connection: Connection) -> list[queue.Entry]:
            if may_stand_back and not await queue.is_needed(connection, self._batch_size):
                return []
            entries = await queue.take(connection, self._batch_size, self._clock.now())
            taken[:] = [entry.id for entry in entries if entry.id is not None]
            return entries

        try:
            await self.resolve(take, may_leave=True)
        except Exception as error:
            if is_transient(error) or not taken:
                raise
            await self._isolate(sorted(taken), error)
        return len(taken)

    async def resolve(
        self, take: Callable[[Connection], Awaitable[Sequence[queue.Entry]]], *, may_leave: bool = False
    ) -> Changes | None:
        """Resolve what `take` takes, in one transaction; values found to have become common are settled before.

        With `may_leave` the records that another resolver has in work stay in the queue.
        """
        while True:
            try:
                async with transaction(self._database) as connection:
                    entries = await take(connection)
                    if not entries:
                        return None
                    batch = _lost_keys(entries)
                    leave = may_leave and all(self._times_left[number] < _MOST_TIMES_LEFT for number in batch)
                    with metrics.resolution_seconds.time():
                        result = await self._resolver.resolve(connection, batch, may_leave=leave)
                        await queue.finish(connection, [one for one in entries if one.record_no not in result.left])
            except FlipsDueError as due:
                async with transaction(self._database) as connection:
                    await self._resolver.settle(connection, due.hashes)
            else:
                self._times_left = Counter({number: self._times_left[number] + 1 for number in result.left})
                _count(result)
                return result.changes

    async def _isolate(self, entries: Sequence[int], error: Exception) -> None:
        """Find by halving which record a batch fails on; the others are resolved, that one is set aside."""
        if len(entries) == 1:
            logger.error("a record cannot be resolved", queue_entry=entries[0], exc_info=error)
            metrics.records_quarantined.inc()
            async with connected(self._database) as connection:
                reason = f"{type(error).__name__}: {error}"
                await queue.quarantine(connection, entries, self._clock.now(), reason)
            return
        middle = len(entries) // 2
        for half in (entries[:middle], entries[middle:]):
            try:
                await self.resolve(partial(queue.take_exactly, entries=half))
            except Exception as failure:
                if is_transient(failure):
                    raise
                await self._isolate(half, failure)


async def run_resolver(context: ServiceContext, stop: asyncio.Event) -> None:
    """The task of a resolver; it keeps a processor busy while records come in."""
    await ResolverWorker(context.database, match_model(), context.clock).run(stop)


async def watch_queue(context: ServiceContext, stop: asyncio.Event) -> None:
    """Keep the gauges of the queue current."""
    while not stop.is_set():
        try:
            async with connected(context.database) as connection:
                state = await queue.state(connection, context.clock.now())
        except Exception as error:
            if not is_transient(error):
                raise
        else:
            for cause, waiting in state.waiting.items():
                metrics.resolution_queue_depth.labels("waiting", cause.value).set(waiting)
            metrics.resolution_queue_depth.labels("quarantined", "").set(state.quarantined)
            metrics.resolution_queue_age_seconds.set(state.age.total_seconds())
        await wait_for(stop, 5.0)


def _lost_keys(entries: Sequence[queue.Entry]) -> dict[int, set[int]]:
    """The records of queue entries, each once, with all keys they lost."""
    lost: dict[int, set[int]] = defaultdict(set)
    for entry in entries:
        lost[entry.record_no] |= entry.lost_keys
    return lost


def _count(result: BatchResult) -> None:
    metrics.records_resolved.inc(result.records)
    metrics.pairs_compared.inc(result.pairs)
    metrics.common_keys_skipped.inc(result.common_keys)
    metrics.golden_customers_changed.inc(len(result.changes.golden))
