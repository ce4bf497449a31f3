"""What the broker must show: it answers, the topics exist, consumers keep up, nothing is dead."""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from isthmus.contracts.topics import TOPICS
from isthmus_local.findings import Finding, State
from isthmus_local.kafka import silence_client_logs

_SECONDS = 30
_LARGE_LAG = 10_000


async def broker_findings(bootstrap_servers: str) -> list[Finding]:
    """Check the broker; what cannot be asked because it does not answer is one finding."""
    silence_client_logs()
    try:
        async with asyncio.timeout(_SECONDS):
            return await _ask(bootstrap_servers)
    except (KafkaError, OSError, TimeoutError) as error:
        advice = "see `make logs`; the supervisor starts an embedded one again"
        return [Finding(State.BAD, "Kafka", f"{bootstrap_servers} does not answer: {error!r}", advice)]


async def _ask(bootstrap_servers: str) -> list[Finding]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=10_000)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, request_timeout_ms=10_000)
    try:
        await admin.start()
        await consumer.start()
        return [await _topics(admin), *await _lags(admin, consumer), await _dead_letters(consumer)]
    finally:
        await consumer.stop()
        await admin.close()


async def _topics(admin: AIOKafkaAdminClient) -> Finding:
    wanted = {name for topic in TOPICS.values() for name in (topic.name, topic.dlq.name)}
    missing = sorted(wanted - set(await admin.list_topics()))
    if missing:
        return Finding(State.BAD, "topics", f"missing: {', '.join(missing)}", "`make down` and `make up` make them")
    return Finding(State.GOOD, "topics", f"all {len(wanted)} of the register exist")


async def _lags(admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> list[Finding]:
    findings = []
    for group, _ in sorted(await admin.list_consumer_groups()):
        committed = await admin.list_consumer_group_offsets(group)
        ends = await consumer.end_offsets(list(committed)) if committed else {}
        lag = sum(max(0, ends[partition] - position.offset) for partition, position in committed.items())
        if lag < _LARGE_LAG:
            findings.append(Finding(State.GOOD, f"consumer {group}", f"{lag} events behind"))
        else:
            advice = "wait while it catches up; if the number does not fall, see the log of the service"
            findings.append(Finding(State.WARNING, f"consumer {group}", f"{lag} events behind", advice))
    return findings


async def _dead_letters(consumer: AIOKafkaConsumer) -> Finding:
    graves = [
        TopicPartition(topic.dlq.name, number) for topic in TOPICS.values() for number in range(topic.dlq.partitions)
    ]
    first, last = await consumer.beginning_offsets(graves), await consumer.end_offsets(graves)
    count = sum(last[grave] - first[grave] for grave in graves)
    if count:
        advice = "`isthmus dlq list` tells why, and which were replayed already"
        return Finding(State.WARNING, "dead letters", f"{count} in the dead-letter topics", advice)
    return Finding(State.GOOD, "dead letters", "none")
