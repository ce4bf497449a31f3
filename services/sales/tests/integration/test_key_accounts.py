"""A fleet buys under its frame contract, by the catalogue; a price is named knowing what the customer is worth."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from isthmus.clock import FixedClock
from isthmus.platform_client import Answer
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.platform import PlatformStandIn
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

LIST_PRICE = {"amount_minor": 10_000_000, "currency": "CNY"}
PROFILE = {
    "main": {
        "value": {"grade": "gold", "gold_customer": True, "points": 91, "parts": []},
        "segment": {"name": "taxi", "reasons": []},
        "stage": {"name": "actual", "reasons": []},
        "life_cycle": {"phase": "trade_in", "reasons": []},
    },
    "open_items": [{"kind": "repair-order"}, {"kind": "case"}, {"kind": "case"}],
}


def manager(sales: BusinessServiceUnderTest) -> dict[str, str]:
    return sales.headers(org_units=[ORG_UNIT], scopes=["sales:read", "sales:write", "sales:approve"])


async def contract_with(sales: BusinessServiceUnderTest, account: dict[str, Any]) -> dict[str, Any]:
    body = {
        "org_unit": ORG_UNIT,
        "customer": {"record_id": account["customer"]["record_id"]},
        "key_account_id": account["id"],
        "number": "KJ2026-017",
        "valid_from": "2026-11-01",
        "valid_until": "2026-11-30",
        "discount_permille": 120,
    }
    answer = await sales.client.post("/v1/sales/frame-contracts", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_fleet_buys_at_the_price_of_its_contract_until_that_is_over(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    account = await create("key-accounts", customer={"name": {"organization": "芜湖出租汽车公司"}})
    contract = await contract_with(sales, account)
    of_contract = {"customer": contract["customer"] | {}, "frame_contract_id": contract["id"]}
    of_contract["customer"].pop("source")
    price = {"list_price": LIST_PRICE, "total": LIST_PRICE | {"amount_minor": 8_800_000}, "valid_until": None}
    quotes = [await create("quotes", **of_contract, **price) for _ in range(2)]
    consultant = sales.headers(org_units=[ORG_UNIT])

    async def send(quote: dict[str, Any]) -> int:
        answer = await sales.client.post(sales.url("quotes", quote["id"], "send"), headers=consultant)
        return answer.status_code

    assert await send(quotes[0]) == 409, "the contract is not signed"
    sign = sales.url("frame-contracts", contract["id"], "sign")
    assert (await sales.client.post(sign, headers=consultant)).status_code == 403
    assert (await sales.client.post(sign, headers=manager(sales))).json()["status"] == "active"
    assert await send(quotes[0]) == 200
    clock.advance(timedelta(days=29, hours=8))
    await fire_due(sales.app.state.context)
    assert (await sales.client.get(sales.url("frame-contracts", contract["id"]))).json()["status"] == "expired"
    assert await send(quotes[1]) == 409
    other = await create("customers")
    wrong = {"org_unit": ORG_UNIT, "customer": {"record_id": other["record_id"]}, "frame_contract_id": contract["id"]}
    refused = await sales.client.post("/v1/sales/quotes", json=wrong | {"total": LIST_PRICE})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/frame_contract_id")


async def test_a_quote_from_the_catalogue_cannot_hide_its_discount(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    option = {"code": "SUNROOF", "description": "全景天窗", "price": LIST_PRICE | {"amount_minor": 500_000}}
    variant = {
        "org_unit": "hq",
        "code": "G5-LUX",
        "brand": "瑞麒",
        "series": "G5",
        "model": "G5 2.0T",
        "variant": "豪华型",
        "list_price": LIST_PRICE,
        "options": [option],
    }
    added = (await sales.client.post("/v1/sales/variants", json=variant)).json()
    chosen = {"variant_id": added["id"], "options": ["SUNROOF"], "vehicle": {"exterior_color": "珍珠白"}}
    quote = await create("quotes", **chosen, total=LIST_PRICE | {"amount_minor": 9_450_000})
    assert (quote["list_price"]["amount_minor"], quote["discount_permille"]) == (10_500_000, 100)
    assert (quote["vehicle"]["model"], quote["vehicle"]["exterior_color"]) == ("G5 2.0T 豪华型", "珍珠白")
    body = {"org_unit": ORG_UNIT, "customer": {"name": {"full": "王伟"}}, "total": LIST_PRICE}
    for wrong in ({"options": ["SUNROOF"]}, {"variant_id": added["id"], "options": ["WINGS"]}):
        assert (await sales.client.post("/v1/sales/quotes", json=body | wrong)).status_code == 422


async def test_a_price_is_named_knowing_what_the_customer_is_worth(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    golden_id = uuid4()
    here, there = await create("customers"), await create("customers", org_unit=OTHER_ORG_UNIT)
    for record in (here, there):
        await sales.set_golden_id(record["record_id"], golden_id)
    elsewhere = {"org_unit": OTHER_ORG_UNIT, "customer": {"record_id": there["record_id"]}}
    await create("orders", **elsewhere)
    await create("deliveries", **elsewhere)
    quote = await create("quotes", **elsewhere)
    await sales.client.post(sales.url("quotes", quote["id"], "send"))
    dealer, url = sales.headers(org_units=[ORG_UNIT]), sales.url("customers", here["record_id"], "value")
    path = f"/v1/customers/{golden_id}/profile"
    sales.app.state.context.platform = PlatformStandIn({("GET", path): Answer(200, PROFILE)})
    value = (await sales.client.get(url, headers=dealer)).json()
    assert (value["orders"], value["vehicles_bought"], len(value["last_prices"])) == (1, 1, 1)
    assert (value["standing"]["grade"], value["standing"]["life_cycle"]) == ("gold", "trade_in")
    assert value["standing"]["open_items"] == {"case": 2, "repair-order": 1}
    sales.app.state.context.platform = PlatformStandIn()
    partial = (await sales.client.get(url, headers=dealer)).json()
    assert (partial["standing"]["status"], partial["standing"]["reason"]) == ("not_answered", "unreachable")
    assert partial["orders"] == 1
    hidden = sales.url("customers", there["record_id"], "value")
    assert (await sales.client.get(hidden, headers=dealer)).status_code == 404
