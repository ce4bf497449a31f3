"""G8, G4: what a steward merges or splits stays so, and is as if it had never been once it is taken back."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from customer_master.testing import DEALER, OTHER_DEALER, STATION, ouyang, wang
from customer_master.testing.desk import SCOPES, Desk, name_of

pytestmark = pytest.mark.integration

A, B, C = f"{DEALER}/A", f"{STATION}/B", f"{DEALER}/C"


async def test_a_merge_holds_through_changes_and_is_undone_without_a_trace(desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), wang(DEALER, "C"))
    as_it_was = await desk.customers()

    answer = await desk.merge(before[C], before[A])

    assert answer.status_code == 201, answer.text
    decision = answer.json()
    assert (decision["kind"], decision["state"], decision["in_effect"]) == ("merge", "active", True)
    assert decision["golden_ids"] == [str(before[A])]
    assert set((await desk.master.golden_ids()).values()) == {before[A]}
    changed = await desk.put(ouyang(DEALER, "A", version=2, gender=None), wang(DEALER, "C", version=2))
    assert set(changed.values()) == {before[A]}

    await desk.put(ouyang(DEALER, "A", version=3), wang(DEALER, "C", version=3))
    undone = await desk.client.delete(answer.headers["Location"])
    assert undone.status_code == 200, undone.text
    assert undone.json()["state"] == "taken_back"
    assert await desk.customers() == as_it_was
    assert await desk.master.golden_ids() == before


async def test_a_split_holds_against_what_the_matching_says(desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), ouyang(DEALER, "C"))
    as_it_was = await desk.customers()

    answer = await desk.split(before[A], B)

    assert answer.status_code == 201, answer.text
    after = await desk.master.golden_ids()
    assert after[A] == after[C] == before[A] != after[B]
    again = await desk.put(ouyang(STATION, "B", version=2), ouyang(OTHER_DEALER, "D"))
    assert again[A] != again[B]

    await desk.put({"source": OTHER_DEALER, "record_id": "D", "version": 2, "deleted": True})
    await desk.put(ouyang(STATION, "B", version=3))
    assert (await desk.client.delete(answer.headers["Location"])).json()["golden_ids"] == [str(before[A])]
    assert await desk.customers() == as_it_was


async def test_a_merge_outlives_the_deletion_of_its_oldest_record(desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), wang(DEALER, "C"))
    assert (await desk.merge(before[A], before[C])).status_code == 201
    after = await desk.put({"source": DEALER, "record_id": "A", "version": 2, "deleted": True})
    assert after[B] == after[C] == before[A]


async def test_a_veto_stands_above_a_merge_until_the_wrong_value_is_corrected(desk: Desk) -> None:
    one = {"identifiers": [{"type": "cn_resident_id", "value": "11010519491231002X"}]}
    other = {"identifiers": [{"type": "cn_resident_id", "value": "440524188001010014"}]}
    before = await desk.put(ouyang(DEALER, "A", **one), ouyang(STATION, "B", **other))

    refused = await desk.merge(before[A], before[B])

    assert (refused.status_code, refused.json()["in_effect"]) == (201, False)
    assert await desk.master.golden_ids() == before
    corrected = await desk.put(ouyang(STATION, "B", version=2, **one))
    assert corrected[A] == corrected[B]
    assert (await desk.client.get(refused.headers["Location"])).json()["in_effect"] is True


async def test_of_two_stewards_at_once_one_wins_and_the_other_learns_what_changed(desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), wang(DEALER, "C"))
    answers = await asyncio.gather(desk.merge(before[A], before[C]), desk.split(before[A], B))
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    (lost,) = (answer for answer in answers if answer.status_code == 412)
    assert lost.json()["code"] == "version_mismatch"
    assert lost.json()["errors"][0]["code"] in {"merged_in", "members_left"}
    assert len(await desk.master.fetch("SELECT * FROM steward_decisions")) == 1


async def test_a_decision_needs_the_version_that_was_read(desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), wang(DEALER, "C"))
    path, body = f"/v1/customers/{before[A]}/merge", {"golden_id": str(before[C]), "reason": "same"}
    assert (await desk.client.post(path, json=body)).status_code == 428
    stale = await desk.client.post(path, json=body | {"version": 0}, headers={"If-Match": await desk.tag(before[A])})
    assert (stale.status_code, stale.json()["errors"][0]["pointer"]) == (412, "/version")


async def test_a_customer_that_was_merged_away_is_not_decided_on(desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), wang(DEALER, "C"))
    assert (await desk.merge(before[A], before[C])).status_code == 201
    gone = await desk.merge(before[C], before[A])
    assert (gone.status_code, gone.json()["code"]) == (409, "customer_not_live")


async def test_what_was_told_apart_is_merged_only_after_that_is_taken_back(desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), ouyang(STATION, "B"))
    parted = await desk.split(before[A], B)
    golden = await desk.master.golden_ids()
    refused = await desk.merge(golden[A], golden[B])
    assert (refused.status_code, refused.json()["code"]) == (409, "told_apart")
    assert parted.json()["decision_id"] in refused.json()["detail"]


async def test_what_cannot_be_split_or_merged_is_told(desk: Desk) -> None:
    golden = await desk.put(ouyang(DEALER, "A"), ouyang(STATION, "B"))
    for keys, code in (((A, B), "nothing_left"), ((C,), "not_a_member")):
        answer = await desk.split(golden[A], *keys)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    answer = await desk.merge(golden[A], golden[A])
    assert (answer.status_code, answer.json()["code"]) == (422, "same_customer")


async def test_only_who_holds_all_the_records_decides(api: Callable[..., httpx2.AsyncClient], desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), wang(DEALER, "C"))
    path, body = f"/v1/customers/{before[A]}/merge", {"golden_id": str(before[C]), "reason": "same"}
    headers = {"If-Match": await desk.tag(before[A])}
    for client, status in (
        (api("dealer:D0001", scopes=("customers:read",)), 403),
        (api("dealer:D0001", scopes=SCOPES), 403),
        (api("dealer:D0002", scopes=SCOPES), 404),
        (api("dealer:D0001", "station:S0101", scopes=SCOPES), 201),
    ):
        assert (await client.post(path, json=body, headers=headers)).status_code == status


async def test_a_repeat_with_the_same_key_decides_once(desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), wang(DEALER, "C"))
    path, body = f"/v1/customers/{before[A]}/merge", {"golden_id": str(before[C]), "reason": "same"}
    headers = {"If-Match": await desk.tag(before[A])} | {"Idempotency-Key": "merge-1"}
    first = await desk.client.post(path, json=body, headers=headers)
    second = await desk.client.post(path, json=body, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()


async def test_decisions_are_listed_and_stand_in_the_history(
    api: Callable[..., httpx2.AsyncClient], desk: Desk
) -> None:
    before = await desk.put(ouyang(DEALER, "A"), wang(DEALER, "C"), ouyang(STATION, "B", phones=[]))
    first = (await desk.merge(before[A], before[C])).json()
    second = (await desk.merge(before[A], before[B])).json()
    await desk.client.delete(f"/v1/decisions/{second['decision_id']}?reason=wrong")

    async def listed(client: httpx2.AsyncClient, **asked: Any) -> list[str]:
        answer = await client.get("/v1/decisions", params=asked)
        assert answer.status_code == 200, answer.text
        return [item["decision_id"] for item in answer.json()["items"]]

    both = [second["decision_id"], first["decision_id"]]
    assert await listed(desk.client) == both
    assert await listed(desk.client, state="active") == both[1:]
    assert await listed(desk.client, source=STATION, record_id="B", kind="merge") == both[:1]
    assert await listed(desk.client, golden_id=before[B]) == both[:1]
    assert await listed(api("dealer:D0001", scopes=SCOPES)) == both[1:]
    page = (await desk.client.get("/v1/decisions", params={"limit": 1})).json()
    assert await listed(desk.client, cursor=page["next_cursor"]) == both[1:]
    history = (await desk.client.get(f"/v1/customers/{before[A]}/history")).json()["items"]
    assert [(item["cause"], item["decision_id"]) for item in history] == [
        ("members_left", second["decision_id"]),
        ("merged_in", second["decision_id"]),
        ("merged_in", first["decision_id"]),
        ("created", None),
    ]


async def test_a_decision_is_taken_back_once(desk: Desk) -> None:
    before = await desk.put(ouyang(DEALER, "A"), wang(DEALER, "C"))
    path = (await desk.merge(before[A], before[C])).headers["Location"]
    assert (await desk.client.delete(path, headers={"If-Match": '"7"'})).status_code == 412
    answers = await asyncio.gather(desk.client.delete(path), desk.client.delete(path))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await desk.client.delete("/v1/decisions/018f0000-0000-7000-8000-000000000000")).status_code == 404


async def test_an_explanation_names_the_steward(desk: Desk) -> None:
    golden = await desk.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), wang(DEALER, "C"))
    await desk.merge(golden[A], golden[C])
    await desk.split(golden[A], B)
    for other, reason in ((C, "steward_link"), (B, "unlink")):
        asked = {
            f"{side}_{name}": value
            for side, key in (("left", A), ("right", other))
            for name, value in name_of(key).items()
        }
        answer = await desk.client.get("/v1/explain", params=asked)
        assert (answer.status_code, answer.json()["reason"]) == (200, reason)
