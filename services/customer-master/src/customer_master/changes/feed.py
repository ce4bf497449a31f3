"""Reads the changes of golden customers in an order to which nothing is ever added before what was read.

A counter would not do: a transaction may take number 7 and commit after number 8 was read. So each row of history
holds the id of the transaction that wrote it, and rows are read in the order of transactions, and only those that are
settled: all transactions with smaller ids have ended, whether committed or not. What commits late is read late.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from customer_master.connection import Connection

_POSITION = re.compile(r"([0-9]{1,18})(?:-([0-9a-f]{32})-([0-9]{1,18}))?")
_FIRST = UUID(int=0)

_SETTLED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"

# Those who had a record of the customer: before the change, after it, or ever, when nothing of it is left.
_PAGE = """
WITH page AS (
    SELECT transaction_id, golden_id, version, valid_from, cause, state, merged_into, document
    FROM golden_history
    WHERE (transaction_id, golden_id, version) > ($1, $2, $3) AND transaction_id < $4
      AND ($5::uuid[] IS NULL OR golden_id = ANY($5))
    ORDER BY transaction_id, golden_id, version
    LIMIT $6
)
SELECT page.transaction_id, page.golden_id, page.version, page.valid_from, page.cause, page.state, page.merged_into,
    ARRAY(SELECT DISTINCT member ->> 'source' FROM jsonb_array_elements(page.document -> 'members') AS member)
        AS sources,
    CASE WHEN page.document = '{}' AND coalesce(former.document, '{}') = '{}'
        THEN ARRAY(SELECT DISTINCT source FROM link_history JOIN records USING (record_no)
                   WHERE link_history.golden_id = page.golden_id)
        ELSE ARRAY(SELECT DISTINCT member ->> 'source'
                   FROM jsonb_array_elements(former.document -> 'members') AS member)
    END AS sources_before,
    ARRAY(
        SELECT name
        FROM (SELECT key AS name, jsonb_path_query_array(value, '$[*].value') AS said
              FROM jsonb_each(page.document -> 'values')) AS new
        FULL JOIN (SELECT key AS name, jsonb_path_query_array(value, '$[*].value') AS said
                   FROM jsonb_each(former.document -> 'values')) AS old USING (name)
        WHERE new.said IS DISTINCT FROM old.said
        ORDER BY name
    ) AS changed,
    CASE WHEN page.cause IN ('members_left', 'members_changed') THEN ARRAY(
        SELECT DISTINCT gone.golden_id
        FROM link_history AS stayed
        JOIN link_history AS gone ON gone.record_no = stayed.record_no AND gone.version = stayed.version + 1
        WHERE stayed.golden_id = page.golden_id AND gone.since = page.valid_from AND gone.golden_id IS NOT NULL
        ORDER BY gone.golden_id
    ) ELSE '{}' END AS split_into
FROM page LEFT JOIN golden_history AS former
    ON former.golden_id = page.golden_id AND former.version = page.version - 1
ORDER BY page.transaction_id, page.golden_id, page.version
"""


class Position(NamedTuple):
    """A place in the order of changes: after this version of this customer, written by this transaction."""

    transaction_id: int
    golden_id: UUID = _FIRST
    version: int = 0

    def __str__(self) -> str:
        """As clients keep it: `4711`, or `4711-<golden id>-3` within the changes of one transaction."""
        if self.golden_id == _FIRST:
            return str(self.transaction_id)
        return f"{self.transaction_id}-{self.golden_id.hex}-{self.version}"

    @classmethod
    def parse(cls, text: str) -> "Position | None":
        """The position a client gives back; None for what is none."""
        found = _POSITION.fullmatch(text)
        if found is None:
            return None
        transaction_id, golden_id, version = found.groups()
        if golden_id is None:
            return cls(int(transaction_id))
        return cls(int(transaction_id), UUID(golden_id), int(version))


class Change(NamedTuple):
    """One version of a golden customer, compared with the one before; no values."""

    position: Position
    at: datetime
    cause: str
    state: str
    merged_into: UUID | None
    sources: list[str]
    sources_before: list[str]
    changed: list[str]
    split_into: list[UUID]


class Page(NamedTuple):
    """Changes in their order, and from where to read on."""

    changes: list[Change]
    position: Position
    is_last: bool
    """Whether nothing more was settled when it was read."""


async def settled(connection: Connection) -> Position:
    """Before the changes of all transactions that are still to be settled: where to start to hear what is new."""
    return Position(await connection.fetchval(_SETTLED))


async def read(connection: Connection, after: Position, golden_ids: Sequence[UUID] | None, limit: int) -> Page:
    """The next settled changes after a position, at most `limit`; of some golden customers only, if they are named."""
    horizon = await settled(connection)
    if horizon <= after:
        return Page([], after, is_last=True)
    rows = await connection.fetch(_PAGE, *after, horizon.transaction_id, golden_ids, limit)
    changes = [
        Change(
            Position(row["transaction_id"], row["golden_id"], row["version"]),
            row["valid_from"],
            row["cause"],
            row["state"],
            row["merged_into"],
            row["sources"],
            row["sources_before"],
            row["changed"],
            row["split_into"],
        )
        for row in rows
    ]
    is_last = len(changes) < limit
    position = max(after, horizon) if is_last else changes[-1].position
    return Page(changes, position, is_last)
