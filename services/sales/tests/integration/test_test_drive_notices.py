"""The customer hears that a test drive is confirmed and is reminded; the consultant hears what is left unconfirmed."""

from datetime import timedelta

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration


async def told(sales: BusinessServiceUnderTest) -> list[tuple[str, str, str | None]]:
    items = (await sales.client.get("/v1/sales/notifications")).json()["items"]
    return [(item["template"], item["channel"], item["recipient"]) for item in reversed(items)]


async def test_a_booked_drive_is_confirmed_and_reminded_of_once(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    drive = await create("test-drives", consultant="王磊")
    assert await told(sales) == []
    clock.advance(timedelta(minutes=120))
    await fire_due(sales.app.state.context)
    assert await told(sales) == [("test_drive_unconfirmed", "staff", "王磊")]
    clock.advance(timedelta(minutes=1))
    await sales.client.post(f"/v1/sales/test-drives/{drive['id']}/confirm")
    assert (await told(sales))[1:] == [("test_drive_confirmed", "sms", None)]
    clock.advance(timedelta(days=4, hours=15, minutes=59))
    for _ in range(2):
        await fire_due(sales.app.state.context)
    assert (await told(sales))[2:] == [("test_drive_reminder", "sms", None)]


async def test_nobody_is_told_of_what_was_cancelled_in_time(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    for confirmed in (False, True):
        drive = await create("test-drives")
        if confirmed:
            await sales.client.post(f"/v1/sales/test-drives/{drive['id']}/confirm")
        await sales.client.post(f"/v1/sales/test-drives/{drive['id']}/cancel", json={"cancel_reason": "illness"})
    clock.advance(timedelta(days=7))
    await fire_due(sales.app.state.context)
    assert await told(sales) == [("test_drive_confirmed", "sms", None)]


async def test_the_customer_hears_of_another_time_and_is_reminded_of_that(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    drive = await create("test-drives")
    url = f"/v1/sales/test-drives/{drive['id']}"
    await sales.client.post(f"{url}/confirm")
    moved = {"scheduled_at": "2026-11-09T02:00:00Z"}
    assert (await sales.client.patch(url, json=moved, headers={"If-Match": '"2"'})).status_code == 200
    clock.advance(timedelta(days=6))
    await fire_due(sales.app.state.context)
    assert [template for template, *_ in await told(sales)] == ["test_drive_confirmed"] * 2
    clock.advance(timedelta(days=1, hours=18))
    await fire_due(sales.app.state.context)
    assert [template for template, *_ in await told(sales)][2:] == ["test_drive_reminder"]
