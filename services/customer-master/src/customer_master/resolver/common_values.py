"""Common values (热值): keys set aside because of who holds them, a placeholder number or a dealer's own phone.

Whether a key is set aside is stored, and a function of the records that hold it. It is looked at again whenever a
record that holds it, or has lost it, is resolved; when it flips, all who hold it are decided again.

One lock makes this independent of timing. Whoever resolves holds it shared from before the first reading to the end;
who writes a flip holds it alone. So a resolution lies wholly before a flip, and then its records stand among the
holders that the flip queues again, or wholly after it, and then it reads the new status. And the last change of a
key's holders is followed by a resolution that reads them all: a flip that is due cannot be missed.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from customer_master.columns import transpose
from customer_master.connection import Connection
from customer_master.resolver import queue
from customer_master.resolver.candidates import Blocks
from customer_master.resolver.loading import LoadedRecord
from entity_resolution.blocking import without_generic
from entity_resolution.records import StandardRecord
from isthmus.observability import metrics

_LOCK = 0x15A3_C033
"""Key of the advisory lock; such locks are separate for each database."""

_CHANGED = "SELECT hash, is_common, kind, value, change_no FROM common_values WHERE change_no > $1 ORDER BY change_no"

_COMMON_OF = "SELECT hash, kind, value FROM common_values WHERE hash = ANY($1::bigint[]) AND is_common"

_STORE = """
INSERT INTO common_values (hash, is_common, kind, value, since)
SELECT hash, is_common, kind, value, $5
FROM unnest($1::bigint[], $2::boolean[], $3::text[], $4::text[]) AS flipped(hash, is_common, kind, value)
ON CONFLICT (hash) DO UPDATE
SET is_common = excluded.is_common, kind = excluded.kind, value = excluded.value, since = excluded.since,
    change_no = excluded.change_no
"""

# Who waits already will read the new status. All that have been decided are few: a key flips near its bound.
_HOLDERS_DECIDED = """
SELECT DISTINCT record_no FROM record_keys
WHERE hash = ANY($1::bigint[])
  AND NOT EXISTS (SELECT FROM resolution_queue WHERE resolution_queue.record_no = record_keys.record_no)
ORDER BY record_no
"""


class FlipsDueError(Exception):
    """The stored status of keys is not what their holders say; to be stored first, in a transaction of its own."""

    def __init__(self, hashes: Iterable[int]) -> None:
        super().__init__("values have become common, or ordinary again")
        self.hashes = sorted(hashes)


class CommonValues:
    """The keys set aside as last read, by hash; only what has changed since is read again."""

    def __init__(self) -> None:
        self.keys: dict[int, tuple[str, str]] = {}
        """Kind and value of each."""
        self._last_change = -1

    async def hold(self, connection: Connection) -> None:
        """Bring them up to date, and let no status change until the transaction ends."""
        await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", _LOCK)
        await self._read(connection)

    async def hold_alone(self, connection: Connection) -> None:
        """Bring them up to date, and let nobody else resolve until the transaction ends."""
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        await self._read(connection)

    async def look_up(self, connection: Connection, hashes: Collection[int]) -> None:
        """Learn which of these keys are common just now, without keeping them so."""
        for row in await connection.fetch(_COMMON_OF, sorted(hashes)):
            self.keys[row["hash"]] = (row["kind"], row["value"])

    def due(self, blocks: Blocks, records: Mapping[int, LoadedRecord]) -> dict[int, bool]:
        """The keys whose status differs from what their holders say, with the status they should have."""
        return {value: is_common for value, is_common in blocks.verdicts(records) if is_common != (value in self.keys)}

    def without(self, standard: StandardRecord, hashes: Collection[int]) -> StandardRecord:
        """A record as it is compared: its common values, found by the hashes of its keys, are as good as absent."""
        return without_generic(standard, {self.keys[value] for value in hashes if value in self.keys})

    async def _read(self, connection: Connection) -> None:
        for row in await connection.fetch(_CHANGED, self._last_change):
            self._last_change = row["change_no"]
            if row["is_common"]:
                self.keys[row["hash"]] = (row["kind"], row["value"])
            else:
                self.keys.pop(row["hash"], None)


async def store_flips(connection: Connection, due: Mapping[int, bool], blocks: Blocks, at: datetime) -> None:
    """Store the new status of keys, and queue again all records that were decided by the old one."""
    rows = [(value, is_common, *(blocks[value][1:] if is_common else (None, None))) for value, is_common in due.items()]
    if rows:
        await connection.execute(_STORE, *transpose(sorted(rows), 4), at)
    for is_common, cause in ((True, queue.Cause.VALUE_COMMON), (False, queue.Cause.VALUE_ORDINARY)):
        flipped = [value for value, status in due.items() if status is is_common]
        holders = await connection.fetch(_HOLDERS_DECIDED, flipped) if flipped else []
        await queue.enqueue(connection, [row["record_no"] for row in holders], cause, at)
        metrics.value_flips.labels(cause.value).inc(len(flipped))
