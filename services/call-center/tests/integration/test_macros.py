"""One click does several things, all of them or none."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from call_center.macros import declared, routes
from isthmus.clock import FixedClock
from isthmus.platform_client import Answer
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.notifications import notifications, send_due
from isthmus.testing.platform import PlatformStandIn
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

CALL = {
    "channel": "phone",
    "direction": "inbound",
    "at": "2026-11-01T07:50:00Z",
    "address": "13911110064",
    "agent": "李娜",
}
DEALER = "dealer:D0001"
SAID = {
    "org_unit": DEALER,
    "subject": "空调修了三次仍有异味",
    "note": "同一维修站处理三次，要求彻底解决",
    "vehicle": {"plate": "皖B64064"},
}


async def interaction(call_center: BusinessServiceUnderTest, **changes: Any) -> dict[str, Any]:
    answer = await call_center.client.post(call_center.url("interactions"), json=CALL | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def click(
    call_center: BusinessServiceUnderTest, call: dict[str, Any], code: str, body: Any, **headers: str
) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await call_center.client.post(
        call_center.url("interactions", call["id"], "macros", code), json=body, headers=sent
    )


async def kept(call_center: BusinessServiceUnderTest) -> dict[str, int]:
    """How much there is of what macros make."""
    counts = {"notifications": len(await notifications(call_center.context))}
    for what in ("cases", "case-tasks", "callbacks"):
        counts[what] = len((await call_center.client.get(call_center.url(what))).json()["items"])
    return counts | {"events": await call_center.count_published()}


async def test_a_complaint_becomes_a_case_a_task_a_callback_a_message_and_a_wrap_up_in_one_click(
    call_center: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    call = await interaction(call_center)
    answer = await click(call_center, call, "repair_quality_complaint", SAID)
    assert answer.status_code == 200, answer.text
    done = answer.json()
    made = {one["kind"]: one["id"] for one in done["made"]}
    assert [one["action"] for one in done["made"]] == [
        *("open_case", "add_task", "plan_callback", "send_message", "wrap_up")
    ]

    async def get(what: str, kind: str) -> dict[str, Any]:
        found = await call_center.client.get(call_center.url(what, made[kind]))
        assert found.status_code == 200, found.text
        return dict(found.json())

    case = await get("cases", "case")
    assert (case["kind"], case["priority"], case["subject"]) == ("complaint", "high", SAID["subject"])
    assert (case["description"], case["vehicle"]["plate"]) == (SAID["note"], "皖B64064")
    assert case["customer"] == call["customer"]
    assert case["first_responded_at"] == "2026-11-01T08:00:00Z", "the customer was spoken to"
    task = await get("case-tasks", "case_task")
    assert (task["org_unit"], task["department"], task["due_at"]) == (DEALER, "service", case["due_at"])
    (told,) = await call_center.published("isthmus.call-center.case-task-assigned.v1")
    assert told.data["org_unit"] == DEALER
    callback = await get("callbacks", "callback")
    # A Sunday; eight working hours after Monday half past eight, with a break of one and a half.
    assert callback["callback_at"] == "2026-11-02T10:00:00Z"
    assert (callback["case_id"], callback["assignee"], callback["address"]) == (case["id"], "李娜", CALL["address"])
    (message,) = await notifications(call_center.context)
    assert str(message.id) == made["notification"]
    assert (message.template, message.channel, message.purpose) == ("complaint_taken", "sms", "service")
    assert message.values == {"case": case["id"][-12:], "time": "2026-11-02 18:00"}
    now = done["interaction"]
    assert now == (await call_center.client.get(call_center.url("interactions", call["id"]))).json()
    assert (now["status"], now["reason"], now["reason_detail"]) == ("completed", "complaint", "service")
    assert (now["result"], now["case_id"]) == (SAID["note"], case["id"])
    assert answer.headers["ETag"] == f'"{now["version"]}"'
    clock.advance(timedelta(days=1, hours=2))
    await fire_due(call_center.context)
    assert (await get("callbacks", "callback"))["status"] == "due"


@pytest.mark.parametrize(("against", "outcome"), [([], ("sent", None)), (["objection"], ("suppressed", "objection"))])
async def test_the_message_goes_only_when_nothing_stands_against_it(
    call_center: BusinessServiceUnderTest, tmp_path: Path, against: list[str], outcome: tuple[str, str | None]
) -> None:
    context = call_center.context
    context.settings = context.settings.model_copy(update={"notifications_folder": tmp_path})
    reasons = [{"code": code, "text": ""} for code in against]
    answer = Answer(200, {"allowed": not against, "reasons": reasons})
    context.platform = PlatformStandIn({("POST", "/v1/customers/suppression-check"): answer})
    call = await interaction(call_center)
    await click(call_center, call, "repair_quality_complaint", SAID)
    await send_due(context)
    (message,) = await notifications(context)
    assert (message.status, message.reason) == outcome
    assert message.recipient == CALL["address"]


async def test_a_second_click_does_nothing_and_a_repeated_one_gets_the_first_answer(
    call_center: BusinessServiceUnderTest,
) -> None:
    call = await interaction(call_center)
    first = await click(call_center, call, "repair_quality_complaint", SAID, Idempotency_Key="click-1")
    before = await kept(call_center)
    repeat = await click(call_center, call, "repair_quality_complaint", SAID, Idempotency_Key="click-1")
    assert (repeat.status_code, repeat.json()) == (200, first.json())
    second = await click(call_center, call, "repair_quality_complaint", SAID)
    assert (second.status_code, second.json()["code"]) == (409, "belongs_to_case")
    again = await click(call_center, call, "not_reached", {})
    assert (again.status_code, again.json()["code"]) == (409, "step_not_allowed")
    assert "Action 3 of 3, wrap_up" in again.json()["detail"]
    assert await kept(call_center) == before
    assert before | {"events": 0} == {"cases": 1, "case-tasks": 1, "callbacks": 1, "notifications": 1, "events": 0}


async def test_an_action_that_fails_leaves_nothing_of_those_before_it(
    call_center: BusinessServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case is closed before it is resolved, as a careless macro might have it; a case was opened before."""
    careless = """
careless:
  zh: 草率
  en: Careless
  actions:
    - {do: open_case, kind: complaint, priority: high, subject: 投诉}
    - {do: add_task, department: service, subject: 复检}
    - {do: plan_callback, after_minutes: 60, subject: 回访}
    - {do: send_message, template: complaint_taken}
    - {do: close_case, close_code: solved}
    - {do: wrap_up, reason: complaint, result: 已办结}
"""
    macros = declared.parse_macros(careless, declared.texts_of("call_center"))
    monkeypatch.setattr(routes, "MACROS", macros)
    call = await interaction(call_center)
    before = await kept(call_center)
    failed = await click(call_center, call, "careless", SAID, Idempotency_Key="click-2")
    assert (failed.status_code, failed.json()["code"]) == (409, "step_not_allowed")
    assert "Action 5 of 6, close_case" in failed.json()["detail"]
    assert failed.json()["errors"][0]["message"] == failed.json()["detail"]
    assert await kept(call_center) == before
    assert (await call_center.client.get(call_center.url("interactions", call["id"]))).json() == call


