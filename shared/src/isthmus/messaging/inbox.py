"""The inbox (收件箱): which events a consumer has processed, written in the transaction of their effects."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from isthmus.db import Database
from isthmus.messaging.subscription import Delivery

_INSERT = """
INSERT INTO inbox (consumer, event_id) SELECT {consumer}, unnest({ids})
ON CONFLICT DO NOTHING RETURNING event_id
"""
_INSERT_RAW = _INSERT.format(consumer="$1::text", ids="$2::uuid[]")
_INSERT_CORE = text(_INSERT.format(consumer=":consumer", ids=":ids")).bindparams(bindparam("ids", type_=ARRAY(Uuid())))

_ACQUIRE_SECONDS = 10.0

Insert = Callable[[str, Sequence[UUID]], Awaitable[set[UUID]]]


@asynccontextmanager
async def begin(database: Database, kind: Literal["session", "asyncpg"]) -> AsyncIterator[tuple[Any, Insert]]:
    """A transaction of the kind asked for, and how to insert into the inbox within it."""
    if kind == "session":
        async with database.transaction() as session:

            async def insert_by_session(consumer: str, ids: Sequence[UUID]) -> set[UUID]:
                return set(await session.scalars(_INSERT_CORE, {"consumer": consumer, "ids": ids}))

            yield session, insert_by_session
        return
    pool = await database.pool()
    async with pool.acquire(timeout=_ACQUIRE_SECONDS) as connection:
        async with connection.transaction():

            async def insert_raw(consumer: str, ids: Sequence[UUID]) -> set[UUID]:
                return {row["event_id"] for row in await connection.fetch(_INSERT_RAW, consumer, ids)}

            yield connection, insert_raw
        for call in database.after_commit:
            call()


async def unseen(insert: Insert, consumer: str, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Enter deliveries into the inbox; those whose event was there, or comes twice, are left out.

    Ids are entered in sorted order, so that two consumers of the same messages cannot deadlock.
    """
    new = await insert(consumer, sorted({delivery.event.id for delivery in deliveries}))
    fresh = []
    for delivery in deliveries:
        if delivery.event.id in new:
            new.discard(delivery.event.id)
            fresh.append(delivery)
    return fresh
