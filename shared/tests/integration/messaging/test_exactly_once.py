"""Property: whatever is repeated, and wherever relay or consumer crash, each event takes effect once, in key order."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isthmus.messaging import Subscription
from isthmus.messaging.batch import BatchProcessor
from isthmus.messaging.dead_letters import DeadLetterSender
from isthmus.messaging.leader import Leader
from isthmus.messaging.outbox_store import OutboxStore

pytestmark = pytest.mark.integration

KEYS = st.sampled_from(["x", "y", "z"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), KEYS),
        st.tuples(st.just("relay"), st.sampled_from(["well", "crash before the mark"])),
        st.tuples(
            st.just("consume"),
            st.tuples(
                st.integers(1, 5),
                st.sampled_from(["well", "crash in the handler", "crash before the offset commit"]),
            ),
        ),
    ),
    max_size=25,
)


class Crash(BaseException):
    """The process ends here."""


@dataclass
class World:
    """One outbox, one topic, one consumer; crashes happen where the script says."""

    bench: Any
    store: OutboxStore
    group: str = field(default_factory=lambda: uuid4().hex)
    offsets: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def write(self, key: str) -> None:
        self.versions[key] += 1
        await self.bench.write(self.bench.link(f"{self.group}-{key}", self.versions[key]))

    async def relay(self, ending: str) -> None:
        leader = Leader(self.store, self.bench.broker.kafka_bootstrap_servers, [self.bench.topic], self.bench.clock)
        if ending != "well":
            leader._keep = crash  # type: ignore[method-assign] # the crash comes when all is sent
        try:
            await leader.publish_all()
        except Crash:
            pass
        finally:
            await leader.close()

    async def consume(self, most: int, ending: str) -> None:
        async def handle(connection: Any, deliveries: Any) -> None:
            mine = [each for each in deliveries if each.event.subject.startswith(f"hq:crm/{self.group}")]
            await self.bench.note(connection, mine)
            if ending == "crash in the handler":
                raise Crash

        subscription = Subscription(name=self.group, topics=[], handle=handle, transactions="asyncpg")
        for partition in range(self.bench.topic.partitions):
            processor = BatchProcessor(
                self.bench.database,
                subscription,
                DeadLetterSender(self.bench.broker.kafka_bootstrap_servers),
                asyncio.Semaphore(),
                self.bench.clock,
            )
            log = [each for each in await self.bench.records(self.bench.topic.name) if each.partition == partition]
            batch = [each for each in log if each.offset >= self.offsets[partition]][:most]
            if batch:
                try:
                    await processor.process(batch, lambda _offset: None)
                except Crash:
                    continue
                if ending == "well":
                    self.offsets[partition] = batch[-1].offset + 1


async def crash(*_arguments: Any) -> None:
    raise Crash


@given(script=STEPS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_each_event_takes_effect_once_and_in_order(bench: Any, script: list[tuple[str, Any]]) -> None:
    pool = await bench.database.pool()
    async with pool.acquire() as connection:
        world = World(bench, OutboxStore(connection))
        for step, detail in script:
            await getattr(world, step)(*(detail if isinstance(detail, tuple) else (detail,)))
        await world.relay("well")
        await world.consume(1000, "well")

    effects = await bench.fetch("SELECT key, version FROM effects WHERE key LIKE $1 ORDER BY id", f"%{world.group}%")
    for key, last in world.versions.items():
        told = [version for name, version in effects if name == f"hq:crm/{world.group}-{key}"]
        assert told == list(range(1, last + 1))
    assert len(effects) == sum(world.versions.values())
