"""Keeps the gauge of open review cases current."""

import asyncio

from customer_master.database import connected
from isthmus.messaging.errors import is_transient
from isthmus.messaging.retry import wait_for
from isthmus.observability import metrics
from isthmus.service import ServiceContext

COUNTED_AT_MOST = 10_000
_PAUSE_SECONDS = 30.0

_OPEN = """
SELECT count(*) FROM (
    SELECT FROM review_queue
    WHERE holds AND left_golden_id IS NOT NULL AND right_golden_id IS NOT NULL AND is_best
      AND (answer IS NULL OR (answer = 'later' AND put_aside_until <= $1))
    LIMIT $2
) AS open
"""


async def watch_cases(context: ServiceContext, stop: asyncio.Event) -> None:
    """Count the open cases, as the list of them does, again and again."""
    while not stop.is_set():
        try:
            async with connected(context.database) as connection:
                count = await connection.fetchval(_OPEN, context.clock.now(), COUNTED_AT_MOST)
        except Exception as error:
            if not is_transient(error):
                raise
        else:
            metrics.open_review_cases.set(count)
        await wait_for(stop, _PAUSE_SECONDS)
