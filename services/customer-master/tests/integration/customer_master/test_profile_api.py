"""The profile over HTTP: reasons and open items of all services, others' only by kind, time and place."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from customer_master.database import transaction
from customer_master.testing import DEALER, STATION, ouyang
from customer_master.timeline_events import store_events
from isthmus.contracts.aftersales import RepairOrderOpened
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import Event, EventData
from isthmus.contracts.sales import LeadCreated
from isthmus.ids import new_id
from isthmus.messaging import Delivery

pytestmark = pytest.mark.integration

NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)


def told(master: Any, service: str, kind: type[EventData], record: tuple[str, str], **data: Any) -> Delivery:
    source, record_id = record
    key = uuid4()
    body = kind.model_construct(
        customer=RecordKey(source=source, record_id=record_id),
        org_unit=source.rpartition(":")[0],
        occurred_at=NOON,
        **{kind.event_key: key},
        **data,
    )
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


async def store(master: Any, *deliveries: Delivery) -> None:
    async with transaction(master.database) as connection:
        await store_events(connection, deliveries)


async def test_a_profile_has_what_all_services_owe_and_hides_what_is_others(
    master: Any, api: Callable[..., Any]
) -> None:
    owned = [{"vin": "LVVDB11B0AD000018", "role": "owner", "from": "2026-01-01"}]
    await master.put(ouyang(DEALER, "A", vehicles=owned, attributes={"occupation": "教师"}), ouyang(STATION, "B"))
    await master.resolver.drain()
    await store(
        master,
        told(master, "sales", LeadCreated, (DEALER, "A"), status="new"),
        told(master, "aftersales", RepairOrderOpened, (STATION, "B"), status="opened", promised_at=NOON),
    )
    golden_id = (await master.golden_ids())[f"{DEALER}/A"]

    whole = (await api().get(f"/v1/customers/{golden_id}/profile")).json()
    main = whole["main"]
    assert (main["segment"]["name"], main["stage"]["name"], main["life_cycle"]["phase"]) == (
        "private",
        "actual",
        "buy_again",
    )
    assert main["value"]["points"] == 100
    assert main["grouping"]["occupation"]["value"] == "教师"
    assert [vehicle["role"] for vehicle in whole["subsidiary"]["vehicles"]] == ["owner"]
    assert [(item["kind"], item["state"]) for item in whole["open_items"]] == [
        ("repair-order", "overdue"),
        ("lead", "open"),
    ]
    assert {one["service"]: one["state"] for one in whole["partial"]} == {"call-center": "never", "feedback": "never"}

    seen = (await api("dealer:D0001").get(f"/v1/customers/{golden_id}/profile")).json()
    foreign, own = seen["open_items"]
    assert foreign["org_unit"] == "station:S0101"
    assert {foreign[name] for name in ("document_id", "status", "due_at", "data")} == {None}
    assert own["data"]["status"] == "new"
    assert {part["basis"] for part in seen["main"]["value"]["parts"]} == {None}
    assert (await api("dealer:D0002").get(f"/v1/customers/{golden_id}/profile")).status_code == 404

    logged = await master.fetch("SELECT object_ids FROM access_log WHERE action = 'customer.profile'")
    assert [row["object_ids"] for row in logged] == [[str(golden_id)]] * 2
