"""A lead is scored with reasons, given out by the rules, checked for duplicates, and tried again once lost."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from isthmus.clock import FixedClock
from isthmus.platform_client import Answer, Unanswered
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.platform import PlatformStandIn
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT
from sales import leads
from sales.assignment import AssignmentRules

pytestmark = pytest.mark.integration

MATCH = ("POST", "/v1/customers/match")


async def make(sales: BusinessServiceUnderTest, headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    body = {"org_unit": ORG_UNIT, "customer": {"name": {"full": "王伟"}}} | fields
    answer = await sales.client.post("/v1/sales/leads", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_the_score_is_explained_and_rises_with_a_test_drive(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    lead = await create("leads", channel="referral", budget=None, expected_purchase_on="2026-11-20")
    explained = (await sales.client.get(f"/v1/sales/leads/{lead['id']}/score")).json()
    reasons = {reason["reason"]: reason["points"] for reason in explained["reasons"]}
    assert reasons.keys() == {"phone", "vehicle", "needs_it_soon", "needs_it_this_quarter", "referred"}
    assert lead["score"] == explained["points"] == sum(reasons.values())
    assert all(reason["zh"] and reason["en"] for reason in explained["reasons"])
    customer = {"record_id": lead["customer"]["record_id"]}
    drive = await create("test-drives", customer=customer, lead_id=lead["id"])
    await sales.client.post(f"/v1/sales/test-drives/{drive['id']}/complete", json={"result": "likes it"})
    after = (await sales.client.get(f"/v1/sales/leads/{lead['id']}")).json()
    assert after["score"] == lead["score"] + 200
    assert (await sales.published("isthmus.sales.lead-changed.v1"))[-1].data["score"] == after["score"]


async def test_leads_that_come_at_once_are_shared_in_turn(
    sales: BusinessServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = {"org_unit": ORG_UNIT, "way": "round_robin", "consultants": ["王磊", "李娜", "赵敏"]}
    monkeypatch.setattr(leads, "ASSIGNMENT", AssignmentRules.model_validate({"rules": [rule]}))
    made = await asyncio.gather(*(make(sales) for _ in range(6)))
    assert Counter(lead["consultant"] for lead in made) == {"王磊": 2, "李娜": 2, "赵敏": 2}
    assert (await make(sales, consultant="周杰"))["consultant"] == "周杰"
    assert (await make(sales, org_unit=OTHER_ORG_UNIT))["consultant"] is None


async def test_a_customer_who_is_known_here_is_told_and_one_known_elsewhere_is_not(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    here, there = await create("customers"), await create("customers", org_unit=OTHER_ORG_UNIT)
    golden_here, golden_there = uuid4(), uuid4()
    await sales.set_golden_id(here["record_id"], golden_here)
    await sales.set_golden_id(there["record_id"], golden_there)
    found = [{"golden_id": str(golden), "outcome": "possible"} for golden in (golden_there, golden_here)]
    platform = PlatformStandIn({MATCH: Answer(200, {"items": found})})
    sales.app.state.context.platform = platform
    dealer = sales.headers(org_units=[ORG_UNIT])
    check = (await make(sales, dealer))["duplicate_check"]
    assert check["status"] == "found"
    assert check["candidates"] == [
        {"golden_id": str(golden_here), "outcome": "possible", "record_ids": [here["record_id"]]}
    ]
    assert platform.asked == [("POST", "/v1/customers/match", {"name": {"full": "王伟"}})]
    known = await make(sales, dealer, customer={"record_id": here["record_id"]})
    assert "duplicate_check" not in known


@pytest.mark.parametrize(("answer", "reason"), [(Unanswered("timeout"), "timeout"), (Answer(422, {}), "answered_422")])
async def test_a_check_that_nobody_answers_is_told_and_the_lead_is_kept(
    sales: BusinessServiceUnderTest, answer: Any, reason: str
) -> None:
    sales.app.state.context.platform = PlatformStandIn({MATCH: answer})
    lead = await make(sales)
    assert lead["duplicate_check"] == {"status": "not_checked", "reason": reason, "candidates": []}
    assert (await sales.client.get(f"/v1/sales/leads/{lead['id']}")).status_code == 200


async def test_a_lost_lead_is_tried_again_when_its_reason_allows(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    lost = [await create("leads") for _ in range(3)]
    for lead, code in zip(lost, ("price", "not_real", "delivery_time"), strict=True):
        body = {"lost_reason": "said so", "lost_code": code}
        await sales.client.post(f"/v1/sales/leads/{lead['id']}/lose", json=body)
    by_price, _, by_time = lost

    async def to_try() -> list[str]:
        return [item["id"] for item in (await sales.client.get("/v1/sales/leads/win-back")).json()]

    clock.advance(timedelta(days=30))
    assert await to_try() == [by_time["id"]]
    clock.advance(timedelta(days=30))
    assert set(await to_try()) == {by_time["id"], by_price["id"]}
    await create("leads", customer={"record_id": by_time["customer"]["record_id"]})
    assert await to_try() == [by_price["id"]], "who has come again is not won back"
    reopened = (await sales.client.post(f"/v1/sales/leads/{by_price['id']}/reopen")).json()
    assert (reopened["status"], reopened["lost_code"], reopened["lost_at"]) == ("contacted", None, None)
    assert await to_try() == []
