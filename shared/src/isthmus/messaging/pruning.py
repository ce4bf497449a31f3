"""Deletes old rows of outbox and inbox, a bounded number at a time."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import asyncpg
import structlog

from isthmus.clock import Clock
from isthmus.contracts.topic import Topic
from isthmus.messaging.errors import is_transient
from isthmus.observability import metrics
from isthmus.observability.error_texts import told

logger = structlog.get_logger(__name__)

OUTBOX_RETENTION = timedelta(days=7)
"""A broker that lost everything is refilled with this much of its compacted topics."""
_KEPT_LONGER = timedelta(days=1)
"""Events of other topics are kept for as long as the topic keeps them, and this much more: a partition that was purged
of one customer's events is refilled with all that it still has to hold of the others."""
INBOX_RETENTION = timedelta(days=14)
"""Readers of topics that keep messages for longer know a repeat by its event id or version in their own tables."""

_ROWS = 5_000
_SECONDS_BETWEEN_BATCHES = 0.1
_SECONDS_BETWEEN_RUNS = 600.0

_PRUNE_OUTBOX = """
DELETE FROM outbox WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM outbox
    WHERE created_at < $1 AND published_at < $1 AND aggregatetype {which}($2::text[]) LIMIT {rows}
))
"""
_PRUNE_OUTBOX_OF = _PRUNE_OUTBOX.format(which="= ANY", rows=_ROWS)
_PRUNE_OUTBOX_BUT = _PRUNE_OUTBOX.format(which="<> ALL", rows=_ROWS)
_PRUNE_INBOX = f"""
DELETE FROM inbox WHERE ctid = ANY (ARRAY(SELECT ctid FROM inbox WHERE received_at < $1 LIMIT {_ROWS}))
"""  # noqa: S608 - no value from outside


async def prune_forever(pool: "asyncpg.Pool[Any]", clock: Clock, topics: Iterable[Topic]) -> None:
    """Prune now and then until cancelled."""
    topics = tuple(topics)
    while True:
        try:
            await prune(pool, clock.now(), topics)
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("pruning put off", reason=told(error))
        await asyncio.sleep(_SECONDS_BETWEEN_RUNS)


async def prune(pool: "asyncpg.Pool[Any]", now: datetime, topics: Iterable[Topic]) -> None:
    """Delete what is older than its retention; unpublished and parked rows stay."""
    kept: dict[timedelta, list[str]] = {}
    for topic in topics:
        if topic.retention is not None:
            kept.setdefault(topic.retention + _KEPT_LONGER, []).append(topic.name)
    await _delete(pool, "outbox", _PRUNE_OUTBOX_BUT, now - OUTBOX_RETENTION, [*chain(*kept.values())])
    for retention, names in kept.items():
        await _delete(pool, "outbox", _PRUNE_OUTBOX_OF, now - retention, names)
    await _delete(pool, "inbox", _PRUNE_INBOX, now - INBOX_RETENTION)


async def _delete(pool: "asyncpg.Pool[Any]", table: str, statement: str, *values: Any) -> None:
    deleted = _ROWS
    while deleted == _ROWS:
        deleted = int((await pool.execute(statement, *values)).split()[-1])
        metrics.pruned_rows.labels(table).inc(deleted)
        await asyncio.sleep(_SECONDS_BETWEEN_BATCHES)
