"""G1, G2, G7: many writers push the same people at once, through Kafka and over HTTP; each person is one customer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx2
import orjson
import pytest

from customer_master.record_subscription import customer_records_subscription
from customer_master.resolver.worker import ResolverWorker
from customer_master.testing import Master, record
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.contracts.envelope import Event
from isthmus.contracts.topic import Topic
from isthmus.contracts.topics import TOPICS
from isthmus.messaging import binding, ensure_topics
from isthmus.messaging.clients import new_producer
from isthmus.messaging.consumer import ConsumerRunner

pytestmark = [pytest.mark.integration, pytest.mark.timeout(500)]

PEOPLE = 500
WRITERS = 8
RESOLVERS = 4
FAMILY_NAMES = "王李张刘陈杨黄赵吴周"
GIVEN_NAMES = "伟芳娜敏静"


@dataclass(frozen=True)
class Broker:
    """The messaging settings of a process."""

    kafka_bootstrap_servers: str
    drain_seconds: float = 5.0


def person(writer: int, number: int) -> dict[str, Any]:
    """One of the people, as one writer's source knows them; who is alike in name and town is another by number."""
    return record(
        f"dealer:D{writer:04}:dms",
        f"P{number}",
        name={"full": FAMILY_NAMES[number % 10] + GIVEN_NAMES[number // 10 % 5]},
        phones=[{"value": f"13{number * 387_420_489 % 10**9:09}"}],
        identifiers=[{"type": "cn_resident_id", "value": resident_id(number)}],
    )


def resident_id(number: int) -> str:
    """One with its check digit (GB 11643: weights are powers of 2 modulo 11)."""
    body = f"110105{1950 + number // 12:04}{number % 12 + 1:02}15{number % 300:03}"
    weighed = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "10X98765432"[weighed % 11]


def written_by(writer: int) -> Iterator[dict[str, Any]]:
    """All the people; each writer begins with another one, so that none is in step with the next."""
    first = writer * PEOPLE // WRITERS
    return (person(writer, number % PEOPLE) for number in range(first, first + PEOPLE))


@pytest.fixture
async def topic(kafka: str) -> Topic:
    own = replace(TOPICS["customer-records"], name=f"test-{uuid4().hex[:12]}")
    await ensure_topics(kafka, [own])
    return own


async def send(writer: int, topic: Topic, kafka: str, master: Master) -> None:
    producer = new_producer(kafka)
    await producer.start()
    try:
        for body in written_by(writer):
            data = CustomerRecord.model_validate(body)
            event = Event.of(data, event_id=uuid4(), source="/test", time=master.clock.now(), aggregateversion=1)
            headers = [(name, value.encode()) for name, value in binding.encode_headers(event).items()]
            await producer.send(topic.name, binding.encode_value(event), event.key.encode(), headers=headers)
        await producer.flush()
    finally:
        await producer.stop()


async def upload(writer: int, client: httpx2.AsyncClient) -> None:
    lines = b"\n".join(orjson.dumps(body) for body in written_by(writer))
    answer = await client.post(
        "/v1/customer-records/batch", content=lines, headers={"Content-Type": "application/x-ndjson"}
    )
    assert (answer.status_code, answer.json()["rejected"]) == (202, 0), answer.text


async def put(writer: int, client: httpx2.AsyncClient) -> None:
    for body in written_by(writer):
        answer = await client.put(f"/v1/customer-records/{body.pop('source')}/{body.pop('record_id')}", json=body)
        assert answer.status_code == 202, answer.text


@asynccontextmanager
async def running(master: Master, topic: Topic, kafka: str) -> AsyncIterator[None]:
    """The consumer of records and several resolvers, side by side."""
    stop = asyncio.Event()
    subscription = replace(customer_records_subscription(), name=topic.name, topics=[topic.name])
    tasks = [asyncio.create_task(ConsumerRunner(master.database, subscription, Broker(kafka), master.clock).run(stop))]
    for _ in range(RESOLVERS):
        worker = ResolverWorker(master.database, master.model, master.clock, batch_size=100)
        tasks.append(asyncio.create_task(worker.run(stop)))
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def test_eight_writers_of_the_same_people_make_one_customer_of_each(
    master: Master, api: Callable[..., httpx2.AsyncClient], topic: Topic, kafka: str
) -> None:
    client = api()
    async with running(master, topic, kafka), asyncio.timeout(420):
        await asyncio.gather(
            *(send(writer, topic, kafka, master) for writer in range(4)),
            *(upload(writer, client) for writer in range(4, 7)),
            put(7, client),
        )
        while True:
            if not await left_to_do(master):
                break
            await asyncio.sleep(0.1)

    documents = [row["document"] for row in await master.fetch("TABLE golden_customers") if row["state"] == "live"]
    holders = Counter(value["value"]["value"] for one in documents for value in one["values"]["identifiers"])
    assert len(holders) == PEOPLE
    assert set(holders.values()) == {1}, "two customers share an exclusive identifier"
    assert Counter(len(one["members"]) for one in documents) == {WRITERS: PEOPLE}
    lines = [orjson.loads(line) for line in (await client.get("/v1/crosswalk")).text.splitlines()]
    told = {(line["source"], line["record_id"]): line["golden_id"] for line in lines}
    assert len(lines) == len(told) == WRITERS * PEOPLE
    assert len(set(told.values())) == PEOPLE
    for number in range(PEOPLE):
        assert len({told[f"dealer:D{writer:04}:dms", f"P{number}"] for writer in range(WRITERS)}) == 1


async def left_to_do(master: Master) -> bool:
    ((records, queued),) = await master.fetch(
        "SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM resolution_queue)"
    )
    return bool(records < WRITERS * PEOPLE or queued)
