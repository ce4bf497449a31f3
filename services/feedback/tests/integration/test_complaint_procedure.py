"""A complaint goes to the dealer and back, by deadlines that nobody can sit out."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.notifications import notifications
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

DEALER = "dealer:D0007"
COMPLAINT = {
    "org_unit": "hq",
    "customer": {"name": {"full": "孙丽"}, "phones": [{"value": "13733334444"}]},
    "subject": "维修后异响",
    "severity": "serious",
}


async def opened(feedback: BusinessServiceUnderTest) -> dict[str, Any]:
    complaint: dict[str, Any] = (await feedback.client.post(feedback.url("complaints"), json=COMPLAINT)).json()
    return complaint


async def take(feedback: BusinessServiceUnderTest, number: str, step: str, body: Any = None, **caller: Any) -> Any:
    url = feedback.url("complaints", number, step)
    return await feedback.client.post(url, json=body, headers=feedback.headers(**caller))


async def test_the_dealer_sees_a_complaint_once_it_is_forwarded_and_only_answers_it(
    feedback: BusinessServiceUnderTest,
) -> None:
    number = (await opened(feedback))["id"]
    await take(feedback, number, "accept")
    early = await take(feedback, number, "answer", {"dealer_answer": "已联系"}, org_units=[DEALER])
    assert early.status_code == 404

    await take(feedback, number, "forward", {"responsible_org_unit": DEALER})
    other = await take(feedback, number, "answer", {"dealer_answer": "已联系"}, org_units=["dealer:D0008"])
    assert other.status_code == 404
    refused = await take(feedback, number, "resolve", {"resolution": "已修"}, org_units=[DEALER])
    assert refused.status_code in {403, 409}
    escalated = await take(feedback, number, "escalate", org_units=[DEALER])
    assert escalated.status_code == 403
    answer = {"dealer_answer": "同意免费检修", "cause": "workmanship"}
    answered = (await take(feedback, number, "answer", answer, org_units=[DEALER])).json()
    assert (answered["status"], answered["cause"]) == ("answered", "workmanship")

    wrong = await take(feedback, number, "resolve", {"resolution": "已修", "remedy": "magic"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/remedy")
    resolved = (await take(feedback, number, "resolve", {"resolution": "已修", "remedy": "repair"})).json()
    assert (resolved["cause"], resolved["remedy"]) == ("workmanship", "repair")


async def test_a_customer_who_is_not_satisfied_has_it_reopened_with_new_deadlines(
    feedback: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    complaint = await opened(feedback)
    number = complaint["id"]
    await take(feedback, number, "accept")
    await take(feedback, number, "resolve", {"resolution": "道歉"})
    refused = await take(feedback, number, "close", {"satisfied": False})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/satisfied")
    closed = (await take(feedback, number, "close", {"satisfied": True})).json()
    assert closed["status"] == "closed"

    clock.advance(timedelta(days=20))
    again = (await take(feedback, number, "reopen")).json()
    assert (again["status"], again["reopenings"], again["closed_at"], again["resolved_at"]) == (
        "in_progress",
        1,
        None,
        None,
    )
    assert datetime.fromisoformat(again["due_at"]) > clock.now()


async def test_a_complaint_nobody_accepts_escalates_by_itself_level_by_level(
    feedback: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    complaint = await opened(feedback)
    url = feedback.url("complaints", complaint["id"])
    assert await fire_due(feedback.context) == 0

    clock.advance(datetime.fromisoformat(complaint["accept_due_at"]) - clock.now())
    assert await fire_due(feedback.context) == 1
    escalated = (await feedback.client.get(url)).json()
    assert (escalated["escalation_level"], escalated["status"]) == (1, "opened")
    (told,) = await notifications(feedback.context)
    assert (told.template, told.values["level"], told.channel) == ("complaint_overdue", 1, "staff")
    (explained, _) = (await feedback.client.get(f"{url}/deadlines")).json()
    assert (explained["stage"], explained["state"], explained["term_minutes"]) == ("accept", "overdue", 60)

    clock.advance(timedelta(days=30))
    await fire_due(feedback.context)
    assert (await feedback.client.get(url)).json()["escalation_level"] == 3
    assert await fire_due(feedback.context) == 0
    listed = await feedback.client.get(feedback.url("complaints"), params={"escalation_level": 3})
    assert [item["id"] for item in listed.json()["items"]] == [complaint["id"]]


async def test_another_severity_moves_the_deadlines_unless_one_was_agreed(feedback: BusinessServiceUnderTest) -> None:
    complaint = await opened(feedback)
    url = feedback.url("complaints", complaint["id"])
    graver = await feedback.client.patch(url, json={"severity": "critical"}, headers={"If-Match": '"1"'})
    assert graver.json()["accept_due_at"] < complaint["accept_due_at"]
    assert graver.json()["due_at"] < complaint["due_at"]
    agreed = "2026-12-24T08:00:00Z"
    dated = await feedback.client.patch(url, json={"due_at": agreed}, headers={"If-Match": '"2"'})
    assert dated.json()["due_at"] == agreed
