"""What messaging carries: outbox → relay → Kafka → consumer with inbox, printed as one JSON line.

First each stage alone over `--events` events of a customer record, then the time from writing one event to its handler
at a low rate. Everything is in one process, beside PostgreSQL and Kafka.
Run it: `python tests/performance/messaging.py`; TEST_DATABASE_URL and TEST_KAFKA_BOOTSTRAP_SERVERS name servers that
run already.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import structlog
import uvloop
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from isthmus.clock import SystemClock
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.contracts.envelope import Event
from isthmus.contracts.topics import TOPIC_OF
from isthmus.db import Database
from isthmus.db.migrate import upgrade_async
from isthmus.ids import new_id
from isthmus.messaging import ConsumerRunner, Delivery, Relay, Subscription, ensure_topics, outbox
from isthmus.settings import DatabaseSettings
from isthmus_local.java import find_java
from isthmus_local.kafka import EmbeddedKafka
from isthmus_local.kafka_jars import kafka_libraries
from isthmus_local.ports import free_ports
from isthmus_local.postgres import DURABLE_SETTINGS, EmbeddedPostgres
from isthmus_local.processes import start

CLOCK = SystemClock()
BATCH = 1000


@dataclass(frozen=True)
class Servers:
    """Where PostgreSQL (as superuser) and Kafka are."""

    database_url: str
    kafka_bootstrap_servers: str
    drain_seconds: float = 5.0


def passable(name: str) -> Path:
    """A folder that the user PostgreSQL runs as can enter."""
    folder = Path(name)
    folder.chmod(0o755)
    return folder


async def until(condition: Callable[[], Awaitable[bool]], poll_seconds: float = 0.002) -> float:
    """Wait for a condition; how many seconds that took."""
    begun = time.perf_counter()
    while True:
        if await condition():
            return time.perf_counter() - begun
        await asyncio.sleep(poll_seconds)


@asynccontextmanager
async def servers() -> AsyncIterator[Servers]:
    """Those of the environment, else embedded ones of our own."""
    database_url, bootstrap = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_KAFKA_BOOTSTRAP_SERVERS")
    if database_url and bootstrap:
        yield Servers(database_url, bootstrap)
        return
    with tempfile.TemporaryDirectory(prefix="isthmus-bench-") as name:
        folder = passable(name)
        port, kafka_port, controller_port = free_ports(3)
        postgres = EmbeddedPostgres(folder / "postgres", port, "bench", DURABLE_SETTINGS)
        kafka = EmbeddedKafka(folder / "kafka", kafka_port, controller_port, find_java(), kafka_libraries())
        processes = []
        try:
            for server in (postgres, kafka):
                processes.append(start(server.prepare(), folder / "log"))
                await until(server.answers)
            yield Servers(postgres.admin_url, kafka.bootstrap_servers)
        finally:
            for process in processes:
                process.terminate()
                process.wait()


@asynccontextmanager
async def fresh_database(admin_url: str, chains: Sequence[str] = ("platform",)) -> AsyncIterator[Database]:
    """A migrated database, dropped at the end."""
    name = f"bench_{uuid4().hex[:12]}"
    url = make_url(admin_url).set(database=name).render_as_string(hide_password=False)
    admin = await asyncpg.connect(admin_url)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        await upgrade_async(url, chains)
        database = await Database.connect(DatabaseSettings(database_url=SecretStr(url)))
        yield database
        await database.close()
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


def customer_record(number: int) -> Event:
    """A record of about 400 bytes."""
    data = CustomerRecord.model_validate(
        {
            "source": "dealer:D0001:dms",
            "record_id": f"{number}",
            "version": 1,
            "observed_at": "2026-11-01T08:00:00Z",
            "party_type": "person",
            "name": {"full": "欧阳靖宇"},
            "phones": [{"value": f"138{number % 10**8:08d}", "type": "mobile"}],
            "vehicles": [{"vin": "LVVDB11B0AD000018", "plate": "皖B12345", "role": "owner"}],
            "addresses": [{"full": "安徽省芜湖市鸠江区长春路8号", "country": "CN"}],
        }
    )
    return Event.of(data, event_id=new_id(), source="/sales", time=CLOCK.now(), aggregateversion=1)


class Arrivals:
    """A handler that notes when each of our events arrived; the inbox rows are all that is written."""

    def __init__(self) -> None:
        self.at: dict[UUID, float] = {}
        self.awaited: set[UUID] = set()

    async def handle(self, _transaction: Any, deliveries: Sequence[Delivery]) -> None:
        """Note the arrivals; what others put into the topic is passed over."""
        now = time.perf_counter()
        for delivery in deliveries:
            if delivery.event.id in self.awaited:
                self.at[delivery.event.id] = now

    async def seconds_until(self, count: int) -> float:
        """How long it takes from now until so many have arrived."""

        async def arrived() -> bool:
            return len(self.at) >= count

        return await until(arrived)


async def write(database: Database, events: Sequence[Event]) -> float:
    """Seconds to commit events into the outbox, a thousand a transaction."""
    begun = time.perf_counter()
    pool = await database.pool()
    for first in range(0, len(events), BATCH):
        async with pool.acquire() as connection, connection.transaction():
            await outbox.copy(connection, events[first : first + BATCH])
    return time.perf_counter() - begun


async def published(database: Database) -> float:
    """Seconds from now until nothing is left to publish."""
    pool = await database.pool()

    async def none_left() -> bool:
        return not await pool.fetchval("SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)")

    return await until(none_left)


async def single_events(database: Database, arrivals: Arrivals, count: int) -> dict[str, float]:
    """Milliseconds from the begin of a transaction with one event to its handler, one after the other."""
    milliseconds = []
    for number in range(count):
        event = customer_record(10**9 + number)
        arrivals.awaited.add(event.id)
        begun = time.perf_counter()
        async with database.transaction() as session:
            outbox.add(session, event)
        await arrivals.seconds_until(len(arrivals.awaited))
        milliseconds.append((arrivals.at[event.id] - begun) * 1000)
    hundredths = statistics.quantiles(milliseconds, n=100)
    return {"end_to_end_p50_ms": hundredths[49], "end_to_end_p99_ms": hundredths[98]}


async def measure(count: int, singles: int) -> dict[str, float]:
    """Each stage alone, then the way of single events."""
    async with servers() as where, fresh_database(where.database_url) as database:
        await ensure_topics(where.kafka_bootstrap_servers)
        arrivals, stop = Arrivals(), asyncio.Event()
        topic = TOPIC_OF[CustomerRecord.event_type].name
        subscription = Subscription(
            name=f"bench-{uuid4().hex[:8]}", topics=[topic], handle=arrivals.handle, transactions="asyncpg"
        )
        relay = Relay(database, where, CLOCK)
        database.after_commit.append(relay.wake)
        events = [customer_record(number) for number in range(count)]
        arrivals.awaited.update(event.id for event in events)
        figures = {"events": count, "outbox_writes_per_second": count / await write(database, events)}
        relaying = asyncio.create_task(relay.run(stop))
        figures["published_per_second"] = count / await published(database)
        consuming = asyncio.create_task(ConsumerRunner(database, subscription, where, CLOCK).run(stop))
        await arrivals.seconds_until(1)
        figures["consumed_per_second"] = (count - len(arrivals.at)) / await arrivals.seconds_until(count)
        figures |= await single_events(database, arrivals, singles)
        stop.set()
        await asyncio.gather(relaying, consuming)
        return {name: round(figure, 1) for name, figure in figures.items()}


def main() -> None:
    """Print the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=50_000)
    options.add_argument("--singles", type=int, default=500)
    chosen = options.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(json.dumps(uvloop.run(measure(chosen.events, chosen.singles))))


if __name__ == "__main__":
    main()
