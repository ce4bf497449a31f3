"""The relay's statements on the outbox, all on the connection that holds the leadership."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import TopicPartition

_MOST_BYTES = 8 * 1024 * 1024
"""Payload of one read, so that a run of large events does not fill the memory."""
_DEPTH_COUNTED = 100_000
_LONG_SECONDS = 3600.0

_UNPUBLISHED = "published_at IS NULL AND parked_reason IS NULL"

_READ = f"""
SELECT id, position, aggregatetype, aggregateid, headers, payload
FROM (
    SELECT *, sum(coalesce(octet_length(payload), 0)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) AS bytes
    FROM (SELECT * FROM outbox WHERE {_UNPUBLISHED} AND position > $1 ORDER BY position LIMIT $2) AS next
) AS measured
WHERE bytes - coalesce(octet_length(payload), 0) < $3
ORDER BY position
"""  # noqa: S608 - no value from outside

_MARK = """
UPDATE outbox
SET published_at = $1, published_partition = mark.partition, published_offset = mark.kafka_offset
FROM unnest($2::uuid[], $3::int[], $4::bigint[]) AS mark (id, partition, kafka_offset)
WHERE outbox.id = mark.id
"""

_REMEMBER = """
INSERT INTO broker_state (topic, partition, cluster_id, next_offset, last_event_id)
SELECT topic, partition, $5, next_offset, last_event_id
FROM unnest($1::text[], $2::int[], $3::bigint[], $4::uuid[]) AS state (topic, partition, next_offset, last_event_id)
ON CONFLICT (topic, partition) DO UPDATE SET
    cluster_id = excluded.cluster_id, next_offset = excluded.next_offset, last_event_id = excluded.last_event_id
"""

_UNPUBLISH = """
UPDATE outbox SET published_at = NULL, published_partition = NULL, published_offset = NULL
WHERE published_at IS NOT NULL AND aggregatetype = $1 AND published_partition = $2 AND published_offset >= $3
"""

_PURGES = """
SELECT aggregatetype, published_partition, max(published_offset) AS kafka_offset
FROM purges JOIN outbox ON outbox.id = purges.event_id
WHERE published_offset IS NOT NULL
GROUP BY aggregatetype, published_partition
"""

# All of the partition goes again if anything of it was purged, so that an aggregate's last word is its newest.
_REPUBLISH = """
UPDATE outbox SET published_at = NULL, published_partition = NULL, published_offset = NULL
WHERE published_at IS NOT NULL AND aggregatetype = $1 AND published_partition = $2 AND payload IS NOT NULL
  AND EXISTS (
    SELECT FROM outbox
    WHERE aggregatetype = $1 AND published_partition = $2 AND published_offset < $3 AND payload IS NOT NULL)
"""

_PURGED = """
DELETE FROM purges USING outbox
WHERE outbox.id = purges.event_id AND aggregatetype = $1 AND published_partition = $2 AND published_offset <= $3
"""

_DEPTH = f"""
SELECT count(*) AS depth, min(created_at) AS oldest,
    (SELECT count(*) FROM outbox WHERE parked_reason IS NOT NULL) AS parked
FROM (SELECT created_at FROM outbox WHERE {_UNPUBLISHED} ORDER BY position LIMIT {_DEPTH_COUNTED}) AS waiting
"""  # noqa: S608 - no value from outside


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An event to be published, as Kafka wants it."""

    id: UUID
    position: int
    topic: str
    key: bytes
    headers: tuple[tuple[str, bytes], ...]
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Published:
    """Where the broker put an event."""

    id: UUID
    partition: TopicPartition
    offset: int


