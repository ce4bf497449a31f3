"""Others can read what we send, and we what they send: the official CloudEvents SDK and a plain Kafka client."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import confluent_kafka
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from isthmus.clock import SystemClock
from isthmus.contracts.customer_master import GoldenCustomerChanged
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.contracts.envelope import Event
from isthmus.contracts.examples import example_data
from isthmus.contracts.registry import EVENT_TYPES
from isthmus.contracts.topics import TOPICS, topic_of
from isthmus.db import Database
from isthmus.messaging import Relay, binding, outbox
from isthmus_local.testing.databases import settings_for

pytestmark = pytest.mark.integration

MakeDatabase = Callable[..., Awaitable[Any]]
LIMIT_SECONDS = 60
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass(frozen=True)
class Broker:
    kafka_bootstrap_servers: str
    drain_seconds: float = 5.0


class Outsider:
    """A reader that knows Kafka and CloudEvents and nothing of ours."""

    def __init__(self, bootstrap_servers: str) -> None:
        self.consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": bootstrap_servers,
                "group.id": f"outsider-{uuid4()}",
                "enable.auto.commit": False,
            }
        )
        self.consumer.assign(
            [
                confluent_kafka.TopicPartition(topic, number, confluent_kafka.OFFSET_BEGINNING)
                for topic in TOPICS
                for number in self._partitions(topic)
            ]
        )

    def _partitions(self, topic: str) -> list[int]:
        return list(self.consumer.list_topics(topic, timeout=LIMIT_SECONDS).topics[topic].partitions)

    async def read_soon(self, ids: set[str]) -> dict[str, confluent_kafka.Message]:
        """As `read`, while the relay of the test goes on."""
        return await asyncio.to_thread(self.read, ids)

    def read(self, ids: set[str]) -> dict[str, confluent_kafka.Message]:
        """The messages with these event ids; others of the same broker are passed over."""
        found: dict[str, confluent_kafka.Message] = {}
        deadline = time.monotonic() + LIMIT_SECONDS
        while found.keys() != ids:
            assert time.monotonic() < deadline, f"{len(ids - found.keys())} events have not come"
            message = self.consumer.poll(0.2)
            if message is None:
                continue
            assert message.error() is None
            event_id = headers_of(message).get("ce_id", b"").decode()
            if event_id in ids:
                found[event_id] = message
        return found


@pytest.fixture
def outsider(kafka: str) -> Iterator[Outsider]:
    reader = Outsider(kafka)
    yield reader
    reader.consumer.close()


def headers_of(message: confluent_kafka.Message) -> dict[str, bytes]:
    """Headers as the broker has them; the client's types allow more than ever comes."""
    headers = message.headers() or []
    pairs = headers.items() if isinstance(headers, dict) else headers
    return {name: value for name, value in pairs if isinstance(value, bytes)}


def understood(message: confluent_kafka.Message) -> Any:
    """The event as the official SDK reads it."""
    return from_kafka(
        KafkaMessage(headers_of(message), message.key(), message.value() or b""), JSONFormat(), CloudEvent
    )


def event_of(event_type: str, at: datetime) -> Event:
    data = EVENT_TYPES[event_type].model_validate(example_data(EVENT_TYPES[event_type]))
    return Event.of(
        data,
        event_id=uuid4(),
        source=f"/{topic_of(event_type).writers[0]}",
        time=at,
        aggregateversion=2**40,
        orgunit="dealer:D0001",
        traceparent=TRACE,
        dataowner="dealer:D0001",
    )


@asynccontextmanager
async def published(service_database: MakeDatabase, kafka: str, *events: Event) -> AsyncIterator[None]:
    """Publish as every service does: through its outbox and its relay, which runs as long as the test looks."""
    made = await service_database("contract", ["platform"])
    database = await Database.connect(settings_for(made.url))
    stop = asyncio.Event()
    relay = asyncio.create_task(Relay(database, Broker(kafka), SystemClock()).run(stop))
    try:
        async with database.transaction() as session:
            outbox.add(session, *events)
        yield
    finally:
        stop.set()
        await relay
        await database.close()


