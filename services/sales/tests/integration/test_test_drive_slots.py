"""Of two who book the same car or consultant at once, one wins and the other is told what is taken."""

import asyncio
from typing import Any

import pytest

from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT

pytestmark = pytest.mark.integration

CAR = {"demo_vehicle": "试驾 03"}
TEN = {"scheduled_at": "2026-11-07T02:00:00Z"}
HALF_PAST_TEN = {"scheduled_at": "2026-11-07T02:30:00Z"}
ELEVEN = {"scheduled_at": "2026-11-07T03:00:00Z"}
SLOTS = "/v1/sales/test-drives/free-slots"


def booking(**fields: Any) -> dict[str, Any]:
    return {"org_unit": ORG_UNIT, "customer": {"name": {"full": "王伟"}}} | TEN | fields


@pytest.mark.parametrize("taken", ["demo_vehicle", "consultant"])
async def test_of_two_who_book_the_last_slot_at_once_one_wins(sales: BusinessServiceUnderTest, taken: str) -> None:
    answers = await asyncio.gather(
        *(sales.client.post("/v1/sales/test-drives", json=booking(**{taken: "王磊"})) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("slot_taken", f"/{taken}")
    assert len(await sales.published("isthmus.sales.test-drive-booked.v1")) == 1


async def test_a_car_is_free_before_after_elsewhere_and_once_cancelled(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    first = await create("test-drives", **CAR)
    overlapping = await sales.client.post("/v1/sales/test-drives", json=booking(**CAR, **HALF_PAST_TEN))
    assert overlapping.status_code == 409
    await create("test-drives", **CAR, **ELEVEN)
    await create("test-drives", **CAR, org_unit=OTHER_ORG_UNIT)
    await sales.client.post(f"/v1/sales/test-drives/{first['id']}/cancel", json={"cancel_reason": "illness"})
    await create("test-drives", **CAR)


async def test_a_drive_is_not_moved_to_a_time_that_is_taken(sales: BusinessServiceUnderTest, create: Create) -> None:
    await create("test-drives", **CAR)
    second = await create("test-drives", **CAR, **ELEVEN)
    url, tag = f"/v1/sales/test-drives/{second['id']}", {"If-Match": '"1"'}
    for change in (HALF_PAST_TEN, TEN | {"duration_minutes": 15}):
        assert (await sales.client.patch(url, json=change, headers=tag)).json()["code"] == "slot_taken"
    assert (await sales.client.get(url)).json() == second
    later = {"scheduled_at": "2026-11-07T03:30:00Z", "duration_minutes": 30}
    assert (await sales.client.patch(url, json=later, headers=tag)).status_code == 200


async def test_free_slots_are_those_that_can_be_booked(sales: BusinessServiceUnderTest, create: Create) -> None:
    await create("test-drives", **CAR, consultant="王磊")
    await create("test-drives", scheduled_at="2026-11-07T08:00:00Z")
    day = {"org_unit": ORG_UNIT, "day": "2026-11-07"}
    slots = (await sales.client.get(SLOTS, params=day | CAR)).json()
    starts = [slot["starts_at"] for slot in slots]
    assert starts[:3] == ["2026-11-07T01:00:00Z", "2026-11-07T03:00:00Z", "2026-11-07T03:30:00Z"]
    assert starts[-1] == "2026-11-07T09:00:00Z", "the last drive ends when the dealer closes"
    assert (await sales.client.get(SLOTS, params=day | {"consultant": "王磊"})).json() == slots
    assert len((await sales.client.get(SLOTS, params=day)).json()) == 17
    stranger = sales.headers(org_units=[OTHER_ORG_UNIT])
    assert (await sales.client.get(SLOTS, params=day, headers=stranger)).status_code == 403
    for start in starts:
        await create("test-drives", **CAR, scheduled_at=start, duration_minutes=30)
