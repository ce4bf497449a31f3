"""What aftersales reminds of, which vehicles are due, and how a station is assessed."""

from datetime import timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.notifications import notifications
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

STATION = "station:S0101"
CUSTOMER = {"name": {"full": "王伟"}, "phones": [{"value": "13911112222"}]}


async def post(aftersales: BusinessServiceUnderTest, path: str, body: Any = None) -> Any:
    answer = await aftersales.client.post(aftersales.url(path), json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def repair(aftersales: BusinessServiceUnderTest, km: int, *steps: str, **fields: Any) -> Any:
    body = {
        "org_unit": STATION,
        "customer": CUSTOMER,
        "vehicle": {"vin": "LVVDB11B5AD000015", "mileage_km": km},
    }
    order = await post(aftersales, "repair-orders", body | fields)
    for step in steps:
        order = await post(aftersales, f"repair-orders/{order['id']}/{step}")
    return order


async def told(aftersales: BusinessServiceUnderTest) -> list[tuple[str, str]]:
    return [(one.template, one.channel) for one in await notifications(aftersales.context)]


async def test_the_customer_is_reminded_the_day_before_and_the_station_of_what_it_left_unanswered(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    body = {"org_unit": STATION, "customer": CUSTOMER, "scheduled_at": "2026-11-05T02:00:00Z"}
    unanswered, answered = await post(aftersales, "appointments", body), await post(aftersales, "appointments", body)
    await post(aftersales, f"appointments/{answered['id']}/confirm")
    clock.advance(timedelta(hours=2))
    assert await fire_due(aftersales.context) == 1
    assert (await told(aftersales))[1:] == [("appointment_unanswered", "staff")]
    await post(aftersales, f"appointments/{unanswered['id']}/decline", {"cancel_reason": "full"})
    clock.advance(timedelta(days=2, hours=16))
    assert await fire_due(aftersales.context) == 1
    assert (await told(aftersales))[2:] == [("appointment_reminder", "sms")]
    (*_, reminder) = await notifications(aftersales.context)
    assert reminder.values == {"station": STATION, "time": "2026-11-05 10:00"}
    assert reminder.record_id == answered["customer"]["record_id"]


async def test_a_vehicle_is_listed_once_when_it_is_due_and_its_customer_reminded(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await repair(aftersales, 10_000, "start", "complete")
    clock.advance(timedelta(days=50))
    last = await repair(aftersales, 14_000, "start", "complete")
    listed = (await aftersales.client.get(aftersales.url("service-due"))).json()["items"]
    assert [(one["repair_order_id"], one["due_on"], one["due_km"]) for one in listed] == [
        (last["id"], "2027-02-22", 19_000)
    ]
    export, csv = aftersales.url("service-due", "export"), {"format": "csv"}
    assert last["id"] in (await aftersales.client.get(export, params=csv)).text.splitlines()[1]
    query = {"due_until": "2027-02-21"}
    assert (await aftersales.client.get(aftersales.url("service-due"), params=query)).json()["items"] == []
    assert len((await aftersales.client.get(export, params=csv | query)).text.splitlines()) == 1
    stranger = aftersales.headers(org_units=["station:S0201"])
    assert (await aftersales.client.get(aftersales.url("service-due"), headers=stranger)).json()["items"] == []
    clock.advance(timedelta(days=60))
    assert await fire_due(aftersales.context) > 0
    (event,) = await aftersales.published("isthmus.aftersales.service-due.v1")
    assert (event.data["repair_order_id"], event.data["due_on"]) == (last["id"], "2027-02-22")
    assert ("service_due", "sms") in await told(aftersales)


async def test_a_station_is_measured_by_its_orders_and_dropped_when_it_fails_twice(
    aftersales: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await repair(aftersales, 10_000, "start", "complete", "check", promised_at="2026-11-01T08:00:00Z")
    await repair(
        aftersales, 10_010, "start", "complete", "rework", "complete", "check", promised_at="2026-10-31T08:00:00Z"
    )
    period = {"org_unit": STATION, "from_day": "2026-11-01", "to_day": "2026-11-30"}
    made = await post(aftersales, "assessments", period | {"points": {"premises": 20}})
    assert made["measured"] == {"kept_promises": 50, "first_time_fixed": 50}
    assert (made["score"], made["grade"]) == (450, "d")
    published = await post(aftersales, f"assessments/{made['id']}/publish")
    assert published["consequence"] == "improve"
    following = {"org_unit": STATION, "from_day": "2026-12-01", "to_day": "2026-12-31", "points": {"conduct": 0}}
    again = await post(aftersales, "assessments", following)
    assert (await post(aftersales, f"assessments/{again['id']}/publish"))["consequence"] == "drop"
    wrong = await aftersales.client.post(
        aftersales.url("assessments"), json=period | {"points": {"kept_promises": 100}}
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/points")