async def test_what_does_not_fit_the_macro_is_named_field_by_field(call_center: BusinessServiceUnderTest) -> None:
    call = await interaction(call_center)
    refused = await click(call_center, call, "repair_quality_complaint", {"note": "三次"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/org_unit")
    refused = await click(call_center, call, "callback_wished", {"org_unit": DEALER})
    named = [(one["pointer"], one["code"]) for one in refused.json()["errors"]]
    assert named == [("/callback_at", "missing"), ("/org_unit", "not_asked_for")]
    nothing = await click(call_center, call, "make_coffee", {})
    assert nothing.status_code == 404
    assert "not_reached" in nothing.json()["detail"]


async def test_a_click_on_a_version_that_was_changed_meanwhile_is_refused(
    call_center: BusinessServiceUnderTest,
) -> None:
    call = await interaction(call_center)
    url = call_center.url("interactions", call["id"])
    await call_center.client.patch(url, json={"subject": "空调"}, headers={"If-Match": '"1"'})
    stale = await click(call_center, call, "repair_quality_complaint", SAID, If_Match='"1"')
    assert (stale.status_code, stale.json()["errors"][0]["pointer"]) == (412, "/subject")
    assert (await click(call_center, call, "repair_quality_complaint", SAID, If_Match='"2"')).status_code == 200


async def test_whoever_may_not_write_here_runs_no_macro(call_center: BusinessServiceUnderTest) -> None:
    call = await interaction(call_center)
    url = call_center.url("interactions", call["id"], "macros", "repair_quality_complaint")
    before = await kept(call_center)
    for grants, status in (
        ({"scopes": ["call-center:read"]}, 403),
        ({"scopes": []}, 403),
        ({"org_units": [DEALER]}, 404),
    ):
        headers = call_center.headers(**grants)
        assert (await call_center.client.post(url, json=SAID, headers=headers)).status_code == status, grants
    assert await kept(call_center) == before


async def test_a_case_is_settled_and_closed_in_the_conversation_about_it(
    call_center: BusinessServiceUnderTest,
) -> None:
    alone = await interaction(call_center)
    refused = await click(call_center, alone, "settled_on_the_phone", {"note": "已说明"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_case")
    case = {"subject": "空调异响", "customer": {"record_id": alone["customer"]["record_id"]}}
    opened = (await call_center.client.post(call_center.url("cases"), json=case)).json()
    call = await interaction(call_center, case_id=opened["id"], channel="wechat", address="wx-64")
    await call_center.client.patch(
        call_center.url("interactions", call["id"]),
        json={"reason": "feedback"},
        headers={"If-Match": f'"{call["version"]}"'},
    )
    done = await click(call_center, call, "settled_on_the_phone", {"note": "已远程重置，恢复正常"})
    assert done.status_code == 200, done.text
    assert done.json()["interaction"]["reason"] == "feedback", "as it was noted"
    closed = (await call_center.client.get(call_center.url("cases", opened["id"]))).json()
    assert (closed["status"], closed["close_code"]) == ("closed", "solved")
    assert closed["resolution"] == "已远程重置，恢复正常"
    (message,) = await notifications(call_center.context)
    assert (message.channel, message.recipient, message.template) == ("wechat", "wx-64", "case_settled")


async def test_every_macro_runs_with_what_it_asks_for(call_center: BusinessServiceUnderTest) -> None:
    fills = SAID | {"callback_at": "2026-11-02T03:00:00Z"}
    listed = (await call_center.client.get(call_center.url("macros"))).json()
    assert len(listed) == len(declared.MACROS) >= 4
    for macro in listed:
        given = {one["field"]: fills[one["field"]] for one in macro["fields"]}
        call = await interaction(call_center, address=f"1391111{len(macro['code']):04}")
        if macro["actions"][0]["do"] == "resolve_case":
            case = {"subject": "咨询", "customer": {"record_id": call["customer"]["record_id"]}}
            opened = (await call_center.client.post(call_center.url("cases"), json=case)).json()
            call = await interaction(call_center, case_id=opened["id"])
        done = await click(call_center, call, macro["code"], given)
        assert done.status_code == 200, done.text
        assert [one["action"] for one in done.json()["made"]] == [one["do"] for one in macro["actions"]]
