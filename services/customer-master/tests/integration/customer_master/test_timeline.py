"""The timeline: events of all services under the record they name, wherever that record belongs when it is read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from customer_master.database import transaction
from customer_master.testing import DEALER, STATION, ouyang, wang
from customer_master.timeline_events import store_events
from isthmus.contracts.aftersales import RepairOrderOpened
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import Event
from isthmus.messaging import Delivery

pytestmark = pytest.mark.integration

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def opened(source: str, record_id: str | None, at: datetime, event_id: UUID | None = None) -> Delivery:
    order_id = uuid4()
    customer = None if record_id is None else RecordKey(source=source, record_id=record_id)
    data = RepairOrderOpened.model_construct(
        repair_order_id=order_id, customer=customer, org_unit=source.rpartition(":")[0], occurred_at=at, status="open"
    )
    event = Event(
        id=event_id or uuid4(),
        type=RepairOrderOpened.event_type,
        source="/aftersales",
        subject=str(order_id),
        time=at,
        data=data,
        key=str(order_id),
        aggregateversion=1,
    )
    return Delivery(topic="aftersales.events", partition=0, offset=0, key=None, headers=(), value=None, event=event)


async def store(master: Any, *deliveries: Delivery) -> None:
    async with transaction(master.database) as connection:
        await store_events(connection, deliveries)


async def timeline(client: Any, master: Any, key: str, **parameters: Any) -> dict[str, Any]:
    golden_id = (await master.golden_ids())[key]
    answer = await client.get(f"/v1/customers/{golden_id}/timeline", params=parameters)
    page: dict[str, Any] = answer.json()
    return page


async def test_events_of_all_records_newest_first_page_by_page(master: Any, api: Callable[..., Any]) -> None:
    await master.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), wang(DEALER, "C"))
    await master.resolver.drain()
    events = [
        opened(DEALER if hour % 2 else STATION, "A" if hour % 2 else "B", NOON + timedelta(hours=hour))
        for hour in range(5)
    ]
    await store(master, *events, opened(DEALER, "C", NOON), opened(DEALER, None, NOON), events[0])

    first = await timeline(api(), master, f"{DEALER}/A", limit=3)
    rest = await timeline(api(), master, f"{DEALER}/A", limit=3, cursor=first["next_cursor"])

    shown = [UUID(item["event_id"]) for item in first["items"] + rest["items"]]
    assert shown == [event.event.id for event in reversed(events)]
    assert rest["next_cursor"] is None


async def test_events_known_before_their_record_and_after_a_split_follow_the_record(
    master: Any, api: Callable[..., Any]
) -> None:
    await store(master, opened(STATION, "B", NOON))
    await master.put(ouyang(DEALER, "A"), ouyang(STATION, "B"))
    await master.resolver.drain()
    assert len((await timeline(api(), master, f"{DEALER}/A"))["items"]) == 1

    await master.put(wang(STATION, "B", version=2))
    await master.resolver.drain()
    assert len((await timeline(api(), master, f"{DEALER}/A"))["items"]) == 0
    assert len((await timeline(api(), master, f"{STATION}/B"))["items"]) == 1


async def test_of_others_events_only_kind_time_and_place_are_shown(master: Any, api: Callable[..., Any]) -> None:
    await master.put(ouyang(DEALER, "A"), ouyang(STATION, "B"))
    await master.resolver.drain()
    await store(master, opened(STATION, "B", NOON), opened(DEALER, "A", NOON - timedelta(days=1)))

    foreign, own = (await timeline(api("dealer:D0001"), master, f"{DEALER}/A"))["items"]

    assert own["data"]["status"] == "open"
    assert foreign["type"] == RepairOrderOpened.event_type
    assert foreign["org_unit"] == "station:S0101"
    assert {foreign[name] for name in ("data", "subject", "source", "record_id")} == {None}


async def test_a_bad_cursor_is_a_422(master: Any, api: Callable[..., Any]) -> None:
    await master.put(ouyang(DEALER, "A"))
    await master.resolver.drain()
    assert (await timeline(api(), master, f"{DEALER}/A", cursor="nonsense"))["code"] == "invalid_cursor"
