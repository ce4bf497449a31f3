"""Finds a golden customer by any id it ever had, as it is or as it was, for a caller who may see it."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import Path

from customer_master.access import no_such_customer, require_one_of
from customer_master.connection import Connection
from isthmus.http import Principal, Problem

GoldenIdPath = Annotated[UUID, Path(description="The golden customer, also by an id that was merged into it.")]

# A merged customer leads to its survivor, which may have been merged in its turn. Clocks of several machines may tell
# versions in another order than they came about, so a chain as of a time could lead in a circle: it has an end.
_FOLLOW = """
WITH RECURSIVE followed AS (
    SELECT golden_id, state, merged_into, version, document, created_at, updated_at, 1 AS step
    FROM golden_customers WHERE golden_id = $1
  UNION ALL
    SELECT next.golden_id, next.state, next.merged_into, next.version, next.document, next.created_at,
           next.updated_at, step + 1
    FROM followed JOIN golden_customers AS next ON next.golden_id = followed.merged_into
    WHERE step < 100
)
SELECT * FROM followed ORDER BY step DESC LIMIT 1
"""

_FOLLOW_AS_OF = """
WITH RECURSIVE at_the_time AS (
    SELECT DISTINCT ON (golden_id) * FROM golden_history WHERE golden_id = $1 AND valid_from <= $2
    ORDER BY golden_id, version DESC
), followed AS (
    SELECT golden_id, state, merged_into, version, document, valid_from, 1 AS step FROM at_the_time
  UNION ALL
    SELECT next.golden_id, next.state, next.merged_into, next.version, next.document, next.valid_from, step + 1
    FROM followed CROSS JOIN LATERAL (
        SELECT * FROM golden_history
        WHERE golden_history.golden_id = followed.merged_into AND golden_history.valid_from <= $2
        ORDER BY golden_history.version DESC LIMIT 1
    ) AS next
    WHERE step < 100
)
SELECT followed.*, created_at, valid_from AS updated_at
FROM followed JOIN golden_customers USING (golden_id)
ORDER BY step DESC LIMIT 1
"""


_SOURCES_EVER = """
SELECT DISTINCT source FROM link_history JOIN records USING (record_no) WHERE link_history.golden_id = $1
"""


class GoldenCustomer(NamedTuple):
    """A golden customer as found."""

    golden_id: UUID
    state: str
    version: int
    document: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @property
    def sources(self) -> list[str]:
        """The sources of its records, one a record."""
        return [member["source"] for member in self.document.get("members", [])]


async def find(
    connection: Connection, golden_id: UUID, principal: Principal, as_of: datetime | None = None
) -> GoldenCustomer:
    """The customer this id stands for, now or at a time; raises 404 for one the caller may not see.

    One that has no records is seen by whoever had one of them: it tells no more than that it is gone.
    """
    if as_of is None:
        row = await connection.fetchrow(_FOLLOW, golden_id)
    else:
        row = await connection.fetchrow(_FOLLOW_AS_OF, golden_id, as_of)
    if row is None:
        raise no_such_customer()
    found = GoldenCustomer(
        row["golden_id"], row["state"], row["version"], row["document"], row["created_at"], row["updated_at"]
    )
    sources = found.sources or [row["source"] for row in await connection.fetch(_SOURCES_EVER, found.golden_id)]
    require_one_of(principal, sources)
    if await _is_erased(connection, golden_id):
        raise Problem(410, "erased", "This customer was erased.")
    return found


async def _is_erased(connection: Connection, golden_id: UUID) -> bool:
    """Whether the customer that the id stands for now was erased; then it answers nothing of the past either."""
    row = await connection.fetchrow(_FOLLOW, golden_id)
    return row is not None and row["state"] == "erased"
