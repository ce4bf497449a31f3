"""The resolution queue: records to be resolved, oldest first; a failing one is set aside with its error and retried."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from customer_master.connection import Connection

_TAKE = """
WITH waiting AS (
    SELECT id, record_no FROM resolution_queue WHERE retry_at IS NULL ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
), set_aside AS (
    SELECT id, record_no FROM resolution_queue WHERE retry_at <= $1 ORDER BY retry_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
SELECT id, record_no FROM waiting UNION ALL SELECT id, record_no FROM set_aside
"""

_QUARANTINE = """
UPDATE resolution_queue
SET attempts = attempts + 1, error = $3,
    retry_at = $2::timestamptz + least(interval '1 hour', interval '5 s' * 2 ^ attempts)
WHERE id = ANY($1::bigint[])
"""

_STATE = """
SELECT count(*) FILTER (WHERE retry_at IS NULL) AS waiting,
       count(*) FILTER (WHERE retry_at IS NOT NULL) AS quarantined,
       min(enqueued_at) FILTER (WHERE retry_at IS NULL) AS oldest
FROM resolution_queue
"""

_LONGEST_ERROR = 2_000


class QueueState(NamedTuple):
    """How much is left to do, and since when."""

    waiting: int
    quarantined: int
    age: timedelta
    """Of the oldest record that waits; quarantined ones do not count."""


async def take(connection: Connection, limit: int, now: datetime) -> dict[int, int]:
    """Lock up to `limit` entries that no other worker has, and one whose retry is due; record numbers by entry id."""
    rows = await connection.fetch(_TAKE, now, limit)
    return {row["id"]: row["record_no"] for row in rows}


async def take_exactly(connection: Connection, entries: Sequence[int]) -> dict[int, int]:
    """Lock these entries, as far as they are still there and free."""
    rows = await connection.fetch(
        "SELECT id, record_no FROM resolution_queue WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED",
        entries,
    )
    return {row["id"]: row["record_no"] for row in rows}


async def finish(connection: Connection, entries: Sequence[int]) -> None:
    """Remove entries that are done."""
    await connection.execute("DELETE FROM resolution_queue WHERE id = ANY($1::bigint[])", entries)


async def quarantine(connection: Connection, entries: Sequence[int], now: datetime, error: str) -> None:
    """Set entries aside (隔离) with the reason; they are tried again later, ever more rarely, and never dropped."""
    await connection.execute(_QUARANTINE, entries, now, error.replace("\x00", "")[:_LONGEST_ERROR])


async def state(connection: Connection, now: datetime) -> QueueState:
    """How the queue stands."""
    row = await connection.fetchrow(_STATE)
    if row is None:
        raise RuntimeError("an aggregate without a row")
    age = now - row["oldest"] if row["oldest"] else timedelta(0)
    return QueueState(row["waiting"], row["quarantined"], max(age, timedelta(0)))
