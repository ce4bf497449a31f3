from datetime import timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.timers import fire_due

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
    assert (await call_center.client.post(f"{url}/close", json={"close_code": "solved"})).json()["status"] == "closed"
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


async def opened(call_center: BusinessServiceUnderTest, **changes: object) -> tuple[dict[str, Any], str]:
    answer = await call_center.client.post("/v1/call-center/cases", json=CASE | changes)
    assert answer.status_code == 201, answer.text
    return answer.json(), f"/v1/call-center/cases/{answer.json()['id']}"


async def clocks(call_center: BusinessServiceUnderTest, url: str) -> dict[str, dict[str, Any]]:
    return {clock["clock"]: clock for clock in (await call_center.client.get(f"{url}/clocks")).json()}


async def test_the_deadlines_follow_from_kind_and_priority_and_opening_hours(
    call_center: BusinessServiceUnderTest,
) -> None:
    complaint, _ = await opened(call_center)  # on a Sunday afternoon in China
    assert complaint["first_response_due_at"] == "2026-11-02T01:30:00Z"
    assert complaint["due_at"] == "2026-11-04T10:00:00Z"
    rescue, _ = await opened(call_center, kind="rescue", priority="urgent")
    assert rescue["first_response_due_at"] == "2026-11-01T08:05:00Z"


async def test_waiting_for_the_customer_holds_the_resolution_and_a_new_priority_forgets_nothing(
    call_center: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=16, minutes=30))  # half past eight on Monday in China
    _, url = await opened(call_center)
    await call_center.client.post(f"{url}/start")
    clock.advance(timedelta(hours=1))
    held = (await call_center.client.post(f"{url}/await-customer")).json()
    assert held["due_at"] is None
    clock.advance(timedelta(hours=2))
    assert (await clocks(call_center, url))["resolution"]["state"] == "held"
    before = (await call_center.client.post(f"{url}/start")).json()
    assert before["due_at"] == "2026-11-05T02:30:00Z"  # 24 working hours after half past eight, and two more
    tag = {"If-Match": f'"{before["version"]}"'}
    urgent = (await call_center.client.patch(url, json={"priority": "urgent"}, headers=tag)).json()
    assert urgent["due_at"] == "2026-11-03T02:30:00Z"
    told = (await clocks(call_center, url))["resolution"]
    assert (told["text"], told["paused_minutes"]) == ("Resolution: counted 1 h of 8 h, paused 2 h; due", 120)


async def test_a_clock_warns_and_then_escalates_once(call_center: BusinessServiceUnderTest, clock: FixedClock) -> None:
    case, url = await opened(call_center, kind="rescue", priority="low")  # first response in 30 minutes
    assert await fire_due(call_center.context) == 0
    clock.advance(timedelta(minutes=24))
    await fire_due(call_center.context)
    (warned,) = await call_center.published("isthmus.call-center.case-warned.v1")
    assert (warned.data["case_id"], warned.data["status"]) == (case["id"], "new")
    clock.advance(timedelta(minutes=6))
    await fire_due(call_center.context)
    await fire_due(call_center.context)
    (escalated,) = await call_center.published("isthmus.call-center.case-escalated.v1")
    assert (escalated.data["escalated_clock"], escalated.data["status"]) == ("first_response", "escalated")
    history = (await call_center.client.get(f"{url}/history")).json()
    assert [row["by"] for row in history[1:]] == ["case_clock", "case_clock"]


