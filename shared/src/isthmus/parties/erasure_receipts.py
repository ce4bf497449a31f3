"""Answers erasures (删除回执): a service tells customer-master once its topics are clean as well."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.clock import Clock
from isthmus.contracts.envelope import Event
from isthmus.contracts.erasures import ErasureAnswered
from isthmus.db import Base, Database
from isthmus.db.errors import is_transient
from isthmus.ids import new_id
from isthmus.messaging import outbox
from isthmus.messaging.tables import Purge
from isthmus.service.definition import BackgroundTask, ServiceContext

logger = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0


class Erasure(Base):
    """An erasure (删除) this service has carried out."""

    __tablename__ = "erasures"

    erasure_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
    removed: Mapped[dict[str, Any]] = mapped_column(JSONB)
    answered_at: Mapped[datetime | None]

    __table_args__ = (Index("erasures_unanswered_idx", "erasure_id", postgresql_where=text("answered_at IS NULL")),)


Forget = Callable[[ServiceContext, datetime], Awaitable[int]]
"""Forgets, outside the database, the customers that were erased at a time; tells how many messages or the like."""


def answering_erasures(service: str, forget: Forget) -> BackgroundTask:
    """The background task of a business service."""

    async def answer_erasures(context: ServiceContext, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await answer_due(context.database, service, context.clock, partial(forget, context))
            except Exception as error:
                if not isinstance(error, OSError) and not is_transient(error):
                    raise
                logger.warning("receipts of erasures postponed", error_type=type(error).__name__)
            try:
                await asyncio.wait_for(stop.wait(), _POLL_SECONDS)
            except TimeoutError:
                continue

    return answer_erasures


async def answer_due(
    database: Database, service: str, clock: Clock, forget: Callable[[datetime], Awaitable[int]]
) -> int:
    """Publish the receipt of each erasure whose partitions are all purged; tells how many."""
    async with database.transaction() as session:
        unfinished = select(Purge.event_id).where(Purge.erasure_id == Erasure.erasure_id).exists()
        query = select(Erasure).where(Erasure.answered_at.is_(None), ~unfinished).with_for_update(skip_locked=True)
        due = list(await session.scalars(query))
        now = clock.now()
        for erasure in due:
            if handed_on := await forget(erasure.erased_at):
                erasure.removed = erasure.removed | {"handed_on": handed_on}
            erasure.answered_at = now
            receipt = ErasureAnswered(
                erasure_id=erasure.erasure_id, service=service, answered_at=now, removed=erasure.removed
            )
            event = Event.of(receipt, event_id=new_id(clock), source=f"/{service}", time=now, aggregateversion=1)
            outbox.add(session, event)
    return len(due)
