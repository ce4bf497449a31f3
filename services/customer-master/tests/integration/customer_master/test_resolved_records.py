"""Many who wait for records are told by one look for all; a failed look reaches them all, and the next one works."""

import asyncio
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest

from customer_master import resolved_records
from customer_master.resolved_records import golden_id_when_resolved
from customer_master.testing import DEALER, Master, wang
from isthmus.db import Database

pytestmark = pytest.mark.integration

LONG = 30.0
MANY = 40


class Looked:
    """A database that counts the looks, and fails the first `failing` ones."""

    def __init__(self, database: Database, failing: int = 0) -> None:
        self._database = database
        self.failing = failing
        self.looks = 0
        self.has_looked = asyncio.Event()

    async def pool(self) -> "Looked":
        return self

    async def fetch(self, query: str, *arguments: Any) -> Any:
        self.looks += 1
        self.has_looked.set()
        if self.looks <= self.failing:
            raise asyncpg.ConnectionDoesNotExistError("gone")
        return await (await self._database.pool()).fetch(query, *arguments)


async def put(master: Master, count: int) -> list[int]:
    accepted = await master.put(*(wang(DEALER, f"{n}", phones=[{"value": f"139{n:08d}"}]) for n in range(count)))
    return [one.record_no for one in accepted]


def waits(database: Looked, record_nos: list[int]) -> list[asyncio.Task[UUID | None]]:
    return [asyncio.create_task(golden_id_when_resolved(cast(Database, database), one)) for one in record_nos]


async def test_many_are_told_by_one_look_for_all(master: Master) -> None:
    record_nos = await put(master, MANY)
    looked = Looked(master.database)
    waiting = waits(looked, record_nos)
    await master.resolver.drain()
    async with asyncio.timeout(LONG):
        found = await asyncio.gather(*waiting)
    assert {str(one) for one in found} == set(map(str, (await master.golden_ids()).values()))
    assert looked.looks < MANY


async def test_nobody_is_told_before_the_record_is_resolved_and_who_comes_later_is_told_at_once(master: Master) -> None:
    resolved = await put(master, 1)
    await master.resolver.drain()
    (unresolved,) = [one.record_no for one in await master.put(wang(DEALER, "later"))]
    looked = Looked(master.database)
    (first,) = waits(looked, [unresolved])
    async with asyncio.timeout(LONG):
        (golden_id,) = await asyncio.gather(*waits(looked, resolved))
    assert golden_id is not None
    assert not first.done()
    await master.resolver.drain()
    async with asyncio.timeout(LONG):
        assert await first is not None


async def test_a_failed_look_reaches_all_and_the_next_one_works(master: Master) -> None:
    record_nos = await put(master, 3)
    await master.resolver.drain()
    looked = Looked(master.database, failing=1)
    async with asyncio.timeout(LONG):
        failed = await asyncio.gather(*waits(looked, record_nos), return_exceptions=True)
        assert all(isinstance(one, asyncpg.ConnectionDoesNotExistError) for one in failed)
        assert None not in await asyncio.gather(*waits(looked, record_nos))


async def test_when_nobody_waits_any_more_nobody_looks(master: Master) -> None:
    record_nos = await put(master, 2)
    looked = Looked(master.database)
    first, second = waits(looked, record_nos)
    await looked.has_looked.wait()
    for one in (first, second):
        one.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    waiting = resolved_records._waiting[cast(Database, looked)]
    assert (waiting._by_record, waiting._looking) == ({}, None)
    await master.resolver.drain()
    async with asyncio.timeout(LONG):
        assert None not in await asyncio.gather(*waits(looked, record_nos))
