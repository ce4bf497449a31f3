"""Sends outbox rows to Kafka: batches of many rows, one under way a partition, so that nothing overtakes."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

from isthmus.contracts.topic import MAX_EVENT_BYTES
from isthmus.messaging.clients import new_producer, stop_producer
from isthmus.messaging.outbox_store import OutboxRow, Published

logger = structlog.get_logger(__name__)

_BATCH_BYTES = 512 * 1024
_SEND_SECONDS = 15.0
_HOLD_SECONDS = 5.0


@dataclass
class Outcome:
    """What became of the rows of one call; rows in neither list are still to be published."""

    published: list[Published] = field(default_factory=list)
    parked: dict[UUID, str] = field(default_factory=dict)
    failures: dict[TopicPartition, str] = field(default_factory=dict)


class Publisher:
    """Holds the producer, and makes a new one after any failure, since an idempotent one may be wedged then."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._producer: AIOKafkaProducer | None = None
        self._partitioner = DefaultPartitioner()
        self._held_until: dict[TopicPartition, float] = {}
        self._singly: set[TopicPartition] = set()

    async def close(self) -> None:
        """Give up the producer and what it has not sent."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await stop_producer(producer)

    async def publish(self, rows: Sequence[OutboxRow]) -> Outcome:
        """Send rows, each partition's in order; what follows a failed one in its partition is not sent.

        A partition that failed is left alone for some seconds, so that it does not slow the others.
        Raises KafkaError or OSError when the broker cannot be reached at all.
        """
        outcome = Outcome()
        producer = await self._started_producer()
        by_partition = await self._by_partition(producer, rows, outcome)
        await asyncio.gather(*(self._send(producer, *item, outcome) for item in by_partition.items()))
        if outcome.failures:
            held_until = time.monotonic() + _HOLD_SECONDS
            self._held_until.update(dict.fromkeys(outcome.failures, held_until))
            await self.close()
        return outcome

    async def _started_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = new_producer(self._bootstrap_servers, _BATCH_BYTES)
            try:
                async with asyncio.timeout(_SEND_SECONDS):
                    await producer.start()
            except BaseException:
                await producer.client.close()
                raise
            self._producer = producer
        return self._producer

    async def _by_partition(
        self, producer: AIOKafkaProducer, rows: Sequence[OutboxRow], outcome: Outcome
    ) -> dict[TopicPartition, list[OutboxRow]]:
        """Rows by the partition of their key, without those too large and those of partitions held back."""
        found: dict[TopicPartition, list[OutboxRow]] = {}
        partitions = {topic: sorted(await producer.partitions_for(topic)) for topic in {row.topic for row in rows}}
        now = time.monotonic()
        for row in rows:
            if row.value is not None and len(row.value) > MAX_EVENT_BYTES:
                outcome.parked[row.id] = f"{len(row.value)} bytes, at most {MAX_EVENT_BYTES} are published"
                continue
            partition = TopicPartition(row.topic, self._partitioner(row.key, partitions[row.topic], []))
            if self._held_until.get(partition, now) <= now:
                found.setdefault(partition, []).append(row)
        return found

    async def _send(
        self, producer: AIOKafkaProducer, partition: TopicPartition, rows: list[OutboxRow], outcome: Outcome
    ) -> None:
        """Send one partition's rows, batch after batch."""
        start = 0
        while start < len(rows):
            batch = self._next_batch(producer, rows, start, most=1 if partition in self._singly else len(rows))
            try:
                async with asyncio.timeout(_SEND_SECONDS):
                    sent = await producer.send_batch(batch, partition.topic, partition=partition.partition)
                    first = (await sent).offset
            except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
                self._refused(partition, rows[start], batch.record_count(), outcome)
                outcome.failures[partition] = str(error)
                return
            except (KafkaError, OSError) as error:
                outcome.failures[partition] = repr(error)
                return
            if first < 0:
                outcome.failures[partition] = "the broker took the batch without telling its offset"
                return
            end = start + batch.record_count()
            outcome.published += [Published(row.id, partition, first + i) for i, row in enumerate(rows[start:end])]
            start = end

    @staticmethod
    def _next_batch(producer: AIOKafkaProducer, rows: list[OutboxRow], start: int, most: int) -> BatchBuilder:
        """A batch of rows from `start` on, as many as go in; at least one always does."""
        batch = producer.create_batch()
        for row in rows[start : start + most]:
            if batch.append(key=row.key, value=row.value, headers=list(row.headers), timestamp=None) is None:
                break
        batch.close()
        return batch

    def _refused(self, partition: TopicPartition, row: OutboxRow, count: int, outcome: Outcome) -> None:
        """The topic takes less than it should: find the row by sending singly, then park it."""
        if count == 1:
            outcome.parked[row.id] = "the broker refuses it as too large for its topic"
            return
        logger.warning("broker refuses a batch as too large, sending singly", topic=partition.topic)
        self._singly.add(partition)
