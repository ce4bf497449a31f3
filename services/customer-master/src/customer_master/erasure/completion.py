"""Brings erasures to their end: collects receipts, cleans the dead letters, forgets what was to be forgotten."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from customer_master.connection import Connection
from customer_master.database import connected, transaction
from isthmus.clock import Clock
from isthmus.contracts.erasures import CustomerErased, ErasureAnswered
from isthmus.contracts.topics import SERVICES, TOPICS
from isthmus.db import Database
from isthmus.messaging import Delivery, Subscription
from isthmus.messaging.dead_letter_office import DeadLetterOffice
from isthmus.messaging.errors import is_transient
from isthmus.messaging.forgetting import Ended, forget_published_raw
from isthmus.service.definition import ServiceContext

logger = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0
_PAUSE_SECONDS = 10.0

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
UPDATE erasures SET state = 'complete', completed_at = $2, targets = '{}', version = version + 1
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
    while not stop.is_set():
        pause = _POLL_SECONDS
        try:
            await complete_answered(context.database, context.settings.kafka_bootstrap_servers, context.clock)
        except Exception as error:
            if not isinstance(error, KafkaError | OSError) and not is_transient(error):
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
    targets = [Targets(row["targets"]) for row in answered]
    async with DeadLetterOffice.connect(bootstrap_servers) as office:
        await office.forget(TOPICS, lambda letter: any(one.include(letter) for one in targets))
    for row in answered:
        async with transaction(database) as connection:
            await _complete(connection, row["erasure_id"], clock.now())
    return len(answered)


async def _complete(connection: Connection, erasure_id: UUID, at: datetime) -> None:
    await connection.execute(_COMPLETE, erasure_id, at)
    await forget_published_raw(connection, [Ended(CustomerErased, str(erasure_id), 2)], "/customer-master", at)


class Targets:
    """By what a dead letter of an erased customer is recognised: its key, or what its data names."""

    def __init__(self, stored: dict[str, Any]) -> None:
        self._records = {(source, record_id) for source, record_id in stored.get("records", [])}
        golden_ids, subjects = stored.get("golden_ids", []), stored.get("subjects", [])
        self._keys = {*golden_ids, *subjects, *(f"{source}/{record_id}" for source, record_id in self._records)}
        self._golden_ids = set(golden_ids)

    def include(self, letter: ConsumerRecord) -> bool:
        """Whether a letter is about the customer."""
        if (letter.key or b"").decode(errors="replace") in self._keys:
            return True
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
