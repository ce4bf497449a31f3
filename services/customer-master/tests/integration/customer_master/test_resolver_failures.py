"""Several resolvers, crashes at any statement, records that cannot be resolved: nothing lost, nothing doubled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from customer_master.database import transaction
from customer_master.resolver import worker as worker_module
from customer_master.resolver.batch import Resolver
from customer_master.resolver.worker import ResolverWorker
from customer_master.testing import DEALER, STATION, ouyang, wang

pytestmark = pytest.mark.integration

WRITERS = 8


@pytest.mark.parametrize("put_first", [True, False])
async def test_many_writers_of_one_person_make_one_golden_customer(master: Any, *, put_first: bool) -> None:
    records = [ouyang(f"dealer:D{number:04}:dms", "A") for number in range(WRITERS)]
    if put_first:
        await master.put(*records)

    async def write(record: dict[str, Any]) -> None:
        worker = ResolverWorker(master.database, master.model, master.clock, batch_size=1)
        if not put_first:
            await master.put(record)
        while True:
            try:
                await worker.drain()
            except asyncpg.DeadlockDetectedError:
                continue
            return

    await asyncio.gather(*map(write, records))

    (golden,) = await master.fetch("SELECT state, document FROM golden_customers")
    assert len(golden["document"]["members"]) == WRITERS
    assert len(set((await master.golden_ids()).values())) == 1
    assert await master.fetch("SELECT * FROM resolution_queue") == []


class CrashError(ConnectionError):
    """The connection is lost."""


class CrashingConnection:
    """A connection that is lost at one of its statements."""

    def __init__(self, connection: Any, statements: int) -> None:
        self._connection = connection
        self._left = statements

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._connection, name)
        if name not in {"execute", "fetch", "fetchrow", "fetchval", "copy_records_to_table"}:
            return call

        async def counted(*arguments: Any, **options: Any) -> Any:
            if self._left == 0:
                raise CrashError
            self._left -= 1
            return await call(*arguments, **options)

        return counted


async def test_a_crash_before_any_statement_leaves_everything_as_it_was(
    master: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await master.put(ouyang(DEALER, "A"))
    await master.resolver.drain()
    await master.put(
        ouyang(STATION, "B"), wang(STATION, "C"), {"source": DEALER, "record_id": "A", "version": 2, "deleted": True}
    )
    before = await everything(master)
    statements = 0

    @asynccontextmanager
    async def crashing(database: Any) -> AsyncIterator[Any]:
        async with transaction(database) as connection:
            yield CrashingConnection(connection, statements)

    monkeypatch.setattr(worker_module, "transaction", crashing)
    while True:
        try:
            await ResolverWorker(master.database, master.model, master.clock).step()
        except CrashError:
            assert await everything(master) == before
            statements += 1
        else:
            break

    assert statements > 8
    assert await master.fetch("SELECT * FROM resolution_queue") == []
    golden = await master.golden_ids()
    assert golden[f"{DEALER}/A"] is None
    assert golden[f"{STATION}/B"] != golden[f"{STATION}/C"]


async def everything(master: Any) -> list[Any]:
    tables = (
        "golden_customers",
        "golden_history",
        "links",
        "link_history",
        "match_edges",
        "resolution_queue",
        "outbox",
    )
    return [sorted(map(repr, await master.fetch(f"SELECT * FROM {table}"))) for table in tables]  # noqa: S608 - constants


async def test_a_record_that_cannot_be_resolved_is_set_aside_and_the_others_go_on(
    master: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted = await master.put(*(wang(DEALER, f"R{number}", phones=[]) for number in range(7)))
    bad = accepted[3].record_no
    resolve = Resolver.resolve

    async def failing(self: Resolver, connection: Any, batch: Any, **options: Any) -> Any:
        if bad in batch:
            raise ValueError("cannot make sense of it\x00")
        return await resolve(self, connection, batch, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Resolver, "resolve", failing)
        await master.resolver.drain()

    (row,) = await master.fetch("SELECT * FROM resolution_queue")
    assert (row["record_no"], row["attempts"], row["error"]) == (bad, 1, "ValueError: cannot make sense of it")
    assert sum(golden_id is not None for golden_id in (await master.golden_ids()).values()) == 6

    master.clock.advance(timedelta(minutes=1))
    await master.resolver.drain()
    assert await master.fetch("SELECT * FROM resolution_queue") == []
    assert all((await master.golden_ids()).values())
