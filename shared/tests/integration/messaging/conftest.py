"""A topic, a database and a consumer group of each test's own."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from isthmus.clock import SystemClock
from isthmus.contracts.customer_master import GoldenLinkChanged
from isthmus.contracts.envelope import Event
from isthmus.contracts.topic import Topic
from isthmus.contracts.topics import TOPICS
from isthmus.db import Database
from isthmus.ids import new_id
from isthmus.messaging import ConsumerRunner, Relay, Subscription, binding, ensure_topics, outbox
from isthmus.messaging.clients import new_producer
from isthmus_local.java import find_java
from isthmus_local.kafka import EmbeddedKafka
from isthmus_local.kafka_jars import kafka_libraries
from isthmus_local.ports import free_ports
from isthmus_local.processes import start
from isthmus_local.testing.databases import settings_for

CLOCK = SystemClock()

Message = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]
"""Key, value, headers."""


@dataclass(frozen=True)
class Broker:
    """The messaging settings of a process."""

    kafka_bootstrap_servers: str
    drain_seconds: float = 5.0


def make_link(record_id: str, version: int, traceparent: str | None = None) -> Event:
    """An event of the aggregate `hq:crm/<record_id>`."""
    data = GoldenLinkChanged(source="hq:crm", record_id=record_id, golden_id=UUID(int=1), aggregateversion=version)
    return Event.of(
        data,
        event_id=new_id(),
        source="/customer-master",
        time=CLOCK.now(),
        aggregateversion=version,
        traceparent=traceparent,
    )


def as_message(event: Event) -> Message:
    headers = [(name, value.encode()) for name, value in binding.encode_headers(event).items()]
    return event.key.encode(), binding.encode_value(event), headers


async def wait_until(condition: Callable[[], Awaitable[Any] | Any], seconds: float = 30.0) -> None:
    """Wait until a condition holds, with a limit that only a broken run reaches."""
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if await result if isinstance(result, Awaitable) else result:
                return
            await asyncio.sleep(0.02)


@pytest.fixture
def broker(kafka: str) -> Broker:
    return Broker(kafka)


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    """A topic of the test's own, in which golden links travel."""
    own = Topic(
        name=f"test-{uuid4().hex[:12]}",
        title="of one test",
        partitions=3,
        retention=timedelta(days=1),
        owner="test",
        writers=("test",),
        readers=("test",),
        key_rule="source/record_id",
        events=(GoldenLinkChanged,),
    )
    monkeypatch.setattr(outbox, "TOPIC_OF", MappingProxyType({GoldenLinkChanged.event_type: own}))
    monkeypatch.setattr("isthmus.cli.dlq.TOPICS", MappingProxyType({**TOPICS, own.name: own}))
    return own


@pytest_asyncio.fixture
async def made_topic(topic: Topic, kafka: str) -> Topic:
    await ensure_topics(kafka, [topic])
    return topic


@pytest_asyncio.fixture
async def database_url(service_database: Callable[..., Awaitable[Any]]) -> str:
    """A database with the platform's tables and `effects`, in which handlers note what they did."""
    made = await service_database("messages", ["platform"])
    owner = await asyncpg.connect(made.owner_url)
    try:
        await owner.execute(
            "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, key text, version bigint, event_id uuid)"
        )
    finally:
        await owner.close()
    return str(made.url)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.connect(settings_for(database_url))
    yield opened
    await opened.close()


async def note(connection: Any, deliveries: Any) -> None:
    """A handler for raw transactions: notes each delivery in `effects`."""
    await connection.executemany(
        "INSERT INTO effects (key, version, event_id) VALUES ($1, $2, $3)",
        [(each.event.key, each.event.aggregateversion, each.event.id) for each in deliveries],
    )


