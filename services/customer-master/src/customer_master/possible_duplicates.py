"""How many other customers may be the same as one (疑似重复) and wait for a steward's decision."""

from uuid import UUID

from customer_master.connection import Connection

_WAITING = """
WITH cases AS (
    SELECT case_id FROM links JOIN review_cases ON left_no = record_no WHERE golden_id = $1 AND holds
  UNION
    SELECT case_id FROM links JOIN review_cases ON right_no = record_no WHERE golden_id = $1 AND holds
)
SELECT count(DISTINCT CASE left_golden_id WHEN $1 THEN right_golden_id ELSE left_golden_id END)
FROM cases JOIN review_queue USING (case_id)
WHERE holds AND (answer IS NULL OR answer = 'later')
"""


async def possible_duplicates(connection: Connection, golden_id: UUID) -> int:
    """Customers with which an undecided case stands, also one that was put aside."""
    return int(await connection.fetchval(_WAITING, golden_id))
