"""The outbox (发件箱): events written in the transaction of the change they tell of, published by the relay.

Events of one aggregate keep their order only if their transactions follow one another: lock the aggregate's row, or
check its version in the same transaction, before its event is written.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.contracts.envelope import Event
from isthmus.contracts.topics import TOPIC_OF
from isthmus.messaging import binding
from isthmus.messaging.tables import OutboxMessage
from isthmus.observability.tracing import current_traceparent

_COPY = """
INSERT INTO outbox (id, aggregatetype, aggregateid, type, headers, payload)
SELECT id, topic, key, type, headers::jsonb, payload
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
    AS new (id, topic, key, type, headers, payload)
"""


def add(session: AsyncSession, *events: Event) -> None:
    """Put events into the outbox, in order, within the session's transaction.

    An event without a `traceparent` gets that of the request or message being handled.
    Raises KeyError for an event type that is in no topic of the register.
    """
    traceparent = current_traceparent()
    session.add_all(
        OutboxMessage(
            id=event.id,
            topic=TOPIC_OF[event.type].name,
            key=event.key,
            type=event.type,
            headers=_headers(event, traceparent),
            payload=binding.encode_value(event),
        )
        for event in events
    )


async def copy(connection: "asyncpg.Connection[Any]", events: Sequence[Event]) -> None:
    """As `add`, but many events in one statement, within the connection's transaction."""
    if not events:
        return
    traceparent = current_traceparent()
    await connection.execute(
        _COPY,
        [event.id for event in events],
        [TOPIC_OF[event.type].name for event in events],
        [event.key for event in events],
        [event.type for event in events],
        [orjson.dumps(_headers(event, traceparent)).decode() for event in events],
        [binding.encode_value(event) for event in events],
    )


def _headers(event: Event, traceparent: str | None) -> dict[str, str]:
    headers = binding.encode_headers(event)
    if traceparent is not None:
        headers.setdefault("ce_traceparent", traceparent)
    return headers
