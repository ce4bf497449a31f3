"""G1, G3, G4: whatever the order, the batches and the workers, the result is that of the latest versions alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_master.resolver.worker import ResolverWorker
from customer_master.service import SERVICE
from customer_master.testing import DEALER, STATION, Master, record
from isthmus.clock import FixedClock
from isthmus.db import Database

pytestmark = pytest.mark.integration

NAMES = ("欧阳靖宇", "欧阳静雨", "王小丽", "欧阳先生", "合肥金桥电子有限公司")
PHONES = ("13800138001", "13912345679", "13700001112")
IDENTIFIERS = ("11010519491231002X", "440524188001010014", "510105199510198327")
PLATES = ("皖B12345", "京A88888")

bodies = st.fixed_dictionaries(
    {
        "name": st.sampled_from(NAMES).map(lambda name: {"full": name}),
        "phones": st.lists(st.sampled_from(PHONES).map(lambda value: {"value": value}), min_size=1, max_size=2),
    },
    optional={
        "identifiers": st.lists(
            st.sampled_from(IDENTIFIERS).map(lambda value: {"type": "cn_resident_id", "value": value}), max_size=1
        ),
        "vehicles": st.lists(st.sampled_from(PLATES).map(lambda value: {"plate": value, "role": "owner"}), max_size=1),
        "birth_date": st.sampled_from(["1987-05-04", "1990"]),
        "observed_at": st.sampled_from(["2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z"]),
    },
)
versions = st.builds(
    lambda source, number, version, body, deleted: record(
        source, f"R{number}", version, **({"deleted": True} if deleted else body)
    ),
    st.sampled_from([DEALER, STATION]),
    st.integers(0, 2),
    st.integers(1, 3),
    bodies,
    st.integers(0, 5).map(lambda chance: chance == 0),
)


@pytest.fixture
def pair(database_for: Callable[[Any], Awaitable[Database]], clock: FixedClock) -> Callable[[], Awaitable[Any]]:
    """Two empty customer-masters, the same ones for every example."""
    made: list[Master] = []

    async def two() -> tuple[Master, Master]:
        while len(made) < 2:
            made.append(Master(await database_for(SERVICE), clock))
        for master in made:
            await master.clear()
        return made[0], made[1]

    return two


async def outcome(master: Master) -> dict[frozenset[str], bytes]:
    """Golden values by the records they are made of: all that must not depend on the way there."""
    assert await master.fetch("SELECT * FROM resolution_queue") == []
    rows = await master.fetch("SELECT document FROM golden_customers WHERE state = 'live'")
    documents = [row["document"] for row in rows]
    found = {
        frozenset(f"{member['source']}/{member['record_id']}" for member in document["members"]): orjson.dumps(
            document, option=orjson.OPT_SORT_KEYS
        )
        for document in documents
    }
    linked: dict[Any, set[str]] = {}
    for key, golden_id in (await master.golden_ids()).items():
        if golden_id is not None:
            linked.setdefault(golden_id, set()).add(key)
    assert set(map(frozenset, linked.values())) == set(found)
    return found


@pytest.mark.timeout(300)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream=st.lists(versions, min_size=2, max_size=14), data=st.data())
async def test_any_order_batching_and_number_of_workers_give_the_result_of_a_rebuild(
    pair: Callable[[], Awaitable[tuple[Master, Master]]], stream: Sequence[dict[str, Any]], data: st.DataObject
) -> None:
    live, rebuilt = await pair()
    shuffled = data.draw(st.permutations([*stream, *data.draw(st.lists(st.sampled_from(stream), max_size=3))]))
    workers = [live.resolver, ResolverWorker(live.database, live.model, live.clock, batch_size=2)]
    while shuffled:
        size = data.draw(st.integers(1, len(shuffled)))
        batch, shuffled = shuffled[:size], shuffled[size:]
        await live.put(*batch)
        if data.draw(st.booleans()):
            await drain(workers[: data.draw(st.integers(1, 2))])
    await drain(workers)

    await rebuilt.put(*stream)
    await rebuilt.resolver.drain()
    assert await outcome(live) == await outcome(rebuilt)


async def drain(workers: Sequence[ResolverWorker]) -> None:
    """Let the workers run side by side until nothing is left; a deadlock is tried again, as the loop does."""
    await asyncio.gather(*(drain_one(worker) for worker in workers))


async def drain_one(worker: ResolverWorker) -> None:
    while True:
        try:
            await worker.drain()
        except asyncpg.DeadlockDetectedError:
            continue
        return
