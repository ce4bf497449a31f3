"""The change feed on a real broker: who reads it from the start, compacted or not, knows what the database knows."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient

from customer_master.testing import DEALER, STATION, Master, ouyang, record, wang
from isthmus.clock import SystemClock
from isthmus.contracts.customer_master import GoldenCustomerChanged, GoldenLinkChanged
from isthmus.contracts.topic import Topic
from isthmus.contracts.topics import TOPICS
from isthmus.messaging import Relay, binding, ensure_topics, outbox

pytestmark = pytest.mark.integration

FIRST = {"phones": [{"value": "13800138001"}]}
SECOND = {"phones": [{"value": "13912345679"}]}
BOTH = {"phones": [{"value": "13800138001"}, {"value": "13912345679"}]}


@dataclass(frozen=True)
class Broker:
    """The messaging settings of a process."""

    kafka_bootstrap_servers: str
    drain_seconds: float = 5.0


@pytest_asyncio.fixture
async def feed(kafka: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Topic]]:
    """The two topics of the feed under names of the test's own."""
    own = [
        replace(TOPICS[name], name=f"test-{uuid4().hex[:12]}-{name}") for name in ("golden-customers", "golden-links")
    ]
    monkeypatch.setattr(
        outbox, "TOPIC_OF", MappingProxyType({event.event_type: topic for topic in own for event in topic.events})
    )
    await ensure_topics(kafka, own)
    yield own
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.delete_topics([name for topic in own for name in (topic.name, topic.dlq.name)])
    await admin.close()


async def test_a_reader_of_the_feed_knows_what_the_database_knows(
    master: Master, feed: list[Topic], kafka: str
) -> None:
    await change_much(master)
    await publish(master, feed, kafka)
    customers, links = [await read_all(kafka, topic.name) for topic in feed]

    rows = await master.fetch("SELECT * FROM golden_customers")
    assert {row["state"] for row in rows} == {"live", "merged", "retired"}
    told = {
        str(row["golden_id"]): GoldenCustomerChanged.model_validate(
            {
                **row["document"],
                "golden_id": row["golden_id"],
                "aggregateversion": row["version"],
                "state": row["state"],
                "merged_into": row["merged_into"],
                "changed_at": row["updated_at"],
            }
        )
        for row in rows
        if row["state"] != "retired"
    }
    crosswalk = {key: golden_id for key, golden_id in (await master.golden_ids()).items() if golden_id is not None}
    assert len(crosswalk) < len(await master.golden_ids())
    for read in (list, compacted):
        assert state_of(read(customers), GoldenCustomerChanged) == told
        known = state_of(read(links), GoldenLinkChanged)
        assert {key: link.golden_id for key, link in known.items()} == crosswalk
    for messages in (customers, links):
        assert_ordered(messages)
    gone = {str(row["golden_id"]) for row in rows if row["state"] == "retired"}
    assert {message.key.decode() for message in compacted(customers) if message.value is None} == gone


async def change_much(master: Master) -> None:
    """Create, merge, correct, split, delete, bring back: each step published as a version of its own."""
    steps: list[list[dict[str, Any]]] = [
        [ouyang(DEALER, "A", **FIRST), wang(DEALER, "W")],
        [ouyang(STATION, "B", **SECOND), record(DEALER, "gone", name={"full": "李静"})],
        [ouyang(DEALER, "bridge", **BOTH)],
        [ouyang(DEALER, "A", version=2, gender="female", **FIRST), {**deleted("gone"), "version": 2}],
        [deleted("bridge")],
        [ouyang(DEALER, "bridge", version=3, **BOTH), wang(DEALER, "W", version=2, emails=[{"value": "w@a.cn"}])],
        [deleted("W", version=3)],
        [wang(DEALER, "W", version=4)],
        [deleted("W", version=5)],
    ]
    for step in steps:
        master.clock.advance(timedelta(seconds=1))
        await master.put(*step)
        await master.resolver.drain()


def deleted(record_id: str, version: int = 2) -> dict[str, Any]:
    return {"source": DEALER, "record_id": record_id, "version": version, "deleted": True}


async def publish(master: Master, feed: list[Topic], kafka: str) -> None:
    """Let a relay run; it publishes what is in the outbox before it stops."""
    stop = asyncio.Event()
    relay = asyncio.create_task(Relay(master.database, Broker(kafka), SystemClock(), feed).run(stop))
    async with asyncio.timeout(60):
        while True:
            if not await master.fetch("SELECT FROM outbox WHERE published_at IS NULL"):
                break
            await asyncio.sleep(0.05)
    stop.set()
    await relay


async def read_all(kafka: str, topic: str) -> list[ConsumerRecord]:
    """All that is in a topic, partition after partition."""
    reader = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await reader.start()
    try:
        ends = await reader.end_offsets(reader.assignment())
        found: list[ConsumerRecord] = []
        while any([await reader.position(each) < end for each, end in ends.items()]):
            for messages in (await reader.getmany(timeout_ms=100)).values():
                found += messages
    finally:
        await reader.stop()
    return sorted(found, key=lambda message: (message.partition, message.offset))


def compacted(messages: Iterable[ConsumerRecord]) -> list[ConsumerRecord]:
    """What compaction leaves at the least: the last message of each key."""
    return list({message.key: message for message in messages}.values())


def state_of(messages: Iterable[ConsumerRecord], kind: type[Any]) -> dict[str, Any]:
    """What a reader keeps: the newest state of each key, nothing for a tombstone."""
    state: dict[str, Any] = {}
    for message in messages:
        key = message.key.decode()
        if message.value is None:
            state.pop(key, None)
        else:
            state[key] = binding.decode(message.headers, message.key, message.value).data
            assert isinstance(state[key], kind)
    return state


def assert_ordered(messages: Iterable[ConsumerRecord]) -> None:
    """Versions of a key count up by one, in one partition; the tombstone of a link repeats what was said before."""
    versions: dict[bytes, list[tuple[int, int]]] = {}
    for message in messages:
        event = binding.decode(message.headers, message.key, message.value)
        known = versions.setdefault(message.key, [])
        if event.data is None and event.type == GoldenLinkChanged.event_type:
            assert known[-1][0] == event.aggregateversion
        else:
            known.append((event.aggregateversion, message.partition))
    for told in versions.values():
        assert [version for version, _ in told] == list(range(1, len(told) + 1))
        assert len({partition for _, partition in told}) == 1
