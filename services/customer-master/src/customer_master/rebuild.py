"""Recomputes everything from the records as sources wrote them: index, decisions, golden customers, links.

On a sound database nothing differs. After a change of the match model or the survivorship rules, what differs is the
effect of the change; golden ids live on as in any other resolution.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from customer_master import intake_tables as tables
from customer_master.connection import Connection
from customer_master.database import connected, transaction
from customer_master.intake import CurrentRecord, incoming
from customer_master.match_model import match_model
from customer_master.resolver.batch import Resolver
from entity_resolution.model import MatchModel
from isthmus.clock import Clock
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.db import Database

BATCH_SIZE = 500

_RECORDS = """
SELECT record_no, source, record_id, revision, received_at, body, standard, keys
FROM records
WHERE record_no = ANY($1::bigint[])
ORDER BY source, record_id
FOR NO KEY UPDATE
"""


@dataclass
class RebuildReport:
    """What a rebuild found to differ from what was stored."""

    records: int = 0
    reindexed: list[int] = field(default_factory=list)
    """Numbers of records whose standardised form or keys differed."""
    golden_customers: list[UUID] = field(default_factory=list)
    """Golden customers whose values or state differed."""
    links: int = 0

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
    for start in range(0, len(numbers), BATCH_SIZE):
        async with transaction(database) as connection:
            report.reindexed += await _reindex(connection, numbers[start : start + BATCH_SIZE], model)
        progress("index", min(start + BATCH_SIZE, len(numbers)), len(numbers))
    resolver = Resolver(model, clock)
    for start in range(0, len(numbers), BATCH_SIZE):
        async with transaction(database) as connection:
            result = await resolver.resolve(connection, numbers[start : start + BATCH_SIZE])
        report.golden_customers += [change.golden_id for change in result.changes.golden]
        report.links += len(result.changes.links)
        progress("resolve", min(start + BATCH_SIZE, len(numbers)), len(numbers))
    return report


async def _reindex(connection: Connection, record_nos: Sequence[int], model: MatchModel) -> list[int]:
    """Bring index entries in line with the model; returns the records whose entries differed."""
    different = []
    for row in await connection.fetch(_RECORDS, record_nos):
        version = incoming(CustomerRecord.model_validate(row["body"]), row["received_at"], model)
        if version.index.standard.to_json() != row["standard"] or version.index.hashes != row["keys"]:
            hashes = frozenset(row["keys"])
            different.append(CurrentRecord(row["record_no"], row["revision"] + 1, None, hashes, version))
    await tables.update_records(connection, different)
    await tables.replace_index(connection, different)
    return [record.record_no for record in different]