@dataclass
class Running:
    """A relay or consumer under way."""

    task: asyncio.Task[None]
    stop: asyncio.Event

    async def end(self) -> None:
        """Stop it as SIGTERM does."""
        self.stop.set()
        await self.task

    async def crash(self) -> None:
        """End it as a crash does: nothing is finished."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


class Bench:
    """Starts relays and consumers on one database, and looks at the outcome."""

    link = staticmethod(make_link)
    as_message = staticmethod(as_message)
    until = staticmethod(wait_until)
    note = staticmethod(note)
    clock = CLOCK

    def __init__(self, database: Database, broker: Broker, topic: Topic) -> None:
        self.database, self.broker, self.topic = database, broker, topic
        self.group = f"test-{uuid4().hex[:12]}"
        self.running: list[Running] = []

    def set_drain_seconds(self, seconds: float) -> None:
        self.broker = replace(self.broker, drain_seconds=seconds)

    async def cut_connections(self) -> None:
        """End every connection of the database, as its restart does."""
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await self.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def relay(self) -> Running:
        relay = Relay(self.database, self.broker, CLOCK, [self.topic])
        return self._start(relay.run)

    def consumer(self, handle: Any = note, **options: Any) -> tuple[ConsumerRunner, Running]:
        subscription = Subscription(
            name=self.group, topics=[self.topic.name], handle=handle, **({"transactions": "asyncpg"} | options)
        )
        runner = ConsumerRunner(self.database, subscription, self.broker, CLOCK)
        return runner, self._start(runner.run)

    def _start(self, run: Callable[[asyncio.Event], Any]) -> Running:
        stop = asyncio.Event()
        running = Running(asyncio.create_task(run(stop)), stop)
        self.running.append(running)
        return running

    async def write(self, *events: Event) -> None:
        """Commit events into the outbox."""
        async with self.database.transaction() as session:
            outbox.add(session, *events)

    async def write_raw(self, connection: Any, *events: Event) -> None:
        """Put events into the outbox within a raw connection's transaction."""
        await outbox.copy(connection, events)

    async def delete_records(self, partition: int, before: int) -> None:
        """Let the topic's partition begin at an offset."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.broker.kafka_bootstrap_servers)
        await admin.start()
        try:
            await admin.delete_records({TopicPartition(self.topic.name, partition): RecordsToDelete(before)})
        finally:
            await admin.close()

    async def fetch(self, statement: str, *values: Any) -> list[Any]:
        pool = await self.database.pool()
        return [tuple(row) for row in await pool.fetch(statement, *values)]

    async def all_published(self) -> bool:
        return await self.fetch("SELECT 1 FROM outbox WHERE published_at IS NULL AND parked_reason IS NULL") == []

    async def effects(self) -> list[tuple[str, int]]:
        """Key and version of what handlers noted, in order."""
        return await self.fetch("SELECT key, version FROM effects ORDER BY id")

    async def count_effects(self, count: int) -> bool:
        """Whether handlers noted at least so many; not yet, when the connection it asks by was cut."""
        try:
            [(enough,)] = await self.fetch("SELECT count(*) >= $1 FROM effects", count)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            return False
        return bool(enough)

    async def send(
        self, *messages: tuple[bytes | None, bytes | None, list[tuple[str, bytes]]], partition: int = 0
    ) -> None:
        """Put messages (key, value, headers) into one partition of the topic past the outbox."""
        producer = new_producer(self.broker.kafka_bootstrap_servers)
        await producer.start()
        for key, value, headers in messages:
            await producer.send_and_wait(self.topic.name, value=value, key=key, headers=headers, partition=partition)
        await producer.stop()

    async def send_events(self, *events: Event, partition: int = 0) -> None:
        await self.send(*(as_message(event) for event in events), partition=partition)

    async def make_topic(self) -> None:
        await ensure_topics(self.broker.kafka_bootstrap_servers, [self.topic])

    async def delete_topic(self) -> None:
        await delete_topics(self.broker.kafka_bootstrap_servers, [self.topic.name, self.topic.dlq.name])

    async def records(self, name: str) -> list[ConsumerRecord]:
        """All that is in a topic, partition after partition."""
        return await read_all(self.broker.kafka_bootstrap_servers, name)

    async def committed(self) -> int:
        """The offsets committed by the group, summed over the partitions."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.broker.kafka_bootstrap_servers)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(self.group)
        finally:
            await admin.close()
        return sum(each.offset for each in offsets.values())

    async def dead_letters(self) -> list[ConsumerRecord]:
        return await self.records(self.topic.dlq.name)


async def read_all(bootstrap_servers: str, name: str) -> list[ConsumerRecord]:
    """All records of a topic; reading waits for the end offsets as they are now."""
    reader = AIOKafkaConsumer(name, bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest")
    await reader.start()
    try:
        ends = await reader.end_offsets(reader.assignment())
        found: list[ConsumerRecord] = []
        while any([await reader.position(each) < end for each, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=100)).values():
                found += records
    finally:
        await reader.stop()
    return sorted(found, key=lambda record: (record.partition, record.offset))


async def delete_topics(bootstrap_servers: str, names: list[str]) -> None:
    """Delete topics and wait until the broker has forgotten them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        present = set(await admin.list_topics()) & set(names)
        if present:
            await admin.delete_topics(sorted(present))

        async def gone() -> bool:
            return not set(await admin.list_topics()) & set(names)

        await wait_until(gone)
    finally:
        await admin.close()


@pytest_asyncio.fixture
async def bench(database: Database, broker: Broker, made_topic: Topic) -> AsyncIterator[Bench]:
    made = Bench(database, broker, made_topic)
    yield made
    for running in made.running:
        if not running.task.done():
            await running.crash()
    await made.delete_topic()


class OwnBroker:
    """A Kafka that a test may kill and wipe."""

    def __init__(self, folder: Path) -> None:
        port, controller_port = free_ports(2)
        self._folder = folder
        self._kafka = EmbeddedKafka(folder, port, controller_port, find_java(), kafka_libraries())
        self._process: subprocess.Popen[bytes] | None = None
        self.bootstrap_servers = self._kafka.bootstrap_servers

    async def start(self) -> None:
        self._process = start(self._kafka.prepare(), self._folder / "kafka.log")
        await wait_until(self._kafka.answers, seconds=60)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wipe(self) -> None:
        shutil.rmtree(self._folder / "data")


@pytest_asyncio.fixture
async def own_broker(tmp_path: Path) -> AsyncIterator[OwnBroker]:
    made = OwnBroker(tmp_path)
    await made.start()
    yield made
    made.kill()


@pytest_asyncio.fixture
async def bench_on_own_broker(database: Database, own_broker: OwnBroker, topic: Topic) -> AsyncIterator[Bench]:
    made = Bench(database, Broker(own_broker.bootstrap_servers), topic)
    await made.make_topic()
    yield made
    for running in made.running:
        await running.crash()
