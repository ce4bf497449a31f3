"""Brings erasures to their end: collects receipts, cleans the dead letters, forgets what was to be forgotten."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from customer_master.columns import transpose
from customer_master.connection import Connection
from customer_master.database import connected, transaction
from customer_master.erasure import blocks
from customer_master.erasure.fingerprints import value_hash
from customer_master.erasure.traces import is_about
from entity_resolution.records import RecordKey
from isthmus.clock import Clock
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.contracts.erasures import CustomerErased, ErasureAnswered
from isthmus.contracts.topic import DEAD_LETTER_SUFFIX
from isthmus.contracts.topics import SERVICES, TOPICS, topic_of
from isthmus.db import Database
from isthmus.http import Unavailable
from isthmus.messaging import Delivery, Subscription
from isthmus.messaging.dead_letter_office import DeadLetterOffice
from isthmus.messaging.errors import is_transient
from isthmus.messaging.forgetting import Ended, forget_published_raw
from isthmus.service.definition import ServiceContext

logger = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0
_PAUSE_SECONDS = 10.0
_SECONDS_BETWEEN_LOOKS = 3600.0
_RECORDS = topic_of(CustomerRecord.event_type).name

# Of the keys that rejected messages came with, those of which no record ever was.
_UNKNOWN = """
SELECT source, record_id FROM unnest($1::text[], $2::text[]) AS arrived(source, record_id)
WHERE NOT EXISTS (SELECT FROM records WHERE records.source = arrived.source AND records.record_id = arrived.record_id)
"""

_RECEIVE = """
INSERT INTO erasure_receipts (erasure_id, service, answered_at, removed)
SELECT erasure_id, $2, $3, $4 FROM erasures WHERE erasure_id = $1
ON CONFLICT DO NOTHING
"""

_ANSWERED = """
SELECT erasure_id, targets FROM erasures
WHERE state = 'running'
  AND (SELECT count(*) FROM erasure_receipts
       WHERE erasure_receipts.erasure_id = erasures.erasure_id AND service = ANY($1::text[])) = cardinality($1::text[])
ORDER BY erasure_id
"""

_COMPLETE = """
UPDATE erasures
SET state = 'complete', completed_at = $2, targets = '{}', removed = removed || $3, version = version + 1
WHERE erasure_id = $1 AND state = 'running'
"""


async def keep_receipts(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Store what services have forgotten; a repeated receipt changes nothing."""
    for delivery in deliveries:
        if isinstance(data := delivery.event.data, ErasureAnswered):
            await connection.execute(_RECEIVE, data.erasure_id, data.service, data.answered_at, data.removed)


RECEIPTS = Subscription(
    name="customer-master.erasure-receipts",
    topics=["erasure-receipts"],
    handle=keep_receipts,
    transactions="asyncpg",
)


async def complete_erasures(context: ServiceContext, stop: asyncio.Event) -> None:
    """The background task of the service."""
    broker, look_due = context.settings.kafka_bootstrap_servers, 0.0
    while not stop.is_set():
        pause = _POLL_SECONDS
        try:
            await complete_answered(context.database, broker, context.clock)
            if time.monotonic() >= look_due:
                await forget_refused(context.database, broker, context.clock)
                look_due = time.monotonic() + _SECONDS_BETWEEN_LOOKS
        except Exception as error:
            if not isinstance(error, KafkaError | OSError | Unavailable) and not is_transient(error):
                raise
            logger.warning("erasures postponed", reason=type(error).__name__)
            pause = _PAUSE_SECONDS
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            continue


async def complete_answered(database: Database, bootstrap_servers: str, clock: Clock) -> int:
    """Complete the erasures that all services have answered; tells how many. A crash between leaves it to the next."""
    async with connected(database) as connection:
        answered = await connection.fetch(_ANSWERED, list(SERVICES))
    if not answered:
        return 0
    erased = {row["erasure_id"]: Targets(row["targets"]) for row in answered}
    async with DeadLetterOffice.connect(bootstrap_servers) as office:
        gone = await office.forget(TOPICS, lambda letter: any(one.include(letter) for one in erased.values()))
    for erasure_id, targets in erased.items():
        letters = [letter for letter in gone if targets.include(letter)]
        async with transaction(database) as connection:
            await _complete(connection, erasure_id, letters, clock.now())
    return len(erased)


