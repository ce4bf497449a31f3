"""Two consultants do not quote two prices without knowing it; discounts are approved; offers expire by themselves."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.resources import OTHER_ORG_UNIT
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

LIST_PRICE = {"amount_minor": 10_000_000, "currency": "CNY"}
G5 = {"vehicle": {"series": "G5", "model": "G5 2.0T"}}


def price(amount: int) -> dict[str, Any]:
    return {"total": {"amount_minor": amount, "currency": "CNY"}, "list_price": LIST_PRICE}


async def send(sales: BusinessServiceUnderTest, quote: dict[str, Any]) -> dict[str, Any]:
    answer = await sales.client.post(f"/v1/sales/quotes/{quote['id']}/send")
    assert answer.status_code == 200, answer.text
    sent: dict[str, Any] = answer.json()
    return sent


async def test_who_quotes_another_price_is_warned_and_sees_what_other_dealers_quoted(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    golden_id = uuid4()
    there = await create("customers", org_unit=OTHER_ORG_UNIT, customer={"name": {"full": "他店客户"}})
    here = await create("customers")
    for record in (there, here):
        await sales.set_golden_id(record["record_id"], golden_id)
    elsewhere = {"org_unit": OTHER_ORG_UNIT, "customer": {"record_id": there["record_id"]}, "consultant": "赵敏"}
    first = await create("quotes", **elsewhere, **G5, **price(9_900_000))
    await send(sales, first)
    clock.advance(timedelta(hours=1))
    await send(sales, await create("quotes", **elsewhere, **price(9_800_000), vehicle={"series": "A3"}))

    clock.advance(timedelta(hours=1))
    mine = {"customer": {"record_id": here["record_id"]}}
    second = await create("quotes", **mine, **G5, **price(9_800_000))
    assert [(other["id"], other["total"]["amount_minor"]) for other in second["other_quotes"]] == [
        (first["id"], 9_900_000)
    ]
    sent = await send(sales, second)
    assert [other["consultant"] for other in sent["other_quotes"]] == ["赵敏"]

    clock.advance(timedelta(hours=1))
    dealer = sales.headers(org_units=["dealer:D0001"])
    url = f"/v1/sales/customers/{here['record_id']}/quote-history"
    history = (await sales.client.get(url, headers=dealer)).json()
    assert history["golden_id"] == str(golden_id)
    assert [(quote["org_unit"], quote["total"]["amount_minor"]) for quote in history["quotes"]] == [
        ("dealer:D0001", 9_800_000),
        (OTHER_ORG_UNIT, 9_800_000),
        (OTHER_ORG_UNIT, 9_900_000),
    ]
    assert "他店客户" not in str(history)
    assert there["record_id"] not in str(history)
    pool = await sales.database.pool()
    logged = await pool.fetchval(
        "SELECT object_ids FROM access_log WHERE action = 'sales.quote_history.read' ORDER BY at DESC LIMIT 1"
    )
    assert set(logged) == {quote["id"] for quote in history["quotes"]}
    hidden = f"/v1/sales/customers/{there['record_id']}/quote-history"
    assert (await sales.client.get(hidden, headers=dealer)).status_code == 404
    assert (await sales.client.get(f"/v1/sales/quotes/{first['id']}", headers=dealer)).status_code == 404


async def test_the_same_price_is_no_reason_to_warn(sales: BusinessServiceUnderTest, create: Create) -> None:
    record = await create("customers")
    await sales.set_golden_id(record["record_id"], uuid4())
    mine = {"customer": {"record_id": record["record_id"]}}
    await send(sales, await create("quotes", **mine, **G5, **price(9_900_000)))
    assert "other_quotes" not in await create("quotes", **mine, **G5, **price(9_900_000))
    assert "other_quotes" not in await create("quotes", **mine, **price(9_800_000), vehicle={"series": "A3"})
    assert "other_quotes" in await create("quotes", **mine, **price(9_800_000), vehicle={"series": "g5"})


async def test_a_discount_above_the_limit_is_sent_only_once_approved(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    quote = await create("quotes", **price(9_200_000))
    assert quote["discount_permille"] == 80
    url, ours = f"/v1/sales/quotes/{quote['id']}", ["dealer:D0001"]
    consultant = sales.headers(org_units=ours)
    manager = sales.headers(org_units=ours, scopes=["sales:read", "sales:write", "sales:approve"])
    refused = await sales.client.post(f"{url}/send", headers=consultant)
    assert (refused.status_code, refused.json()["code"]) == (409, "approval_needed")
    refused = await sales.client.post(f"{url}/approve", headers=consultant)
    assert (refused.status_code, refused.json()["code"]) == (403, "discount_above_limit")
    approved = (await sales.client.post(f"{url}/approve", headers=manager)).json()
    assert (approved["approved_permille"], approved["approved_by"], approved["status"]) == (80, "tester", "draft")

    more = {"total": {"amount_minor": 9_100_000, "currency": "CNY"}}
    await sales.client.patch(url, json=more, headers=consultant | {"If-Match": '"2"'})
    assert (await sales.client.post(f"{url}/send", headers=consultant)).status_code == 409, "not what was approved"
    less = {"total": {"amount_minor": 9_300_000, "currency": "CNY"}}
    await sales.client.patch(url, json=less, headers=consultant | {"If-Match": '"3"'})
    assert (await sales.client.post(f"{url}/send", headers=consultant)).json()["status"] == "offered"


async def test_an_offer_expires_when_its_last_day_is_over_at_the_dealer(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    offered = await send(sales, await create("quotes", valid_until="2026-11-02"))
    accepted = await send(sales, await create("quotes", valid_until="2026-11-02"))
    await sales.client.post(f"/v1/sales/quotes/{accepted['id']}/accept")
    context = sales.app.state.context

    async def states() -> list[str]:
        answers = [await sales.client.get(f"/v1/sales/quotes/{quote['id']}") for quote in (offered, accepted)]
        return [answer.json()["status"] for answer in answers]

    clock.advance(timedelta(hours=31, minutes=59))
    await fire_due(context)
    assert await states() == ["offered", "accepted"]
    clock.advance(timedelta(minutes=1))
    await fire_due(context)
    assert await states() == ["expired", "accepted"]
    assert (await sales.published("isthmus.sales.quote-changed.v1"))[-1].data["status"] == "expired"
