"""`GET /v1/customers/changes`: what happens to golden customers, as server-sent events that can be resumed."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import Header, Query, Request
from pydantic import Field

from customer_master.changes import feed
from customer_master.changes.event_stream import EventStream, StreamPlaces, event, progress, reconnect_after
from customer_master.changes.telling import CustomerChange, told_to
from customer_master.database import connected
from customer_master.golden_customers import find
from isthmus.db.errors import is_transient
from isthmus.http import (
    COMMON_RESPONSES,
    ApiModel,
    ContextDep,
    FieldError,
    Principal,
    Unprocessable,
    require,
    service_router,
)
from isthmus.http.access_log import log_access
from isthmus.messaging.retry import wait_for
from isthmus.service import ServiceContext

router = service_router(prefix="/v1/customers", tags=["customers"])

LONGEST_SECONDS = 900.0
"""After this the stream ends, and the reader connects again with a token that still holds."""
HEARTBEAT_SECONDS = 15.0
POLL_SECONDS = 0.5
MOST_WATCHED = 100
_RECONNECT_MILLISECONDS = 1_000
_CHANGES_A_PAGE = 200
_POSITION_LENGTH = 80

logger = structlog.get_logger(__name__)
_places = StreamPlaces()

Reader = Annotated[Principal, require("customers:read")]

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events named `customer`; the `data` of each is one JSON document, its `id` the position after"
        " it. Every fifteen seconds at the latest a comment shows that the stream lives.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": CustomerChange.model_json_schema(mode="serialization"),
                }
            }
        },
    },
    429: {**COMMON_RESPONSES[403], "description": "The caller has too many streams open; `Retry-After` says when."},
}


class ChangesQuery(ApiModel):
    """Which changes, and from where on."""

    golden_id: list[UUID] | None = Field(
        None, max_length=MOST_WATCHED, description="Only these customers (黄金客户); may be repeated."
    )
    after: str | None = Field(
        None, max_length=_POSITION_LENGTH, description="Position to go on after: the `id` of an event."
    )
    follow: bool = Field(default=True, description="Wait for what happens next; else end when all is told.")


@router.get("/changes", status_code=200, response_class=EventStream, responses=_RESPONSES)
async def stream_changes(
    query: Annotated[ChangesQuery, Query()],
    request: Request,
    principal: Reader,
    context: ContextDep,
    last_event_id: Annotated[
        str | None, Header(max_length=_POSITION_LENGTH, description="As `after`; browsers send it by themselves.")
    ] = None,
) -> EventStream:
    """Stream what happens to the customers the caller may see, from now on or from after a position.

    Nothing is left out and nothing told twice. The stream ends after fifteen minutes, and when the service stops:
    connect again with the last `id`. Without a position one hears what happens from now on; `after=0` tells all.
    """
    async with connected(context.database) as connection:
        for watched in query.golden_id or ():
            await find(connection, watched, principal)
        start = _start(last_event_id, query.after, await feed.settled(connection))
        await log_access(connection, principal, "customer.changes", query.golden_id or (), request)
    telling = _Telling(request, context, principal, query.golden_id, query.follow)
    return EventStream(telling.parts(start), _places, _places.take(principal))


def _start(last_event_id: str | None, after: str | None, now: feed.Position) -> feed.Position:
    """Where the reader was, or now. The header comes from a connection that broke, so it goes before the query.

    Raises a 422 problem for what is no position, or one that this database has not come to.
    """
    for pointer, given in (("/header/last-event-id", last_event_id), ("/query/after", after)):
        if not given:
            continue
        position = feed.Position.parse(given)
        if position is None or position > now:
            detail = "This is not the id of an event of this stream."
            raise Unprocessable("unknown_position", detail, [FieldError(pointer, "unknown_position", detail)])
        return position
    return now


@dataclass(frozen=True, slots=True)
class _Telling:
    """One stream: for whom, of which customers, and whether it waits for what happens next."""

    request: Request
    context: ServiceContext
    principal: Principal
    golden_ids: Sequence[UUID] | None
    follow: bool

    async def parts(self, position: feed.Position) -> AsyncGenerator[bytes, None]:
        """What is sent. No connection is held while it waits; it ends when the database is away."""
        now, stopping = asyncio.get_running_loop().time, self.context.stopping
        ends_at, heard_at = now() + LONGEST_SECONDS, now()
        yield reconnect_after(_RECONNECT_MILLISECONDS) + progress(position)
        while not stopping.is_set() and now() < ends_at:
            try:
                page, events = await self._read(position)
            except Exception as error:
                if not is_transient(error):
                    raise
                logger.warning("stream ended: the database is away", reason=type(error).__name__)
                return
            position, ends = page.position, page.is_last and not self.follow
            if events or ends or now() >= heard_at + HEARTBEAT_SECONDS:
                yield b"".join(events) + progress(position)
                heard_at = now()
            if ends:
                return
            if page.is_last:
                await wait_for(stopping, POLL_SECONDS)

    async def _read(self, after: feed.Position) -> tuple[feed.Page, list[bytes]]:
        """The next page, and the events of it that the caller may know of."""
        async with connected(self.context.database) as connection:
            page = await feed.read(connection, after, self.golden_ids, _CHANGES_A_PAGE)
            told = [(change.position, told_to(self.principal, change)) for change in page.changes]
            if seen := [view.golden_id for _, view in told if view is not None]:
                await log_access(connection, self.principal, "customer.changes", seen, self.request)
        events = [
            event(position, "customer", view.model_dump_json().encode()) for position, view in told if view is not None
        ]
        return page, events
