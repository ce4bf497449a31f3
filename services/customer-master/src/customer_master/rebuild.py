"""Recomputes everything from the records as sources wrote them: index, decisions, golden customers, links.

On a sound database nothing differs. After a change of the match model or the survivorship rules, what differs is the
effect of the change; golden ids live on as in any other resolution.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from customer_master.connection import Connection
from customer_master.database import connected, transaction
from customer_master.match_model import match_model
from customer_master.reindex import reindex
from customer_master.resolver import queue
from customer_master.resolver.golden_tables import Changes
from customer_master.resolver.worker import ResolverWorker
from isthmus.clock import Clock
from isthmus.db import Database

BATCH_SIZE = 500


@dataclass
class RebuildReport:
    """What a rebuild found to differ from what was stored."""

    records: int = 0
    reindexed: list[int] = field(default_factory=list)
    """Numbers of records whose standardised form or keys differed."""
    golden_customers: list[UUID] = field(default_factory=list)
    """Golden customers whose values or state differed."""
    links: int = 0

    def add(self, changes: Changes | None) -> None:
        """Count the differences that a batch made."""
        if changes is not None:
            self.golden_customers += [change.golden_id for change in changes.golden]
            self.links += len(changes.links)

    @property
    def clean(self) -> bool:
        return not (self.reindexed or self.golden_customers or self.links)


async def rebuild(
    database: Database, clock: Clock, progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None
) -> RebuildReport:
    """Recompute all; safe beside running intake and resolvers. `progress` is told step, done and total."""
    async with connected(database) as connection:
        rows = await connection.fetch("SELECT record_no FROM records ORDER BY record_no")
    numbers = [row["record_no"] for row in rows]
    report = RebuildReport(len(numbers))
    model = match_model()
    pieces = [numbers[start : start + BATCH_SIZE] for start in range(0, len(numbers), BATCH_SIZE)]
    for position, piece in enumerate(pieces, start=1):
        async with transaction(database) as connection:
            report.reindexed += await reindex(connection, piece, model, clock.now())
        progress("index", min(position * BATCH_SIZE, len(numbers)), len(numbers))
    worker = ResolverWorker(database, model, clock, BATCH_SIZE)
    for position, piece in enumerate(pieces, start=1):
        report.add(await worker.resolve(_unasked(piece)))
        progress("resolve", min(position * BATCH_SIZE, len(numbers)), len(numbers))
    # What the steps before have queued: holders of values that turned out to be common, or are no longer.
    while changes := await worker.resolve(lambda connection: queue.take(connection, BATCH_SIZE, clock.now())):
        report.add(changes)
    return report


def _unasked(record_nos: Sequence[int]) -> Callable[[Connection], Awaitable[list[queue.Entry]]]:
    async def take(_connection: Connection) -> list[queue.Entry]:
        return [queue.Entry(None, record_no, frozenset()) for record_no in record_nos]

    return take
