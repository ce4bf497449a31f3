import asyncio
from typing import Any

import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

CALL = {"channel": "phone", "direction": "inbound", "address": "138 1234 5678", "at": "2026-11-01T07:00:00Z"}


async def post(call_center: BusinessServiceUnderTest, **changes: Any) -> Any:
    return await call_center.client.post("/v1/call-center/interactions", json=CALL | changes)


async def test_a_call_needs_no_more_than_a_number(call_center: BusinessServiceUnderTest) -> None:
    answer = await post(call_center)
    assert answer.status_code == 201, answer.text
    record, recorded = await call_center.published()
    assert (record.data["source"], record.data["phones"]) == ("hq:call-center", [{"value": "138 1234 5678"}])
    assert recorded.data["customer"] == answer.json()["customer"]
    assert recorded.data["occurred_at"] == CALL["at"]


@pytest.mark.parametrize("again", ["13812345678", "+86 138-1234-5678", "0086 138 1234 5678", "013812345678"])
async def test_the_same_number_is_the_same_record(call_center: BusinessServiceUnderTest, again: str) -> None:
    first, second = (await post(call_center)).json(), (await post(call_center, address=again)).json()
    assert first["customer"] == second["customer"]
    assert len(await call_center.published("isthmus.customer-records.customer-record-changed.v1")) == 1


async def test_two_first_calls_at_once_make_one_record(call_center: BusinessServiceUnderTest) -> None:
    answers = await asyncio.gather(*(post(call_center) for _ in range(5)))
    assert len({answer.json()["customer"]["record_id"] for answer in answers}) == 1


async def test_withheld_numbers_are_never_one_person(call_center: BusinessServiceUnderTest) -> None:
    first, second = (await post(call_center, address="未知")).json(), (await post(call_center, address="未知")).json()
    assert first["customer"] != second["customer"]


async def test_a_mail_is_known_by_its_address(call_center: BusinessServiceUnderTest) -> None:
    first = (await post(call_center, channel="email", address="Jingyu@Example.com")).json()
    second = (await post(call_center, channel="email", address=" jingyu@example.com")).json()
    assert first["customer"] == second["customer"]


async def test_an_interaction_of_nobody_is_refused(call_center: BusinessServiceUnderTest) -> None:
    answer = await post(call_center, address=None)
    assert answer.status_code == 422
    assert "needs a customer" in answer.json()["errors"][0]["message"]


async def test_a_call_about_a_case_is_with_the_cases_customer(call_center: BusinessServiceUnderTest) -> None:
    body = {"subject": "异响", "customer": {"name": {"full": "李娜"}}}
    case = (await call_center.client.post("/v1/call-center/cases", json=body)).json()
    call = (await post(call_center, case_id=case["id"])).json()
    assert (call["customer"], call["case_id"]) == (case["customer"], case["id"])


async def test_wrapping_up_ends_the_interaction(call_center: BusinessServiceUnderTest) -> None:
    call = (await post(call_center)).json()
    url = f"/v1/call-center/interactions/{call['id']}"
    wrapped = await call_center.client.post(f"{url}/complete", json={"reason": "enquiry", "commitment": "周五回电"})
    assert (wrapped.json()["status"], wrapped.json()["reason"]) == ("completed", "enquiry")
    changed = (await call_center.published("isthmus.call-center.interaction-changed.v1"))[0]
    assert changed.data["commitment"] == "周五回电"
    assert (await call_center.client.post(f"{url}/complete", json={})).status_code == 409


async def test_each_org_unit_knows_its_own_callers(call_center: BusinessServiceUnderTest) -> None:
    at_headquarters, at_dealer = await post(call_center), await post(call_center, org_unit="dealer:D0001")
    again = await post(call_center, org_unit="dealer:D0001")
    assert (at_dealer.status_code, again.json()["customer"]) == (201, at_dealer.json()["customer"]), at_dealer.text
    assert at_headquarters.json()["customer"]["source"] == "hq:call-center"
    assert at_dealer.json()["customer"]["source"] == "dealer:D0001:call-center"


