"""Customer records from Kafka: the same as over HTTP; arrival is the time of the event."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from customer_master.database import transaction
from customer_master.record_subscription import customer_records_subscription
from customer_master.resolver import queue
from customer_master.testing import DEALER, ouyang
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.contracts.envelope import Event
from isthmus.messaging import Delivery, PermanentError

pytestmark = pytest.mark.integration

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def delivery(record: dict[str, Any] | None, at: datetime) -> Delivery:
    event = Event(
        id=uuid4(),
        type=CustomerRecord.event_type,
        source="/sales",
        subject="x",
        time=at,
        data=None if record is None else CustomerRecord.model_validate(record),
        key="x",
        aggregateversion=1,
    )
    return Delivery(topic="customer-records", partition=0, offset=0, key=None, headers=(), value=None, event=event)


async def handle(master: Any, *deliveries: Delivery) -> None:
    async with transaction(master.database) as connection:
        await customer_records_subscription(master.clock).handle(connection, deliveries)


async def test_records_are_taken_in_and_resolved(master: Any) -> None:
    await handle(master, *(delivery(ouyang(DEALER, f"R{number}"), NOON) for number in range(3)))
    await master.resolver.drain()
    assert len(set((await master.golden_ids()).values())) == 1


async def test_without_version_and_time_the_event_that_was_made_last_counts(master: Any) -> None:
    late = {"source": DEALER, "record_id": "A", "gender": "F"}
    early = {"source": DEALER, "record_id": "A", "gender": "M"}
    await handle(master, delivery(late, NOON + timedelta(seconds=1)))
    await handle(master, delivery(early, NOON))
    (row,) = await master.fetch("SELECT body FROM records")
    assert row["body"]["gender"] == "F"


async def test_a_tombstone_is_no_customer_record(master: Any) -> None:
    with pytest.raises(PermanentError):
        await handle(master, delivery(None, NOON))


async def test_records_wait_in_their_topic_while_resolvers_are_far_behind(
    master: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_MOST_WAITING", 2)
    monkeypatch.setattr(queue, "_MOST_PAUSES", 1_000_000)
    await handle(master, *(delivery(ouyang(DEALER, f"R{number}"), NOON) for number in range(3)))
    waiting = asyncio.create_task(handle(master, delivery(ouyang(DEALER, "late"), NOON)))
    done, _ = await asyncio.wait({waiting}, timeout=4 * queue._PAUSE_SECONDS)
    assert not done
    await master.resolver.drain()
    await waiting
    await master.resolver.drain()
    assert f"{DEALER}/late" in await master.golden_ids()


async def test_records_are_taken_in_while_nobody_resolves(master: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_MOST_WAITING", 0)
    monkeypatch.setattr(queue, "_MOST_PAUSES", 2)
    await handle(master, delivery(ouyang(DEALER, "first"), NOON))
    await handle(master, delivery(ouyang(DEALER, "second"), NOON))
    assert len(await master.golden_ids()) == 2
