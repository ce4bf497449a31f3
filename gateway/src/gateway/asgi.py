"""The ASGI names the gateway uses, and its own small answers: JSON, bytes, problems."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import orjson

from isthmus.http.problem_titles import Language, title
from isthmus.http.problems import Problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HeaderList = list[tuple[bytes, bytes]]

NO_STORE = (b"cache-control", b"no-store")


class BodyTooLargeError(Exception):
    """The request body is longer than it may be."""


async def send_bytes(
    send: Send, status: int, content_type: str, body: bytes, headers: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """Send a whole answer."""
    fixed = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, status: int, value: Any, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """Send a value as JSON."""
    await send_bytes(send, status, "application/json", orjson.dumps(value), headers)


async def send_problem(
    send: Send,
    problem: Problem,
    instance: str,
    request_id: str,
    language: Language,
    extra: dict[str, str] | None = None,
) -> None:
    """Send a problem document (RFC 9457); `extra` adds members, as RFC 6749 wants them for its errors."""
    document = {
        "type": f"urn:isthmus:problem:{problem.code}",
        "title": title(problem.status, language),
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        "code": problem.code,
        "request_id": request_id,
        "errors": problem.errors,
        **(extra or {}),
    }
    own = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in problem.headers.items()]
    await send_bytes(
        send,
        problem.status,
        "application/problem+json",
        orjson.dumps(document),
        [NO_STORE, (b"content-language", language.encode()), *own],
    )


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body; raises BodyTooLargeError beyond `limit` bytes, ConnectionError when the client goes away."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client went away")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise BodyTooLargeError
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
