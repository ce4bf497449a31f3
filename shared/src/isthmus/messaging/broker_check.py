"""Finds out whether the broker lost what was published: another cluster, a shorter log, other messages in it."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from isthmus.contracts.topic import Topic
from isthmus.messaging.clients import new_admin, new_reader
from isthmus.messaging.outbox_store import PartitionState
from isthmus.messaging.topics import create_missing

logger = structlog.get_logger(__name__)

_CHECK_SECONDS = 30.0
_READ_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class BrokerReport:
    """The cluster as it is now, and from which offset on each partition lost what we had published."""

    cluster_id: str
    losses: dict[TopicPartition, int]
    begins: dict[TopicPartition, int]
    """Where the log of each partition begins that keeps all messages for a time; after purging."""


class BrokerCheck:
    """Compares the broker with what we know of it; its connections are kept from one check to the next."""

    def __init__(self, bootstrap_servers: str, topics: Iterable[Topic]) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._topics = tuple(topics)
        self._admin: AIOKafkaAdminClient | None = None
        self._reader: AIOKafkaConsumer | None = None

    async def close(self) -> None:
        """Close the connections; the next check opens new ones."""
        admin, self._admin, reader, self._reader = self._admin, None, self._reader, None
        if reader is not None:
            await reader.stop()
        if admin is not None:
            await admin.close()

    async def run(
        self, states: Mapping[TopicPartition, PartitionState], purges: Mapping[TopicPartition, int]
    ) -> BrokerReport:
        """Make sure that all topics exist, look for losses, purge partitions before the offsets given.

        Raises KafkaError or OSError if it cannot tell.
        """
        async with asyncio.timeout(_CHECK_SECONDS):
            admin, reader = await self._connected()
            await create_missing(admin, self._topics)
            cluster_id = str((await admin.describe_cluster())["cluster_id"])
            losses = {partition: 0 for partition, state in states.items() if state.cluster_id != cluster_id}
            known = {partition: state for partition, state in states.items() if partition not in losses}
            if known:
                losses |= await self._losses_within(admin, reader, known)
            whole = [partition for partition in known if partition not in losses and self._is_kept(partition.topic)]
            begins = await reader.beginning_offsets(whole) if whole else {}
            begins |= await _purge(admin, {p: purges[p] for p, begin in begins.items() if begin < purges.get(p, 0)})
        return BrokerReport(cluster_id, losses, begins)

    def _is_kept(self, name: str) -> bool:
        """Whether a topic keeps all messages for a time; a compacted one forgets a key by its tombstone alone."""
        return any(topic.name == name and not topic.compacted for topic in self._topics)

    async def _connected(self) -> tuple[AIOKafkaAdminClient, AIOKafkaConsumer]:
        if self._admin is None:
            self._admin = new_admin(self._bootstrap_servers)
            await self._admin.start()
        if self._reader is None:
            self._reader = new_reader(self._bootstrap_servers)
            await self._reader.start()
        return self._admin, self._reader

    async def _losses_within(
        self, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer, states: Mapping[TopicPartition, PartitionState]
    ) -> dict[TopicPartition, int]:
        """Losses on the cluster we know: partitions gone, logs cut off, logs begun anew by other writers."""
        described = await admin.describe_topics(sorted({partition.topic for partition in states}))
        existing = {
            TopicPartition(topic["topic"], each["partition"]) for topic in described for each in topic["partitions"]
        }
        losses = {partition: 0 for partition in states if partition not in existing}
        ends = await reader.end_offsets([partition for partition in states if partition in existing])
        losses |= {partition: end for partition, end in ends.items() if end < states[partition].next_offset}
        whole = {partition: state for partition, state in states.items() if partition not in losses}
        for record in await _last_messages(reader, whole):
            partition = TopicPartition(record.topic, record.partition)
            if dict(record.headers).get("ce_id") != str(states[partition].last_event_id).encode():
                losses[partition] = 0
        return losses


async def _purge(admin: AIOKafkaAdminClient, before: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Delete what lies before the offsets; gives where the logs begin then."""
    if not before:
        return {}
    deleted: dict[TopicPartition, int] = await admin.delete_records(
        {partition: RecordsToDelete(before_offset=offset) for partition, offset in before.items()}
    )
    return deleted


async def _last_messages(
    reader: AIOKafkaConsumer, states: Mapping[TopicPartition, PartitionState]
) -> list[ConsumerRecord]:
    """The message at our last offset in each partition, left out where retention has removed it."""
    begins = await reader.beginning_offsets(list(states)) if states else {}
    wanted = {partition: state.next_offset - 1 for partition, state in states.items()}
    waiting = {partition for partition, begin in begins.items() if begin <= wanted[partition]}
    if not waiting:
        return []
    reader.assign(list(waiting))
    for partition in waiting:
        reader.seek(partition, wanted[partition])
    found: list[ConsumerRecord] = []
    deadline = asyncio.get_running_loop().time() + _READ_SECONDS
    while waiting and asyncio.get_running_loop().time() < deadline:
        for partition, records in (await reader.getmany(timeout_ms=200)).items():
            if partition in waiting:
                waiting.discard(partition)
                found += [record for record in records[:1] if record.offset == wanted[partition]]
    reader.unsubscribe()
    return found
