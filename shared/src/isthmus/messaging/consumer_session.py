"""The consumer loop (消费循环): polls, hands over to partition workers, commits offsets after the database.

Each assigned partition has a worker with its own ordered queue. A full queue pauses its partition while polling goes
on. When partitions are revoked, or the process stops, workers finish the batch under way within the drain time; then
the offsets of what is done are committed and the rest is forgotten: whoever has the partition next starts there.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.messaging.batch import BatchProcessor
from isthmus.messaging.clients import new_group_consumer
from isthmus.messaging.dead_letters import DeadLetterSender
from isthmus.messaging.partition_worker import PartitionWorker
from isthmus.messaging.settings import MessagingSettings
from isthmus.messaging.subscription import Subscription
from isthmus.messaging.topics import ensure_topics
from isthmus.observability import metrics

logger = structlog.get_logger(__name__)

_POLL_MS = 100
_COMMIT_SECONDS = 0.2
_BROKER_SECONDS = 5.0
_LAG_SECONDS = 2.0


class ConsumerSession(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """One membership in the consumer group; after a fault a new session is made."""

    def __init__(
        self, database: Database, subscription: Subscription, settings: MessagingSettings, clock: Clock
    ) -> None:
        self._database, self._subscription, self._settings, self._clock = database, subscription, settings, clock
        self._consumer: AIOKafkaConsumer | None = None
        self._dead_letters = DeadLetterSender(settings.kafka_bootstrap_servers)
        self._slots = asyncio.Semaphore(subscription.max_concurrency)
        self._workers: dict[TopicPartition, PartitionWorker] = {}
        self._commit_due = self._lag_due = 0.0
        self.has_consumed = False
        """Whether it ever got as far as having partitions assigned."""

    def problem(self) -> str | None:
        """Why it does not get on, None if it does."""
        if not self.has_consumed:
            return f"{self._subscription.name}: not connected"
        return next((worker.processor.problem for worker in self._workers.values() if worker.processor.problem), None)

    async def run(self) -> None:
        """Join the group and consume until cancelled or at fault."""
        subscription = self._subscription
        await ensure_topics(self._settings.kafka_bootstrap_servers)
        self._consumer = consumer = new_group_consumer(
            self._settings.kafka_bootstrap_servers, subscription.name, self._settings.drain_seconds
        )
        consumer.subscribe(list(subscription.topics), listener=self)
        await consumer.start()
        while True:
            polled = await consumer.getmany(timeout_ms=_POLL_MS, max_records=subscription.max_batch)
            for partition, records in polled.items():  # no await before this: between the two no rebalance may happen
                self._workers[partition].feed(records)
            self._regulate(consumer)
            await self._look_after(consumer)

    async def close(self) -> None:
        """Finish the batches under way within the drain time, commit, leave the group."""
        if self._consumer is not None:
            await self._release(list(self._workers))
            with suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(_BROKER_SECONDS):
                    await self._consumer.stop()
        await self._dead_letters.close()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Called by aiokafka before every rebalance, always with all partitions; polling waits meanwhile."""
        await self._release(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Called by aiokafka once the new assignment stands, before anything of it is fetched."""
        for partition in assigned:
            processor = BatchProcessor(self._database, self._subscription, self._dead_letters, self._slots, self._clock)
            self._workers[partition] = PartitionWorker(
                processor, self._subscription.max_batch, self._subscription.max_wait
            )
        self.has_consumed = True
        metrics.consumer_partitions.labels(self._subscription.name).set(len(self._workers))
        logger.info("partitions assigned", consumer=self._subscription.name, partitions=len(self._workers))

    async def _release(self, partitions: Iterable[TopicPartition]) -> None:
        """Stop the workers of partitions and commit what they did."""
        leaving = {partition: self._workers[partition] for partition in partitions if partition in self._workers}
        await asyncio.gather(*(worker.stop(self._settings.drain_seconds) for worker in leaving.values()))
        await self._commit()
        for partition in leaving:
            self._workers.pop(partition, None)
            with suppress(KeyError):
                metrics.consumer_lag.remove(self._subscription.name, partition.topic, partition.partition)
        metrics.consumer_partitions.labels(self._subscription.name).set(len(self._workers))

    def _regulate(self, consumer: AIOKafkaConsumer) -> None:
        """Pause partitions whose worker has enough to do, resume those that have not."""
        assigned, paused = consumer.assignment(), consumer.paused()
        for partition, worker in self._workers.items():
            if worker.task.done():
                worker.task.result()
            if partition not in assigned:
                continue
            if worker.is_full and partition not in paused:
                consumer.pause(partition)
            elif worker.is_low and partition in paused:
                consumer.resume(partition)

    async def _look_after(self, consumer: AIOKafkaConsumer) -> None:
        """Commit and tell the lag, each when it is due."""
        now = time.monotonic()
        if now >= self._commit_due:
            self._commit_due = now + _COMMIT_SECONDS
            await self._commit()
        if now >= self._lag_due:
            self._lag_due = now + _LAG_SECONDS
            self._tell_lag(consumer)

    async def _commit(self) -> None:
        """Commit the offset of each partition up to which all is done; after a rebalance that may be too late."""
        due = {
            partition: worker.next_offset
            for partition, worker in self._workers.items()
            if worker.next_offset is not None and worker.next_offset != worker.committed
        }
        if not due or self._consumer is None:
            return
        try:
            async with asyncio.timeout(_BROKER_SECONDS):
                await self._consumer.commit(due)
        except (KafkaError, TimeoutError) as error:  # mostly: a rebalance has given the partition to another member
            logger.info("offsets not committed, the inbox absorbs the repeat", reason=type(error).__name__)
            return
        for partition, offset in due.items():
            if partition in self._workers:
                self._workers[partition].committed = offset

    def _tell_lag(self, consumer: AIOKafkaConsumer) -> None:
        name = self._subscription.name
        for partition, worker in self._workers.items():
            end = consumer.highwater(partition)
            if end is not None and worker.next_offset is not None:
                metrics.consumer_lag.labels(name, partition.topic, partition.partition).set(end - worker.next_offset)
        stopped = sum(worker.processor.stopped for worker in self._workers.values())
        metrics.consumer_partitions_stopped.labels(name).set(stopped)
