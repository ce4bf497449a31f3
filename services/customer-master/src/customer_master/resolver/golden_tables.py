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

# With those that were merged and whose oldest record is among the records: they may come back.
_GOLDEN = """
SELECT golden_id, version, state, document, oldest_record_no
FROM golden_customers
WHERE golden_id = ANY($1::uuid[]) OR (state = 'merged' AND oldest_record_no = ANY($2::bigint[]))
ORDER BY golden_id
FOR UPDATE
"""

_WRITE_GOLDEN = """
WITH changed AS (
    SELECT golden_id, version, state, merged_into, document::jsonb AS document, cause, oldest_record_no
    FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::bigint[])
      AS given(golden_id, version, state, merged_into, document, cause, oldest_record_no)
), history AS (
    INSERT INTO golden_history (golden_id, version, valid_from, cause, state, merged_into, document, decision_id)
    SELECT golden_id, version, $8, cause, state, merged_into, document, $9 FROM changed
), profiles AS (
    INSERT INTO profile_queue (golden_id) SELECT golden_id FROM changed
)
INSERT INTO golden_customers
    (golden_id, state, merged_into, version, document, oldest_record_no, created_at, updated_at)
SELECT golden_id, state, merged_into, version, document, oldest_record_no, $8, $8 FROM changed
ON CONFLICT (golden_id) DO UPDATE
SET state = excluded.state, merged_into = excluded.merged_into, version = excluded.version,
    document = excluded.document, oldest_record_no = excluded.oldest_record_no,
    updated_at = excluded.updated_at
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
    oldest_record_no: int | None
    """Of a merged customer: the record with which it comes back."""


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

    @property
    def dormant(self) -> dict[int, UUID]:
        """The merged ids that can come back, by the record with which they do; of several the oldest."""
        dormant: dict[int, UUID] = {}
        for golden_id, stored in sorted(self.golden.items()):
            if stored.state == "merged" and stored.oldest_record_no is not None:
                dormant.setdefault(stored.oldest_record_no, golden_id)
        return dormant


class GoldenChange(NamedTuple):
    """A golden customer's next version."""

    golden_id: UUID
    version: int
    state: str
    merged_into: UUID | None
    document: dict[str, Any]
    cause: str
    oldest_record_no: int | None = None
    """Of a merged customer: the record with which it comes back."""


class LinkChange(NamedTuple):
    """Where a record belongs from now on."""

    record_no: int
    key: RecordKey
    golden_id: UUID | None
    version: int
    cause: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences a batch makes."""

    at: datetime
    golden: list[GoldenChange]
    links: list[LinkChange]


async def load(connection: Connection, record_nos: Sequence[int]) -> Before:
    """Links and golden customers of records; the golden customers are locked in sorted order."""
    link_rows = await connection.fetch(_LINKS, record_nos)
    links = {row["record_no"]: StoredLink(row["golden_id"], row["version"]) for row in link_rows}
    golden_ids = sorted({link.golden_id for link in links.values() if link.golden_id is not None})
    golden = {
        row["golden_id"]: StoredGolden(row["version"], row["state"], row["document"], row["oldest_record_no"])
        for row in await connection.fetch(_GOLDEN, golden_ids, record_nos)
    }
    return Before(links, golden)


async def write(connection: Connection, changes: Changes, decision_id: UUID | None) -> None:
    """Store the next versions, with a row of history each, and queue the profiles.

    `decision_id` is that of the steward who caused them.
    """
    if changes.golden:
        rows = [
            (*change[:4], orjson.dumps(change.document).decode(), change.cause, change.oldest_record_no)
            for change in changes.golden
        ]
        await connection.execute(_WRITE_GOLDEN, *transpose(rows, 7), changes.at, decision_id)
    if changes.links:
        moved = [(change.record_no, change.golden_id, change.version, change.cause) for change in changes.links]
        await connection.execute(_WRITE_LINKS, *transpose(moved, 4), changes.at)
