"""Deletes what has been kept long enough: stored answers and the access log."""

import asyncio
import random
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Column, Table, delete, select, tuple_

from isthmus.db import Database
from isthmus.db.errors import is_transient
from isthmus.http.access_log import access_log
from isthmus.http.idempotency import idempotency_keys
from isthmus.observability.metrics import pruned_rows
from isthmus.service.definition import ServiceContext

logger = structlog.get_logger(__name__)

_INTERVAL_SECONDS = 3_600.0
_BATCH_ROWS = 5_000


async def run_retention(context: ServiceContext, stop: asyncio.Event) -> None:
    """Prune about once an hour until stopped; a database that is away is tried again the next time."""
    while not stop.is_set():
        try:
            await prune(context)
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("retention postponed", error_type=type(error).__name__)
        try:
            async with asyncio.timeout(_INTERVAL_SECONDS * random.uniform(0.9, 1.1)):  # noqa: S311 - spreads load
                await stop.wait()
        except TimeoutError:
            continue


async def prune(context: ServiceContext) -> None:
    """Delete all rows whose retention is over, a batch a transaction."""
    now, settings = context.clock.now(), context.settings
    answers_before = now - timedelta(hours=settings.idempotency_retention_hours)
    await _prune(context.database, idempotency_keys, idempotency_keys.c.created_at, answers_before)
    reads_before = now - timedelta(days=settings.access_log_retention_days)
    await _prune(context.database, access_log, access_log.c.at, reads_before)


async def _prune(database: Database, table: Table, column: Column[datetime], before: datetime) -> None:
    keys = list(table.primary_key.columns)
    while True:
        async with database.transaction() as session:
            over = select(*keys).where(column < before).limit(_BATCH_ROWS)
            condition = tuple_(*keys).in_(over)
            deleted = (await session.scalars(delete(table).where(condition).returning(keys[0]))).all()
        pruned_rows.labels(table.name).inc(len(deleted))
        if len(deleted) < _BATCH_ROWS:
            return
