from datetime import timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

CONSULTANT = "li.na@d0001.example"
MAILBOX = {"address": "Li.Na@D0001.example", "assigned_org_unit": "dealer:D0001", "assignee": "李娜"}
LETTER = {"recipient": CONSULTANT, "address": "jingyu@example.com", "subject": "试驾", "at": "2026-11-01T07:00:00Z"}


@pytest.fixture(autouse=True)
async def mailbox(call_center: BusinessServiceUnderTest) -> None:
    made = await call_center.client.post("/v1/call-center/mailboxes", json=MAILBOX)
    assert made.status_code == 201, made.text


async def receive(call_center: BusinessServiceUnderTest, **changes: Any) -> dict[str, Any]:
    answer = await call_center.client.post("/v1/call-center/messages", json=LETTER | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def replies(call_center: BusinessServiceUnderTest) -> list[str]:
    listed = (await call_center.client.get("/v1/call-center/notifications")).json()["items"]
    exported = await call_center.client.get("/v1/call-center/notifications/export", params={"format": "csv"})
    assert len(exported.text.splitlines()) == 1 + len(listed)
    return [one["template"] for one in listed]


async def test_a_letter_to_a_consultant_has_a_case_a_deadline_and_somebody_who_must_answer(
    call_center: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    received = await receive(call_center)
    case = received["case"]
    assert (case["assigned_org_unit"], case["assignee"], case["channel"]) == ("dealer:D0001", "李娜", "email")
    assert case["first_response_due_at"] == "2026-11-02T06:00:00Z"  # four working hours into Monday
    assert received["interaction"]["case_id"] == case["id"]
    dealer = call_center.headers(org_units=["dealer:D0001"])
    assert (await call_center.client.get(f"/v1/call-center/cases/{case['id']}", headers=dealer)).status_code == 200
    clock.advance(timedelta(days=3))
    await fire_due(call_center.context)
    (escalated,) = await call_center.published("isthmus.call-center.case-escalated.v1")
    assert escalated.data["case_id"] == case["id"]


async def test_a_conversation_has_one_case_and_is_confirmed_once(call_center: BusinessServiceUnderTest) -> None:
    first = await receive(call_center, message_id="<1@example.com>")
    again = await receive(call_center, message_id="<2@example.com>", in_reply_to="<1@example.com>")
    assert (first["is_confirmed"], again["is_confirmed"]) == (True, False)
    assert again["case"]["id"] == first["case"]["id"]
    assert await replies(call_center) == ["first_reply"]


async def test_an_automatic_message_is_never_answered_and_opens_nothing(call_center: BusinessServiceUnderTest) -> None:
    received = await receive(call_center, is_automatic=True, subject="自动回复: 休假")
    assert (received["case"], received["is_confirmed"]) == (None, False)
    assert await call_center.published("isthmus.call-center.case-opened.v1") == []


async def test_what_is_written_to_nobody_is_refused(call_center: BusinessServiceUnderTest) -> None:
    wrong = await call_center.client.post("/v1/call-center/messages", json=LETTER | {"recipient": "x@y.example"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/recipient")
    twice = await call_center.client.post("/v1/call-center/mailboxes", json=MAILBOX)
    assert twice.status_code == 409


async def test_whoever_wrote_a_month_ago_waits_since_then_and_somebody_is_told_at_once(
    call_center: BusinessServiceUnderTest,
) -> None:
    case = (await receive(call_center, at="2026-10-01T07:00:00Z"))["case"]
    assert case["opened_at"] == "2026-10-01T07:00:00Z"
    assert await fire_due(call_center.context) == 1
    late = (await call_center.client.get(f"/v1/call-center/cases/{case['id']}")).json()
    assert (late["status"], late["escalated_clock"]) == ("escalated", "first_response")
    listed = (await call_center.client.get("/v1/call-center/notifications")).json()["items"]
    told = {(one["org_unit"], one["recipient"]) for one in listed if one["template"] == "case_escalated"}
    assert told == {("dealer:D0001", "李娜"), ("hq", "hq")}


async def test_a_message_of_a_wrong_clock_is_taken_as_a_year_old(call_center: BusinessServiceUnderTest) -> None:
    assert (await receive(call_center, at="1900-01-01T00:00:00Z"))["case"]["opened_at"] == "2025-10-31T08:00:00Z"
    assert (await receive(call_center, at="2100-01-01T00:00:00Z"))["case"]["opened_at"] == "2026-11-01T08:00:00Z"
