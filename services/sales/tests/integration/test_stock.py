"""A VIN stands in stock once and goes to one order; what is on an order's checklist is done before its step."""

import asyncio
from typing import Any

import httpx2
import pytest

from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT

pytestmark = pytest.mark.integration

VIN = "LVVDB11B0AD000018"
OTHER_VIN = "LVVDB11B0AD000019"
TOTAL = {"amount_minor": 15_980_000, "currency": "CNY"}
VARIANT = {
    "org_unit": "hq",
    "code": "G5-20T-LUX",
    "brand": "瑞麒",
    "series": "G5",
    "model": "G5 2.0T",
    "variant": "豪华型",
    "list_price": TOTAL,
    "options": [
        {"code": "SUNROOF", "description": "全景天窗", "price": {"amount_minor": 500_000, "currency": "CNY"}},
        {
            "code": "LEATHER",
            "description": "真皮座椅",
            "price": {"amount_minor": 300_000, "currency": "CNY"},
            "requires": ["SUNROOF"],
        },
    ],
}


async def post(sales: BusinessServiceUnderTest, path: str, body: Any = None, **options: Any) -> httpx2.Response:
    return await sales.client.post(f"/v1/sales/{path}", json=body, **options)


async def enter(sales: BusinessServiceUnderTest, vin: str = VIN) -> dict[str, Any]:
    answer = await post(sales, "stock", {"org_unit": ORG_UNIT, "vin": vin})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def state_of(sales: BusinessServiceUnderTest, vehicle: dict[str, Any]) -> tuple[str, str | None]:
    shown = (await sales.client.get(f"/v1/sales/stock/{vehicle['id']}")).json()
    return shown["status"], shown["order_id"]


def order(vin: str = VIN, **fields: Any) -> dict[str, Any]:
    customer = {"org_unit": ORG_UNIT, "customer": {"name": {"full": "王伟"}}}
    return customer | {"total": TOTAL, "vehicle": {"vin": vin}} | fields


async def test_the_catalogue_is_headquarters_and_read_by_all(sales: BusinessServiceUnderTest) -> None:
    made = (await post(sales, "variants", VARIANT)).json()
    again = await post(sales, "variants", VARIANT)
    assert (again.status_code, again.json()["code"]) == (409, "code_taken")
    url, dealer = f"/v1/sales/variants/{made['id']}", sales.headers(org_units=[ORG_UNIT])
    assert (await sales.client.get(url, headers=dealer)).json() == made
    refused = await sales.client.patch(url, json={"series": "G6"}, headers=dealer | {"If-Match": '"1"'})
    assert refused.status_code == 403
    fits = await sales.client.get(f"{url}/configuration", params={"option": ["SUNROOF", "LEATHER"]}, headers=dealer)
    assert fits.json()["list_price"]["amount_minor"] == 16_780_000
    clash = await sales.client.get(f"{url}/configuration", params={"option": "LEATHER"}, headers=dealer)
    assert (clash.status_code, clash.json()["code"]) == (422, "options_clash")
    assert [event.data["code"] for event in await sales.published("isthmus.sales.variant-changed.v1")] == ["G5-20T-LUX"]


