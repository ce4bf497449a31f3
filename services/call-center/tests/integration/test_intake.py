from typing import Any

import pytest

from isthmus.platform_client import Answer, Unanswered
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.platform import PlatformStandIn

pytestmark = pytest.mark.integration

GOLDEN = ["0199a0f0-0000-7000-8000-00000000000a", "0199a0f0-0000-7000-8000-00000000000b"]
NUMBER = "138 1234 5678"


def found(golden_id: str, *kinds: str) -> dict[str, Any]:
    vehicle = {"value": {"plate": "皖B12345", "vin": "LVVDB11B0AD000018", "role": "owner"}}
    return {
        "golden_id": golden_id,
        "score": 500,
        "party_type": "person",
        "display_name": "欧阳靖宇",
        "values": {"vehicles": [vehicle]},
        "matched": [{"kind": kind, "value": "?", "score": 500} for kind in kinds],
    }


def platform(call_center: BusinessServiceUnderTest, *items: dict[str, Any]) -> PlatformStandIn:
    answers: Any = {("GET", "/v1/customers"): Answer(200, {"items": list(items), "next_cursor": None})}
    call_center.context.platform = PlatformStandIn(answers)
    return call_center.context.platform


async def ask(call_center: BusinessServiceUnderTest, **query: Any) -> dict[str, Any]:
    answer = await call_center.client.post("/v1/call-center/intake", json={"address": NUMBER} | query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    ("items", "match", "proposal"),
    [
        ([found(GOLDEN[0], "phone")], "known", "new_interaction"),
        ([found(GOLDEN[0], "phone"), found(GOLDEN[1], "phone")], "several", "choose"),
        ([found(GOLDEN[0], "phone"), found(GOLDEN[1], "name")], "known", "new_interaction"),
        ([found(GOLDEN[0], "name")], "maybe", "confirm"),
        ([], "unknown", "ask"),
    ],
)
async def test_who_it_may_be(
    call_center: BusinessServiceUnderTest, items: list[dict[str, Any]], match: str, proposal: str
) -> None:
    platform(call_center, *items)
    told = await ask(call_center)
    assert (told["match"], told["proposal"], told["unanswered"]) == (match, proposal, None)
    assert [candidate["golden_id"] for candidate in told["candidates"]] == [item["golden_id"] for item in items]
    assert all(candidate["vehicles"][0]["vin_end"] == "000018" for candidate in told["candidates"])


async def test_a_withheld_number_is_not_searched_for_but_a_plate_is(call_center: BusinessServiceUnderTest) -> None:
    asked = platform(call_center, found(GOLDEN[0], "plate")).asked
    assert (await ask(call_center, address="anonymous"))["match"] == "withheld"
    assert asked == []
    assert (await ask(call_center, address="anonymous", plate="皖B12345"))["match"] == "known"


async def test_an_open_case_goes_before_a_new_one(call_center: BusinessServiceUnderTest) -> None:
    body = {"subject": "异响", "customer": {"phones": [{"value": NUMBER}]}}
    case = (await call_center.client.post("/v1/call-center/cases", json=body)).json()
    await call_center.set_golden_id(case["customer"]["record_id"], GOLDEN[0])  # type: ignore[arg-type]
    platform(call_center, found(GOLDEN[0], "phone"))
    told = await ask(call_center)
    assert (told["proposal"], [one["id"] for one in told["open_cases"]]) == ("open_case", [case["id"]])
    url = f"/v1/call-center/cases/{case['id']}/resolve"
    await call_center.client.post(url, json={"resolution": "已解决"})
    assert (await ask(call_center))["proposal"] == "new_interaction"


async def test_when_nobody_answers_what_is_known_here_is_told(call_center: BusinessServiceUnderTest) -> None:
    call = {"channel": "phone", "direction": "inbound", "address": NUMBER, "at": "2026-11-01T07:00:00Z"}
    made = (await call_center.client.post("/v1/call-center/interactions", json=call)).json()
    answers: Any = {("GET", "/v1/customers"): Unanswered("timeout")}
    call_center.context.platform = PlatformStandIn(answers)
    told = await ask(call_center)
    assert (told["match"], told["unanswered"], told["candidates"]) == ("not_asked", "timeout", [])
    assert told["record_id"] == made["customer"]["record_id"]


async def test_a_dealer_learns_nothing_of_the_customers_of_others(call_center: BusinessServiceUnderTest) -> None:
    asked = platform(call_center, found(GOLDEN[0], "phone")).asked
    headers = call_center.headers(org_units=["dealer:D0001"])
    body = {"address": NUMBER, "org_unit": "dealer:D0001"}
    told = (await call_center.client.post("/v1/call-center/intake", json=body, headers=headers)).json()
    assert (told["match"], told["unanswered"], asked) == ("not_asked", "not_for_this_org_unit", [])


async def test_a_call_is_linked_to_a_customer_and_unlinked_in_one_call_each(
    call_center: BusinessServiceUnderTest,
) -> None:
    call = {"channel": "phone", "direction": "inbound", "address": NUMBER, "at": "2026-11-01T07:00:00Z"}
    made = (await call_center.client.post("/v1/call-center/interactions", json=call)).json()
    url = f"/v1/call-center/interactions/{made['id']}"
    golden = {"values": {"name": [{"value": {"full": "张敏"}}], "phones": [{"value": "+8613912345678"}]}}
    answers: Any = {("GET", f"/v1/customers/{GOLDEN[0]}"): Answer(200, golden)}
    call_center.context.platform = PlatformStandIn(answers)

    linked = (await call_center.client.post(f"{url}/link", json={"golden_id": GOLDEN[0], "remember": True})).json()
    assert linked["customer"] != made["customer"]
    record = (await call_center.client.get(f"/v1/call-center/customers/{linked['customer']['record_id']}")).json()
    assert record["customer"]["name"]["full"] == "张敏"
    again = (await call_center.client.post("/v1/call-center/interactions", json=call)).json()
    assert again["customer"] == linked["customer"]  # the number stands for her now

    unlinked = (await call_center.client.post(f"{url}/unlink")).json()
    assert unlinked["customer"] not in (linked["customer"], made["customer"])
    changed = await call_center.published("isthmus.call-center.interaction-changed.v1")
    assert [event.data["customer"] for event in changed] == [linked["customer"], unlinked["customer"]]
    unknown = await call_center.client.post(f"{url}/link", json={"golden_id": GOLDEN[1]})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "customer_master_silent")
