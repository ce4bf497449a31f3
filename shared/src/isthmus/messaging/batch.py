"""Processes a run of messages of one partition: decode, inbox, handler, dead letters, in the order of the log."""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog
from aiokafka import ConsumerRecord

from isthmus.clock import Clock
from isthmus.contracts.envelope import Event
from isthmus.contracts.registry import UnknownEventType
from isthmus.db import Database
from isthmus.messaging import binding, inbox
from isthmus.messaging.dead_letters import DeadLetterSender, Message, Reason
from isthmus.messaging.errors import PermanentError, is_transient
from isthmus.messaging.retry import Backoff
from isthmus.messaging.subscription import Delivery, Subscription
from isthmus.observability import metrics
from isthmus.observability.tracing import consumer_span

logger = structlog.get_logger(__name__)


class AbandonedError(Exception):
    """The partition was taken away, or the process stops, before everything was done."""


class BatchProcessor:
    """Processes one partition's messages; keeps count of its dead letters in a row."""

    def __init__(
        self,
        database: Database,
        subscription: Subscription,
        dead_letters: DeadLetterSender,
        slots: asyncio.Semaphore,
        clock: Clock,
    ) -> None:
        self._database, self._subscription, self._clock = database, subscription, clock
        self._dead_letters, self._slots = dead_letters, slots
        self._dead_in_a_row = 0
        self.stop = asyncio.Event()
        """Set to end waiting between tries."""
        self.problem: str | None = None
        """What it is waiting for, None while all goes well."""
        self.stopped = False
        """Whether it has stopped for too many dead letters in a row."""

    async def process(self, records: Sequence[ConsumerRecord], done: Callable[[int], None]) -> None:
        """Process records in order; `done` is told the offset up to which all is finished, again and again.

        Raises AbandonedError when told to stop while it has to wait.
        """
        run: list[Delivery] = []
        for record in records:
            try:
                event = binding.decode(record.headers, record.key, record.value)
            except UnknownEventType:
                self._count(record.topic, "skipped")
            except binding.UndecodableError as error:
                await self._handle(run, done)
                run = []
                await self._bury(record, error.kind, error.reason, attempts=1)
                done(record.offset + 1)
            else:
                run.append(_delivery(record, event))
        await self._handle(run, done)
        done(records[-1].offset + 1)

    async def _handle(self, deliveries: Sequence[Delivery], done: Callable[[int], None]) -> None:
        """Handle deliveries in one transaction, or in halves if that fails for one of them."""
        if not deliveries:
            return
        backoff = Backoff()
        attempts = 0
        while True:
            try:
                await self._transact(deliveries)
                break
            except Exception as error:
                if is_transient(error):
                    await self._wait(backoff, error)
                    continue
                if len(deliveries) > 1:
                    for half in _halves(deliveries):
                        await self._handle(half, done)
                    return
                attempts += 1
                if isinstance(error, PermanentError):
                    await self._bury(deliveries[0], "rejected", str(error), attempts)
                    break
                if attempts >= self._subscription.max_attempts:
                    logger.exception("message failed each time, goes to the dead letters", **_place(deliveries[0]))
                    await self._bury(deliveries[0], "failed", f"{type(error).__name__}: {error}", attempts)
                    break
                await self._wait(backoff, error)
        done(deliveries[-1].offset + 1)

    async def _transact(self, deliveries: Sequence[Delivery]) -> None:
        """Inbox and handler in one transaction; what the inbox knows already is left out."""
        name = self._subscription.name
        traceparent = deliveries[0].event.traceparent if len(deliveries) == 1 else None
        async with self._slots:
            begun = time.perf_counter()
            with consumer_span(name, traceparent):
                async with inbox.begin(self._database, self._subscription.transactions) as (transaction, insert):
                    is_idempotent = self._subscription.is_idempotent
                    fresh = deliveries if is_idempotent else await inbox.unseen(insert, name, deliveries)
                    if fresh:
                        await self._subscription.handle(transaction, fresh)
        self.problem = None
        self._dead_in_a_row = 0
        metrics.consumer_batch_seconds.labels(name).observe(time.perf_counter() - begun)
        metrics.consumer_batch_size.labels(name).observe(len(deliveries))
        self._count(deliveries[0].topic, "processed", len(fresh))
        self._count(deliveries[0].topic, "duplicate", len(deliveries) - len(fresh))

    async def _wait(self, backoff: Backoff, error: Exception) -> None:
        self.problem = f"{self._subscription.name}: {type(error).__name__}"
        metrics.consumer_retries.labels(self._subscription.name).inc()
        logger.warning("consumer tries again", consumer=self._subscription.name, reason=type(error).__name__)
        await backoff.wait(self.stop)
        if self.stop.is_set():
            raise AbandonedError

    async def _bury(self, message: Message, kind: str, text: str, attempts: int) -> None:
        """Put a message into the dead letters, however long the broker takes; stop instead if it is one too many."""
        subscription = self._subscription
        if self._dead_in_a_row >= subscription.max_dead_letters_in_a_row:
            await self._stand_still(message)
        reason = Reason(consumer=subscription.name, kind=kind, message=text, attempts=attempts, at=self._clock.now())
        backoff = Backoff()
        while True:
            try:
                await self._dead_letters.send(message, reason)
                break
            except Exception as error:
                if not is_transient(error):
                    raise
                await self._wait(backoff, error)
        self.problem = None
        self._dead_in_a_row += 1
        self._count(message.topic, "dead_letter")
        metrics.dead_letters.labels(subscription.name, message.topic, kind).inc()
        logger.error("message is a dead letter", consumer=subscription.name, kind=kind, **_place(message))

    async def _stand_still(self, message: Message) -> None:
        """Too many dead letters in a row mean that the fault is ours: leave the rest where it is until a restart."""
        self.stopped = True
        self.problem = f"{self._subscription.name}: {message.topic}/{message.partition} stopped, too many dead letters"
        logger.critical(
            "partition stopped after too many dead letters in a row; mend the cause, then restart",
            consumer=self._subscription.name,
            dead_letters=self._dead_in_a_row,
            **_place(message),
        )
        await self.stop.wait()
        raise AbandonedError

    def _count(self, topic: str, outcome: str, by: int = 1) -> None:
        if by:
            metrics.consumed.labels(self._subscription.name, topic, outcome).inc(by)


def _delivery(record: ConsumerRecord, event: Event) -> Delivery:
    return Delivery(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        headers=tuple(record.headers),
        value=record.value,
        event=event,
    )


def _halves(deliveries: Sequence[Delivery]) -> tuple[Sequence[Delivery], Sequence[Delivery]]:
    middle = len(deliveries) // 2
    return deliveries[:middle], deliveries[middle:]


def _place(message: Message) -> dict[str, object]:
    return {"topic": message.topic, "partition": message.partition, "offset": message.offset}
