"""What must not come back: whatever arrives with a fingerprint of an erased customer is refused, with a receipt.

One lock makes this independent of timing: who takes in holds it shared, who erases holds it alone. So a record comes in
wholly before an erasure, which finds it then, or after it, and is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from customer_master.columns import transpose
from customer_master.connection import Connection
from customer_master.erasure.fingerprints import record_fingerprint
from entity_resolution.records import RecordKey
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.messaging import outbox
from isthmus.messaging.forgetting import Ended, tombstones

_LOCK = 0x15A3_E7A5
"""Key of the advisory lock; such locks are separate for each database."""

_BLOCKED = """
SELECT DISTINCT ON (fingerprint) fingerprint, erasure_id
FROM erased_keys WHERE fingerprint = ANY($1::bytea[]) ORDER BY fingerprint, erasure_id DESC
"""

_STORE = """
INSERT INTO erased_keys (fingerprint, erasure_id) SELECT fingerprint, $2 FROM unnest($1::bytea[]) AS new(fingerprint)
ON CONFLICT DO NOTHING
"""

_RECEIVE = """
INSERT INTO refused_arrivals (erasure_id, arrived_at, source)
SELECT erasure_id, $3, source FROM unnest($1::uuid[], $2::text[]) AS arrived(erasure_id, source)
"""

T = TypeVar("T")


async def hold(connection: Connection) -> bool:
    """Let nobody be erased until the transaction ends; whether anything is blocked at all."""
    await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", _LOCK)
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM erased_keys)"))


async def hold_alone(connection: Connection) -> None:
    """Let nothing be taken in until the transaction ends; the first lock of an erasure."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def blocked_records(connection: Connection, keys: Sequence[RecordKey]) -> dict[RecordKey, UUID]:
    """Which of these records belong to an erased customer, with the erasure."""
    if not await hold(connection):
        return {}
    return await blocked(connection, {key: {record_fingerprint(key)} for key in keys})


async def blocked(connection: Connection, fingerprints: Mapping[T, set[bytes]]) -> dict[T, UUID]:
    """Which of these have a fingerprint that is blocked, with the erasure."""
    every = sorted(set().union(*fingerprints.values()))
    found = {bytes(row["fingerprint"]): row["erasure_id"] for row in await connection.fetch(_BLOCKED, every)}
    return {one: found[min(hit)] for one, prints in fingerprints.items() if (hit := prints & found.keys())}


async def store(connection: Connection, erasure_id: UUID, fingerprints: set[bytes]) -> None:
    """Block what bears one of these fingerprints."""
    await connection.execute(_STORE, sorted(fingerprints), erasure_id)


async def refuse(connection: Connection, arrived: Sequence[tuple[RecordKey, UUID]], at: datetime) -> None:
    """Note that records arrived, without their content, block their keys too, and end what a topic holds of them."""
    if not arrived:
        return
    for key, erasure_id in arrived:
        await store(connection, erasure_id, {record_fingerprint(key)})
    rows = [(erasure_id, key.source) for key, erasure_id in arrived]
    await connection.execute(_RECEIVE, *transpose(rows, 2), at)
    ended = [Ended(CustomerRecord, f"{key.source}/{key.record_id}", 0) for key in sorted({key for key, _ in arrived})]
    await outbox.copy(connection, tombstones(ended, "/customer-master", at))
