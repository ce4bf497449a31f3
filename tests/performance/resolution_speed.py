"""Speed of customer-master alone: customer records streamed through Kafka to golden customers, on growing bases.

As in the product the resolvers are processes of their own; intake and relay are in this one, and told apart.
A base is streamed in first. Then, on every base, the same is measured: the records of one more market, so that the mix
of new and known customers is the same; that market again with one phone on each hundredth record; time from accepted to
golden at a steady rate; look-ups; memory. Beside it, in the same run, a consumer that does nothing but insert. Prints
one JSON line of figures.
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import structlog
import uvloop
from aiokafka import AIOKafkaProducer
from market import records, whole_market, with_hot_phone
from messaging import Servers, fresh_database, servers, until
from platform_speed import percentiles
from processor_time import parent_of, server_cpu_seconds
from resolution_profile import CHAINS, CLOCK
from resolver_process import resolver

from customer_master.database import transaction
from customer_master.intake import incoming, take_in
from customer_master.match_model import match_model
from customer_master.record_subscription import customer_records_subscription
from customer_master.resolver.signals import hear_signals, signals_of
from customer_master.service import SERVICE
from isthmus.contracts.customer_records import CustomerRecord, CustomerRecordChanged
from isthmus.contracts.envelope import Event
from isthmus.db import Database
from isthmus.ids import new_id
from isthmus.messaging import ConsumerRunner, Delivery, Relay, Subscription, ensure_topics
from isthmus.messaging.binding import encode_headers, encode_value
from isthmus.messaging.retry import wait_for
from isthmus.service import create_app
from isthmus.service.definition import Activity, ServiceContext
from isthmus.service.runtime import collect_garbage_rarely
from isthmus.settings import ServiceSettings
from isthmus.testing.identity import identity_headers, make_keys
from isthmus_local.platform_processes import RESOLVERS

MARKET = 1_500
"""Customers of a market that is measured, about three records each."""

TURNS = 2
"""So many markets are measured, and as many in which records share a phone."""

STEADY_RATE = 100
STEADY_SECONDS = 10
LOOKUPS = 300
ONE_IN = 7
"""Of so many records one is searched for."""

POLL_SECONDS = 0.05
KEYS = make_keys()
SEARCHED = {"phone": "phones", "plate": "vehicles", "vin": "vehicles", "name": "name"}

_FIRST_SEED = 10_000
"""Of the markets that are measured; those of the bases have small ones."""

_PENDING = "SELECT EXISTS (SELECT FROM resolution_queue)"
_GOLDEN = "SELECT golden_id FROM links WHERE record_no = $1 AND golden_id IS NOT NULL"
_BARE = "CREATE TABLE bare_records (source text, record_id text, body text)"


async def produce(where: Servers, bodies: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put records on the topic; gives some of them, spread over all."""
    producer = AIOKafkaProducer(bootstrap_servers=where.kafka_bootstrap_servers, acks="all", linger_ms=5)
    await producer.start()
    some = []
    try:
        for number, body in enumerate(bodies):
            record = CustomerRecordChanged.model_validate(body)
            event = Event.of(
                record, event_id=new_id(CLOCK), source="/bench", time=CLOCK.now(), aggregateversion=record.version or 1
            )
            headers = [(name, value.encode()) for name, value in encode_headers(event).items()]
            await producer.send("customer-records", encode_value(event), event.key.encode(), headers=headers)
            if number % ONE_IN == 0:
                some.append(body)
        await producer.flush()
    finally:
        await producer.stop()
    return some


@asynccontextmanager
async def running(*activities: Activity) -> AsyncIterator[None]:
    """Activities of a service at work while the block runs."""
    stop = asyncio.Event()
    tasks = [asyncio.ensure_future(activity(stop)) for activity in activities]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


class Timed:
    """A subscription of which it is known when its first delivery came."""

    def __init__(self, subscription: Subscription) -> None:
        self._handle = subscription.handle
        self.subscription = replace(subscription, handle=self._noting)
        self.begun: float | None = None

    async def _noting(self, transaction: Any, deliveries: Sequence[Delivery]) -> None:
        if self.begun is None:
            self.begun = time.perf_counter()
        await self._handle(transaction, deliveries)


async def rate_of(database: Database, timed: Timed, query: str, count: int, sent: int) -> float:
    """Of `sent` records how many a second: from the first delivery until `query` counts `count` and none waits."""
    # Before anything is awaited: the tasks that take deliveries in have not had their turn yet.
    timed.begun = None
    pool = await database.pool()

    async def is_done() -> bool:
        # To count takes the longer the more there is, so it is left to the end.
        is_idle = timed.begun is not None and not await pool.fetchval(_PENDING)
        return is_idle and bool(await pool.fetchval(query) >= count)

    await until(is_done, POLL_SECONDS)
    return sent / (time.perf_counter() - (timed.begun or 0))


