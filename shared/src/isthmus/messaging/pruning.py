"""Deletes old rows of outbox and inbox, a bounded number at a time."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import structlog

from isthmus.clock import Clock
from isthmus.messaging.errors import is_transient
from isthmus.observability import metrics
from isthmus.observability.error_texts import told

logger = structlog.get_logger(__name__)

OUTBOX_RETENTION = timedelta(days=7)
"""A broker that lost everything is refilled with this much."""
INBOX_RETENTION = timedelta(days=14)
"""Longer than the outbox's, so that a refill meets the inbox rows of what was processed before."""

_ROWS = 5_000
_SECONDS_BETWEEN_BATCHES = 0.1
_SECONDS_BETWEEN_RUNS = 600.0

_PRUNE_OUTBOX = f"""
DELETE FROM outbox WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM outbox WHERE created_at < $1 AND published_at < $1 LIMIT {_ROWS}
))
"""  # noqa: S608 - no value from outside
_PRUNE_INBOX = f"""
DELETE FROM inbox WHERE ctid = ANY (ARRAY(SELECT ctid FROM inbox WHERE received_at < $1 LIMIT {_ROWS}))
"""  # noqa: S608 - no value from outside


async def prune_forever(pool: "asyncpg.Pool[Any]", clock: Clock) -> None:
    """Prune now and then until cancelled."""
    while True:
        try:
            await prune(pool, clock.now())
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("pruning put off", reason=told(error))
        await asyncio.sleep(_SECONDS_BETWEEN_RUNS)


async def prune(pool: "asyncpg.Pool[Any]", now: datetime) -> None:
    """Delete what is older than its retention; unpublished and parked rows stay."""
    for table, statement, before in (
        ("outbox", _PRUNE_OUTBOX, now - OUTBOX_RETENTION),
        ("inbox", _PRUNE_INBOX, now - INBOX_RETENTION),
    ):
        deleted = _ROWS
        while deleted == _ROWS:
            deleted = int((await pool.execute(statement, before)).split()[-1])
            metrics.pruned_rows.labels(table).inc(deleted)
            await asyncio.sleep(_SECONDS_BETWEEN_BATCHES)
