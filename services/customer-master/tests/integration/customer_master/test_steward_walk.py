"""A day at the steward's desk: ten cases, a merge, a split, a pin; all taken back, everything is as it was before."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from isthmus_demo.records import Dirtiness, labelled_set

from customer_master.rebuild import rebuild
from customer_master.testing import Master
from customer_master.testing.desk import Desk

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

CUSTOMERS = 150
A_BATCH = 200


async def load_market(master: Master) -> None:
    records = [record.body for record in labelled_set(seed=7, customers=CUSTOMERS, dirtiness=Dirtiness.FILTHY)]
    for start in range(0, len(records), A_BATCH):
        await master.put(*records[start : start + A_BATCH])
    await master.resolver.drain()


async def members(desk: Desk) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    for key, golden_id in sorted((await desk.master.golden_ids()).items()):
        found.setdefault(golden_id, []).append(key)
    return found


async def queue(desk: Desk) -> list[Any]:
    cases = await desk.cases(limit=200)
    return [{name: one[name] for name in ("case_id", "reason", "weight", "left", "right", "state")} for one in cases]


@pytest.mark.parametrize("undo", [reversed, list], ids=["last first", "first first"])
async def test_everything_decided_and_taken_back_leaves_no_trace(
    desk: Desk, undo: Callable[[list[Any]], Iterable[Any]]
) -> None:
    await load_market(desk.master)
    before, golden_ids, cases = await desk.customers(), await desk.master.golden_ids(), await queue(desk)
    assert len(cases) >= 10

    answers = []
    for number in range(10):
        case = (await desk.cases())[0]
        shown = await desk.case(case["case_id"])
        assert shown["fields"]
        answers.append(await desk.decide(case["case_id"], ("same", "different", "later")[number % 3]))
    several = {golden_id: keys for golden_id, keys in (await members(desk)).items() if len(keys) > 2}
    one, other, third, *_ = sorted(several, key=str)
    answers.append(await desk.merge(one, other))
    answers.append(await desk.split(third, several[third][0]))
    answers.append(await desk.on_customer(third, "pins", field="name", value="欧阳靖宇"))
    assert [answer.status_code for answer in answers] == [201] * 13, [answer.text for answer in answers]
    assert await desk.customers() != before
    assert (await rebuild(desk.master.database, desk.master.clock)).clean

    for answer in undo(answers):
        assert (await desk.take_back(answer)).status_code == 200

    assert await desk.master.golden_ids() == golden_ids
    assert await desk.customers() == before
    assert await queue(desk) == cases
    assert (await rebuild(desk.master.database, desk.master.clock)).clean