async def test_the_official_sdk_reads_every_event_we_publish(
    service_database: MakeDatabase, kafka: str, outsider: Outsider
) -> None:
    at = datetime(2026, 11, 1, 8, 0, 0, 123456, tzinfo=UTC)
    sent = {str(event.id): event for event in (event_of(event_type, at) for event_type in EVENT_TYPES)}
    async with published(service_database, kafka, *sent.values()):
        messages = await outsider.read_soon(set(sent))
    for event_id, message in messages.items():
        event, theirs = sent[event_id], understood(message)
        assert message.topic() == topic_of(event.type).name
        assert theirs.get_specversion() == "1.0"
        assert theirs.get_type() == event.type
        assert theirs.get_source() == event.source
        assert theirs.get_subject() == event.subject
        assert theirs.get_time() == at
        assert theirs.get_datacontenttype() == "application/json"
        assert {
            name: theirs.get_extension(name) for name in ("partitionkey", "orgunit", "dataowner", "traceparent")
        } == {
            "partitionkey": event.key,
            "orgunit": "dealer:D0001",
            "dataowner": "dealer:D0001",
            "traceparent": TRACE,
        }
        assert theirs.get_extension("aggregateversion") == str(2**40)
        assert theirs.get_data() == example_data(EVENT_TYPES[event.type])


async def test_absent_fields_of_a_record_stay_absent_on_the_wire(
    service_database: MakeDatabase, kafka: str, outsider: Outsider
) -> None:
    data = CustomerRecord.model_validate({"source": "hq:crm", "record_id": f"a/{uuid4()}", "gender": None, "x": [1]})
    event = Event.of(data, event_id=uuid4(), source="/sales", time=datetime.now(UTC), aggregateversion=1)
    async with published(service_database, kafka, event):
        message = (await outsider.read_soon({str(event.id)}))[str(event.id)]
    assert understood(message).get_data() == data.to_json()
    assert understood(message).get_extension("partitionkey") == f"hq:crm/{data.record_id}"


async def test_a_tombstone_is_a_message_without_data_whose_attributes_the_sdk_reads(
    service_database: MakeDatabase, kafka: str, outsider: Outsider
) -> None:
    golden_id = str(uuid4())
    erased = Event(
        id=uuid4(),
        type=GoldenCustomerChanged.event_type,
        source="/customer-master",
        subject=golden_id,
        time=datetime.now(UTC),
        data=None,
        key=golden_id,
        aggregateversion=3,
    )
    async with published(service_database, kafka, erased):
        message = (await outsider.read_soon({str(erased.id)}))[str(erased.id)]
    assert message.value() is None
    theirs = understood(message)
    assert (theirs.get_type(), theirs.get_subject()) == (erased.type, golden_id)
    assert theirs.get_extension("aggregateversion") == "3"


def test_a_record_written_with_the_official_sdk_and_a_plain_client_is_read_by_us(
    kafka: str, outsider: Outsider
) -> None:
    """What a large dealer management system does that writes to `customer-records` itself."""
    event_id = str(uuid4())
    record = {
        "source": "dealer:D0001:dms",
        "record_id": "表-1",
        "version": 3,
        "birth_date": "1990/1/1",
        "phones": [{"value": 1}],
    }
    theirs = CloudEvent(
        {
            "id": event_id,
            "type": CustomerRecord.event_type,
            "source": "/dms/D0001",
            "subject": "dealer:D0001:dms/表-1",
            "time": datetime(2026, 11, 1, 8, tzinfo=UTC),
            "datacontenttype": "application/json",
            "partitionkey": "dealer:D0001:dms/表-1",
        },
        record,
    )
    message = to_binary(theirs, JSONFormat())
    producer = confluent_kafka.Producer({"bootstrap.servers": kafka, "acks": "all"})
    producer.produce("customer-records", message.value, message.key, headers=list(message.headers.items()))
    assert producer.flush(LIMIT_SECONDS) == 0

    arrived = outsider.read({event_id})[event_id]
    ours = binding.decode(headers_of(arrived).items(), arrived.key(), arrived.value())
    assert ours.id == UUID(event_id)
    assert ours.key == "dealer:D0001:dms/表-1"
    assert isinstance(ours.data, CustomerRecord)
    assert json.loads(ours.data.to_bytes()) == record | {"phones": [{"value": "1"}]}