async def test_a_case_that_is_answered_in_time_is_left_alone(
    call_center: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    _, url = await opened(call_center, kind="rescue", priority="low")
    await call_center.client.post(f"{url}/resolve", json={"resolution": "说明"})
    clock.advance(timedelta(days=30))
    assert await fire_due(call_center.context) == 0


async def test_a_case_is_closed_with_a_known_code(call_center: BusinessServiceUnderTest) -> None:
    _, url = await opened(call_center)
    await call_center.client.post(f"{url}/resolve", json={"resolution": "说明"})
    for body in ({}, {"close_code": "just_so"}):
        refused = await call_center.client.post(f"{url}/close", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/close_code")
    closed = (await call_center.client.post(f"{url}/close", json={"close_code": "explained"})).json()
    assert (closed["status"], closed["close_code"]) == ("closed", "explained")


async def test_the_org_unit_that_must_act_sees_the_case_and_works_on_it(call_center: BusinessServiceUnderTest) -> None:
    _, url = await opened(call_center)
    station = call_center.headers(org_units=["station:S0101"])
    assert (await call_center.client.get(url, headers=station)).status_code == 404
    await call_center.client.post(f"{url}/assign", json={"assigned_org_unit": "station:S0101"})
    assert (await call_center.client.get(url, headers=station)).status_code == 200
    assert (await call_center.client.post(f"{url}/start", headers=station)).json()["status"] == "in_progress"
    stranger = call_center.headers(org_units=["station:S0102"])
    assert (await call_center.client.post(f"{url}/start", headers=stranger)).status_code == 404


async def test_a_task_is_told_to_the_dealer_and_done_there(call_center: BusinessServiceUnderTest) -> None:
    case, url = await opened(call_center)
    body = {"org_unit": "dealer:D0001", "department": "parts", "subject": "查询滤芯库存"}
    task = (await call_center.client.post(f"{url}/tasks", json=body)).json()
    (told,) = await call_center.published("isthmus.call-center.case-task-assigned.v1")
    assert (told.data["case_id"], told.data["org_unit"]) == (case["id"], "dealer:D0001")
    assert told.data["customer"] == case["customer"]
    dealer = call_center.headers(org_units=["dealer:D0001"])
    listed = (await call_center.client.get("/v1/call-center/case-tasks", headers=dealer)).json()["items"]
    assert [one["id"] for one in listed] == [task["id"]]
    assert (await call_center.client.get(url, headers=dealer)).status_code == 404  # the task, not the whole case
    done_url = f"/v1/call-center/case-tasks/{task['id']}/finish"
    done = await call_center.client.post(done_url, json={"result": "明天到货"}, headers=dealer)
    assert (done.json()["status"], done.json()["result"]) == ("done", "明天到货")
    assert (await call_center.client.post(done_url, json={"result": "再来"}, headers=dealer)).status_code == 409


async def test_two_cases_of_one_customer_become_one(call_center: BusinessServiceUnderTest, clock: FixedClock) -> None:
    first, first_url = await opened(call_center)
    clock.advance(timedelta(hours=1))
    second, second_url = await opened(call_center, customer={"record_id": first["customer"]["record_id"]})
    call = {"channel": "phone", "direction": "inbound", "at": "2026-11-01T09:00:00Z"}
    await call_center.client.post("/v1/call-center/interactions", json=call | {"case_id": first["id"]})
    await call_center.client.post(f"{first_url}/tasks", json={"org_unit": "dealer:D0001", "subject": "回电"})

    goes_on = (await call_center.client.post(f"{first_url}/merge", json={"into": second["id"]})).json()
    assert (goes_on["id"], goes_on["opened_at"]) == (second["id"], first["opened_at"])
    gone = (await call_center.client.get(first_url)).json()
    assert (gone["status"], gone["merged_into"]) == ("merged", second["id"])
    for what in ("interactions", "case-tasks"):
        moved = await call_center.client.get(f"/v1/call-center/{what}", params={"case_id": second["id"]})
        assert len(moved.json()["items"]) == 1, what
    assert (await call_center.client.post(f"{second_url}/merge", json={"into": first["id"]})).status_code == 409


async def test_cases_that_are_not_of_one_customer_stay_apart(call_center: BusinessServiceUnderTest) -> None:
    first, first_url = await opened(call_center)
    other, _ = await opened(call_center, customer={"name": {"full": "李娜"}})
    for into in (first["id"], other["id"]):
        refused = await call_center.client.post(f"{first_url}/merge", json={"into": into})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/into")


async def message(call_center: BusinessServiceUnderTest, **changes: object) -> dict[str, Any]:
    body = {"channel": "email", "direction": "inbound", "at": call_center.clock.now().isoformat()}
    answer = await call_center.client.post("/v1/call-center/interactions", json=body | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_an_unanswered_message_starts_the_clock_of_the_next_response_and_an_answer_stops_it(
    call_center: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=16, minutes=30))
    case, url = await opened(call_center)
    await message(call_center, case_id=case["id"], subject="还在响")
    assert (await call_center.client.get(url)).json()["next_response_due_at"] is None  # the first is still due
    await message(call_center, case_id=case["id"], direction="outbound", subject="请稍候")
    await call_center.client.post(f"{url}/start")
    await call_center.client.post(f"{url}/await-customer")
    clock.advance(timedelta(hours=1))
    await message(call_center, case_id=case["id"], subject="自动回复", is_automatic=True)
    assert (await call_center.client.get(url)).json()["status"] == "pending_customer"
    await message(call_center, case_id=case["id"], subject="照片")
    asked = (await call_center.client.get(url)).json()
    assert (asked["status"], asked["next_response_due_at"]) == ("in_progress", "2026-11-02T03:30:00Z")
    await message(call_center, case_id=case["id"], direction="outbound", subject="收到")
    answered = (await call_center.client.get(url)).json()
    assert (answered["awaiting_reply_since"], answered["next_response_due_at"]) == (None, None)