@dataclass(frozen=True, slots=True)
class PartitionState:
    """How far we got in a partition, and on which cluster."""

    cluster_id: str
    next_offset: int
    last_event_id: UUID
    first_offset: int


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits in the outbox: rows (counted up to 100,000), since when, and rows that can never go."""

    rows: int
    oldest: datetime | None
    parked: int


class OutboxStore:
    """What the leading relay reads and writes."""

    def __init__(self, connection: "asyncpg.pool.PoolConnectionProxy[Any]") -> None:
        self._connection = connection

    async def read(self, after: int, limit: int) -> list[OutboxRow]:
        """Unpublished events in the order of writing, after a position; fewer when they are large, none at the end."""
        rows = await self._connection.fetch(_READ, after, limit, _MOST_BYTES)
        return [
            OutboxRow(
                id=row["id"],
                position=row["position"],
                topic=row["aggregatetype"],
                key=row["aggregateid"].encode(),
                headers=tuple((name, value.encode()) for name, value in row["headers"].items()),
                value=row["payload"],
            )
            for row in rows
        ]

    async def mark(self, published: Sequence[Published], at: datetime, cluster_id: str) -> None:
        """Note where events went, and how far each partition is now."""
        if not published:
            return
        last = {each.partition: each for each in published}
        async with self._connection.transaction():
            await self._connection.execute(
                _MARK,
                at,
                [each.id for each in published],
                [each.partition.partition for each in published],
                [each.offset for each in published],
            )
            await self._connection.execute(
                _REMEMBER,
                [partition.topic for partition in last],
                [partition.partition for partition in last],
                [each.offset + 1 for each in last.values()],
                [each.id for each in last.values()],
                cluster_id,
            )

    async def park(self, reasons: Mapping[UUID, str]) -> None:
        """Put aside events that can never be published, with the reason."""
        await self._connection.executemany("UPDATE outbox SET parked_reason = $2 WHERE id = $1", list(reasons.items()))

    async def states(self) -> dict[TopicPartition, PartitionState]:
        """How far this outbox got in each partition."""
        rows = await self._connection.fetch(
            "SELECT topic, partition, cluster_id, next_offset, last_event_id, first_offset FROM broker_state"
        )
        return {
            TopicPartition(row["topic"], row["partition"]): PartitionState(
                row["cluster_id"], row["next_offset"], row["last_event_id"], row["first_offset"]
            )
            for row in rows
        }

    async def unpublish(self, losses: Iterable[tuple[TopicPartition, int]]) -> int:
        """Make events unpublished again that lay in a partition at an offset or later; tells how many."""
        count = 0
        for partition, offset in losses:
            async with self._connection.transaction():
                await self._connection.execute("SET LOCAL statement_timeout = 0")
                result = await self._connection.execute(
                    _UNPUBLISH, partition.topic, partition.partition, offset, timeout=_LONG_SECONDS
                )
                await self._connection.execute(
                    "DELETE FROM broker_state WHERE topic = $1 AND partition = $2", *partition
                )
            count += int(result.split()[-1])
        return count

    async def purges(self) -> dict[TopicPartition, int]:
        """Before which offset each partition is to be purged: where its last tombstone of erased data lies."""
        rows = await self._connection.fetch(_PURGES)
        return {TopicPartition(row["aggregatetype"], row["published_partition"]): row["kafka_offset"] for row in rows}

    async def begins_at(self, partition: TopicPartition, offset: int) -> int:
        """Note that a partition's log begins at an offset now; what was purged of ours becomes unpublished again.

        Tells how many events that are; purges up to the offset are done. Tombstones of erased data stay as they are.
        """
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL statement_timeout = 0")
            result = await self._connection.execute(_REPUBLISH, *partition, offset, timeout=_LONG_SECONDS)
            await self._connection.execute(
                "UPDATE broker_state SET first_offset = $3 WHERE topic = $1 AND partition = $2", *partition, offset
            )
            await self._connection.execute(_PURGED, *partition, offset)
        return int(result.split()[-1])

    async def depth(self) -> Depth:
        """What waits."""
        [row] = await self._connection.fetch(_DEPTH)
        return Depth(row["depth"], row["oldest"], row["parked"])