async def test_of_two_orders_at_once_for_the_last_vehicle_one_gets_it(sales: BusinessServiceUnderTest) -> None:
    vehicle = await enter(sales)
    answers = await asyncio.gather(*(post(sales, "orders", order()) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    placed = next(answer for answer in answers if answer.status_code == 201)
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("vehicle_taken", "/vehicle/vin")
    assert await state_of(sales, vehicle) == ("reserved", placed.json()["id"])
    assert placed.headers["ETag"] == '"1"', "that of the order, not of the vehicle"
    assert len(await sales.published("isthmus.sales.order-placed.v1")) == 1


async def test_a_vehicle_is_freed_when_its_order_is_cancelled_or_takes_another(
    sales: BusinessServiceUnderTest,
) -> None:
    first, second = await enter(sales), await enter(sales, OTHER_VIN)
    await post(sales, f"stock/{second['id']}/arrive")
    placed = (await post(sales, "orders", order())).json()
    url = f"/v1/sales/orders/{placed['id']}"
    await sales.client.patch(url, json={"vehicle": {"vin": OTHER_VIN}}, headers={"If-Match": '"1"'})
    assert await state_of(sales, first) == ("in_transit", None)
    assert await state_of(sales, second) == ("reserved", placed["id"])
    await post(sales, f"orders/{placed['id']}/cancel", {"cancel_reason": "illness"})
    assert await state_of(sales, second) == ("available", None)


async def test_a_vin_is_in_stock_once_and_sold_with_the_delivery(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    vehicle = await enter(sales)
    again = await post(sales, "stock", {"org_unit": OTHER_ORG_UNIT, "vin": VIN})
    assert (again.status_code, again.json()["code"]) == (409, "vin_taken")
    placed = (await post(sales, "orders", order())).json()
    delivery = {"vehicle": {"vin": VIN}, "delivered_at": "2026-10-31T06:30:00Z"}
    elsewhere = await post(sales, "deliveries", order() | delivery | {"total": None})
    assert elsewhere.status_code == 422
    unordered = {"org_unit": ORG_UNIT, "customer": {"name": {"full": "李雷"}}} | delivery
    assert (await post(sales, "deliveries", unordered)).json()["code"] == "vehicle_taken"
    await post(sales, f"orders/{placed['id']}/confirm")
    customer = {"record_id": placed["customer"]["record_id"]}
    await create("deliveries", customer=customer, order_id=placed["id"])
    assert await state_of(sales, vehicle) == ("sold", placed["id"])


async def test_what_was_agreed_is_done_before_the_vehicle_is_handed_over(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    placed = await create("orders", payment_method="loan", checklist=["registration", "insurance"])
    assert [item["item"] for item in placed["checklist"]] == ["financing", "insurance", "registration"]
    at = f"orders/{placed['id']}"
    await post(sales, f"{at}/confirm")
    early = await post(sales, f"{at}/ready")
    assert (early.status_code, early.json()["code"]) == (409, "checklist_open")
    assert "financing" in early.json()["detail"]
    done = (await post(sales, f"{at}/check", {"item": "financing", "done": True})).json()
    assert (done["checklist"][0]["done_by"], done["checklist"][0]["done_at"]) == ("tester", "2026-11-01T08:00:00Z")
    assert (await post(sales, f"{at}/ready")).json()["status"] == "ready"
    delivery = {
        "org_unit": ORG_UNIT,
        "customer": {"record_id": placed["customer"]["record_id"]},
        "order_id": placed["id"],
        "vehicle": {"vin": VIN},
        "delivered_at": "2026-10-31T06:30:00Z",
    }
    early = await post(sales, "deliveries", delivery)
    assert (early.status_code, early.json()["detail"]) == (409, "Still to be done: insurance, registration.")
    for item in ("insurance", "registration"):
        await post(sales, f"{at}/check", {"item": item, "done": True})
    items = (await sales.client.get("/v1/sales/deliveries/protocol-items")).json()
    protocol = [{"item": item["code"], "ok": True} for item in items]
    short = await post(sales, "deliveries", delivery | {"protocol": protocol[1:]})
    assert (short.status_code, short.json()["code"]) == (422, "wrong_protocol")
    handed_over = await post(sales, "deliveries", delivery | {"protocol": protocol})
    assert handed_over.status_code == 201, handed_over.text
    assert (await post(sales, f"{at}/check", {"item": "balance", "done": True})).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"trade_in": {"vehicle": {}, "price": TOTAL | {"amount_minor": 15_980_001}}},
        {"financing": {"lender": "bank", "months": 36, "amount": TOTAL | {"currency": "USD"}}},
        {"checklist": ["blessing"]},
    ],
)
async def test_what_does_not_fit_the_order_is_refused(sales: BusinessServiceUnderTest, wrong: dict[str, Any]) -> None:
    refused = await post(sales, "orders", order() | wrong)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith(f"/{next(iter(wrong))}")
