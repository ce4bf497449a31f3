"""G8: what people should look at, side by side; what they decide holds, and opens again when the values change."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from customer_master.testing import DEALER, OTHER_DEALER, STATION, ouyang, wang
from customer_master.testing.desk import SCOPES, Desk

pytestmark = pytest.mark.integration

A, B, C = f"{DEALER}/A", f"{STATION}/B", f"{DEALER}/C"


def someone_else(source: str, record_id: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    """Another name on the same phone: alike, but not enough."""
    return ouyang(source, record_id, version, **({"name": {"full": "欧阳静"}} | fields))


async def test_a_case_is_shown_side_by_side(desk: Desk) -> None:
    golden = await desk.put(ouyang(DEALER, "A"), someone_else(STATION, "B"))

    (listed,) = await desk.cases()

    assert (listed["state"], listed["reason"]) == ("open", "below")
    assert (listed["left"]["golden_id"], listed["right"]["golden_id"]) == (str(golden[A]), str(golden[B]))
    shown = await desk.case(listed["case_id"])
    assert shown["weight"] == listed["weight"] < shown["link_threshold"]
    fields = {row["field"]: (row["left"], row["right"]) for row in shown["fields"]}
    assert fields["name"] == (["欧阳靖宇"], ["欧阳静"])
    assert fields["phone"] == (["+8613800138001"], ["+8613800138001"])
    assert sum(row["weight"] for row in shown["fields"] + shown["rules"]) == shown["weight"]
    assert [shown[f"{side}_customer"]["display_name"] for side in ("left", "right")] == ["欧阳靖宇", "欧阳静"]


async def test_a_customer_tells_how_many_may_be_the_same_until_it_is_decided(desk: Desk) -> None:
    golden = await desk.put(ouyang(DEALER, "A"), ouyang(DEALER, "A2"), someone_else(STATION, "B"))

    async def waiting(key: str, **parameters: str) -> Any:
        answer = await desk.client.get(f"/v1/customers/{golden[key]}", params=parameters)
        return answer.json()["possible_duplicates"]

    assert [await waiting(A), await waiting(B)] == [1, 1]
    assert await waiting(A, as_of=desk.master.clock.now().isoformat()) is None
    (case,) = await desk.cases()
    await desk.decide(case["case_id"], "different")
    assert [await waiting(A), await waiting(B)] == [0, 0]


@pytest.mark.parametrize("decision", ["same", "different"])
async def test_a_decision_holds_and_taken_back_leaves_the_case_as_it_was(desk: Desk, decision: str) -> None:
    before = await desk.put(ouyang(DEALER, "A"), someone_else(STATION, "B"))
    as_it_was = await desk.customers()
    (case,) = await desk.cases()

    answer = await desk.decide(case["case_id"], decision)

    assert (answer.status_code, answer.json()["in_effect"]) == (201, True), answer.text
    assert len(answer.json()["golden_ids"]) == (1 if decision == "same" else 2)
    assert await desk.cases() == []
    (decided,) = await desk.cases(state="decided")
    assert (decided["case_id"], decided["decision_id"]) == (case["case_id"], answer.json()["decision_id"])
    assert decided["closed_because"] == ("one_customer" if decision == "same" else "told_apart")
    assert (await desk.decide(case["case_id"], decision)).status_code == 409

    assert (await desk.take_back(answer)).status_code == 200
    (again,) = await desk.cases()
    changing = {"version", "changed_at"}
    assert {**again, **dict.fromkeys(changing)} == {**case, **dict.fromkeys(changing)}
    assert await desk.customers() == as_it_was
    assert await desk.master.golden_ids() == before


async def test_between_two_customers_only_the_best_pair_is_a_case(desk: Desk) -> None:
    await desk.put(ouyang(DEALER, "A"), ouyang(DEALER, "A2", gender=None))
    await desk.put(someone_else(STATION, "B", gender="female"), someone_else(STATION, "B2"))
    rows = await desk.master.fetch("SELECT weight FROM review_cases WHERE holds")
    assert len(rows) == 4
    (case,) = await desk.cases()
    assert case["weight"] == max(row["weight"] for row in rows)

    assert (await desk.decide(case["case_id"], "different")).status_code == 201
    assert await desk.cases() == []
    assert len(await desk.cases(state="closed")) == 3


async def test_later_puts_a_case_aside_until_its_time_or_until_something_changes(desk: Desk) -> None:
    await desk.put(ouyang(DEALER, "A"), someone_else(STATION, "B"))
    (case,) = await desk.cases()
    until = desk.master.clock.now() + timedelta(days=2)

    assert (await desk.decide(case["case_id"], "later", until=until.isoformat())).status_code == 201
    assert await desk.cases() == []
    assert [one["case_id"] for one in await desk.cases(state="later")] == [case["case_id"]]
    desk.master.clock.advance(timedelta(days=3))
    assert [one["case_id"] for one in await desk.cases()] == [case["case_id"]]

    assert (await desk.decide(case["case_id"], "later")).status_code == 201
    assert await desk.cases() == []
    await desk.put(someone_else(STATION, "B", version=2, gender="female"))
    assert [one["case_id"] for one in await desk.cases()] == [case["case_id"]]
    wrong = await desk.decide(case["case_id"], "same", until=until.isoformat())
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/until")


async def test_a_case_closes_when_there_is_nothing_to_decide_any_more(desk: Desk) -> None:
    await desk.put(ouyang(DEALER, "A"), someone_else(STATION, "B"), someone_else(DEALER, "C"))
    (case,) = await desk.cases()
    await desk.put(wang(STATION, "B", version=2), wang(DEALER, "C", version=2))
    assert await desk.cases() == []
    assert {one["closed_because"] for one in await desk.cases(state="closed")} == {"evidence_changed"}
    refused = await desk.decide(case["case_id"], "same")
    assert (refused.status_code, refused.json()["code"]) == (409, "case_closed")


async def test_a_decision_is_looked_at_again_when_the_values_it_was_taken_on_change(desk: Desk) -> None:
    await desk.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), someone_else(DEALER, "C"))
    golden = await desk.master.golden_ids()
    merged = await desk.merge(golden[A], golden[C])
    assert await desk.cases() == []

    # Seen again, unchanged: nothing to look at.
    await desk.put(someone_else(DEALER, "C", version=2, observed_at="2026-11-01T00:00:00Z"))
    assert await desk.cases() == []

    changed = await desk.put(wang(DEALER, "C", version=3), ouyang(STATION, "B", version=2, birth_date="1987-05-04"))
    assert len(set(changed.values())) == 1
    (case,) = await desk.cases()
    assert (case["reason"], case["left"]["golden_id"]) == ("decision_reopened", case["right"]["golden_id"])
    assert (await desk.case(case["case_id"]))["reopened_decisions"] == [merged.json()["decision_id"]]

    confirmed = await desk.decide(case["case_id"], "same")
    assert [confirmed.json()[side] for side in ("left", "right")] == [merged.json()[side] for side in ("left", "right")]
    assert await desk.cases() == []
    await desk.put(wang(DEALER, "C", version=4, gender=None))
    (again,) = await desk.cases()
    assert again["reason"] == "decision_reopened"
    await desk.take_back(confirmed)
    await desk.put(someone_else(DEALER, "C", version=5), ouyang(STATION, "B", version=3))
    assert await desk.cases() == []


async def test_a_reopened_decision_may_be_answered_otherwise(desk: Desk) -> None:
    golden = await desk.put(ouyang(DEALER, "A"), someone_else(DEALER, "C"))
    await desk.merge(golden[A], golden[C])
    await desk.put(wang(DEALER, "C", version=2))
    (case,) = await desk.cases(reason="decision_reopened")
    assert (await desk.decide(case["case_id"], "different")).json()["in_effect"] is True
    after = await desk.master.golden_ids()
    assert after == golden
    assert await desk.cases() == []


async def test_of_two_who_decide_one_case_at_once_one_wins(desk: Desk) -> None:
    await desk.put(ouyang(DEALER, "A"), someone_else(STATION, "B"))
    (case,) = await desk.cases()
    answers = await asyncio.gather(desk.decide(case["case_id"], "same"), desk.decide(case["case_id"], "different"))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await desk.master.fetch("SELECT * FROM steward_decisions")) == 1


async def test_a_case_that_has_changed_is_not_decided_as_it_was_read(desk: Desk) -> None:
    await desk.put(ouyang(DEALER, "A"), someone_else(STATION, "B"))
    (case,) = await desk.cases()
    read = await desk.client.get(f"/v1/review-cases/{case['case_id']}")
    await desk.put(someone_else(STATION, "B", version=2, gender="female"))
    body = {"decision": "same", "reason": "looked at both"}
    stale = await desk.post(f"/v1/review-cases/{case['case_id']}/decision", body, **{"If-Match": read.headers["ETag"]})
    assert stale.status_code == 412


async def test_who_does_not_hold_both_records_does_not_see_the_case(
    desk: Desk, api: Callable[..., httpx2.AsyncClient]
) -> None:
    await desk.put(ouyang(DEALER, "A"), someone_else(STATION, "B"), someone_else(OTHER_DEALER, "C", phones=[]))
    (case,) = await desk.cases()
    path = f"/v1/review-cases/{case['case_id']}"
    for units, seen in ((("dealer:D0001",), False), (("dealer:D0001", "station:S0101"), True)):
        client = api(*units, scopes=SCOPES)
        assert len((await client.get("/v1/review-cases")).json()["items"]) == seen
        assert (await client.get(path)).status_code == (200 if seen else 404)
    assert (await api(scopes=("customers:read",)).get(path)).status_code == 403


async def test_the_queue_is_filtered_and_paged(desk: Desk) -> None:
    await desk.put(ouyang(DEALER, "A"), someone_else(STATION, "B", gender="female"), wang(DEALER, "C"))
    await desk.put(wang(OTHER_DEALER, "D", name={"full": "王伟"}))
    whole = await desk.cases()
    assert len(whole) == 2
    assert [one["weight"] for one in whole] == sorted((one["weight"] for one in whole), reverse=True)
    page = (await desk.client.get("/v1/review-cases", params={"limit": 1})).json()
    assert [*page["items"], *await desk.cases(cursor=page["next_cursor"])] == whole
    best = whole[0]["weight"]
    assert [
        len(await desk.cases(**asked))
        for asked in (
            {"min_weight": best},
            {"max_weight": best},
            {"org_unit": "dealer:D0002"},
            {"reason": "veto"},
            {"golden_id": whole[0]["left"]["golden_id"]},
        )
    ] == [1, 2, 1, 0, 1]
