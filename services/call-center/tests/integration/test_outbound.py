from datetime import timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.platform_client import Answer, Unanswered
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.platform import PlatformStandIn
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

CHECK = ("POST", "/v1/customers/suppression-check")
ENTRIES = "/v1/call-center/outbound-entries"
CONTACTED = "isthmus.call-center.customer-contacted.v1"
COMPLAINT = {"code": "open_complaint", "text": "A complaint is open since 2026-10-28."}


async def entry(call_center: BusinessServiceUnderTest) -> tuple[dict[str, Any], str]:
    listed = {"name": "秋季保养", "purpose": "marketing"}
    made = (await call_center.client.post("/v1/call-center/outbound-lists", json=listed)).json()
    body = {"list_id": made["id"], "customer": {"phones": [{"value": "13812345678"}]}}
    answer = await call_center.client.post(ENTRIES, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json(), f"{ENTRIES}/{answer.json()['id']}"


def answers(call_center: BusinessServiceUnderTest, answer: Answer | Unanswered) -> PlatformStandIn:
    stand_in = PlatformStandIn({CHECK: answer})
    call_center.context.platform = stand_in
    return stand_in


def judged(*reasons: dict[str, str]) -> Answer:
    return Answer(200, {"allowed": not reasons, "reasons": list(reasons), "golden_id": None, "rules_version": "1"})


async def test_who_has_an_open_complaint_is_not_rung(call_center: BusinessServiceUnderTest) -> None:
    made, url = await entry(call_center)
    assert (await call_center.client.post(f"{url}/contact", json={"outcome": "reached"})).status_code == 409
    asked = answers(call_center, judged(COMPLAINT)).asked
    held = (await call_center.client.post(f"{url}/clear")).json()
    assert (held["status"], held["hindrances"]) == ("suppressed", [COMPLAINT])
    assert asked[0][2] == {"customer": made["customer"], "channel": "phone", "purpose": "marketing"}
    assert (await call_center.client.post(f"{url}/contact", json={"outcome": "reached"})).status_code == 409
    assert await call_center.published(CONTACTED) == []


async def test_who_is_cleared_is_contacted_once_and_counts_for_the_caps(
    call_center: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    made, url = await entry(call_center)
    answers(call_center, judged())
    assert (await call_center.client.post(f"{url}/clear")).json()["status"] == "cleared"
    clock.advance(timedelta(hours=1, seconds=1))
    late = await call_center.client.post(f"{url}/contact", json={"outcome": "reached"})
    assert (late.status_code, late.json()["code"]) == (409, "clearance_too_old")
    await call_center.client.post(f"{url}/clear")
    missed = (await call_center.client.post(f"{url}/contact", json={"outcome": "no_answer"})).json()
    assert (missed["status"], missed["attempts"]) == ("waiting", 1)
    assert await call_center.published(CONTACTED) == []
    await call_center.client.post(f"{url}/clear")
    reached = (await call_center.client.post(f"{url}/contact", json={"outcome": "reached"})).json()
    assert (reached["status"], reached["attempts"]) == ("contacted", 2)
    (told,) = await call_center.published(CONTACTED)
    assert (told.data["purpose"], told.data["channel"], told.data["campaign"]) == ("marketing", "phone", "秋季保养")
    assert told.data["customer"] == made["customer"]


async def test_who_could_not_be_asked_about_is_not_rung(call_center: BusinessServiceUnderTest) -> None:
    _, url = await entry(call_center)
    answers(call_center, Unanswered("timeout"))
    waiting = (await call_center.client.post(f"{url}/clear")).json()
    assert (waiting["status"], waiting["hindrances"][0]["code"]) == ("waiting", "not_asked")
    assert (await call_center.client.post(f"{url}/contact", json={"outcome": "reached"})).status_code == 409


async def test_a_customer_stands_on_a_list_once_and_not_on_a_closed_one(call_center: BusinessServiceUnderTest) -> None:
    made, _ = await entry(call_center)
    body = {"list_id": made["list_id"], "customer": {"record_id": made["customer"]["record_id"]}}
    assert (await call_center.client.post(ENTRIES, json=body)).status_code == 409
    await call_center.client.post(f"/v1/call-center/outbound-lists/{made['list_id']}/close")
    other = await call_center.client.post(ENTRIES, json=body | {"customer": {"name": {"full": "李娜"}}})
    assert (other.status_code, other.json()["code"]) == (409, "list_closed")


async def test_a_callback_falls_due_by_itself_and_may_be_moved(
    call_center: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    at = (clock.now() + timedelta(hours=2)).isoformat()
    body = {"callback_at": at, "subject": "配件到货", "customer": {"phones": [{"value": "13812345678"}]}}
    made = (await call_center.client.post("/v1/call-center/callbacks", json=body)).json()
    url = f"/v1/call-center/callbacks/{made['id']}"
    clock.advance(timedelta(hours=2))
    await fire_due(call_center.context)
    assert (await call_center.client.get(url)).json()["status"] == "due"
    later = (clock.now() + timedelta(hours=1)).isoformat()
    moved = (await call_center.client.post(f"{url}/retry", json={"callback_at": later})).json()
    assert (moved["status"], moved["attempts"]) == ("planned", 1)
    await call_center.client.post(f"{url}/finish", json={"result": "已告知"})
    clock.advance(timedelta(hours=1))
    await fire_due(call_center.context)
    assert (await call_center.client.get(url)).json()["status"] == "done"
    told = await call_center.published("isthmus.call-center.callback-changed.v1")
    assert [event.data["status"] for event in told] == ["due", "planned", "done"]
