"""The file of a vehicle: what each side sees of it, its warranty, and when it may be given back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from aftersales.vehicles.deliveries import keep_deliveries
from isthmus.clock import FixedClock
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import Event
from isthmus.contracts.sales_orders import VehicleDelivered
from isthmus.ids import new_id
from isthmus.messaging import Delivery
from isthmus.parties import PersonalData
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.erasure_checks import erase_records

pytestmark = pytest.mark.integration

VIN = "LVVDB11B5AD000015"
DELIVERED = datetime(2026, 9, 1, 2, tzinfo=UTC)


async def deliver(
    aftersales: BusinessServiceUnderTest, record_id: str = "C-1", version: int = 1, **vehicle: Any
) -> None:
    """Sales tells of a delivery."""
    data = VehicleDelivered.model_validate(
        {
            "delivery_id": UUID(int=7),
            "customer": RecordKey(source="dealer:D0001:dms", record_id=record_id),
            "org_unit": "dealer:D0001",
            "occurred_at": DELIVERED,
            "delivered_at": DELIVERED,
            "vehicle": {"vin": VIN, "series": "A5"} | vehicle,
            "price": {"amount_minor": 10_000_000, "currency": "CNY"},
        }
    )
    event = Event.of(data, event_id=new_id(), source="/sales", time=DELIVERED, aggregateversion=version)
    delivery = Delivery(topic="sales.events", partition=0, offset=0, key=None, headers=(), value=None, event=event)
    async with aftersales.database.transaction() as session:
        await keep_deliveries(session, [delivery])


async def take_in(aftersales: BusinessServiceUnderTest, station: str, km: int, *jobs: dict[str, Any]) -> str:
    body = {
        "org_unit": station,
        "customer": {"name": {"full": "王伟"}},
        "vehicle": {"vin": VIN, "plate": "皖B12345", "mileage_km": km},
        "jobs": jobs,
    }
    answer = await aftersales.client.post(aftersales.url("repair-orders"), json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def show(aftersales: BusinessServiceUnderTest, *org_units: str) -> Any:
    headers = aftersales.headers(org_units=org_units or ["*"])
    return await aftersales.client.get(aftersales.url("vehicles", VIN.lower()), headers=headers)


JOB = {"complaint": "王伟先生说漏油", "cause": "油封老化", "remedy": "更换油封", "fault_code": "oil_leak"}


async def test_a_station_with_the_vehicle_in_hand_sees_what_others_did_and_not_whose_it_was(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await take_in(aftersales, "station:S0101", 5_000, JOB)
    clock.advance(timedelta(days=1))
    stranger = await show(aftersales, "station:S0201")
    assert stranger.status_code == 404
    own = await take_in(aftersales, "station:S0201", 5_400)
    seen = (await show(aftersales, "station:S0201")).json()
    assert [(entry["km"], entry["org_unit"]) for entry in seen["mileage"]] == [
        (5_000, "station:S0101"),
        (5_400, "station:S0201"),
    ]
    first = seen["repairs"][0]
    assert (first["causes"], first["remedies"], first["complaints"]) == (["油封老化"], ["更换油封"], [])
    assert len(seen["holders"]) == 1
    assert "王伟" not in str(seen)
    for step in ("start", "complete"):
        await aftersales.client.post(aftersales.url("repair-orders", own, step))
    after = (await show(aftersales, "station:S0201")).json()
    assert [entry["org_unit"] for entry in after["repairs"]] == ["station:S0201"]
    assert len((await show(aftersales)).json()["repairs"]) == 2, "headquarters sees all"


async def test_warranty_counts_from_the_delivery_sales_told_of(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await deliver(aftersales, version=2)
    await deliver(aftersales, version=1, series="eQ1")
    await take_in(aftersales, "station:S0101", 50_001)
    file = (await show(aftersales)).json()
    covers = {one["name"]: (one["ends_on"], one["ends_km"], one["holds"]) for one in file["covers"]}
    assert covers["warranty"] == ("2029-08-31", 60_000, True)
    assert covers["three_guarantees"] == ("2028-08-31", 50_000, False)
    assert file["series"] == "A5", "an older version tells nothing new"


async def test_a_fault_repaired_five_times_gives_the_right_to_another_vehicle(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await deliver(aftersales)
    for number in range(5):
        order = await take_in(aftersales, f"station:S010{number}", 1_000 * (number + 1), JOB)
        for step in ("start", "complete"):
            await aftersales.client.post(aftersales.url("repair-orders", order, step))
        clock.advance(timedelta(days=3))
    assert [one["code"] for one in (await show(aftersales)).json()["remedies"]] == ["same_fault_repaired_often"]
    body = {
        "org_unit": "dealer:D0001",
        "customer": {"name": {"full": "王伟"}},
        "vehicle": {"vin": VIN, "mileage_km": 5_000},
        "wish": "exchange",
    }
    case = (await aftersales.client.post(aftersales.url("vehicle-returns"), json=body)).json()
    assert case["criteria"] == ["same_fault_repaired_often"]
    assert (case["price"]["amount_minor"], case["usage_fee"]["amount_minor"]) == (10_000_000, 250_000)


async def test_a_recall_is_open_until_an_order_has_done_it(aftersales: BusinessServiceUnderTest) -> None:
    recall = {"org_unit": "hq", "number": "S2026M0012", "title": "制动软管", "vins": [VIN.lower(), "LVVDB11B5AD000016"]}
    assert (await aftersales.client.post(aftersales.url("recalls"), json=recall)).status_code == 201
    order = await take_in(aftersales, "station:S0101", 5_000)
    assert (await show(aftersales)).json()["recalls"] == [{"number": "S2026M0012", "title": "制动软管", "done": False}]
    line = {"kind": "labour", "code": "S2026M0012", "description": "更换制动软管"}
    url = aftersales.url("repair-orders", order)
    await aftersales.client.patch(url, json={"kind": "recall", "lines": [line]}, headers={"If-Match": '"1"'})
    for step in ("start", "complete"):
        await aftersales.client.post(f"{url}/{step}")
    assert (await show(aftersales)).json()["recalls"][0]["done"]


async def test_an_erased_buyer_leaves_no_delivery(
    aftersales: BusinessServiceUnderTest, personal_data: PersonalData
) -> None:
    made = await aftersales.client.post(
        aftersales.url("customers"), json={"org_unit": "dealer:D0001", "customer": {"name": {"full": "王伟"}}}
    )
    record_id = made.json()["record_id"]
    await deliver(aftersales, record_id=record_id)
    assert (await show(aftersales)).status_code == 200
    await erase_records(aftersales, personal_data, record_id)
    assert (await show(aftersales)).status_code == 404