async def bare(where: Servers, count: int) -> float:
    """Records a second of a consumer that decodes, checks the inbox and inserts; the same topic, from its begin."""
    async with fresh_database(where.database_url, CHAINS) as database:
        pool = await database.pool()
        await pool.execute(_BARE)

        async def insert(connection: Any, deliveries: Sequence[Delivery]) -> None:
            rows = [
                (data.source, data.record_id, delivery.value.decode())
                for delivery in deliveries
                if isinstance(data := delivery.event.data, CustomerRecord) and delivery.value
            ]
            await connection.copy_records_to_table("bare_records", records=rows)

        subscription = Subscription(
            name="bench.bare", topics=["customer-records"], handle=insert, transactions="asyncpg"
        )
        timed = Timed(subscription)
        async with running(ConsumerRunner(database, timed.subscription, where, CLOCK).run):
            return await rate_of(database, timed, "SELECT count(*) FROM bare_records", count, count)


async def steady(database: Database, base: int) -> dict[str, Any]:
    """Milliseconds from accepting a record to its golden customer being readable, at a steady rate."""
    pool, signals, seconds = await database.pool(), signals_of(database), list[float]()

    async def put(number: int) -> None:
        body = {
            "source": "dealer:D0001:dms",
            "record_id": f"steady-{base}-{number}",
            "version": 1,
            "name": {"full": f"Steady{number} Tester"},
            "phones": [{"value": f"136{number * 104_729 % 10**8:08d}"}],
        }
        begun = time.perf_counter()
        version = incoming(CustomerRecord.model_validate(body), CLOCK.now(), match_model())
        async with transaction(database) as connection:
            (accepted,) = await take_in(connection, [version], CLOCK.now())
        resolved = signals.resolved.upcoming
        while not await pool.fetchval(_GOLDEN, accepted.record_no):
            await wait_for(resolved, POLL_SECONDS)
            resolved = signals.resolved.upcoming
        seconds.append(time.perf_counter() - begun)

    begin = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(STEADY_RATE * STEADY_SECONDS):
            await asyncio.sleep(max(0.0, begin + number / STEADY_RATE - time.perf_counter()))
            group.create_task(put(number))
    return {"rate_per_second": STEADY_RATE, **percentiles(seconds)}


