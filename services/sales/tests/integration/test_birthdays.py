"""Each morning consultants are told whose birthday it is; what customer-master does not answer is asked again."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from isthmus.clock import FixedClock
from isthmus.platform_client import Answer
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.notifications import notifications
from isthmus.testing.platform import PlatformStandIn
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration


def today(*golden_ids: UUID) -> PlatformStandIn:
    """Customer-master, which says whose birthday it is."""
    items = [{"golden_id": str(one), "calendar": "lunar"} for one in golden_ids]
    return PlatformStandIn({("GET", "/v1/birthdays"): Answer(200, {"items": items, "next_cursor": None})})


async def test_each_dealer_who_knows_the_customer_is_told_once_a_morning(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    celebrated, other = uuid4(), uuid4()
    for org_unit, consultant in (("dealer:D0001", "李娜"), ("dealer:D0001", "王磊"), ("dealer:D0002", None)):
        lead = await create("leads", org_unit=org_unit, consultant=consultant)
        await sales.set_golden_id(lead["customer"]["record_id"], celebrated)
        clock.advance(timedelta(minutes=1))
    lead = await create("leads", consultant="赵敏")
    await sales.set_golden_id(lead["customer"]["record_id"], other)
    await fire_due(sales.context)

    sales.context.platform = today(celebrated)
    clock.advance(timedelta(hours=15, minutes=50))
    await fire_due(sales.context)
    assert await notifications(sales.context) == [], "not before eight in the morning"
    clock.advance(timedelta(minutes=10))
    for _ in range(2):
        await fire_due(sales.context)
    told = [(one.template, one.org_unit, one.recipient) for one in await notifications(sales.context)]
    assert sorted(told, key=str) == [
        ("birthday_today", "dealer:D0001", "王磊"),
        ("birthday_today", "dealer:D0002", "dealer:D0002"),
    ]


async def test_without_an_answer_it_is_asked_again(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    lead = await create("leads", consultant="李娜")
    celebrated = uuid4()
    await sales.set_golden_id(lead["customer"]["record_id"], celebrated)
    await fire_due(sales.context)
    sales.context.platform = PlatformStandIn()
    clock.advance(timedelta(hours=16))
    await fire_due(sales.context)
    assert await notifications(sales.context) == []
    sales.context.platform = today(celebrated)
    clock.advance(timedelta(seconds=5))
    await fire_due(sales.context)
    assert [one.recipient for one in await notifications(sales.context)] == ["李娜"]
