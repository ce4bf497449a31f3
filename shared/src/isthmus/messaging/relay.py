"""The relay (中继): publishes the outbox of one database, by one leader at a time, and again what a broker lost."""

import asyncio
from collections.abc import Iterable

import structlog

from isthmus.clock import Clock
from isthmus.contracts.topic import Topic
from isthmus.contracts.topics import REGISTER
from isthmus.db import Database
from isthmus.messaging.errors import is_transient
from isthmus.messaging.leader import BrokerFaultError, Leader
from isthmus.messaging.outbox_store import OutboxStore
from isthmus.messaging.pruning import prune_forever
from isthmus.messaging.retry import Backoff, wait_for
from isthmus.messaging.settings import MessagingSettings
from isthmus.observability import metrics
from isthmus.observability.error_texts import told

logger = structlog.get_logger(__name__)

_LEADER_LOCK = 0x157B_0B0E
"""Key of the session advisory lock; such locks are separate for each database."""
_STANDBY_SECONDS = 1.0
_POLL_SECONDS = 0.1
_CONNECT_SECONDS = 10.0
_LONGEST_PAUSE = 2.0


class Relay:
    """Publishes the outbox; of all processes on one database only one does so at a time."""

    def __init__(
        self, database: Database, settings: MessagingSettings, clock: Clock, topics: Iterable[Topic] = REGISTER
    ) -> None:
        self._database, self._settings, self._clock = database, settings, clock
        self._topics = tuple(topics)
        self._woken = asyncio.Event()
        self._problem: str | None = None

    def wake(self) -> None:
        """Look into the outbox now instead of at the next poll; for `Database.after_commit`."""
        self._woken.set()

    def problem(self) -> str | None:
        """Why nothing can be published now, None if all is well; what is accepted meanwhile waits in the outbox."""
        return self._problem

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set, and then what is in the outbox at that moment."""
        backoff = Backoff(longest=_LONGEST_PAUSE)
        while not stop.is_set():
            try:
                await self._stand(stop)
                backoff.reset()
            except Exception as error:  # noqa: BLE001 - the relay outlives any fault: what it did not mark goes again
                self._report(error)
                await backoff.wait(stop)

    async def _stand(self, stop: asyncio.Event) -> None:
        """Try to become the leader; lead for as long as the connection that holds the lock lives."""
        pool = await self._database.pool()
        async with pool.acquire(timeout=_CONNECT_SECONDS) as connection:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEADER_LOCK):
                self._problem = None
                await wait_for(stop, _STANDBY_SECONDS)
                return
            await connection.execute("SET synchronous_commit = off")  # a lost mark means one more repeat, no loss
            logger.info("relay leads")
            leader = Leader(OutboxStore(connection), self._settings.kafka_bootstrap_servers, self._topics, self._clock)
            metrics.relay_leader.set(1)
            pruning = asyncio.create_task(prune_forever(pool, self._clock, self._topics))
            try:
                await self._lead(leader, stop)
            finally:
                metrics.relay_leader.set(0)
                pruning.cancel()
                await asyncio.gather(pruning, return_exceptions=True)
                await leader.close()

    async def _lead(self, leader: Leader, stop: asyncio.Event) -> None:
        """Publish at each wake-up or poll; faults of the broker are waited out here, others end the leadership."""
        backoff = Backoff(longest=_LONGEST_PAUSE)
        while True:
            last_pass = stop.is_set()
            self._woken.clear()
            try:
                await leader.publish_all()
            except BrokerFaultError as error:
                if last_pass:
                    return
                self._report(error)
                await backoff.wait(stop)
                continue
            self._problem = None
            backoff.reset()
            if last_pass:
                return
            await self._wait(stop)

    async def _wait(self, stop: asyncio.Event) -> None:
        if not stop.is_set():
            await wait_for(self._woken, _POLL_SECONDS)

    def _report(self, error: Exception) -> None:
        self._problem = f"cannot publish: {error}"
        expected = isinstance(error, BrokerFaultError) or is_transient(error)
        logger.warning("relay cannot publish now", reason=told(error), exc_info=None if expected else error)
