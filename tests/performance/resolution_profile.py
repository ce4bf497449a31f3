"""What each part of the resolver costs a record, without Kafka: intake first, then resolution, one after the other.

Prints one JSON line of figures. `python tests/performance/resolution_profile.py --records 5000`.
"""

import argparse
import inspect
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import orjson
import structlog
import uvloop
from market import records, with_hot_phone
from messaging import fresh_database, servers

from customer_master import intake_tables, record_index
from customer_master.database import transaction
from customer_master.intake import incoming, take_in
from customer_master.match_model import match_model
from customer_master.resolver import batch, claims, edges, golden_tables, queue
from customer_master.resolver.batch import Resolver
from customer_master.resolver.candidates import Blocks
from customer_master.resolver.claims import Claims
from customer_master.resolver.common_values import CommonValues
from customer_master.resolver.loading import RecordCache
from customer_master.resolver.worker import ResolverWorker
from customer_master.stewardship.facts import StewardFacts
from isthmus.clock import SystemClock
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.db import Database
from isthmus.messaging import outbox
from isthmus.service.runtime import collect_garbage_rarely

CHAINS = ("platform", "customer-master")
PIECE = 500
CLOCK = SystemClock()

_INTAKE = ("insert_records", "lock_records", "update_records", "insert_versions", "replace_index", "insert_links")
PARTS: dict[str, list[tuple[Any, str]]] = {
    "intake: decode": [(CustomerRecord, "model_validate_json")],
    "intake: standardise": [(record_index, "standardize")],
    "intake: keys": [(record_index, "blocking_keys")],
    "intake: writes": [(intake_tables, name) for name in _INTAKE],
    "queue": [(queue, "take"), (queue, "finish")],
    "common values": [(CommonValues, "hold"), (CommonValues, "due"), (Resolver, "_standards")],
    "candidates": [(Blocks, "find"), (Blocks, "pairs")],
    "claims": [(claims, "reached_from"), (Claims, "_take")],
    "load": [(RecordCache, "load")],
    "compare": [(batch, "compare_pairs")],
    "edges": [(edges, "replace"), (edges, "among")],
    "steward decisions": [(StewardFacts, "load")],
    "partition": [(batch, "partition")],
    "survivorship": [(batch, "changes_of")],
    "golden read": [(golden_tables, "load")],
    "golden writes": [(golden_tables, "write")],
    "events": [(batch, "events_of")],
    "outbox": [(outbox, "copy")],
}


class Profile:
    """Wall and own CPU seconds by part, and what the batches did."""

    def __init__(self) -> None:
        self.wall: Counter[str] = Counter()
        self.own: Counter[str] = Counter()
        self.done: Counter[str] = Counter()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Time all parts, and count statements, while the block runs."""
        with ExitStack() as stack:
            for part, places in PARTS.items():
                for owner, name in places:
                    stack.enter_context(patch.object(owner, name, self._timed(part, owner, name)))
            stack.enter_context(patch.object(Resolver, "resolve", self._counted(Resolver.resolve)))
            stack.enter_context(patch.object(Blocks, "candidates", self._candidates(Blocks.candidates)))
            yield

    def _timed(self, part: str, owner: Any, name: str) -> Any:
        call = getattr(owner, name)

        @contextmanager
        def timing() -> Iterator[None]:
            wall, own = time.perf_counter(), time.process_time()
            try:
                yield
            finally:
                self.wall[part] += time.perf_counter() - wall
                self.own[part] += time.process_time() - own

        async def waiting(*arguments: Any, **options: Any) -> Any:
            with timing():
                return await call(*arguments, **options)

        def computing(*arguments: Any, **options: Any) -> Any:
            with timing():
                return call(*arguments, **options)

        timed = waiting if inspect.iscoroutinefunction(call) else computing
        return staticmethod(timed) if inspect.ismethod(call) else timed

    def _counted(self, resolve: Callable[..., Any]) -> Callable[..., Any]:
        async def counted(resolver: Resolver, connection: Any, *arguments: Any, **options: Any) -> Any:
            result = await resolve(resolver, _Counting(connection, self.done), *arguments, **options)
            self.done.update(batches=1, records=result.records, pairs=result.pairs, golden=len(result.changes.golden))
            return result

        return counted

    def _candidates(self, candidates: Callable[..., set[int]]) -> Callable[..., set[int]]:
        def counted(blocks: Blocks, *arguments: Any) -> set[int]:
            found = candidates(blocks, *arguments)
            self.done["candidates"] += len(found)
            return found

        return counted

    def figures(self, seconds: float) -> dict[str, Any]:
        """Milliseconds a record by part, and averages of a batch."""
        count, batches = self.done["records"], self.done["batches"]
        return {
            "records": count,
            "records_per_second": round(count / seconds),
            "pairs_per_record": round(self.done["pairs"] / count, 1),
            "candidates_per_batch": round(self.done["candidates"] / batches),
            "statements_per_batch": round(self.done["statements"] / batches, 1),
            "records_per_batch": round(count / batches),
            "golden_versions_per_record": round(self.done["golden"] / count, 2),
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "ms_per_record": {part: round(self.wall[part] * 1000 / count, 3) for part in PARTS},
            "of_it_own_cpu": {part: round(self.own[part] * 1000 / count, 3) for part in PARTS},
        }


class _Counting:
    """A connection that counts its statements."""

    def __init__(self, connection: Any, done: Counter[str]) -> None:
        self._connection, self._done = connection, done

    def __getattr__(self, name: str) -> Any:
        if name in {"execute", "fetch", "fetchrow", "fetchval", "copy_records_to_table"}:
            self._done["statements"] += 1
        return getattr(self._connection, name)


async def run(database: Database, bodies: Iterable[dict[str, Any]], profile: Profile) -> float:
    """Take records in and resolve them, piece by piece; seconds of it all."""
    worker = ResolverWorker(database, match_model(), CLOCK)
    lines = [orjson.dumps(body) for body in bodies]
    begun = time.perf_counter()
    with profile.watching():
        for start in range(0, len(lines), PIECE):
            now = CLOCK.now()
            versions = [
                incoming(CustomerRecord.model_validate_json(line), now, match_model())
                for line in lines[start : start + PIECE]
            ]
            async with transaction(database) as connection:
                await take_in(connection, versions, now)
            await worker.drain()
    return time.perf_counter() - begun


async def measure(count: int) -> dict[str, Any]:
    """The profile of plain records, and how much slower it is when one in a hundred shares a phone."""
    async with servers() as where:
        async with fresh_database(where.database_url, CHAINS) as database:
            plain = Profile()
            figures = plain.figures(await run(database, records(count), plain))
        async with fresh_database(where.database_url, CHAINS) as database:
            hot = Profile()
            shared = hot.figures(await run(database, with_hot_phone(records(count)), hot))
    names = ("records_per_second", "pairs_per_record", "memory_mb")
    figures["one_percent_share_a_phone"] = {name: shared[name] for name in names} | {
        "rate_against_without": round(shared["records_per_second"] / figures["records_per_second"], 2)
    }
    return figures


def main() -> None:
    """Print the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--records", type=int, default=10_000)
    chosen = options.parse_args()
    collect_garbage_rarely()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(json.dumps(uvloop.run(measure(chosen.records))))


if __name__ == "__main__":
    main()
