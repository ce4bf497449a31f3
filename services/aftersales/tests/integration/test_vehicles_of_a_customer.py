"""What a repair order says of a vehicle joins the customer's record and takes nothing away that is already there."""

from typing import Any

import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration


async def vehicles_after(aftersales: BusinessServiceUnderTest, *vehicles: dict[str, Any]) -> list[dict[str, Any]]:
    """The vehicles of one customer's record after a repair order for each of these."""
    customer: dict[str, Any] = {"name": {"full": "王伟"}}
    for vehicle in vehicles:
        body = {"org_unit": "station:S0101", "customer": customer, "vehicle": vehicle}
        answer = await aftersales.client.post("/v1/aftersales/repair-orders", json=body)
        assert answer.status_code == 201, answer.text
        customer = {"record_id": answer.json()["customer"]["record_id"]}
    records = await aftersales.published("isthmus.customer-records.customer-record-changed.v1")
    return [{name: part for name, part in vehicle.items() if part} for vehicle in records[-1].data["vehicles"]]


async def test_a_vehicle_known_by_its_plate_stays_when_another_comes(aftersales: BusinessServiceUnderTest) -> None:
    kept = await vehicles_after(aftersales, {"plate": "皖B11111"}, {"plate": "皖B22222"}, {"vin": "LVVDB11B5AD000015"})
    assert [vehicle.get("plate") or vehicle.get("vin") for vehicle in kept] == [
        "皖B11111",
        "皖B22222",
        "LVVDB11B5AD000015",
    ]


async def test_a_vin_completes_the_vehicle_of_the_same_plate(aftersales: BusinessServiceUnderTest) -> None:
    full = {"vin": "LVVDB11B5AD000015", "plate": "皖B11111"}
    assert await vehicles_after(aftersales, {"plate": "皖B11111"}, full) == [full | {"role": "owner"}]


async def test_two_vins_under_one_plate_are_two_vehicles(aftersales: BusinessServiceUnderTest) -> None:
    first, second = ({"vin": vin, "plate": "皖B11111"} for vin in ("LVVDB11B5AD000015", "LVTDB21B4ND123456"))
    assert await vehicles_after(aftersales, first, second) == [first | {"role": "owner"}, second | {"role": "owner"}]
