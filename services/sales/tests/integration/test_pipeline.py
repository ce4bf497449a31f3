"""Each deal is counted once, at the furthest stage it has reached; figures say who has done what."""

from typing import Any

import pytest

from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT

pytestmark = pytest.mark.integration


def cny(amount: int) -> dict[str, Any]:
    return {"amount_minor": amount, "currency": "CNY"}


async def step(
    sales: BusinessServiceUnderTest, path: str, document: dict[str, Any], name: str, body: Any = None
) -> None:
    answer = await sales.client.post(sales.url(path, document["id"], name), json=body)
    assert answer.status_code == 200, answer.text


async def test_a_deal_is_forecast_once_at_its_furthest_stage(sales: BusinessServiceUnderTest, create: Create) -> None:
    await create("leads", budget=cny(1_000_000), expected_purchase_on="2026-12-10")
    await create("leads", budget=None)
    lead = await create("leads", budget=cny(9_000_000))
    of_lead = {"customer": {"record_id": lead["customer"]["record_id"]}, "lead_id": lead["id"]}
    quote = await create("quotes", **of_lead, total=cny(8_000_000), valid_until="2026-12-05")
    await step(sales, "quotes", quote, "send")
    shown = (await sales.client.get("/v1/sales/pipeline")).json()
    deals = [(deal["stage"], deal["month"], deal["count"], deal["weighted_minor"]) for deal in shown["deals"]]
    assert deals == [("new", None, 1, 0), ("new", "2026-12", 1, 50_000), ("offered", "2026-12", 1, 3_600_000)]
    assert shown["forecast"] == [
        {"currency": "CNY", "month": "2026-12", "count": 2, "amount_minor": 9_000_000, "weighted_minor": 3_650_000}
    ]
    await step(sales, "quotes", quote, "accept")
    await create("orders", customer=of_lead["customer"], quote_id=quote["id"], total=cny(8_000_000))
    shown = (await sales.client.get("/v1/sales/pipeline")).json()
    assert [deal["stage"] for deal in shown["deals"]] == ["new", "new", "placed"]
    stranger = sales.headers(org_units=[OTHER_ORG_UNIT])
    assert (await sales.client.get("/v1/sales/pipeline", headers=stranger)).json()["deals"] == []


async def test_figures_say_who_has_done_what(sales: BusinessServiceUnderTest, create: Create) -> None:
    won, lost = await create("leads"), await create("leads")
    for name in ("qualify", "convert"):
        await step(sales, "leads", won, name)
    await step(sales, "leads", lost, "lose", {"lost_reason": "price"})
    await create("leads", consultant="李娜")
    for amount in (1_000, 2_000):
        await create("orders", total=cny(amount), deposit=None)
    cancelled = await create("orders")
    await step(sales, "orders", cancelled, "cancel", {"cancel_reason": "illness"})
    promise = await create("commitments")
    await step(sales, "commitments", promise, "keep", {"outcome": "film is on"})
    await create("leads", org_unit=OTHER_ORG_UNIT)

    dealer = sales.headers(org_units=[ORG_UNIT])
    figures = (await sales.client.get("/v1/sales/figures", headers=dealer)).json()
    assert [one["consultant"] for one in figures] == ["李娜", "王磊"]
    wang = figures[1]
    assert (wang["leads"], wang["leads_won"], wang["leads_lost"], wang["conversion_permille"]) == (2, 1, 1, 500)
    assert (wang["orders"], wang["orders_cancelled"], wang["order_amounts"]) == (2, 1, {"CNY": 3_000})
    assert wang["commitments_kept"] == 1
    assert figures[0]["conversion_permille"] is None
    later = {"made_from": "2026-11-02T00:00:00Z"}
    assert (await sales.client.get("/v1/sales/figures", params=later)).json() == []
