"""G9: a value that becomes common, or ordinary again, takes the decisions that leaned on it with it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_master.resolver import batch as batch_module
from customer_master.resolver.worker import ResolverWorker
from customer_master.testing import DEALER, STATION, Master, record
from entity_resolution.records import RecordKey
from entity_resolution.resolution import resolve
from entity_resolution.standardize import standardize

pytestmark = pytest.mark.integration

SHARED = {"phones": [{"value": "13800138001"}]}
PEOPLE = ("欧阳靖宇", "王小丽", "司马青云", "李国庆", "诸葛明月", "陈思远", "上官文静", "赵子龙")


def person(source: str, number: int, version: int = 1, **fields: Any) -> dict[str, Any]:
    """One of some people, each of whom two sources know."""
    return record(source, f"P{number}", version, name={"full": PEOPLE[number]}, **(SHARED | fields))


async def clusters(master: Master) -> set[frozenset[str]]:
    """The records by golden customer."""
    found: dict[Any, set[str]] = {}
    for key, golden_id in (await master.golden_ids()).items():
        found.setdefault(golden_id, set()).add(key)
    found.pop(None, None)
    return set(map(frozenset, found.values()))


async def measured(master: Master) -> tuple[set[frozenset[str]], set[tuple[str, str]]]:
    """What the records come to when they are resolved all at once: clusters, and keys set aside."""
    rows = await master.fetch("SELECT source, record_id, body FROM records WHERE NOT deleted")
    standards = [standardize(RecordKey(row["source"], row["record_id"]), row["body"]) for row in rows]
    resolution = resolve(standards, master.model)
    return (
        {frozenset(map(str, cluster)) for cluster in resolution.partition.clusters},
        {(key.kind, key.value) for key in resolution.set_aside},
    )


async def common(master: Master) -> set[tuple[str, str]]:
    return {tuple(row) for row in await master.fetch("SELECT kind, value FROM common_values WHERE is_common")}


async def assert_as_measured(master: Master) -> None:
    assert await master.fetch("SELECT * FROM resolution_queue") == []
    assert (await clusters(master), await common(master)) == await measured(master)


async def drain(workers: Sequence[ResolverWorker]) -> None:
    async def one(worker: ResolverWorker) -> None:
        while True:
            try:
                await worker.drain()
            except asyncpg.DeadlockDetectedError:
                continue
            return

    await asyncio.gather(*map(one, workers))


async def test_what_leaned_on_a_value_is_decided_again_when_it_becomes_common_and_when_it_is_ordinary_again(
    master: Master,
) -> None:
    await master.put(person(DEALER, 0), person(STATION, 0))
    await master.resolver.drain()
    assert len(await clusters(master)) == 1

    await master.put(*(person(DEALER, number) for number in range(1, 7)))
    await master.resolver.drain()
    assert {f"{DEALER}/P0"} in await clusters(master)
    assert ("phone", "+8613800138001") in await common(master)
    await assert_as_measured(master)

    # One leaves by another number, one by deletion: five names are left, and the two records are one person again.
    await master.put(
        person(DEALER, 1, 2, phones=[{"value": "13912345679"}]),
        {"source": DEALER, "record_id": "P2", "version": 2, "deleted": True},
    )
    await master.resolver.drain()
    assert {f"{DEALER}/P0", f"{STATION}/P0"} in await clusters(master)
    assert await common(master) == set()
    await assert_as_measured(master)


async def test_a_part_of_a_value_that_more_than_a_block_share_proposes_nobody(master: Master) -> None:
    most = master.model.hubs.block
    cars = [
        record(DEALER, f"C{number}", vehicles=[{"plate": f"{province}A12345"}])
        for number, province in enumerate((PROVINCES * 2)[: most + 1])
    ]
    await master.put(*cars[:most])
    await master.resolver.drain()
    assert await common(master) == set()
    assert await master.fetch("SELECT * FROM match_edges LIMIT 1")

    await master.put(cars[most])
    await master.resolver.drain()
    assert await common(master) == {("plate_tail", "A12345")}
    await assert_as_measured(master)

    await master.put({"source": DEALER, "record_id": "C0", "version": 2, "deleted": True})
    await master.resolver.drain()
    assert await common(master) == set()
    await assert_as_measured(master)


PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


async def test_workers_that_add_and_remove_holders_at_once_miss_no_flip(master: Master) -> None:
    """Each round carries the number over the bound and back again, while four workers resolve."""
    workers = [ResolverWorker(master.database, master.model, master.clock, batch_size=2) for _ in range(4)]
    await master.put(person(STATION, 0), person(STATION, 1))
    for version in range(1, 9):
        arriving = version % 2 == 1
        changes = [
            person(DEALER, number, version, **({} if arriving else {"phones": [{"value": f"1391234567{number}"}]}))
            for number in range(7)
        ]
        await asyncio.gather(*(master.put(change) for change in changes), drain(workers))
        await drain(workers)
        assert bool(await common(master)) is arriving
        await assert_as_measured(master)


async def test_a_flip_waits_for_resolutions_that_still_read_the_old_status(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that takes the value while it becomes common is not left with decisions of before."""
    await master.put(*(person(DEALER, number) for number in range(5)))
    await master.resolver.drain()
    await master.put(person(STATION, 0))
    halted, go_on = asyncio.Event(), asyncio.Event()
    compare = batch_module.edges.replace

    async def slowly(*arguments: Any) -> Any:
        halted.set()
        await go_on.wait()
        return await compare(*arguments)

    monkeypatch.setattr(batch_module.edges, "replace", slowly)
    slow = asyncio.create_task(master.resolver.drain())
    await halted.wait()
    monkeypatch.setattr(batch_module.edges, "replace", compare)
    await master.put(person(DEALER, 5), person(DEALER, 6))
    quick = asyncio.create_task(ResolverWorker(master.database, master.model, master.clock).drain())
    while not await master.fetch("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
        pass
    assert await common(master) == set()
    go_on.set()
    await asyncio.gather(slow, quick)
    await drain([master.resolver])
    assert ("phone", "+8613800138001") in await common(master)
    await assert_as_measured(master)


holders = st.builds(
    lambda source, number, version, phone, deleted: (
        {"source": source, "record_id": f"P{number}", "version": version, "deleted": True}
        if deleted
        else person(source, number, version, phones=[{"value": phone}])
    ),
    st.sampled_from([DEALER, STATION]),
    st.integers(0, len(PEOPLE) - 1),
    st.integers(1, 2),
    st.sampled_from(["13800138001", "13800138001", "13912345679"]),
    st.integers(0, 6).map(lambda chance: chance == 0),
)


@pytest.mark.timeout(300)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream=st.lists(holders, min_size=12, max_size=30), data=st.data())
async def test_any_stream_of_holders_comes_to_the_measure(
    master: Master, stream: Sequence[dict[str, Any]], data: st.DataObject
) -> None:
    await master.clear()
    workers = [ResolverWorker(master.database, master.model, master.clock, batch_size=3) for _ in range(3)]
    left = list(stream)
    while left:
        size = data.draw(st.integers(1, len(left)))
        await master.put(*left[:size])
        left = left[size:]
        if data.draw(st.booleans()):
            await drain(workers[: data.draw(st.integers(1, 3))])
    await drain(workers)
    await assert_as_measured(master)