async def forget_refused(database: Database, bootstrap_servers: str, clock: Clock) -> int:
    """Forget what was rejected of a blocked record after its erasure; tells how many letters that were."""
    async with DeadLetterOffice.connect(bootstrap_servers) as office:
        letters = await office.letters([_RECORDS], lambda _read, _of: None)
        keys = {key for letter in letters if (key := _record_key(letter.key)) is not None}
        async with transaction(database) as connection:
            refused = await blocks.blocked_records(connection, sorted(keys))
        if not refused:
            return 0
        gone = await office.forget([_RECORDS], lambda letter: _record_key(letter.key) in refused)
    async with transaction(database) as connection:
        arrived = [key for letter in gone if (key := _record_key(letter.key)) is not None]
        await blocks.refuse(connection, [(key, refused[key]) for key in arrived], clock.now())
    return len(gone)


async def _complete(connection: Connection, erasure_id: UUID, letters: Sequence[ConsumerRecord], at: datetime) -> None:
    """End the errand. Whoever sent a letter by a key that nobody has is refused from now on, as the customer is."""
    keys = {
        key for letter in letters if letter.topic == _RECORDS + DEAD_LETTER_SUFFIX and (key := _record_key(letter.key))
    }
    unknown = [RecordKey(*row) for row in await connection.fetch(_UNKNOWN, *transpose(sorted(keys), 2))]
    blocked = await blocks.blocked_records(connection, unknown)
    await blocks.refuse(connection, [(key, erasure_id) for key in unknown if key not in blocked], at)
    removed = {"dead_letters": len(letters)} if letters else {}
    await connection.execute(_COMPLETE, erasure_id, at, removed)
    await forget_published_raw(connection, [Ended(CustomerErased, str(erasure_id), 2)], "/customer-master", at)


def _record_key(key: bytes | None) -> RecordKey | None:
    """The record that a message in the topic of records is about, by its key; None when that is no such key."""
    source, _, record_id = (key or b"").decode(errors="replace").partition("/")
    return RecordKey(source, record_id) if source and record_id and "\x00" not in source + record_id else None


class Targets:
    """By what a dead letter of an erased customer is recognised: its key, what its data names, the values it holds."""

    def __init__(self, stored: dict[str, Any]) -> None:
        self._records = {(source, record_id) for source, record_id in stored.get("records", [])}
        golden_ids, subjects = stored.get("golden_ids", []), stored.get("subjects", [])
        self._keys = {*golden_ids, *subjects, *(f"{source}/{record_id}" for source, record_id in self._records)}
        self._golden_ids = set(golden_ids)
        self._values = [(kind, length, hashed) for kind, length, hashed in stored.get("values", [])]

    def include(self, letter: ConsumerRecord) -> bool:
        """Whether a letter is about the customer."""
        if (letter.key or b"").decode(errors="replace") in self._keys or self._is_named_in(letter):
            return True
        return is_about(self._values, (letter.key, letter.value, *(value for _, value in letter.headers)), value_hash)

    def _is_named_in(self, letter: ConsumerRecord) -> bool:
        try:
            data = orjson.loads(letter.value or b"")
        except orjson.JSONDecodeError:
            return False
        if not isinstance(data, dict):
            return False
        return data.get("golden_id") in self._golden_ids or any(self._names(one) for one in _named(data))

    def _names(self, part: Any) -> bool:
        return isinstance(part, dict) and (part.get("source"), part.get("record_id")) in self._records


def _named(data: dict[str, Any]) -> list[Any]:
    """Where data names records: itself, its customer, its members."""
    members = data.get("members")
    return [data, data.get("customer"), *(members if isinstance(members, list) else [])]
