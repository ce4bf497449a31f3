"""Forgets what a database has published and answered about erased keys: outbox rows, topic copies, stored answers.

A compacted topic forgets a key by its tombstone. A topic that keeps all messages is purged before the tombstone by the
relay, which then publishes the rest of the partition again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import ARRAY, LargeBinary, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.contracts.envelope import Event, EventData
from isthmus.contracts.topics import topic_of
from isthmus.ids import new_id
from isthmus.messaging import outbox
from isthmus.messaging.tables import Purge

_LONG_SECONDS = 3600.0
_ANSWER = b'{"type":"about:blank","title":"Gone","status":410,"detail":"The answer was erased.","code":"erased"}'

_FORGET_ROWS = """
DELETE FROM outbox USING unnest({topics}, {keys}) AS gone(topic, key)
WHERE outbox.aggregatetype = gone.topic AND outbox.aggregateid = gone.key
"""
# An answer names what it is about by its id; the row stays, so that a repeat of the request makes nothing anew.
_FORGET_ANSWERS = """
UPDATE idempotency_keys
SET body = {answer}, status = 410, headers = '{{"content-type": "application/problem+json"}}'
WHERE body IS NOT NULL AND body <> {answer}
  AND EXISTS (SELECT FROM unnest({ids}) AS erased(id) WHERE position(convert_to(id, 'UTF8') IN body) > 0)
"""
_TEXTS = ARRAY(Text)
_ROWS_BY_SESSION = text(_FORGET_ROWS.format(topics=":topics", keys=":keys")).bindparams(
    bindparam("topics", type_=_TEXTS), bindparam("keys", type_=_TEXTS)
)
_ANSWERS_BY_SESSION = text(_FORGET_ANSWERS.format(answer=":answer", ids=":ids")).bindparams(
    bindparam("answer", type_=LargeBinary), bindparam("ids", type_=_TEXTS)
)
_ROWS_RAW = _FORGET_ROWS.format(topics="$1::text[]", keys="$2::text[]")
_ANSWERS_RAW = _FORGET_ANSWERS.format(answer="$1::bytea", ids="$2::text[]")
_NO_TIMEOUT = "SET LOCAL statement_timeout = 0"
"""The outbox is not indexed by key."""


class Ended(NamedTuple):
    """An aggregate whose data is erased: by its tombstone readers learn of it."""

    fact: type[EventData]
    """Any fact of the aggregate; it names the topic."""
    key: str
    version: int
    """Of the tombstone, newer than all before."""


async def forget_published(
    session: AsyncSession, erasure_id: UUID, ended: Sequence[Ended], source: str, at: datetime
) -> int:
    """Delete the outbox rows of aggregates, published or not, and end each in its topic; tells how many rows."""
    topics = [topic_of(each.fact.event_type) for each in ended]
    names, keys = [topic.name for topic in topics], [each.key for each in ended]
    await session.execute(text(_NO_TIMEOUT))
    deleted = await session.execute(_ROWS_BY_SESSION, {"topics": names, "keys": keys})
    ends = tombstones(ended, source, at)
    outbox.add(session, *ends)
    session.add_all(
        Purge(event_id=event.id, erasure_id=erasure_id)
        for event, topic in zip(ends, topics, strict=True)
        if not topic.compacted
    )
    await session.flush()
    return int(getattr(deleted, "rowcount", 0))


async def forget_answers(session: AsyncSession, ids: Collection[str]) -> int:
    """Empty the stored answers that name one of the ids; tells how many."""
    found = await session.execute(_ANSWERS_BY_SESSION, {"answer": _ANSWER, "ids": _as_written(ids)})
    return int(getattr(found, "rowcount", 0))


async def forget_published_raw(
    connection: "asyncpg.Connection[Any]", ended: Sequence[Ended], source: str, at: datetime
) -> int:
    """As `forget_published`, for compacted topics, within a raw connection's transaction."""
    names = [topic_of(each.fact.event_type).name for each in ended]
    await connection.execute(_NO_TIMEOUT)
    deleted = await connection.execute(_ROWS_RAW, names, [each.key for each in ended], timeout=_LONG_SECONDS)
    await outbox.copy(connection, tombstones(ended, source, at))
    return int(deleted.split()[-1])


async def forget_answers_raw(connection: "asyncpg.Connection[Any]", ids: Collection[str]) -> int:
    """As `forget_answers`, within a raw connection's transaction."""
    return int((await connection.execute(_ANSWERS_RAW, _ANSWER, _as_written(ids), timeout=_LONG_SECONDS)).split()[-1])


def _as_written(ids: Collection[str]) -> list[str]:
    """The ids as they stand in JSON, quotes included, so that a short one is not found within other words."""
    return sorted(orjson.dumps(one).decode() for one in ids)


def tombstones(ended: Sequence[Ended], source: str, at: datetime) -> list[Event]:
    """The events without data that end the aggregates."""
    return [
        Event(
            id=new_id(),
            type=each.fact.event_type,
            source=source,
            subject=each.key,
            time=at,
            data=None,
            key=each.key,
            aggregateversion=each.version,
        )
        for each in ended
    ]
