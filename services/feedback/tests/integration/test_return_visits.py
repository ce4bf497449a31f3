"""After a delivery the customer is called, if and when that is allowed, and not twice."""

from datetime import timedelta
from typing import Any

import pytest

from feedback.return_visits.planning import plan_return_visits
from isthmus.clock import FixedClock
from isthmus.contracts.business import Vehicle
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import Event
from isthmus.contracts.sales_orders import VehicleDelivered
from isthmus.ids import new_id
from isthmus.messaging import Delivery
from isthmus.platform_client import Answer, Unanswered
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.platform import PlatformStandIn
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

GOLDEN = "0199a0f0-0000-7000-8000-0000000000bb"
QUESTION = ("POST", "/v1/customers/suppression-check")
ALLOWED = Answer(200, {"allowed": True, "reasons": [], "golden_id": GOLDEN})
REFUSED = Answer(200, {"allowed": False, "reasons": [{"code": "open_complaint", "text": "…"}], "golden_id": GOLDEN})


async def deliver(
    feedback: BusinessServiceUnderTest, record_id: str = "C-1", told_after: timedelta = timedelta()
) -> Delivery:
    now = feedback.clock.now()
    fact = VehicleDelivered(
        delivery_id=new_id(feedback.clock),
        customer=RecordKey(source="dealer:D0001:sales", record_id=record_id),
        org_unit="dealer:D0001",
        occurred_at=now,
        consultant="李娜",
        vehicle=Vehicle(vin="LVVDB11B0AD000018"),
        delivered_at=now,
    )
    event = Event.of(
        fact,
        event_id=new_id(feedback.clock),
        source="/sales",
        time=now + told_after,
        aggregateversion=1,
        orgunit="dealer:D0001",
    )
    delivery = Delivery(topic="sales.events", partition=0, offset=0, key=None, headers=(), value=None, event=event)
    await plan(feedback, delivery)
    return delivery


async def plan(feedback: BusinessServiceUnderTest, delivery: Delivery) -> None:
    async with feedback.database.transaction() as session:
        await plan_return_visits(session, [delivery])


async def visits(feedback: BusinessServiceUnderTest, **query: Any) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await feedback.client.get(feedback.url("return-visits"), params=query)).json()[
        "items"
    ]
    return listed


def platform(feedback: BusinessServiceUnderTest, answer: Answer | Unanswered) -> None:
    feedback.context.platform = PlatformStandIn({QUESTION: answer})


async def test_nobody_is_asked_about_what_is_told_long_afterwards(feedback: BusinessServiceUnderTest) -> None:
    await deliver(feedback, "C-1", told_after=timedelta(days=365))
    assert await visits(feedback) == []
    await deliver(feedback, "C-2", told_after=timedelta(days=8))
    assert [visit["customer"]["record_id"] for visit in await visits(feedback)] == ["C-2"]


async def test_a_visit_waits_until_somebody_says_that_the_customer_may_be_called(
    feedback: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    delivery = await deliver(feedback)
    await plan(feedback, delivery)
    (planned,) = await visits(feedback)
    assert (planned["status"], planned["adviser"]) == ("planned", "李娜")
    assert planned["due_at"] == "2026-11-08T02:00:00Z"

    clock.advance(timedelta(days=7))
    platform(feedback, Unanswered("timeout"))
    await fire_due(feedback.context)
    (held,) = await visits(feedback)
    assert (held["status"], held["reason"]) == ("planned", "timeout")

    platform(feedback, ALLOWED)
    clock.advance(timedelta(minutes=30))
    await fire_due(feedback.context)
    (due,) = await visits(feedback, status="due")
    assert (due["golden_id"], due["reason"]) == (GOLDEN, None)


async def test_who_cannot_be_asked_about_yet_is_asked_about_soon_and_then_less_and_less_often(
    feedback: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await deliver(feedback)
    platform(feedback, Unanswered("timeout"))
    clock.advance(timedelta(days=6, hours=18))
    assert await fire_due(feedback.context) == 1
    for seconds in (5, 5, 10, 20, 40):
        clock.advance(timedelta(seconds=seconds - 1))
        assert await fire_due(feedback.context) == 0
        clock.advance(timedelta(seconds=1))
        assert await fire_due(feedback.context) == 1


async def test_a_customer_who_may_not_be_called_is_not_and_the_reason_stands(
    feedback: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await deliver(feedback)
    platform(feedback, REFUSED)
    clock.advance(timedelta(days=7))
    await fire_due(feedback.context)
    (visit,) = await visits(feedback)
    assert (visit["status"], visit["reason"]) == ("suppressed", "open_complaint")


async def test_one_golden_customer_is_visited_once_for_two_records(
    feedback: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await deliver(feedback, "C-1")
    await deliver(feedback, "C-2")
    platform(feedback, ALLOWED)
    clock.advance(timedelta(days=7))
    await fire_due(feedback.context)
    assert sorted(visit["status"] for visit in await visits(feedback)) == ["due", "skipped"]


async def test_who_does_not_answer_is_called_again_and_an_answer_ends_the_visit(
    feedback: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    await deliver(feedback)
    platform(feedback, ALLOWED)
    clock.advance(timedelta(days=7))
    await fire_due(feedback.context)
    number = (await visits(feedback))[0]["id"]
    attempts = feedback.url("return-visits", number, "attempts")
    missed = (await feedback.client.post(attempts, json={"outcome": "no_answer"})).json()
    assert (missed["status"], missed["attempts"]) == ("waiting", 1)
    assert await feedback.published("isthmus.feedback.customer-contacted.v1") == []
    clock.advance(timedelta(days=1))
    await fire_due(feedback.context)
    assert (await feedback.client.post(attempts, json={"outcome": "reached"})).json()["status"] == "reached"
    (contact,) = await feedback.published("isthmus.feedback.customer-contacted.v1")
    assert (contact.data["purpose"], contact.data["customer"]["record_id"]) == ("survey", "C-1")

    survey = (await feedback.client.post(feedback.url("surveys"), json={"title": "交车", "kind": "ssi"})).json()["id"]
    body = {
        "org_unit": "hq",
        "customer": {"name": {"full": "孙丽"}},
        "survey_id": survey,
        "nps": 9,
        "return_visit_id": number,
    }
    answers = [await feedback.client.post(feedback.url("survey-responses"), json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    said = answers[0].json()
    assert (said["responsible_org_unit"], said["adviser"]) == ("dealer:D0001", "李娜")
    assert (await visits(feedback))[0]["status"] == "answered"
