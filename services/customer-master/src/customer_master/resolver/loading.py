"""Loads records for comparison and survivorship; those met again within the process need not be decoded again."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from customer_master.connection import Connection
from entity_resolution.records import RecordKey, StandardRecord

# A row whose revision the cache has comes empty.
_LOAD = """
SELECT wanted.record_no, changed.*
FROM unnest($1::bigint[], $2::bigint[]) AS wanted(record_no, known)
JOIN records USING (record_no)
LEFT JOIN LATERAL (
    SELECT records.revision, records.source, records.record_id, records.deleted, records.version, records.observed_at,
           records.received_at, records.keys, records.standard, records.body
    WHERE records.revision IS DISTINCT FROM known
) AS changed ON true
"""


@dataclass(frozen=True, slots=True)
class LoadedRecord:
    """A record in one revision."""

    record_no: int
    revision: int
    key: RecordKey
    deleted: bool
    version: int | None
    observed_at: datetime | None
    received_at: datetime
    hashes: frozenset[int]
    standard: StandardRecord
    body: dict[str, Any]


class RecordCache:
    """The records used last; an entry serves only while its revision is the current one."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._records: OrderedDict[int, LoadedRecord] = OrderedDict()

    async def load(self, connection: Connection, record_nos: Collection[int]) -> dict[int, LoadedRecord]:
        """The current state of records, as committed now."""
        wanted = sorted(record_nos)
        known = {record_no: self._records[record_no] for record_no in wanted if record_no in self._records}
        revisions = [known[record_no].revision if record_no in known else None for record_no in wanted]
        rows = await connection.fetch(_LOAD, wanted, revisions)
        loaded = {
            row["record_no"]: known[row["record_no"]] if row["revision"] is None else _record(row) for row in rows
        }
        self._keep(loaded)
        return loaded

    def _keep(self, loaded: dict[int, LoadedRecord]) -> None:
        self._records.update(loaded)
        for record_no in loaded:
            self._records.move_to_end(record_no)
        while len(self._records) > self._capacity:
            self._records.popitem(last=False)


def _record(row: asyncpg.Record) -> LoadedRecord:
    key = RecordKey(row["source"], row["record_id"])
    return LoadedRecord(
        record_no=row["record_no"],
        revision=row["revision"],
        key=key,
        deleted=row["deleted"],
        version=row["version"],
        observed_at=row["observed_at"],
        received_at=row["received_at"],
        hashes=frozenset(row["keys"]),
        standard=StandardRecord.from_json(key, row["standard"]),
        body=row["body"],
    )
