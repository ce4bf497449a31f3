from datetime import timedelta

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

CASE = {"subject": "空调异响", "kind": "complaint", "customer": {"name": {"full": "张敏"}}}


async def test_a_case_is_assigned_answered_resolved_and_closed(call_center: BusinessServiceUnderTest) -> None:
    case = (await call_center.client.post("/v1/call-center/cases", json=CASE)).json()
    url = f"/v1/call-center/cases/{case['id']}"
    assigned = await call_center.client.post(f"{url}/assign", json={"assigned_org_unit": "station:S0101"})
    assert assigned.json()["assigned_org_unit"] == "station:S0101"
    started = (await call_center.client.post(f"{url}/start")).json()
    assert started["first_responded_at"] == "2026-11-01T08:00:00Z"
    resolved = (await call_center.client.post(f"{url}/resolve", json={"resolution": "更换滤芯"})).json()
    assert (resolved["status"], resolved["resolution"]) == ("resolved", "更换滤芯")
    assert (await call_center.client.post(f"{url}/close")).json()["status"] == "closed"
    closed = (await call_center.published("isthmus.call-center.case-closed.v1"))[0]
    assert closed.data["case_id"] == case["id"]


async def test_a_reopened_case_is_not_resolved_any_more(call_center: BusinessServiceUnderTest) -> None:
    case = (await call_center.client.post("/v1/call-center/cases", json=CASE)).json()
    url = f"/v1/call-center/cases/{case['id']}"
    await call_center.client.post(f"{url}/resolve", json={"resolution": "说明"})
    reopened = (await call_center.client.post(f"{url}/reopen")).json()
    assert (reopened["status"], reopened["resolved_at"]) == ("in_progress", None)


async def test_a_case_can_be_resolved_only_with_a_resolution(call_center: BusinessServiceUnderTest) -> None:
    case = (await call_center.client.post("/v1/call-center/cases", json=CASE)).json()
    refused = await call_center.client.post(f"/v1/call-center/cases/{case['id']}/resolve", json={"resolution": ""})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/resolution")


async def test_a_case_settled_at_once_was_answered_then(call_center: BusinessServiceUnderTest) -> None:
    case = (await call_center.client.post("/v1/call-center/cases", json=CASE)).json()
    url = f"/v1/call-center/cases/{case['id']}/resolve"
    resolved = (await call_center.client.post(url, json={"resolution": "说明"})).json()
    assert resolved["first_responded_at"] == resolved["resolved_at"] == "2026-11-01T08:00:00Z"


async def test_the_first_answer_is_the_one_that_counts(
    call_center: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    case = (await call_center.client.post("/v1/call-center/cases", json=CASE)).json()
    url = f"/v1/call-center/cases/{case['id']}"
    await call_center.client.post(f"{url}/start")
    clock.advance(timedelta(hours=1))
    resolved = (await call_center.client.post(f"{url}/resolve", json={"resolution": "说明"})).json()
    assert resolved["first_responded_at"] == "2026-11-01T08:00:00Z"
    assert resolved["resolved_at"] == "2026-11-01T09:00:00Z"


@pytest.mark.parametrize("nobody", [{}, {"assignee": None, "assigned_org_unit": None}])
async def test_a_case_is_assigned_to_somebody(call_center: BusinessServiceUnderTest, nobody: dict[str, None]) -> None:
    case = (await call_center.client.post("/v1/call-center/cases", json=CASE)).json()
    refused = await call_center.client.post(f"/v1/call-center/cases/{case['id']}/assign", json=nobody)
    assert refused.status_code == 422
    assert "needs an org unit or a person" in refused.json()["errors"][0]["message"]
