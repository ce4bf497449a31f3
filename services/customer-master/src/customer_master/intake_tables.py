"""The statements of intake: each takes a whole batch, and locks or inserts rows in sorted order."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from customer_master.columns import transpose
from customer_master.connection import Connection
from entity_resolution.records import RecordKey

if TYPE_CHECKING:
    from customer_master.intake import CurrentRecord, IncomingVersion

_INSERT_RECORDS = """
INSERT INTO records (source, record_id, revision, version, observed_at, received_at, deleted,
                     body_hash, body, standard, keys)
SELECT source, record_id, 1, version, observed_at, received_at, deleted, body_hash, body::jsonb, standard::jsonb,
       keys::bigint[]
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::boolean[], $7::bytea[],
            $8::text[], $9::text[], $10::text[])
  AS incoming(source, record_id, version, observed_at, received_at, deleted, body_hash, body, standard, keys)
ON CONFLICT (source, record_id) DO NOTHING
RETURNING record_no, source, record_id
"""

_LOCK_RECORDS = """
SELECT record_no, source, record_id, revision, version, observed_at, received_at, body_hash, keys
FROM records
JOIN unnest($1::text[], $2::text[]) AS wanted(source, record_id) USING (source, record_id)
ORDER BY source, record_id
FOR NO KEY UPDATE OF records
"""

_UPDATE_RECORDS = """
UPDATE records
SET revision = changed.revision, version = changed.version, observed_at = changed.observed_at,
    received_at = changed.received_at, deleted = changed.deleted, body_hash = changed.body_hash,
    body = changed.body::jsonb, standard = changed.standard::jsonb, keys = changed.keys::bigint[]
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::boolean[],
            $7::bytea[], $8::text[], $9::text[], $10::text[])
  AS changed(record_no, revision, version, observed_at, received_at, deleted, body_hash, body, standard, keys)
WHERE records.record_no = changed.record_no
"""

_INSERT_VERSIONS = """
INSERT INTO record_versions (record_no, version, observed_at, received_at, deleted, version_hash, body)
SELECT record_no, version, observed_at, received_at, deleted, version_hash, body::jsonb
FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::boolean[], $6::bytea[], $7::text[])
  AS incoming(record_no, version, observed_at, received_at, deleted, version_hash, body)
ON CONFLICT (record_no, version_hash) DO NOTHING
"""

_DELETE_KEYS = """
DELETE FROM record_keys
USING unnest($1::bigint[], $2::bigint[]) AS gone(hash, record_no)
WHERE record_keys.hash = gone.hash AND record_keys.record_no = gone.record_no
"""


async def insert_records(connection: Connection, versions: Sequence["IncomingVersion"]) -> dict[RecordKey, int]:
    """Insert the records not known yet, each with this version as its current; returns the numbers they got."""
    rows = await connection.fetch(
        _INSERT_RECORDS,
        *transpose([(*version.key, *_state(version)) for version in versions], 10),
    )
    return {RecordKey(row["source"], row["record_id"]): row["record_no"] for row in rows}


async def lock_records(connection: Connection, keys: Sequence[RecordKey]) -> list[asyncpg.Record]:
    """The current rows of known records, held against other writers until the transaction ends."""
    return await connection.fetch(_LOCK_RECORDS, *transpose(keys, 2)) if keys else []


async def update_records(connection: Connection, changed: Sequence["CurrentRecord"]) -> None:
    """Make each record's `latest` its current state."""
    rows = [
        (record.record_no, record.revision, *_state(record.latest)) for record in changed if record.latest is not None
    ]
    if rows:
        await connection.execute(_UPDATE_RECORDS, *transpose(rows, 10))


async def insert_versions(connection: Connection, versions: Sequence[tuple[int, "IncomingVersion"]]) -> None:
    """Append to the history of records what is not there yet."""
    rows = [
        (
            record_no,
            version.version,
            version.observed_at,
            version.received_at,
            version.deleted,
            version.version_hash,
            version.body,
        )
        for record_no, version in versions
    ]
    await connection.execute(_INSERT_VERSIONS, *transpose(rows, 7))


async def replace_index(connection: Connection, changed: Sequence["CurrentRecord"]) -> None:
    """Bring keys and names of changed records in line with their latest state."""
    gone = [(value, record.record_no) for record in changed for value in record.hashes]
    if gone:
        await connection.execute(_DELETE_KEYS, *transpose(gone, 2))
    known = [record.record_no for record in changed if record.revision > 1]
    if known:
        await connection.execute("DELETE FROM record_names WHERE record_no = ANY($1::bigint[])", known)
    latest = [(record.record_no, record.latest.index) for record in changed if record.latest is not None]
    keys = [(value, record_no, key.kind, key.value) for record_no, index in latest for value, key in index.keys.items()]
    names = [(record_no, name, romanized) for record_no, index in latest for name, romanized in index.names]
    await connection.copy_records_to_table("record_keys", records=keys, columns=["hash", "record_no", "kind", "value"])
    await connection.copy_records_to_table("record_names", records=names, columns=["record_no", "name", "romanized"])


async def insert_links(connection: Connection, record_nos: Sequence[int], at: datetime) -> None:
    """Give each new record its link row, which leads nowhere until the record is resolved."""
    if record_nos:
        await connection.execute(
            "INSERT INTO links (record_no, golden_id, since, cause, version)"
            " SELECT record_no, NULL, $2, 'received', 0 FROM unnest($1::bigint[]) AS new(record_no)",
            record_nos,
            at,
        )


def _state(version: "IncomingVersion") -> tuple[Any, ...]:
    standard = orjson.dumps(version.index.standard.to_json()).decode()
    keys = "{" + ",".join(map(str, version.index.hashes)) + "}"
    return (
        version.version,
        version.observed_at,
        version.received_at,
        version.deleted,
        version.body_hash,
        version.body,
        standard,
        keys,
    )
