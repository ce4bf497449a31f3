from typing import Any

import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

APPOINTMENT = {
    "org_unit": "station:S0101",
    "customer": {"name": {"full": "王伟"}, "phones": [{"value": "13911112222"}]},
    "scheduled_at": "2026-11-05T02:00:00Z",
    "vehicle": {"plate": "皖B12345"},
}


async def create(aftersales: BusinessServiceUnderTest, **changes: Any) -> dict[str, Any]:
    answer = await aftersales.client.post("/v1/aftersales/appointments", json=APPOINTMENT | changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_an_appointment_goes_its_way_and_each_step_is_told(aftersales: BusinessServiceUnderTest) -> None:
    appointment = await create(aftersales)
    for step in ("confirm", "arrive", "complete"):
        answer = await aftersales.client.post(f"/v1/aftersales/appointments/{appointment['id']}/{step}")
        assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "completed"
    told = [event.type.split(".")[2] for event in await aftersales.published() if ".aftersales." in event.type]
    assert told == ["appointment-booked", "appointment-confirmed", "appointment-arrived", "appointment-completed"]


async def test_a_step_out_of_order_is_refused_and_changes_nothing(aftersales: BusinessServiceUnderTest) -> None:
    appointment = await create(aftersales)
    url = f"/v1/aftersales/appointments/{appointment['id']}"
    refused = await aftersales.client.post(f"{url}/complete")
    assert (refused.status_code, refused.json()["code"]) == (409, "step_not_allowed")
    assert (await aftersales.client.get(url)).json() == appointment


async def test_moving_an_appointment_needs_the_version_that_was_read(aftersales: BusinessServiceUnderTest) -> None:
    appointment = await create(aftersales)
    url = f"/v1/aftersales/appointments/{appointment['id']}"
    moved = {"scheduled_at": "2026-11-06T02:00:00Z"}
    assert (await aftersales.client.patch(url, json=moved)).status_code == 428
    assert (await aftersales.client.patch(url, json=moved, headers={"If-Match": '"7"'})).status_code == 412
    answer = await aftersales.client.patch(url, json=moved, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["scheduled_at"]) == (200, "2026-11-06T02:00:00Z")
