"""Customer records from Kafka (topic `customer-records`), hundreds in one transaction."""

import asyncio
from collections.abc import Sequence

from customer_master.connection import Connection
from customer_master.erasure import blocks
from customer_master.intake import incoming, take_in
from customer_master.match_model import match_model
from customer_master.resolver import queue
from entity_resolution.records import RecordKey
from isthmus.clock import Clock, SystemClock
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.messaging import Delivery, PermanentError, Subscription
from isthmus.observability import metrics

_AT_ONCE = 20
"""So many records are prepared before others in the process have their turn: a resolver waits for the database twenty
times in a batch, and would wait each time for a whole batch of intake."""


def customer_records_subscription(clock: Clock | None = None) -> Subscription:
    """The consumer of customer records. One that says no time of its own arrived when its event was made."""
    clock = clock or SystemClock()
    model = match_model()

    async def handle(connection: Connection, deliveries: Sequence[Delivery]) -> None:
        await queue.wait_for_room(connection)
        records = await _with_data(connection, deliveries)
        versions = []
        for position, delivery in enumerate(records):
            if position % _AT_ONCE == 0:
                await asyncio.sleep(0)
            versions.append(incoming(_record(delivery), delivery.event.time, model))
        for accepted in await take_in(connection, versions, clock.now()):
            metrics.record_versions_taken_in.labels(accepted.outcome.value).inc()

    return Subscription(
        name="customer-master.customer-records",
        topics=["customer-records"],
        handle=handle,
        transactions="asyncpg",
    )


async def _with_data(connection: Connection, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """All but the tombstones of erased records, by which the topic forgets them."""
    keys = [_key(delivery) for delivery in deliveries if delivery.event.data is None]
    erased = await blocks.blocked_records(connection, keys) if keys else {}
    return [one for one in deliveries if one.event.data is not None or _key(one) not in erased]


def _key(delivery: Delivery) -> RecordKey:
    source, _, record_id = delivery.event.key.partition("/")
    return RecordKey(source, record_id)


def _record(delivery: Delivery) -> CustomerRecord:
    data = delivery.event.data
    if not isinstance(data, CustomerRecord):
        raise PermanentError("a customer record without data; a deletion is a record with deleted = true")
    return data