async def test_re_evaluations_get_a_share_of_each_batch_and_no_more(master: Master) -> None:
    await master.put(*(record(DEALER, f"R{number}") for number in range(40)))
    await master.fetch(
        "UPDATE resolution_queue SET cause = 'model_changed' WHERE id <= 20 + (SELECT min(id) FROM resolution_queue)"
    )
    worker = ResolverWorker(master.database, master.model, master.clock, batch_size=10)
    assert await worker.step() == 11
    rows = await master.fetch("SELECT cause, count(*) FROM resolution_queue GROUP BY cause ORDER BY cause")
    assert [tuple(row) for row in rows] == [("model_changed", 20), ("received", 9)]


async def test_one_number_on_many_records_merges_no_strangers_and_costs_no_comparisons(master: Master) -> None:
    """One record in a hundred bears the dealer's own phone beside its own one; all of them are strangers."""
    count = 5_000
    hot = {"value": "13800138001"}

    def stranger(number: int) -> dict[str, Any]:
        own = {"value": f"13{number * 387_420_489 % 10**9:09}"}
        return record(
            DEALER, f"S{number}", name={"full": name_of(number)}, phones=[own, hot] if number % 100 == 0 else [own]
        )

    for start in range(0, count, 500):
        await master.put(*map(stranger, range(start, start + 500)))
        await master.resolver.drain()
    assert ("phone", "+8613800138001") in await common(master)
    assert len(await clusters(master)) == count
    assert await master.fetch("SELECT * FROM match_edges WHERE outcome = 'link'") == []
    flips = await master.fetch("SELECT count(*) FROM common_values")
    assert flips[0][0] == len(await common(master)), "a value flips once on the way up"
    await assert_as_measured(master)


SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华"


def name_of(number: int) -> str:
    return SURNAMES[number % 20] + GIVEN[number // 20 % 24] + GIVEN[number // 480 % 24]
