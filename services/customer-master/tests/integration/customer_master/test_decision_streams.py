"""G1, G4, G8: whatever records and decisions come, and are taken back, the result is that of the set of them."""

from collections.abc import Awaitable, Callable
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_master.rebuild import rebuild
from customer_master.testing import DEALER, STATION
from customer_master.testing.desk import Desk, name_of
from customer_master.testing.stage import Stage
from customer_master.testing.streams import examples, patience
from entity_resolution.decisions import StewardDecision
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.resolution import resolve

pytestmark = [pytest.mark.integration, patience(600)]

NAMES = ("欧阳靖宇", "欧阳静", "王小丽")
PHONES = ("13800138001", "13912345679")
RESIDENT_IDS = ("11010519491231002X", "440524188001010014")
LINKS = frozenset({"merge", "same"})
UNLINKS = frozenset({"split", "different"})

versions = st.builds(
    lambda source, number, name, phones, numbers, deleted: (
        (source, f"R{number}"),
        {"deleted": True}
        if deleted
        else {
            "name": {"full": name},
            "phones": [{"value": value} for value in phones],
            "identifiers": [{"type": "cn_resident_id", "value": value} for value in numbers],
        },
    ),
    st.sampled_from([DEALER, STATION]),
    st.integers(0, 2),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(PHONES), min_size=1, max_size=2, unique=True),
    st.lists(st.sampled_from(RESIDENT_IDS), max_size=1),
    st.integers(0, 7).map(lambda chance: chance == 0),
)
steps = st.one_of(
    st.tuples(st.just("put"), st.lists(versions, min_size=1, max_size=4)),
    st.tuples(st.sampled_from(["merge", "split", "same", "different", "later", "pin", "take_back"]), st.integers(0, 9)),
)


@examples(25)
@given(first=st.lists(versions, min_size=3, max_size=6), stream=st.lists(steps, max_size=8))
async def test_the_result_is_that_of_the_records_and_the_decisions_that_stand(
    stages: Callable[[], Awaitable[Stage]], first: list[Any], stream: list[tuple[str, Any]]
) -> None:
    stage = await stages()
    desk = Desk(stage.client, stage.master)
    for number, (what, choice) in enumerate([("put", first), *stream]):
        if what == "put":
            await desk.put(*({**body, **name_of("/".join(key)), "version": number + 1} for key, body in choice))
        else:
            await act(desk, what, choice)
    await compare(desk)
    assert (await rebuild(stage.master.database, stage.master.clock)).clean


async def act(desk: Desk, what: str, choice: int) -> None:
    """Do something to one of those there are, as far as there are any; only refusals with a reason are borne."""
    customers = sorted(await desk.customers())
    if what == "take_back":
        standing = (await desk.client.get("/v1/decisions", params={"state": "active"})).json()["items"]
        if standing:
            answer = await desk.client.delete(f"/v1/decisions/{standing[choice % len(standing)]['decision_id']}")
            assert answer.status_code == 200, answer.text
        return
    if what in {"same", "different", "later"}:
        cases = await desk.cases()
        if cases:
            answer = await desk.decide(cases[choice % len(cases)]["case_id"], what)
            assert answer.status_code in {201, 409}, answer.text
        return
    if not customers:
        return
    one = customers[choice % len(customers)]
    if what == "pin":
        answer = await desk.on_customer(one, "pins", field="gender", value=("male", "female")[choice % 2])
    elif what == "merge":
        answer = await desk.merge(one, customers[(choice + 1) % len(customers)])
    else:
        members = sorted(key for key, golden_id in (await desk.master.golden_ids()).items() if golden_id == one)
        answer = await desk.split(one, *members[: 1 + choice % 2])
    assert answer.status_code in {201, 409, 422}, answer.text


async def compare(desk: Desk) -> None:
    """Customers and cases are those of the whole set, resolved at once."""
    rows = await desk.master.fetch("SELECT record_no, source, record_id, standard, deleted FROM records")
    age = {RecordKey(row["source"], row["record_id"]): row["record_no"] for row in rows if not row["deleted"]}
    standards = {RecordKey(row["source"], row["record_id"]): row["standard"] for row in rows}
    records = [StandardRecord.from_json(key, standards[key]) for key in age]
    steward = [one for decision in await standing_decisions(desk) for one in what_it_says(decision, age)]
    expected = resolve(records, desk.master.model, steward).partition

    golden = await desk.master.golden_ids()
    found: dict[Any, list[str]] = {}
    for key, golden_id in golden.items():
        if golden_id is not None:
            found.setdefault(golden_id, []).append(key)
    assert sorted(map(sorted, found.values())) == sorted(sorted(map(str, cluster)) for cluster in expected.clusters)

    cases = [one for state in ("open", "later", "decided") for one in await desk.cases(state=state)]
    held = [one for one in cases if one["closed_because"] is None]
    # A decision to be looked at again goes before all else between two customers.
    again = {customers_of(one) for one in held if one["reason"] == "decision_reopened"}
    assert {pair_of(one) for one in held if one["reason"] != "decision_reopened"} == {
        (str(one.left), str(one.right), one.weight, one.reason)
        for one in expected.possibles
        if frozenset((str(golden[str(one.left)]), str(golden[str(one.right)]))) not in again
    }


def customers_of(case: dict[str, Any]) -> frozenset[str]:
    return frozenset(case[side]["golden_id"] for side in ("left", "right"))


def pair_of(case: dict[str, Any]) -> tuple[str, str, int, str]:
    left, right = sorted(RecordKey(case[side]["source"], case[side]["record_id"]) for side in ("left", "right"))
    return str(left), str(right), case["weight"], case["reason"]


async def standing_decisions(desk: Desk) -> list[dict[str, Any]]:
    answer = await desk.client.get("/v1/decisions", params={"state": "active", "limit": 200})
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def what_it_says(decision: dict[str, Any], age: dict[RecordKey, int]) -> list[StewardDecision]:
    """The pairs of a decision among the records there are: each two, or each with each of the other side."""
    left, right = (
        [key for one in decision[side] if (key := RecordKey(one["source"], one["record_id"])) in age]
        for side in ("left", "right")
    )
    if decision["kind"] in LINKS:
        return [said(decision, "link", one, other) for one, other in combinations([*left, *right], 2)]
    if decision["kind"] in UNLINKS:
        return [said(decision, "unlink", one, other) for one, other in product(left, right)]
    return []


def said(decision: dict[str, Any], kind: Any, one: RecordKey, other: RecordKey) -> StewardDecision:
    return StewardDecision(decision["decision_id"], kind, min(one, other), max(one, other))
