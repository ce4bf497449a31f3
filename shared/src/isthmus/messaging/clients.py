"""The Kafka clients with the settings that make them safe and quick."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, ProducerClosed

from isthmus.messaging.log_limit import limit_broker_logs

_REQUEST_TIMEOUT_MS = 10_000
SESSION_TIMEOUT_MS = 6_000
"""A consumer that died without a word loses its partitions after this."""
_METADATA_AGE_MS = 5_000
"""A topic that was made anew is noticed after this."""
_LARGEST_REQUEST_BYTES = 16 * 1024 * 1024
_STOP_SECONDS = 5.0


def new_producer(bootstrap_servers: str, batch_bytes: int = 16 * 1024) -> AIOKafkaProducer:
    """A producer that waits for all replicas and repeats without doubling; not started."""
    limit_broker_logs()
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        acks="all",
        enable_idempotence=True,
        max_batch_size=batch_bytes,
        max_request_size=_LARGEST_REQUEST_BYTES,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
    )


async def stop_producer(producer: AIOKafkaProducer) -> None:
    """Stop a producer, giving up what it could not send: an idempotent one would wait for a lost broker for ever."""
    accumulator = producer._message_accumulator  # noqa: SLF001 - aiokafka has no public way to give up unsent batches
    accumulator.fail_all(ProducerClosed())
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await producer.stop()
    except (TimeoutError, KafkaError):
        await producer.client.close()


def new_group_consumer(bootstrap_servers: str, group: str, drain_seconds: float) -> AIOKafkaConsumer:
    """A consumer of a group that starts at the earliest message and commits only what it is told to; not started."""
    limit_broker_logs()
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=100,
        heartbeat_interval_ms=300,
        session_timeout_ms=SESSION_TIMEOUT_MS,
        rebalance_timeout_ms=int(drain_seconds * 1000) + SESSION_TIMEOUT_MS,
        metadata_max_age_ms=_METADATA_AGE_MS,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
    )


def new_admin(bootstrap_servers: str) -> AIOKafkaAdminClient:
    """A client for topics and the cluster; not started."""
    limit_broker_logs()
    return AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=_REQUEST_TIMEOUT_MS)


def new_reader(bootstrap_servers: str) -> AIOKafkaConsumer:
    """A consumer without a group, for looking into partitions; not started."""
    limit_broker_logs()
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
    )
