"""Reads and replays dead letters; which were replayed is noted beside them, as small markers in the same partition."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from isthmus.contracts.topic import DEAD_LETTER_SUFFIX
from isthmus.messaging.clients import new_admin, new_producer, new_reader, stop_producer
from isthmus.messaging.dead_letters import HEADER_PREFIX, original_headers

_REPLAYED_OFFSET = HEADER_PREFIX + "replayed_offset"
_REPLAYED_AT = HEADER_PREFIX + "replayed_at"

_ORIGIN = ("topic", "partition", "offset", "consumer")
"""The headers that together tell one letter from another."""

Place = tuple[int, int]
"""Partition and offset of a dead letter within its dead-letter topic."""

Span = tuple[int, int]
"""First offset, and the offset after the last."""

Advance = Callable[[int, int], None]
"""Told how many messages are read, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A dead letter without its bytes."""

    topic: str
    """The topic it was meant for."""
    partition: int
    offset: int
    key: bytes | None
    size: int | None
    """Bytes of the value, None for a tombstone."""
    headers: tuple[tuple[str, bytes], ...]
    """The original ones."""
    reason: dict[str, str]
    """consumer, kind, reason, attempts, time, and topic, partition, offset of the original."""
    replayed_at: str | None = None

    @classmethod
    def of(cls, record: ConsumerRecord) -> Self:
        """The dead letter in a record."""
        return cls(
            topic=record.topic.removesuffix(DEAD_LETTER_SUFFIX),
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            size=None if record.value is None else len(record.value),
            headers=tuple(original_headers(record.headers)),
            reason={
                name.removeprefix(HEADER_PREFIX): value.decode(errors="replace")
                for name, value in record.headers
                if name.startswith(HEADER_PREFIX)
            },
        )


class DeadLetterOffice:
    """A connection to the broker for looking into dead-letter topics and sending letters on."""

    def __init__(self, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
        self._admin, self._reader, self._producer = admin, reader, producer

    @classmethod
    @asynccontextmanager
    async def connect(cls, bootstrap_servers: str) -> AsyncIterator[Self]:
        """Connect, and close at the end of the block; raises KafkaError when the broker is not there."""
        admin = new_admin(bootstrap_servers)
        reader = new_reader(bootstrap_servers)
        producer = new_producer(bootstrap_servers)
        try:
            await admin.start()
            await reader.start()
            await producer.start()
            yield cls(admin, reader, producer)
        finally:
            await admin.close()
            await reader.stop()
            await stop_producer(producer)

    async def letters(self, topics: Collection[str], advance: Advance) -> list[DeadLetter]:
        """The dead letters of topics (names without the suffix), in the order of topic, partition and offset."""
        found: dict[tuple[str, int, int], DeadLetter] = {}
        spans = await self._spans([topic + DEAD_LETTER_SUFFIX for topic in topics])
        count, total = 0, sum(end - begin for begin, end in spans.values())
        async for record in self._read(spans):
            headers = dict(record.headers)
            if (offset := headers.get(_REPLAYED_OFFSET)) is None:
                found[record.topic, record.partition, record.offset] = DeadLetter.of(record)
            elif letter := found.get(place := (record.topic, record.partition, int(offset))):
                found[place] = replace(letter, replayed_at=headers.get(_REPLAYED_AT, b"").decode())
            count += 1
            advance(count, total)
        return [found[place] for place in sorted(found)]

    async def value(self, topic: str, place: Place) -> bytes | None:
        """The original bytes of one dead letter; raises LookupError when there is none at that place."""
        value: bytes | None = (await self._record(topic, place)).value
        return value

    async def replay(self, topic: str, place: Place, at: datetime, mended: bytes | None = None) -> None:
        """Send a dead letter to its topic again, with `mended` as value if given, then note that.

        A crash between the two means that it may be sent once more; the inboxes absorb that.
        Raises LookupError when there is none at that place.
        """
        record = await self._record(topic, place)
        value = record.value if mended is None else mended
        headers = original_headers(record.headers)
        await self._producer.send_and_wait(topic, value=value, key=record.key, headers=headers)
        note = [(_REPLAYED_OFFSET, str(record.offset).encode()), (_REPLAYED_AT, at.isoformat().encode())]
        await self._producer.send_and_wait(
            topic + DEAD_LETTER_SUFFIX, key=b"replayed", partition=record.partition, headers=note
        )

    async def forget(
        self, topics: Collection[str], is_erased: Callable[[ConsumerRecord], bool]
    ) -> list[ConsumerRecord]:
        """Take letters out of topics for good (names without the suffix); gives those that are gone.

        A log gives up only its beginning. So the letters that stay are sent to their topic again, but for those that
        were replayed, and then all that lay there before is deleted. After a crash between the two they would lie there
        twice: the next run keeps one of each. `is_erased` may take its time: it is asked in a thread.
        """
        forgotten: list[ConsumerRecord] = []
        spans = await self._spans([topic + DEAD_LETTER_SUFFIX for topic in topics])
        for partition, span in spans.items():
            replayed: set[int] = set()
            erased: dict[int, ConsumerRecord] = {}
            async for record in self._read({partition: span}):
                if (note := dict(record.headers).get(_REPLAYED_OFFSET)) is not None:
                    replayed.add(int(note))
                elif await asyncio.to_thread(is_erased, record):
                    erased[record.offset] = record
            if erased:
                await self._send_again(partition, span, erased.keys() | replayed)
                await self._admin.delete_records({partition: RecordsToDelete(before_offset=span[1])})
                forgotten += erased.values()
        return forgotten

    async def _send_again(self, partition: TopicPartition, span: Span, left_out: Collection[int]) -> None:
        """Append the letters of a span to their partition, each once, without markers and those left out."""
        sent: set[tuple[bytes | None, ...]] = set()
        async for record in self._read({partition: span}):
            headers = dict(record.headers)
            origin = tuple(headers.get(HEADER_PREFIX + name) for name in _ORIGIN)
            if record.offset in left_out or _REPLAYED_OFFSET in headers or origin in sent:
                continue
            sent.add(origin)
            await self._producer.send_and_wait(
                partition.topic,
                value=record.value,
                key=record.key,
                headers=list(record.headers),
                partition=partition.partition,
            )

    async def _record(self, topic: str, place: Place) -> ConsumerRecord:
        partition, offset = TopicPartition(topic + DEAD_LETTER_SUFFIX, place[0]), place[1]
        begin, end = (await self._spans([partition.topic])).get(partition, (0, 0))
        if begin <= offset < end:
            async for record in self._read({partition: (offset, offset + 1)}):
                if record.offset == offset and _REPLAYED_OFFSET not in dict(record.headers):
                    return record
        raise LookupError(f"no dead letter in {topic} at partition {partition.partition}, offset {offset}")

    async def _spans(self, topics: Collection[str]) -> dict[TopicPartition, Span]:
        """First offset and end of each partition now."""
        partitions = [
            TopicPartition(described["topic"], each["partition"])
            for described in await self._admin.describe_topics(list(topics))
            for each in described["partitions"]
        ]
        if not partitions:
            return {}
        begins, ends = await self._reader.beginning_offsets(partitions), await self._reader.end_offsets(partitions)
        return {partition: (begins[partition], ends[partition]) for partition in partitions}

    async def _read(self, spans: Mapping[TopicPartition, Span]) -> AsyncIterator[ConsumerRecord]:
        """All records of the spans; a partition's in order."""
        open_spans = {partition: end for partition, (begin, end) in spans.items() if begin < end}
        if not open_spans:
            return
        self._reader.assign(list(open_spans))
        for partition in open_spans:
            self._reader.seek(partition, spans[partition][0])
        while open_spans:
            for partition, records in (await self._reader.getmany(*open_spans, timeout_ms=1000)).items():
                for record in records:
                    if record.offset < open_spans[partition]:
                        yield record
            for partition in [each for each in open_spans if await self._reader.position(each) >= open_spans[each]]:
                del open_spans[partition]
        self._reader.unsubscribe()
