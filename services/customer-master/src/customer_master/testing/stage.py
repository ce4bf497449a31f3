"""Plays streams on a real database, and looks at what came of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import httpx2
from hypothesis import event, note

from customer_master.rebuild import rebuild
from customer_master.resolver.worker import ResolverWorker
from customer_master.testing import Master
from customer_master.testing.faults import Fault, FaultyDatabase
from customer_master.testing.measure import Outcome, expected, key_of
from customer_master.testing.stewards import Steward, held
from customer_master.testing.streams import Erase, Merge, Operation, Put, Rebuild, Resolve, Split, TakeBack, Version
from entity_resolution.records import RecordKey
from isthmus.messaging.errors import is_transient

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%' ORDER BY 1"
# For the shares that docs/guarantees.md tells.
_HAPPENED = """
SELECT EXISTS (SELECT FROM golden_history WHERE cause = 'merged') AS "a merge",
       EXISTS (SELECT FROM golden_history WHERE cause IN ('members_left', 'members_changed')) AS "members leaving",
       EXISTS (SELECT FROM common_values) AS "a value become common",
       EXISTS (SELECT FROM common_values WHERE NOT is_common) AS "a value ordinary again",
       EXISTS (SELECT FROM match_edges WHERE veto IS NOT NULL) AS "a veto",
       EXISTS (SELECT FROM review_cases) AS "a review case",
       EXISTS (SELECT FROM steward_decisions) AS "a decision",
       EXISTS (SELECT FROM steward_decisions WHERE taken_back_at IS NOT NULL) AS "an undone decision",
       EXISTS (SELECT FROM erasures) AS "an erasure"
"""


class Stage:
    """An empty customer-master for each stream; resolvers keep their caches from one operation to the next."""

    def __init__(self, master: Master, database: FaultyDatabase, client: httpx2.AsyncClient) -> None:
        self.master = master
        self.client = client
        self.steward = Steward(master, client)
        self.delivered: list[Version] = []
        """Without those of records that were erased; no later version of them is taken in."""
        self.erased: set[RecordKey] = set()
        self._database = database
        self._workers: dict[int, ResolverWorker] = {}

    async def play(
        self, stream: tuple[Operation, ...], look: Callable[[], Awaitable[None]] | None = None
    ) -> list[Version]:
        """Do one operation after the other, then resolve what is left; returns the versions that were delivered.

        `look` is called whenever nothing is left to resolve.
        """
        note("\n".join(map(str, stream)))
        for operation in (*stream, Resolve(workers=1, batch_size=500)):
            self.master.clock.advance(timedelta(seconds=1))
            await self._do(operation)
            if look is not None and isinstance(operation, Resolve):
                await look()
        for what, happened in (await self.master.fetch(_HAPPENED))[0].items():
            if happened:
                event(f"stream with {what}")
        return list(self.delivered)

    async def expected(self) -> Outcome:
        """What all that was delivered, and the decisions that stand, must come to."""
        pairs = [pair for decision in await held(self.master) for pair in decision.pairs()]
        return expected(self.delivered, self.master.model, pairs)

    async def _do(self, operation: Operation) -> None:
        match operation:
            case Put(versions, fault):
                async with self._struck_by(fault):
                    await _until_done(lambda: self.master.put(*versions))
                self.delivered += [version for version in versions if key_of(version) not in self.erased]
            case Erase(record):
                self.erased |= set(await self.steward.erase(record))
                self.delivered = [version for version in self.delivered if key_of(version) not in self.erased]
            case Resolve(workers, batch_size, fault):
                async with self._struck_by(fault):
                    await asyncio.gather(*(self._drain(number, batch_size) for number in range(workers)))
            case Rebuild():
                await rebuild(self._database, self.master.clock)
            case Merge() | Split() | TakeBack():
                await self.steward.do(operation)

    async def _drain(self, number: int, batch_size: int) -> None:
        """Let one worker work until nothing is due; it starts anew, with an empty cache, when it crashed."""

        def work() -> Awaitable[Any]:
            worker = self._workers.setdefault(number, self._worker())
            worker._batch_size = batch_size  # noqa: SLF001 - a worker otherwise keeps the size it began with
            return worker.drain()

        await _until_done(work, lambda: self._workers.pop(number, None))

    def _worker(self) -> ResolverWorker:
        return ResolverWorker(self._database, self.master.model, self.master.clock)

    @asynccontextmanager
    async def _struck_by(self, fault: Fault | None) -> AsyncIterator[None]:
        self._database.strike(fault)
        yield
        self._database.strike(None)


async def _until_done(work: Callable[[], Awaitable[Any]], failed: Callable[[], Any] = lambda: None) -> None:
    """Repeat what failed for want of a database, as every sender and worker does."""
    while True:
        try:
            await work()
        except Exception as error:
            if not is_transient(error):
                raise
            failed()
        else:
            return


async def empty(owner: "asyncpg.Connection[Any]") -> None:
    """Delete all rows, in one statement, so that foreign keys are looked at when everything is gone."""
    tables = [row["tablename"] for row in await owner.fetch(_TABLES)]
    deletions = ", ".join(f'"{table}_" AS (DELETE FROM "{table}")' for table in tables)  # noqa: S608 - the catalogue's
    await owner.execute(f"WITH {deletions} SELECT 1")


async def outcome(master: Master) -> Outcome:
    """What the database says now; nothing may be left to do."""
    left = [dict(row) for row in await master.fetch("SELECT * FROM resolution_queue")]
    assert left == [], f"not resolved: {left}"  # noqa: S101 - for tests
    rows = await master.fetch("SELECT golden_id, document FROM golden_customers WHERE state = 'live'")
    linked: dict[Any, list[str]] = {row["golden_id"]: [] for row in rows}
    for key, golden_id in (await master.golden_ids()).items():
        if golden_id is not None:
            linked[golden_id].append(key)
    return Outcome(
        {
            tuple(sorted(linked[row["golden_id"]])): json.dumps(row["document"], sort_keys=True, separators=(",", ":"))
            for row in rows
        },
        frozenset(tuple(row) for row in await master.fetch("SELECT kind, value FROM common_values WHERE is_common")),
    )
