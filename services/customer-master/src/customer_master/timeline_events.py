"""What the business services tell (topics `sales.events` …), kept for the timelines of customers.

An event is kept under the record it names and belongs to whichever golden customer that record belongs to when it is
read; so a merge or a split moves the events without touching them.
"""

from collections import Counter
from collections.abc import Sequence

import orjson

from customer_master.columns import transpose
from customer_master.connection import Connection
from customer_master.erasure import blocks
from entity_resolution.records import RecordKey
from isthmus.contracts.business import BusinessEvent
from isthmus.messaging import Delivery, Subscription
from isthmus.observability import metrics

_INSERT = """
INSERT INTO timeline_events (service, event_id, type, subject, source, record_id, org_unit, occurred_at, data)
SELECT service, event_id, type, subject, source, record_id, org_unit, occurred_at, data::jsonb
FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
            $9::text[]) AS told(service, event_id, type, subject, source, record_id, org_unit, occurred_at, data)
ON CONFLICT (service, event_id) DO NOTHING
"""

_QUEUE_PROFILES = "INSERT INTO profile_queue (source, record_id) SELECT * FROM unnest($1::text[], $2::text[])"


async def store_events(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Keep the events that name a party; what happened with nobody in particular is on no timeline."""
    named = [_party(one.event.data) for one in deliveries if _party(one.event.data) is not None]
    erased = await blocks.blocked_records(connection, [key for key in named if key is not None])
    rows = []
    for delivery in deliveries:
        event, data = delivery.event, delivery.event.data
        key = _party(data)
        if isinstance(data, BusinessEvent) and key is not None and key not in erased:
            service = event.source.strip("/")
            told = orjson.dumps(data.model_dump(mode="json", exclude={"customer", "org_unit", "occurred_at"})).decode()
            rows.append((service, event.id, event.type, event.subject, *key, data.org_unit, data.occurred_at, told))
    if rows:
        await connection.execute(_INSERT, *transpose(rows, 9))
        await connection.execute(_QUEUE_PROFILES, *transpose(sorted({row[4:6] for row in rows}), 2))
        for service, count in Counter(row[0] for row in rows).items():
            metrics.timeline_events_stored.labels(service).inc(count)


def _party(data: object) -> RecordKey | None:
    if not isinstance(data, BusinessEvent) or data.customer is None:
        return None
    return RecordKey(data.customer.source, data.customer.record_id)


SUBSCRIPTION = Subscription(
    name="customer-master.timeline",
    topics=["sales.events", "aftersales.events", "call-center.events", "feedback.events"],
    handle=store_events,
    transactions="asyncpg",
    max_wait=0.1,
)
