"""Golden customers and links as they are stored: read as they were before a batch, written where they differ after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from customer_master.columns import transpose
from customer_master.connection import Connection
from entity_resolution.records import RecordKey

_LINKS = "SELECT record_no, golden_id, version FROM links WHERE record_no = ANY($1::bigint[])"

_GOLDEN = """
SELECT golden_id, version, state, document
FROM golden_customers
WHERE golden_id = ANY($1::uuid[])
ORDER BY golden_id
FOR UPDATE
"""

_WRITE_GOLDEN = """
WITH changed AS (
    SELECT golden_id, version, state, merged_into, document::jsonb AS document, cause
    FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::text[])
      AS given(golden_id, version, state, merged_into, document, cause)
), history AS (
    INSERT INTO golden_history (golden_id, version, valid_from, cause, state, merged_into, document)
    SELECT golden_id, version, $7, cause, state, merged_into, document FROM changed
)
INSERT INTO golden_customers (golden_id, state, merged_into, version, document, created_at, updated_at)
SELECT golden_id, state, merged_into, version, document, $7, $7 FROM changed
ON CONFLICT (golden_id) DO UPDATE
SET state = excluded.state, merged_into = excluded.merged_into, version = excluded.version,
    document = excluded.document, updated_at = excluded.updated_at
"""

_WRITE_LINKS = """
WITH changed AS (
    SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[])
      AS given(record_no, golden_id, version, cause)
), history AS (
    INSERT INTO link_history (record_no, version, golden_id, since, cause)
    SELECT record_no, version, golden_id, $5, cause FROM changed
)
UPDATE links
SET golden_id = changed.golden_id, version = changed.version, since = $5, cause = changed.cause
FROM changed
WHERE links.record_no = changed.record_no
"""


class StoredGolden(NamedTuple):
    """A golden customer's row."""

    version: int
    state: str
    document: dict[str, Any]


class StoredLink(NamedTuple):
    """A link's row."""

    golden_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class Before:
    """How things stood before a batch."""

    links: dict[int, StoredLink]
    golden: dict[UUID, StoredGolden]

    @property
    def golden_of(self) -> dict[int, UUID]:
        return {number: link.golden_id for number, link in self.links.items() if link.golden_id is not None}


class GoldenChange(NamedTuple):
    """A golden customer's next version."""

    golden_id: UUID
    version: int
    state: str
    merged_into: UUID | None
    document: dict[str, Any]
    cause: str


class LinkChange(NamedTuple):
    """Where a record belongs from now on."""

    record_no: int
    key: RecordKey
    golden_id: UUID | None
    version: int
    cause: str


async def load(connection: Connection, record_nos: Sequence[int]) -> Before:
    """Links and golden customers of records; the golden customers are locked in sorted order."""
    link_rows = await connection.fetch(_LINKS, record_nos)
    links = {row["record_no"]: StoredLink(row["golden_id"], row["version"]) for row in link_rows}
    golden_ids = sorted({link.golden_id for link in links.values() if link.golden_id is not None})
    golden_rows = await connection.fetch(_GOLDEN, golden_ids) if golden_ids else []
    golden = {row["golden_id"]: StoredGolden(row["version"], row["state"], row["document"]) for row in golden_rows}
    return Before(links, golden)


async def write(
    connection: Connection, golden: Sequence[GoldenChange], links: Sequence[LinkChange], at: datetime
) -> None:
    """Store the next versions, with a row of history each."""
    if golden:
        rows = [(*change[:4], orjson.dumps(change.document).decode(), change.cause) for change in golden]
        await connection.execute(_WRITE_GOLDEN, *transpose(rows, 6), at)
    if links:
        moved = [(change.record_no, change.golden_id, change.version, change.cause) for change in links]
        await connection.execute(_WRITE_LINKS, *transpose(moved, 4), at)
