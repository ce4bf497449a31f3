from typing import Any

import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

VEHICLE = {"vin": "LVVDB11B5AD000015", "plate": "皖B12345", "mileage_km": 42_000}
REPAIR_ORDER = {
    "org_unit": "station:S0101",
    "customer": {"name": {"full": "OUYANG JINGYU"}, "phones": [{"value": "+86 138-1234-5678"}]},
    "vehicle": VEHICLE,
}


def money(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "CNY"}


async def post(aftersales: BusinessServiceUnderTest, **changes: Any) -> Any:
    return await aftersales.client.post("/v1/aftersales/repair-orders", json=REPAIR_ORDER | changes)


async def test_the_vehicle_taken_in_joins_the_customers_record(aftersales: BusinessServiceUnderTest) -> None:
    answer = await post(aftersales)
    assert answer.status_code == 201, answer.text
    records = await aftersales.published("isthmus.customer-records.customer-record-changed.v1")
    owned = {"vin": VEHICLE["vin"], "plate": VEHICLE["plate"], "role": "owner"}
    assert records[-1].data["vehicles"] == [owned]
    assert [record.data["version"] for record in records] == list(range(1, len(records) + 1))
    opened = (await aftersales.published("isthmus.aftersales.repair-order-opened.v1"))[0]
    assert VEHICLE.items() <= opened.data["vehicle"].items()
    assert opened.data["customer"] == answer.json()["customer"]


async def test_a_repair_order_names_a_vehicle(aftersales: BusinessServiceUnderTest) -> None:
    answer = await post(aftersales, vehicle={"mileage_km": 10})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/vehicle"]


async def test_the_total_is_the_sum_of_the_lines(aftersales: BusinessServiceUnderTest) -> None:
    lines = [
        {"kind": "labour", "description": "保养工时", "amount": money(20_000)},
        {"kind": "part", "description": "机油", "amount": money(30_000)},
    ]
    wrong = await post(aftersales, lines=lines, total=money(49_999))
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/total")
    right = await post(aftersales, lines=lines, total=money(50_000))
    assert right.status_code == 201, right.text


async def test_an_appointment_of_another_station_is_no_reference(aftersales: BusinessServiceUnderTest) -> None:
    appointment = {
        "org_unit": "station:S0201",
        "customer": REPAIR_ORDER["customer"],
        "scheduled_at": "2026-11-05T02:00:00Z",
    }
    booked = (await aftersales.client.post("/v1/aftersales/appointments", json=appointment)).json()
    answer = await post(aftersales, appointment_id=booked["id"])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/appointment_id")


async def test_a_closed_order_says_when_and_takes_no_step_more(aftersales: BusinessServiceUnderTest) -> None:
    order = (await post(aftersales)).json()
    url = f"/v1/aftersales/repair-orders/{order['id']}"
    for step in ("start", "wait-for-parts", "start", "complete", "close"):
        answer = await aftersales.client.post(f"{url}/{step}")
        assert answer.status_code == 200, answer.text
    assert answer.json()["closed_at"] == "2026-11-01T08:00:00Z"
    assert (await aftersales.client.post(f"{url}/start")).status_code == 409
    assert len(await aftersales.published("isthmus.aftersales.repair-order-closed.v1")) == 1


async def test_the_customer_pays_no_more_than_the_total(aftersales: BusinessServiceUnderTest) -> None:
    answer = await post(aftersales, total=money(100), customer_pays=money(101))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/customer_pays")
    assert (await post(aftersales, total=money(100), customer_pays=money(40))).status_code == 201
