"""Server-sent events (WHATWG HTML, 9.2) to one reader, who is cut off when they do not read; how many at a time."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator

import structlog
from fastapi import Response
from starlette.types import Receive, Scope, Send

from isthmus.http import Principal, Problem

MOST_STREAMS = 64
MOST_STREAMS_OF_ONE_CALLER = 5
LONGEST_WRITE_SECONDS = 20.0
"""Who takes nothing for so long is cut off; meanwhile no more than a page waits for them."""

_RETRY_AFTER_SECONDS = 5
logger = structlog.get_logger(__name__)


def event(position: object, name: str, data: bytes) -> bytes:
    """One event; the data must be one line."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (str(position).encode(), name.encode(), data)


def progress(position: object) -> bytes:
    """A sign of life, which moves the reader's last event id without telling an event."""
    return b": alive\nid: %b\n\n" % str(position).encode()


def reconnect_after(milliseconds: int) -> bytes:
    """How long the reader is to wait before they connect again."""
    return b"retry: %d\n\n" % milliseconds


class StreamPlaces:
    """The streams open in this process, so that they leave room for everything else."""

    def __init__(self) -> None:
        self._open: Counter[tuple[str, str]] = Counter()

    def take(self, principal: Principal) -> tuple[str, str]:
        """A place, to be given back; raises a 429 problem when there is none."""
        caller = (principal.client_id, principal.subject)
        if self._open[caller] >= MOST_STREAMS_OF_ONE_CALLER or self._open.total() >= MOST_STREAMS:
            raise Problem(
                429,
                "too_many_streams",
                f"A caller may have {MOST_STREAMS_OF_ONE_CALLER} streams open, all together {MOST_STREAMS}.",
                headers={"Retry-After": str(_RETRY_AFTER_SECONDS)},
            )
        self._open[caller] += 1
        return caller

    def give_back(self, place: tuple[str, str]) -> None:
        """End a stream."""
        self._open[place] -= 1
        self._open += Counter()  # forgets callers without a stream


class EventStream(Response):
    """Sends parts as they come, until there are no more, or the reader goes away or takes nothing."""

    media_type = "text/event-stream"

    def __init__(self, parts: AsyncGenerator[bytes, None], places: StreamPlaces, place: tuple[str, str]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._parts = parts
        self._places, self._place = places, place

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a reader cut off sees the connection break, and goes on from the last event they have."""
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            sending.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await self._parts.aclose()
            self._places.give_back(self._place)
        if not sending.cancelled() and (error := sending.exception()) is not None:
            raise error

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async for part in self._parts:
                async with asyncio.timeout(LONGEST_WRITE_SECONDS):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            logger.info("stream cut off: its reader takes nothing")
            return
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
