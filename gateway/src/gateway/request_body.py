"""The body of a request on its way to a service: streamed, counted, and cut off at the limit."""

import asyncio
from collections.abc import AsyncIterator

from gateway.asgi import Message, Receive
from gateway.headers import RequestHead
from isthmus.http.problems import Problem


class CallerGoneError(Exception):
    """The caller closed the connection before the exchange was over."""


def too_large(limit: int) -> Problem:
    """The 413 problem. What the caller goes on sending is read and dropped: closing at once would lose the answer."""
    return Problem(413, "body_too_large", f"The body is larger than the {limit} bytes allowed here.")


class RequestBody:
    """Hands the body on as it comes. A body that came whole is handed on as bytes, which is cheaper."""

    def __init__(self, receive: Receive, head: RequestHead, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self._head = head
        self.complete = asyncio.Event()
        """Set when there is no more to receive."""
        self.failure: Problem | CallerGoneError | None = None
        """Why the stream broke off; aiohttp hides the exception raised within it."""

    async def open(self) -> bytes | AsyncIterator[bytes] | None:
        """What to give aiohttp as data; raises the 413 problem or CallerGoneError."""
        if not self._head.has_body:
            self.complete.set()
            return None
        if self._head.content_length is not None and self._head.content_length > self._limit:
            raise too_large(self._limit)
        first = await self._next()
        return self._stream(first) if first.get("more_body", False) else first.get("body", b"")

    async def _stream(self, message: Message) -> AsyncIterator[bytes]:
        while True:
            if part := message.get("body", b""):
                yield part
            if not message.get("more_body", False):
                return
            message = await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if message["type"] == "http.disconnect":
            self.failure = CallerGoneError()
        elif self._size > self._limit:
            self.failure = too_large(self._limit)
        elif not message.get("more_body", False):
            self.complete.set()
        if self.failure is not None:
            raise self.failure
        return message
