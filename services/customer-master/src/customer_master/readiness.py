"""When the service is ready to be relied on: somebody resolves, and does not fall behind."""

from datetime import timedelta

from customer_master.database import connected
from customer_master.resolver import queue
from isthmus.service import ReadinessCheck, ServiceContext

LONGEST_QUEUE_AGE = timedelta(minutes=10)
"""A bulk load may be this far behind; beyond it no resolver is at work, or far too few."""


async def _queue_moves(context: ServiceContext) -> str | None:
    async with connected(context.database) as connection:
        state = await queue.state(connection, context.clock.now())
    if state.age > LONGEST_QUEUE_AGE:
        return f"the oldest record has waited {state.age.total_seconds():.0f} s for its resolution"
    return None


QUEUE_MOVES = ReadinessCheck("resolution queue", _queue_moves)
