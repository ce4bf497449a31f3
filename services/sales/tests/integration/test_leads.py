from typing import Any
from uuid import uuid4

import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

PARTY = {"name": {"full": "欧阳靖宇"}, "phones": [{"value": "138 0013 8000"}]}
LEAD = {
    "org_unit": "dealer:D0001",
    "customer": PARTY,
    "channel": "web",
    "vehicle": {"series": "G5"},
    "budget": {"amount_minor": 15_980_000, "currency": "CNY"},
}


async def create(sales: BusinessServiceUnderTest, **changes: Any) -> dict[str, Any]:
    answer = await sales.client.post("/v1/sales/leads", json=LEAD | changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_lead_with_an_inline_customer_makes_both_and_publishes_both(sales: BusinessServiceUnderTest) -> None:
    lead = await create(sales)
    assert lead["status"] == "new"
    assert lead["budget"] == LEAD["budget"]
    assert lead["golden_id"] is None
    record, created = await sales.published()
    assert record.type == "isthmus.customer-records.customer-record-changed.v1"
    assert record.key == f"dealer:D0001:dms/{lead['customer']['record_id']}"
    assert record.data["name"] == PARTY["name"]
    assert record.data["version"] == 1
    assert created.type == "isthmus.sales.lead-created.v1"
    assert created.key == created.data["lead_id"] == lead["id"]
    assert {name: created.data[name] for name in ("customer", "status", "channel", "budget")} == {
        name: lead[name] for name in ("customer", "status", "channel", "budget")
    }


async def test_answers_carry_the_golden_id_once_known(sales: BusinessServiceUnderTest) -> None:
    lead, golden_id = await create(sales), uuid4()
    await sales.set_golden_id(lead["customer"]["record_id"], golden_id)
    answer = await sales.client.get(f"/v1/sales/leads/{lead['id']}")
    assert answer.json()["golden_id"] == str(golden_id)
    listed = (await sales.client.get("/v1/sales/leads", params={"golden_id": str(golden_id)})).json()
    assert [item["id"] for item in listed["items"]] == [lead["id"]]


async def test_a_lost_lead_keeps_its_reason_and_is_closed(sales: BusinessServiceUnderTest) -> None:
    lead = await create(sales)
    url = f"/v1/sales/leads/{lead['id']}"
    lost = await sales.client.post(f"{url}/lose", json={"lost_reason": "bought elsewhere"})
    assert (lost.json()["status"], lost.json()["lost_reason"]) == ("lost", "bought elsewhere")
    refused = await sales.client.patch(url, json={"score": 5}, headers={"If-Match": lost.headers["ETag"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_changeable")
