from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration
Create = Callable[..., Awaitable[dict[str, Any]]]


async def test_a_lead_with_an_inline_customer_makes_both_and_publishes_both(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    lead = await create("leads")
    assert (lead["status"], lead["golden_id"], lead["created_by"]) == ("new", None, "tester")
    record, created = await sales.published()
    assert record.type == "isthmus.customer-records.customer-record-changed.v1"
    assert record.key == f"dealer:D0001:dms/{lead['customer']['record_id']}"
    assert (record.data["name"]["full"], record.data["version"]) == ("欧阳靖宇", 1)
    assert created.type == "isthmus.sales.lead-created.v1"
    assert created.key == created.data["lead_id"] == lead["id"]


async def test_a_lead_of_a_known_customer_makes_no_new_record(sales: BusinessServiceUnderTest, create: Create) -> None:
    customer = await create("customers")
    lead = await create("leads", customer={"record_id": customer["record_id"]})
    assert lead["customer"] == {"source": "dealer:D0001:dms", "record_id": customer["record_id"]}
    assert [event.type for event in await sales.published()] == [
        "isthmus.customer-records.customer-record-changed.v1",
        "isthmus.sales.lead-created.v1",
    ]


async def test_a_customer_of_another_dealer_is_not_known_here(sales: BusinessServiceUnderTest, create: Create) -> None:
    customer = await create("customers", org_unit="dealer:D0002")
    body = {"org_unit": "dealer:D0001", "customer": {"record_id": customer["record_id"]}}
    answer = await sales.client.post("/v1/sales/leads", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/customer/record_id")


async def test_answers_carry_the_golden_id_once_known(sales: BusinessServiceUnderTest, create: Create) -> None:
    lead, golden_id = await create("leads"), uuid4()
    await create("leads")
    await sales.set_golden_id(lead["customer"]["record_id"], golden_id)
    assert (await sales.client.get(f"/v1/sales/leads/{lead['id']}")).json()["golden_id"] == str(golden_id)
    listed = (await sales.client.get("/v1/sales/leads", params={"golden_id": str(golden_id)})).json()
    assert [item["id"] for item in listed["items"]] == [lead["id"]]


async def test_a_lost_lead_keeps_its_reason_and_is_closed(sales: BusinessServiceUnderTest, create: Create) -> None:
    url = f"/v1/sales/leads/{(await create('leads'))['id']}"
    lost = await sales.client.post(f"{url}/lose", json={"lost_reason": "bought elsewhere"})
    assert (lost.json()["status"], lost.json()["lost_reason"]) == ("lost", "bought elsewhere")
    refused = await sales.client.patch(url, json={"note": "call"}, headers={"If-Match": lost.headers["ETag"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_changeable")


async def test_an_unknown_filter_or_state_is_told_not_ignored(sales: BusinessServiceUnderTest) -> None:
    for wrong in ({"consultnat": "王磊"}, {"status": "nwe"}, {"cursor": "x"}, {"limit": "0"}):
        answer = await sales.client.get("/v1/sales/leads", params=wrong)
        assert answer.status_code == 422, wrong
