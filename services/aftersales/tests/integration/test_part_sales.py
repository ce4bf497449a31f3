"""Parts sales: whatever is ordered at once, no part is sold twice, and a line costs what it should."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

STATION = "station:S0101"


async def post(aftersales: BusinessServiceUnderTest, path: str, body: Any = None) -> Any:
    return await aftersales.client.post(aftersales.url(path), json=body)


async def stock(aftersales: BusinessServiceUnderTest, number: str, pieces: int, price: int) -> str:
    body = {
        "org_unit": STATION,
        "number": number,
        "name": number,
        "price": {"amount_minor": price, "currency": "CNY"},
        "on_hand_thousandths": pieces * 1_000,
    }
    made = await post(aftersales, "parts", body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def sell(aftersales: BusinessServiceUnderTest, **wanted: int) -> Any:
    items = [{"number": number, "quantity_thousandths": amount} for number, amount in wanted.items()]
    body = {"org_unit": STATION, "customer": {"name": {"full": "王伟"}}, "items": items}
    return await post(aftersales, "part-sales", body)


async def show(aftersales: BusinessServiceUnderTest, part: str) -> tuple[int, int]:
    answer = (await aftersales.client.get(aftersales.url("parts", part))).json()
    return answer["on_hand_thousandths"], answer["reserved_thousandths"]


async def test_of_many_sales_at_once_only_what_is_there_is_sold(aftersales: BusinessServiceUnderTest) -> None:
    filters, oil = await stock(aftersales, "filter", 3, 3_550), await stock(aftersales, "oil", 100, 8_001)
    wishes = [{"filter": 1_000, "oil": 4_500}, {"oil": 4_500, "filter": 1_000}] * 3
    answers = await asyncio.gather(*(sell(aftersales, **wish) for wish in wishes))
    lost = [answer.json()["code"] for answer in answers if answer.status_code != 201]
    assert lost == ["not_in_stock"] * 3
    assert await show(aftersales, filters) == (3_000, 3_000)
    assert await show(aftersales, oil) == (100_000, 13_500), "who did not get the filter keeps no oil"
    won = next(answer.json() for answer in answers if answer.status_code == 201)
    assert won["total"]["amount_minor"] == 3_550 + 36_005


async def test_what_is_handed_over_leaves_the_stock_and_what_is_cancelled_is_free_again(
    aftersales: BusinessServiceUnderTest,
) -> None:
    part = await stock(aftersales, "filter", 3, 3_550)
    first, second = (await sell(aftersales, filter=1_000)).json(), (await sell(aftersales, filter=2_000)).json()
    assert (await sell(aftersales, filter=1)).status_code == 409
    await post(aftersales, f"parts/{part}/retire")
    assert (await post(aftersales, f"part-sales/{first['id']}/hand-over")).status_code == 200
    assert await show(aftersales, part) == (2_000, 2_000)
    assert (
        await post(aftersales, f"part-sales/{second['id']}/cancel", {"cancel_reason": "too dear"})
    ).status_code == 200
    assert await show(aftersales, part) == (2_000, 0)
    again = await post(aftersales, f"part-sales/{second['id']}/cancel", {"cancel_reason": "too dear"})
    assert (again.status_code, await show(aftersales, part)) == (409, (2_000, 0))
    told = [event.type.split(".")[2] for event in await aftersales.published() if "part-sale" in event.type]
    assert told == ["part-sale-reserved", "part-sale-reserved", "part-sale-handed-over", "part-sale-cancelled"]


async def test_stock_never_falls_below_what_is_set_aside(aftersales: BusinessServiceUnderTest) -> None:
    part = await stock(aftersales, "filter", 3, 3_550)
    await sell(aftersales, filter=2_000)
    refused = await post(aftersales, f"parts/{part}/move-stock", {"thousandths": -1_001})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_in_stock")
    assert (await post(aftersales, f"parts/{part}/move-stock", {"thousandths": -1_000})).status_code == 200
    with pytest.raises(IntegrityError, match="parts_reserved_check"):
        async with aftersales.database.transaction() as session:
            await session.execute(text("UPDATE parts SET on_hand_thousandths = on_hand_thousandths - 1"))


async def test_a_part_that_is_not_kept_here_is_named(aftersales: BusinessServiceUnderTest) -> None:
    refused = await sell(aftersales, filter=1_000)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/items/0/number")
