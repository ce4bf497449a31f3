"""Dead letters (死信): messages that cannot be processed, kept with their original bytes and headers and the reason."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiokafka import AIOKafkaProducer

from isthmus.contracts.topic import DEAD_LETTER_SUFFIX
from isthmus.messaging.clients import new_producer, stop_producer

HEADER_PREFIX = "dlq_"
_SEND_SECONDS = 15.0
_MOST_REASON = 2000

Headers = Sequence[tuple[str, bytes]]


class Message(Protocol):
    """What a Kafka record and a delivery have in common."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a message is a dead letter."""

    consumer: str
    kind: str
    """`malformed`, `invalid_data`, `unknown_major_version`, `too_large`, `rejected` by the handler, or `failed`: the
    handler raised something nobody foresaw, each time."""
    message: str
    attempts: int
    at: datetime


def reason_headers(message: Message, reason: Reason) -> list[tuple[str, bytes]]:
    """Where a message came from and why it is dead, as headers beside its own."""
    values = {
        "topic": message.topic,
        "partition": str(message.partition),
        "offset": str(message.offset),
        "consumer": reason.consumer,
        "kind": reason.kind,
        "reason": reason.message[:_MOST_REASON],
        "attempts": str(reason.attempts),
        "time": reason.at.isoformat(),
    }
    return [(HEADER_PREFIX + name, value.encode()) for name, value in values.items()]


def original_headers(headers: Headers) -> list[tuple[str, bytes]]:
    """The headers a dead letter had as a message."""
    return [(name, value) for name, value in headers if not name.startswith(HEADER_PREFIX)]


class DeadLetterSender:
    """Puts messages into `<topic>.dlq`; its producer is made at the first one."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._producer: AIOKafkaProducer | None = None
        self._lock = asyncio.Lock()

    async def send(self, message: Message, reason: Reason) -> None:
        """Return when the broker has acknowledged the dead letter; raises KafkaError or OSError if it did not."""
        headers = [*original_headers(message.headers), *reason_headers(message, reason)]
        async with self._lock:
            try:
                async with asyncio.timeout(_SEND_SECONDS):
                    producer = await self._started_producer()
                    await producer.send_and_wait(
                        message.topic + DEAD_LETTER_SUFFIX, value=message.value, key=message.key, headers=headers
                    )
            except BaseException:
                await self.close()
                raise

    async def close(self) -> None:
        """Stop the producer, if there is one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await stop_producer(producer)

    async def _started_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = new_producer(self._bootstrap_servers)
            try:
                await producer.start()
            except BaseException:
                await producer.client.close()
                raise
            self._producer = producer
        return self._producer