async def lookups(database: Database, bodies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Searches in the service itself, one after the other."""
    app = create_app(SERVICE, _settings(), database, CLOCK)
    headers = identity_headers(KEYS.private_key, SERVICE.name, org_units=("*",), scopes=("customers:read",))
    figures = {}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://m", headers=headers) as client:
        for name in SEARCHED:
            seconds = []
            for value in islice(filter(None, (_searched(body, name) for body in bodies)), LOOKUPS):
                begun = time.perf_counter()
                answer = await client.get("/v1/customers", params={name: value})
                seconds.append(time.perf_counter() - begun)
                answer.raise_for_status()
            figures[name] = percentiles(seconds)
    return figures


def _settings() -> ServiceSettings:
    return ServiceSettings(database_url="postgresql://unused", identity_public_key=KEYS.public_pem, _env_file=None)


def _searched(body: dict[str, Any], name: str) -> str | None:
    found = body.get(SEARCHED[name])
    if name == "name":
        return found.get("full") if found else None
    return found[0].get("value" if name == "phone" else name) if found else None


def memory_mb(process: int | str = "self") -> int:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * 4096 // 2**20


class Stream:
    """One customer-master at work on a topic, and how many records it has been sent."""

    def __init__(
        self,
        where: Servers,
        database: Database,
        resolvers: Sequence[int],
        intake: Timed,
        activities: Sequence[Activity],
    ) -> None:
        self._where, self._database, self._resolvers, self._activities = where, database, resolvers, activities
        self._intake = intake
        self.accepted = 0
        self._seed = _FIRST_SEED

    async def measured(self, bodies: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Send records; gives the rate and what each cost this process and the server, and some of the records.

        They are all on the topic before the first is taken in, so that making them costs nothing of what is measured.
        """
        some = await produce(self._where, bodies)
        self.accepted += len(bodies)
        server = parent_of(await (await self._database.pool()).fetchval("SELECT pg_backend_pid()"))
        own, postgres = time.process_time(), server_cpu_seconds(server)
        resolving = sum(map(server_cpu_seconds, self._resolvers))
        async with running(*self._activities):
            rate = await rate_of(
                self._database, self._intake, "SELECT count(*) FROM records", self.accepted, len(bodies)
            )
        own = time.process_time() - own
        postgres = server_cpu_seconds(server) - postgres
        resolving = sum(map(server_cpu_seconds, self._resolvers)) - resolving
        figures = {
            "records": len(bodies),
            "records_per_second": round(rate),
            "intake_cpu_ms_per_record": round(own * 1000 / len(bodies), 2),
            "resolvers_cpu_ms_per_record": round(resolving * 1000 / len(bodies), 2),
            "postgres_cpu_ms_per_record": round(postgres * 1000 / len(bodies), 2),
            "resolvers_memory_mb": [memory_mb(pid) for pid in self._resolvers],
        }
        print(f"streamed: {figures}", file=sys.stderr)
        return figures, some

    def next_market(self) -> list[dict[str, Any]]:
        """The records of a market that was not sent yet."""
        self._seed += 1
        return list(whole_market(MARKET, self._seed))


async def plain_and_hot_in_turns(stream: Stream) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two markets, and two in which records share a phone, turn about: vacuuming may slow down any one of them."""
    plain, hot = [], []
    for _ in range(TURNS):
        plain.append((await stream.measured(stream.next_market()))[0])
        hot.append((await stream.measured(list(with_hot_phone(stream.next_market()))))[0])
    return together(plain), together(hot)


def together(turns: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures of several markets as of one, with the rate of each beside them."""
    sent = sum(turn["records"] for turn in turns)
    seconds = sum(turn["records"] / turn["records_per_second"] for turn in turns)
    return {
        "records": sent,
        "records_per_second": round(sent / seconds),
        "records_per_second_of_each": [turn["records_per_second"] for turn in turns],
        **{
            name: round(sum(turn[name] * turn["records"] for turn in turns) / sent, 2)
            for name in turns[0]
            if name.endswith("_per_record")
        },
        "resolvers_memory_mb": turns[-1]["resolvers_memory_mb"],
    }


async def measure(bases: Sequence[int], resolver_count: int) -> dict[str, Any]:
    """Grow one customer-master from base to base."""
    figures: dict[str, Any] = {"memory_at_start_mb": memory_mb()}
    async with AsyncExitStack() as stack:
        where = await stack.enter_async_context(servers())
        database = await stack.enter_async_context(fresh_database(where.database_url, CHAINS))
        await ensure_topics(where.kafka_bootstrap_servers)
        resolvers = [
            await stack.enter_async_context(resolver(where, database, KEYS.public_pem)) for _ in range(resolver_count)
        ]
        relay = Relay(database, where, CLOCK)
        context = ServiceContext(_settings(), database, CLOCK, SERVICE, wake_relay=relay.wake)
        intake = Timed(customer_records_subscription())
        consumer = ConsumerRunner(database, intake.subscription, where, CLOCK)
        activities = relay.run, partial(hear_signals, context), consumer.run
        stream, source, sent = Stream(where, database, resolvers, intake, activities), records(bases[-1]), 0
        for base in bases:
            filled, some = await stream.measured(list(islice(source, max(ONE_IN, base - stream.accepted))))
            if not sent:
                sent = stream.accepted
                bare_rate = await bare(where, sent)
                figures["bare_records_per_second"] = round(bare_rate)
            plain, hot = await plain_and_hot_in_turns(stream)
            plain["ratio_to_bare"] = round(plain["records_per_second"] / bare_rate, 2)
            hot["rate_against_without"] = round(hot["records_per_second"] / plain["records_per_second"], 2)
            async with running(*activities):
                figures[f"base_{base}"] = {
                    "filling_it": filled,
                    "two_markets_more": plain,
                    "two_whose_one_percent_share_a_phone": hot,
                    "accepted_to_golden": await steady(database, base),
                    "lookups": await lookups(database, some),
                    "memory_mb": {"intake": memory_mb(), "resolvers": [memory_mb(pid) for pid in resolvers]},
                }
            stream.accepted += STEADY_RATE * STEADY_SECONDS
    return figures


def main() -> None:
    """Print the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--bases", type=int, nargs="+", default=[10_000, 100_000], help="records, smallest first")
    options.add_argument("--resolvers", type=int, default=len(RESOLVERS), help="as many as the platform has")
    chosen = options.parse_args()
    collect_garbage_rarely()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    print(json.dumps(uvloop.run(measure(chosen.bases, chosen.resolvers))))


if __name__ == "__main__":
    main()
