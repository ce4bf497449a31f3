"""From the quote to the vehicle: what test drives, quotes, orders and deliveries do to each other."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration
Create = Callable[..., Awaitable[dict[str, Any]]]

RECORD_CHANGED = "isthmus.customer-records.customer-record-changed.v1"


def cny(amount: int) -> dict[str, Any]:
    return {"amount_minor": amount, "currency": "CNY"}


def line(amount: int, kind: str = "vehicle") -> dict[str, Any]:
    return {"kind": kind, "description": kind, "amount": cny(amount)}


async def take(sales: BusinessServiceUnderTest, document: dict[str, Any], path: str, *steps: str) -> httpx2.Response:
    for step in steps:
        answer = await sales.client.post(f"/v1/sales/{path}/{document['id']}/{step}")
    return answer


def customer_of(document: dict[str, Any]) -> dict[str, str]:
    return {"record_id": document["customer"]["record_id"]}


@pytest.mark.parametrize(
    ("lines", "pointer"),
    [
        ([line(100), line(-10, "discount")], "/total"),
        ([line(100), {"kind": "fee", "description": "plates"}], "/lines/1/amount"),
        ([line(100), line(0) | {"amount": {"amount_minor": 0, "currency": "USD"}}], "/lines/1/amount"),
    ],
)
async def test_lines_that_do_not_add_up_are_refused(
    sales: BusinessServiceUnderTest, create: Create, lines: list[dict[str, Any]], pointer: str
) -> None:
    quote = await create("quotes", total=cny(90), lines=[line(100), line(-10, "discount")])
    refused = await sales.client.patch(
        f"/v1/sales/quotes/{quote['id']}", json={"total": cny(100), "lines": lines}, headers={"If-Match": '"1"'}
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await sales.client.get(f"/v1/sales/quotes/{quote['id']}")).json() == quote


@pytest.mark.parametrize(
    "wrong",
    [
        {"total": {"amount_minor": 1.5, "currency": "CNY"}},
        {"total": {"amount_minor": 2**63, "currency": "CNY"}},
        {"total": {"amount_minor": 1, "currency": "yuan"}},
        {"total": {"amount_minor": 1, "currency": "CNY", "cents": 1}},
        {"total": None},
        {"note": "a\x00b"},
        {"customer": {"record_id": "x", "name": {"full": "both"}}},
        {"vehicle": {"vinn": "misspelt"}},
    ],
)
async def test_wrong_values_are_refused_by_name(sales: BusinessServiceUnderTest, wrong: dict[str, Any]) -> None:
    body = {"org_unit": "dealer:D0001", "customer": {"name": {"full": "王伟"}}, "total": cny(1)}
    answer = await sales.client.post("/v1/sales/quotes", json=body | wrong)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(f"/{next(iter(wrong))}")


async def test_every_offer_is_kept(sales: BusinessServiceUnderTest, create: Create) -> None:
    quote = await create("quotes", total=cny(100))
    url = f"/v1/sales/quotes/{quote['id']}"
    await take(sales, quote, "quotes", "send")
    offered = await sales.client.patch(url, json={"total": cny(90)}, headers={"If-Match": '"2"'})
    assert offered.status_code == 409
    await take(sales, quote, "quotes", "revise")
    changed = await sales.client.patch(url, json={"total": cny(90)}, headers={"If-Match": '"3"'})
    assert changed.status_code == 200
    await take(sales, quote, "quotes", "send")
    offers = (await sales.client.get(f"{url}/offers")).json()
    assert [(offer["version"], offer["total"]["amount_minor"]) for offer in offers] == [(2, 100), (5, 90)]


async def test_an_offer_out_of_date_is_not_accepted(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    quote = await create("quotes", valid_until="2026-11-30")
    await take(sales, quote, "quotes", "send")
    clock.advance(timedelta(days=30))
    late = await take(sales, quote, "quotes", "accept")
    assert (late.status_code, late.json()["code"]) == (409, "quote_out_of_date")
    assert (await sales.client.get(f"/v1/sales/quotes/{quote['id']}")).json()["status"] == "offered"


async def test_an_order_takes_the_terms_of_its_accepted_quote(sales: BusinessServiceUnderTest, create: Create) -> None:
    lead = await create("leads")
    customer = customer_of(lead)
    quote = await create("quotes", customer=customer, lead_id=lead["id"], lines=[line(15_980_000)])
    order = {"org_unit": "dealer:D0001", "customer": customer, "quote_id": quote["id"]}
    too_early = await sales.client.post("/v1/sales/orders", json=order)
    assert (too_early.status_code, too_early.json()["code"]) == (409, "quote_not_accepted")
    await take(sales, quote, "quotes", "send", "accept")
    placed = await sales.client.post("/v1/sales/orders", json=order)
    assert placed.status_code == 201, placed.text
    for name in ("total", "lines", "lead_id", "consultant"):
        assert placed.json()[name] == quote[name]
    assert placed.json()["vehicle"]["series"] == "G5"


async def test_documents_of_other_customers_and_org_units_are_not_referred_to(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    lead, other = await create("leads"), await create("customers")
    body = {"scheduled_at": "2026-11-07T02:00:00Z", "lead_id": lead["id"]}
    for place in (
        {"org_unit": "dealer:D0001", "customer": {"record_id": other["record_id"]}},
        {"org_unit": "dealer:D0002", "customer": {"name": {"full": "王伟"}}},
    ):
        answer = await sales.client.post("/v1/sales/test-drives", json=body | place)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/lead_id")


async def test_an_order_needs_a_total_or_a_quote_and_no_deposit_above_it(sales: BusinessServiceUnderTest) -> None:
    body = {"org_unit": "dealer:D0001", "customer": {"name": {"full": "王伟"}}}
    for wrong, pointer in (({}, "/total"), ({"total": cny(10), "deposit": cny(11)}, "/deposit")):
        answer = await sales.client.post("/v1/sales/orders", json=body | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_delivery_fulfils_its_order_and_makes_the_customer_an_owner(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    order = await create("orders")
    delivery = {"customer": customer_of(order), "order_id": order["id"]}
    await take(sales, order, "orders", "confirm")
    made = await create("deliveries", **delivery)
    assert (await sales.client.get(f"/v1/sales/orders/{order['id']}")).json()["status"] == "delivered"
    (told,) = await sales.published("isthmus.sales.vehicle-delivered.v1")
    assert (told.data["delivery_id"], told.data["occurred_at"]) == (made["id"], made["delivered_at"])
    record = (await sales.published(RECORD_CHANGED))[-1].data
    (vehicle,) = record["vehicles"]
    assert (vehicle["vin"], vehicle["role"], vehicle["from"]) == ("LVVDB11B0AD000018", "owner", "2026-10-31")
    assert (record["version"], record["name"]["full"]) == (2, "欧阳靖宇")


async def test_an_order_that_is_not_confirmed_is_not_delivered(sales: BusinessServiceUnderTest, create: Create) -> None:
    order = await create("orders")
    events = await sales.count_published()
    body = {
        "org_unit": "dealer:D0001",
        "customer": customer_of(order),
        "order_id": order["id"],
        "vehicle": {"vin": "LVVDB11B0AD000018"},
        "delivered_at": "2026-10-31T06:30:00Z",
    }
    assert (await sales.client.post("/v1/sales/deliveries", json=body)).status_code == 409
    assert await sales.count_published() == events


async def test_of_two_deliveries_of_one_order_at_once_one_is_refused(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    order = await create("orders")
    await take(sales, order, "orders", "confirm")
    body = {
        "org_unit": "dealer:D0001",
        "customer": customer_of(order),
        "order_id": order["id"],
        "vehicle": {"vin": "LVVDB11B0AD000018"},
        "delivered_at": "2026-10-31T06:30:00Z",
    }
    answers = await asyncio.gather(*(sales.client.post("/v1/sales/deliveries", json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(await sales.published("isthmus.sales.vehicle-delivered.v1")) == 1


async def test_plate_and_corrected_vin_reach_the_customers_record(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    delivery = await create("deliveries")
    url = f"/v1/sales/deliveries/{delivery['id']}"
    vehicle = {"vin": "LVVDB11B0AD000018", "plate": "皖B12345"}
    await sales.client.patch(url, json={"vehicle": vehicle}, headers={"If-Match": '"1"'})
    record = (await sales.published(RECORD_CHANGED))[-1].data
    assert [(v["vin"], v["plate"]) for v in record["vehicles"]] == [("LVVDB11B0AD000018", "皖B12345")]
    await sales.client.patch(url, json={"vehicle": vehicle | {"vin": "LVVDB11B0AD000019"}}, headers={"If-Match": '"2"'})
    record = (await sales.published(RECORD_CHANGED))[-1].data
    assert [(v["vin"], v["plate"]) for v in record["vehicles"]] == [("LVVDB11B0AD000019", "皖B12345")]
    nothing = await sales.client.patch(url, json={"note": "papers given"}, headers={"If-Match": '"3"'})
    assert nothing.status_code == 200
    assert len(await sales.published(RECORD_CHANGED)) == 4


async def test_a_delivery_without_a_vin_is_refused(sales: BusinessServiceUnderTest, create: Create) -> None:
    delivery = await create("deliveries")
    refused = await sales.client.patch(
        f"/v1/sales/deliveries/{delivery['id']}", json={"vehicle": {"plate": "皖B12345"}}, headers={"If-Match": '"1"'}
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/vehicle/vin")
