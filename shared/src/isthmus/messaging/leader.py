"""What the leading relay does: publish everything unpublished, look after the broker, tell the depth."""

import time
from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import TypeVar
from uuid import UUID

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from isthmus.clock import Clock
from isthmus.contracts.topic import Topic
from isthmus.messaging.broker_check import BrokerCheck
from isthmus.messaging.outbox_store import OutboxRow, OutboxStore, Published
from isthmus.messaging.publisher import Publisher
from isthmus.observability import metrics

logger = structlog.get_logger(__name__)

_ROWS = 2000
_CHECK_SECONDS = 10.0
_DEPTH_SECONDS = 5.0

Answer = TypeVar("Answer")


class BrokerFaultError(Exception):
    """The broker cannot be reached, or did not take what it was sent."""


class Leader:
    """Publishes one outbox; made when leadership begins, closed when it ends."""

    def __init__(self, store: OutboxStore, bootstrap_servers: str, topics: Iterable[Topic], clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._publisher = Publisher(bootstrap_servers)
        self._check = BrokerCheck(bootstrap_servers, topics)
        self._check_due = self._depth_due = 0.0
        self._cluster_id = ""
        self._next_offsets: dict[TopicPartition, int] = {}

    async def close(self) -> None:
        """Close the connections to the broker."""
        await self._publisher.close()
        await self._check.close()

    async def publish_all(self) -> None:
        """Publish, in the order of writing, what is unpublished.

        Raises:
            BrokerFaultError: the broker is in the way; the next call checks it before it publishes.
        """
        if time.monotonic() >= self._depth_due:
            await self._tell_depth()
        try:
            if time.monotonic() >= self._check_due:
                await self._look_after_broker()
            position = 0
            while rows := await self._store.read(position, _ROWS):
                position = rows[-1].position
                await self._publish(rows)
        except BrokerFaultError:
            self._check_due = 0.0
            await self._check.close()
            raise

    async def _publish(self, rows: list[OutboxRow]) -> None:
        """Publish one read; what went well is kept even when the rest did not."""
        outcome = await _of_broker(self._publisher.publish(rows))
        await self._keep(outcome.published)
        await self._park(outcome.parked)
        if outcome.failures:
            raise BrokerFaultError("; ".join(f"{where}: {why}" for where, why in outcome.failures.items()))

    async def _keep(self, published: list[Published]) -> None:
        """Mark what was published, but not where offsets went back: that partition lost messages, all goes again."""
        lost: dict[TopicPartition, int] = {}
        for each in published:
            if each.offset < self._next_offsets.get(each.partition, 0):
                lost[each.partition] = min(each.offset, lost.get(each.partition, each.offset))
        kept = [each for each in published if each.partition not in lost]
        await self._store.mark(kept, self._clock.now(), self._cluster_id)
        self._next_offsets.update({each.partition: each.offset + 1 for each in kept})
        for topic, count in Counter(each.partition.topic for each in kept).items():
            metrics.outbox_published.labels(topic).inc(count)
        if lost:
            await self._refill(lost)

    async def _park(self, reasons: dict[UUID, str]) -> None:
        if reasons:
            await self._store.park(reasons)
            for event_id, reason in reasons.items():
                logger.error("event can never be published, parked", event_id=str(event_id), reason=reason)
            self._depth_due = 0.0

    async def _look_after_broker(self) -> None:
        """See that topics exist, hold what we published and no longer what was erased; what is lost goes again."""
        states = await self._store.states()
        purges = await self._store.purges()
        report = await _of_broker(self._check.run(states, purges))
        self._cluster_id = report.cluster_id
        self._next_offsets = {partition: state.next_offset for partition, state in states.items()}
        await self._refill(report.losses)
        for partition, begin in report.begins.items():
            if begin > states[partition].first_offset or purges.get(partition, begin + 1) <= begin:
                await self._republish(partition, begin)
        self._check_due = time.monotonic() + _CHECK_SECONDS

    async def _refill(self, losses: dict[TopicPartition, int]) -> None:
        if not losses:
            return
        count = await self._store.unpublish(losses.items())
        for partition in losses:
            self._next_offsets.pop(partition, None)
        metrics.outbox_republished.inc(count)
        logger.warning("broker lost messages, publishing them again", events=count, partitions=len(losses))

    async def _republish(self, partition: TopicPartition, begin: int) -> None:
        """Publish again what a purge took along; retention takes only what the outbox has forgotten before."""
        count = await self._store.begins_at(partition, begin)
        if count:
            metrics.outbox_republished.inc(count)
            logger.info("partition was purged, publishing the rest again", topic=partition.topic, events=count)

    async def _tell_depth(self) -> None:
        depth = await self._store.depth()
        age = 0.0 if depth.oldest is None else (self._clock.now() - depth.oldest).total_seconds()
        metrics.outbox_depth.set(depth.rows)
        metrics.outbox_oldest_seconds.set(max(age, 0.0))
        metrics.outbox_parked.set(depth.parked)
        self._depth_due = time.monotonic() + _DEPTH_SECONDS


async def _of_broker(call: Awaitable[Answer]) -> Answer:
    """The answer of a call to the broker; a lost connection is the broker's fault here, not the database's."""
    try:
        return await call
    except (KafkaError, OSError) as error:
        raise BrokerFaultError(repr(error)) from error
