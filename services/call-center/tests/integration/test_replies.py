"""An answer in the conversation goes out if nothing stands against it, and only then counts as one."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from isthmus.clock import FixedClock
from isthmus.platform_client import Answer
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.notifications import send_due
from isthmus.testing.platform import PlatformStandIn

pytestmark = pytest.mark.integration

INBOX, ASKED = "service@isthmus.example", "杭州店有现车吗"
WROTE = {"recipient": INBOX, "channel": "wechat", "address": "wx-66", "subject": None, "body": ASKED}


@pytest.fixture(autouse=True)
async def handed_on(call_center: BusinessServiceUnderTest, tmp_path: Path) -> Callable[[], Any]:
    """What was handed on last."""
    made = await call_center.client.post(call_center.url("mailboxes"), json={"address": INBOX})
    assert made.status_code == 201, made.text
    context = call_center.context
    context.settings = context.settings.model_copy(update={"notifications_folder": tmp_path})
    return lambda: orjson.loads((tmp_path / "notifications.ndjson").read_bytes().splitlines()[-1])


async def wrote(call_center: BusinessServiceUnderTest, **changes: Any) -> dict[str, Any]:
    body = WROTE | {"at": call_center.clock.now().isoformat()} | changes
    received = await call_center.client.post(call_center.url("messages"), json=body)
    assert received.status_code == 201, received.text
    return dict(received.json()["interaction"])


async def reply(call_center: BusinessServiceUnderTest, to: dict[str, Any], **body: str) -> Any:
    return await call_center.client.post(call_center.url("interactions", to["id"], "reply"), json=body)


async def get(call_center: BusinessServiceUnderTest, *path: str) -> dict[str, Any]:
    answer = await call_center.client.get(call_center.url(*path))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def send(call_center: BusinessServiceUnderTest, *against: str) -> None:
    reasons = [{"code": code, "text": ""} for code in against]
    allowed = Answer(200, {"allowed": not against, "reasons": reasons})
    call_center.context.platform = PlatformStandIn({("POST", "/v1/customers/suppression-check"): allowed})
    await send_due(call_center.context)


async def test_question_and_answer_go_to_and_fro_in_one_conversation(
    call_center: BusinessServiceUnderTest, clock: FixedClock, handed_on: Callable[[], Any]
) -> None:
    question = await wrote(call_center)
    await send(call_center)
    clock.advance(timedelta(minutes=5))
    answer = await reply(call_center, question, body="有，{颜色}任选。", agent="李娜")
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["direction"], said["channel"], said["address"]) == ("outbound", "wechat", "wx-66")
    assert (said["thread_id"], said["case_id"]) == (question["id"], question["case_id"])
    assert (said["agent"], said["delivery"], said["customer"]) == ("李娜", "pending", question["customer"])
    case = await get(call_center, "cases", question["case_id"])
    assert case["first_responded_at"] is None, "nothing has gone out yet"

    await send(call_center)
    line = handed_on()
    assert (line["channel"], line["recipient"], line["body"]) == ("wechat", "wx-66", "有，{颜色}任选。")
    sent = await get(call_center, "interactions", said["id"])
    assert (sent["delivery"], sent["status"], sent["delivery_reason"]) == ("sent", "completed", None)
    case = await get(call_center, "cases", question["case_id"])
    assert case["first_responded_at"] == "2026-11-01T08:05:00Z"

    clock.advance(timedelta(minutes=5))
    again = await wrote(call_center, body="可以周六看车吗")
    assert again["thread_id"] == question["id"]
    assert (await get(call_center, "cases", question["case_id"]))["awaiting_reply_since"] == "2026-11-01T08:10:00Z"
    clock.advance(timedelta(minutes=5))
    await reply(call_center, again, body="可以，恭候光临。")
    await send(call_center)
    assert (await get(call_center, "cases", question["case_id"]))["awaiting_reply_since"] is None
    thread = {"thread_id": question["id"], "sort": "at"}
    listed = await call_center.client.get(call_center.url("interactions"), params=thread)
    order = [one["body"] for one in listed.json()["items"]]
    assert order == ["有，{颜色}任选。", "可以周六看车吗", "可以，恭候光临。"]


async def test_what_may_not_go_out_is_no_answer_and_says_why(call_center: BusinessServiceUnderTest) -> None:
    question = await wrote(call_center)
    said = (await reply(call_center, question, body="有现车。")).json()
    await send(call_center, "objection")
    held = await get(call_center, "interactions", said["id"])
    assert (held["delivery"], held["delivery_reason"], held["status"]) == ("suppressed", "objection", "open")
    assert (await get(call_center, "cases", question["case_id"]))["first_responded_at"] is None
    (told,) = [
        event.data["delivery"]
        for event in await call_center.published("isthmus.call-center.interaction-changed.v1")
        if event.data["interaction_id"] == said["id"]
    ]
    assert told == "suppressed"


async def test_a_letter_is_answered_by_letter_and_the_next_one_refers_to_it(
    call_center: BusinessServiceUnderTest, handed_on: Callable[[], Any]
) -> None:
    letter = await wrote(
        call_center, channel="web", address="jingyu@example.com", subject="试驾\n预约", message_id="form-1"
    )
    said = (await reply(call_center, letter, body="周六十点可以吗？")).json()
    assert (said["channel"], said["subject"], said["in_reply_to"]) == ("email", "试驾 预约", "form-1")
    assert said["agent"], "who answers is known even when it is not said"
    await send(call_center)
    assert (handed_on()["recipient"], handed_on()["reply_to"]) == ("jingyu@example.com", INBOX)
    later = {"channel": "email", "address": "wife@example.com", "in_reply_to": said["message_id"]}
    assert (await wrote(call_center, **later))["thread_id"] == letter["id"]


@pytest.mark.parametrize(
    ("channel", "address"),
    [("phone", "13911110066"), ("fax", "055312345678"), ("web", "13911110066"), ("email", "withheld")],
)
async def test_where_nobody_can_be_written_to_nothing_is_kept(
    call_center: BusinessServiceUnderTest, channel: str, address: str
) -> None:
    body = {"channel": channel, "direction": "inbound", "address": address, "at": "2026-11-01T07:00:00Z"}
    call = (await call_center.client.post(call_center.url("interactions"), json=body)).json()
    refused = await reply(call_center, call, body="您好")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_way_back")
    assert len((await call_center.client.get(call_center.url("interactions"))).json()["items"]) == 1


async def test_whoever_may_not_write_here_answers_nobody(call_center: BusinessServiceUnderTest) -> None:
    question = await wrote(call_center)
    url = call_center.url("interactions", question["id"], "reply")
    reader = call_center.headers(scopes=["call-center:read"])
    assert (await call_center.client.post(url, json={"body": "您好"}, headers=reader)).status_code == 403
    dealer = call_center.headers(org_units=["dealer:D0001"])
    assert (await call_center.client.post(url, json={"body": "您好"}, headers=dealer)).status_code == 404