async def test_a_call_about_a_case_of_nobody_or_of_another_org_unit_is_refused(
    call_center: BusinessServiceUnderTest,
) -> None:
    body = {"org_unit": "dealer:D0001", "subject": "异响", "customer": {"name": {"full": "李娜"}}}
    elsewhere = (await call_center.client.post("/v1/call-center/cases", json=body)).json()["id"]
    for case_id in ("0199a0f0-0000-7000-8000-000000000000", elsewhere):
        answer = await post(call_center, case_id=case_id)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/case_id")


async def letter(call_center: BusinessServiceUnderTest, **changes: Any) -> Any:
    body = {"channel": "email", "address": "jingyu@example.com", "subject": "保养", "message_id": None} | changes
    answer = await post(call_center, **body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_an_answer_belongs_to_the_conversation_of_what_it_answers(call_center: BusinessServiceUnderTest) -> None:
    first = await letter(call_center, message_id="<1@example.com>")
    ours = {"direction": "outbound", "message_id": "<2@isthmus>", "in_reply_to": "<1@example.com>"}
    second = await letter(call_center, **ours)
    third = await letter(call_center, address="wife@example.com", subject="另一封", in_reply_to="<2@isthmus>")
    assert (first["thread_id"], second["thread_id"], third["thread_id"]) == (None, first["id"], first["id"])
    assert third["customer"] == first["customer"]
    twice = await post(call_center, channel="email", address="jingyu@example.com", message_id="<1@example.com>")
    assert twice.status_code == 409


@pytest.mark.parametrize(("subject", "same"), [("Re: 保养", True), ("回复： RE: 保养", True), ("投诉", False)])
async def test_without_a_reference_sender_and_subject_tell(
    call_center: BusinessServiceUnderTest,
    subject: str,
    same: bool,  # noqa: FBT001
) -> None:
    first = await letter(call_center)
    second = await letter(call_center, subject=subject, address="Jingyu@Example.com")
    assert (second["thread_id"] == first["id"]) is same
    other = await letter(call_center, address="other@example.com")
    assert other["thread_id"] is None


async def test_a_wrap_up_code_is_a_known_one(call_center: BusinessServiceUnderTest) -> None:
    call = (await post(call_center)).json()
    url = f"/v1/call-center/interactions/{call['id']}/complete"
    wrong = {"reason": ({"reason": "boredom"}), "reason_detail": {"reason": "misuse", "reason_detail": "price"}}
    for field, body in wrong.items():
        refused = await call_center.client.post(url, json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{field}")
    done = await call_center.client.post(url, json={"reason": "enquiry", "reason_detail": "price"})
    assert done.json()["reason_detail"] == "price"
    codes = (await call_center.client.get("/v1/call-center/codes")).json()
    assert codes["wrap_up"]["enquiry"]["details"]["price"]["zh"] == "价格"


async def test_reasons_are_counted_of_what_customers_began(call_center: BusinessServiceUnderTest) -> None:
    misuse = {"reason": "misuse", "reason_detail": "starting"}
    for changes in (misuse, misuse, {"reason": "enquiry"}, {}, misuse | {"direction": "outbound"}):
        assert (await post(call_center, **changes)).status_code == 201
    counted = (await call_center.client.get("/v1/call-center/interactions/reasons")).json()
    told = [(one["reason"], one["reason_detail"], one["interactions"], one["share_permille"]) for one in counted]
    assert told == [("misuse", "starting", 2, 500), ("enquiry", None, 1, 250), (None, None, 1, 250)]
    later = {"at_from": "2026-11-01T07:00:01Z"}
    assert (await call_center.client.get("/v1/call-center/interactions/reasons", params=later)).json() == []
    station = call_center.headers(org_units=["station:S0101"])
    assert (await call_center.client.get("/v1/call-center/interactions/reasons", headers=station)).json() == []
