"""Resolvers leave each other what one has in work, and stand back where one is enough; nothing is left for ever."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

import pytest

from customer_master.database import transaction
from customer_master.resolver import queue
from customer_master.resolver.worker import ResolverWorker
from customer_master.testing import DEALER, STATION, ouyang, wang

pytestmark = pytest.mark.integration

STEPS = 3
"""So often a record is left at most."""


@asynccontextmanager
async def in_work_elsewhere(master: Any, record_nos: Collection[int]) -> AsyncIterator[None]:
    """Another resolver has claimed these records."""
    async with transaction(master.database) as connection:
        await connection.execute("SELECT FROM links WHERE record_no = ANY($1::bigint[]) FOR UPDATE", record_nos)
        yield


async def queued(master: Any) -> set[int]:
    return {row["record_no"] for row in await master.fetch("SELECT record_no FROM resolution_queue")}


async def test_what_hangs_together_with_a_claimed_record_is_left_and_the_rest_resolved(master: Any) -> None:
    (held,) = await master.put(ouyang(DEALER, "A"))
    (fellow,) = await master.put(ouyang(STATION, "B"))
    await master.resolver.drain()
    # One that meets the claimed record itself, one that meets only its fellow, one that meets neither.
    direct, indirect, _ = await master.put(
        ouyang("dealer:D0002:dms", "C"),
        ouyang("dealer:D0003:dms", "D", phones=[{"value": "13700137001"}], emails=[{"value": "b@example.com"}]),
        wang(DEALER, "E"),
    )
    await master.put(ouyang(STATION, "B", 2, emails=[{"value": "b@example.com"}]))

    async with in_work_elsewhere(master, [held.record_no]):
        assert await asyncio.wait_for(master.resolver.step(), 30) == 4
        assert await queued(master) == {direct.record_no, indirect.record_no, fellow.record_no}
        ids = await master.golden_ids()
        assert ids[f"{DEALER}/E"] is not None
        assert ids["dealer:D0002:dms/C"] is None

    await master.resolver.drain()
    assert await queued(master) == set()
    ids = await master.golden_ids()
    assert len({ids[key] for key in (f"{DEALER}/A", f"{STATION}/B", "dealer:D0002:dms/C")}) == 1
    assert ids[f"{DEALER}/E"] != ids[f"{DEALER}/A"]


async def test_a_record_left_again_and_again_is_waited_for(master: Any) -> None:
    (held,) = await master.put(ouyang(DEALER, "A"))
    await master.resolver.drain()
    await master.put(ouyang(STATION, "B"))
    worker = ResolverWorker(master.database, master.model, master.clock)

    async with in_work_elsewhere(master, [held.record_no]):
        for _ in range(STEPS):
            assert await asyncio.wait_for(worker.step(), 30) == 1
        waiting = asyncio.create_task(worker.step())
        assert not (await asyncio.wait([waiting], timeout=0.5))[0]

    assert await waiting == 1
    assert await queued(master) == set()
    assert len(set((await master.golden_ids()).values())) == 1


async def test_a_resolver_stands_back_while_another_can_see_to_all(master: Any) -> None:
    await master.put(*(wang(DEALER, f"R{number}", phones=[]) for number in range(5)))
    worker = ResolverWorker(master.database, master.model, master.clock, batch_size=4)

    async with transaction(master.database) as another:
        assert await queue.is_needed(another, 4)
        assert await worker.step(may_stand_back=True) == 4
        assert await worker.step(may_stand_back=True) == 0
        assert len(await queued(master)) == 1
    assert await worker.step(may_stand_back=True) == 1


async def test_a_rebuild_leaves_nothing(master: Any) -> None:
    """What is resolved unasked has no entry in the queue that would bring it back."""
    (held, other) = await master.put(ouyang(DEALER, "A"), ouyang(STATION, "B"))
    await master.resolver.drain()

    async with in_work_elsewhere(master, [held.record_no]):

        async def take(_: Any) -> list[queue.Entry]:
            return [queue.Entry(None, other.record_no, frozenset())]

        waiting = asyncio.create_task(master.resolver.resolve(take))
        assert not (await asyncio.wait([waiting], timeout=0.5))[0]

    assert await waiting is not None
