"""What business services tell, made for tests and put on timelines."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from customer_master.database import transaction
from customer_master.testing import Master
from customer_master.timeline_events import store_events
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import Event, EventData
from isthmus.ids import new_id
from isthmus.messaging import Delivery

NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)


def told(master: Master, service: str, kind: type[EventData], record: tuple[str, str], **data: Any) -> Delivery:
    """What a service tells of a record, now."""
    source, record_id = record
    key = uuid4()
    values: dict[str, Any] = {
        "customer": RecordKey(source=source, record_id=record_id),
        "org_unit": source.rpartition(":")[0],
        "occurred_at": NOON,
        kind.event_key: key,
    }
    body = kind.model_construct(**(values | data))
    event = Event(
        id=new_id(master.clock),
        type=kind.event_type,
        source=f"/{service}",
        subject=str(key),
        time=NOON,
        data=body,
        key=str(key),
        aggregateversion=1,
    )
    return Delivery(topic=f"{service}.events", partition=0, offset=0, key=None, headers=(), value=None, event=event)


async def store(master: Master, *deliveries: Delivery) -> None:
    """Put them on timelines."""
    async with transaction(master.database) as connection:
        await store_events(connection, deliveries)
