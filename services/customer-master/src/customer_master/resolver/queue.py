"""The resolution queue: records to be resolved, and why; a failing one is set aside with its error and retried.

What came in or what a steward decided goes first, oldest first. Re-evaluations take the room that is left in a batch,
and always a share of it, so that they neither delay what is new nor wait for ever.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import asyncpg

from customer_master.connection import Connection
from customer_master.resolver.signals import CHANNEL, QUEUED, RESOLVED

# The conditions on `cause` are those of the partial indexes.
_PROMPT = "FROM resolution_queue WHERE retry_at IS NULL AND cause IN ('received', 'steward') ORDER BY id"
_AGAIN = "FROM resolution_queue WHERE retry_at IS NULL AND cause NOT IN ('received', 'steward') ORDER BY id"

_TAKE = f"""
WITH prompt AS (
    SELECT id, record_no, lost_keys {_PROMPT}
    LIMIT $2 FOR UPDATE SKIP LOCKED
), again AS (
    SELECT id, record_no, lost_keys {_AGAIN}
    LIMIT (SELECT greatest($3, $2 - count(*)) FROM prompt) FOR UPDATE SKIP LOCKED
), set_aside AS (
    SELECT id, record_no, lost_keys FROM resolution_queue
    WHERE retry_at <= $1
    ORDER BY retry_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
SELECT * FROM prompt UNION ALL SELECT * FROM again UNION ALL SELECT * FROM set_aside
"""  # noqa: S608 - constants

_TAKE_EXACTLY = """
SELECT id, record_no, lost_keys FROM resolution_queue WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED
"""

_ENQUEUE = """
WITH queued AS (
    INSERT INTO resolution_queue (record_no, cause, lost_keys, enqueued_at)
    SELECT record_no, $3, lost_keys::bigint[], $4
    FROM unnest($1::bigint[], $2::text[]) AS changed(record_no, lost_keys)
)
SELECT pg_notify($5, $6)
"""

_FINISH = """
WITH done AS (DELETE FROM resolution_queue WHERE id = ANY($1::bigint[]))
SELECT pg_notify($2, $3)
"""

_QUARANTINE = """
UPDATE resolution_queue
SET attempts = attempts + 1, error = $3,
    retry_at = $2::timestamptz + least(interval '1 hour', interval '5 s' * 2 ^ attempts)
WHERE id = ANY($1::bigint[])
"""

_STATE = """
SELECT cause, count(*) FILTER (WHERE retry_at IS NULL) AS waiting,
       count(*) FILTER (WHERE retry_at IS NOT NULL) AS quarantined,
       min(enqueued_at) FILTER (WHERE retry_at IS NULL) AS oldest
FROM resolution_queue
GROUP BY cause
"""

_IS_FULL = f"SELECT EXISTS (SELECT {_PROMPT} OFFSET $1)"

_IS_NEEDED = f"""
SELECT pg_try_advisory_xact_lock($1) OR EXISTS (SELECT {_PROMPT} OFFSET $2) OR EXISTS (SELECT {_AGAIN} OFFSET $2)
"""

_AT_WORK = 0x15A3_C034
"""Key of the advisory lock of the resolver that takes whatever comes."""

_MOST_WAITING = 1_500
_PAUSE_SECONDS = 0.05
_MOST_PAUSES = 100

_SHARE_OF_AGAIN = 10
"""One in so many places of a batch is kept for re-evaluations."""

_LONGEST_ERROR = 2_000


class Cause(StrEnum):
    """Why a record is to be resolved."""

    RECEIVED = "received"
    STEWARD = "steward"
    VALUE_COMMON = "value_common"
    """A value it holds has become common: what was decided by it no longer stands."""
    VALUE_ORDINARY = "value_ordinary"
    """A value it holds is no longer common."""
    MODEL_CHANGED = "model_changed"
    ERASED = "erased"
    """It has no keys any more; whether those it had are still common is to be judged anew."""


class Entry(NamedTuple):
    """A record to be resolved; without an id it is resolved unasked."""

    id: int | None
    record_no: int
    lost_keys: frozenset[int]
    """Hashes of keys that it held and no longer holds; whether they are common is to be judged anew."""


class QueueState(NamedTuple):
    """How much is left to do, and since when."""

    waiting: Mapping[Cause, int]
    quarantined: int
    age: timedelta
    """Of the oldest record that waits to be resolved for the first time; quarantined ones do not count."""


async def enqueue(
    connection: Connection,
    record_nos: Sequence[int],
    cause: Cause,
    at: datetime,
    lost_keys: Mapping[int, frozenset[int]] | None = None,
) -> None:
    """Ask for the resolution of records; `lost_keys` by record number."""
    if record_nos:
        lost = [_array(lost_keys.get(number, ()) if lost_keys else ()) for number in record_nos]
        await connection.execute(_ENQUEUE, record_nos, lost, cause.value, at, CHANNEL, QUEUED)


async def wait_for_room(connection: Connection) -> None:
    """Wait while resolvers are far behind: what is not taken in yet waits in its topic, and costs them nothing there.

    Taken in all at once, a long backlog leaves the resolvers a small share of the processor, and nothing in any cache.
    The wait has an end, so that records are accepted while nobody resolves.
    """
    pauses = 0
    while pauses < _MOST_PAUSES and await connection.fetchval(_IS_FULL, _MOST_WAITING):
        await asyncio.sleep(_PAUSE_SECONDS)
        pauses += 1


async def is_needed(connection: Connection, others_hold: int) -> bool:
    """Whether this resolver is the only one at work, or so much waits that another with `others_hold` leaves some.

    A batch costs much however few records it has: of few records two resolvers would make two batches of half the size.
    """
    return bool(await connection.fetchval(_IS_NEEDED, _AT_WORK, others_hold))


async def take(connection: Connection, limit: int, now: datetime) -> list[Entry]:
    """Lock up to about `limit` entries that no other worker has, and one whose retry is due."""
    return _entries(await connection.fetch(_TAKE, now, limit, max(1, limit // _SHARE_OF_AGAIN)))


async def take_exactly(connection: Connection, entries: Sequence[int]) -> list[Entry]:
    """Lock these entries, as far as they are still there and free."""
    return _entries(await connection.fetch(_TAKE_EXACTLY, entries))


async def finish(connection: Connection, entries: Sequence[Entry]) -> None:
    """Remove entries that are done."""
    done = [entry.id for entry in entries if entry.id is not None]
    await connection.execute(_FINISH, done, CHANNEL, RESOLVED)


async def quarantine(connection: Connection, entries: Sequence[int], now: datetime, error: str) -> None:
    """Set entries aside (隔离) with the reason; they are tried again later, ever more rarely, and never dropped."""
    await connection.execute(_QUARANTINE, entries, now, error.replace("\x00", "")[:_LONGEST_ERROR])


async def state(connection: Connection, now: datetime) -> QueueState:
    """How the queue stands."""
    rows = {Cause(row["cause"]): row for row in await connection.fetch(_STATE)}
    received = rows.get(Cause.RECEIVED)
    age = now - received["oldest"] if received and received["oldest"] else timedelta(0)
    return QueueState(
        {cause: rows[cause]["waiting"] if cause in rows else 0 for cause in Cause},
        sum(row["quarantined"] for row in rows.values()),
        max(age, timedelta(0)),
    )


def _entries(rows: Sequence[asyncpg.Record]) -> list[Entry]:
    return [Entry(row["id"], row["record_no"], frozenset(row["lost_keys"])) for row in rows]


def _array(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"
