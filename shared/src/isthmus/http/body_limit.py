"""Refuses bodies larger than a route takes, as a problem; the framework's own limit answers in plain text."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SCOPE_KEY = "isthmus.max_body_bytes"
_ATTRIBUTE = "max_body_bytes"

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def takes_body_of(max_bytes: int) -> Callable[[Endpoint], Endpoint]:
    """Decorate a handler whose body may be larger than the service's other bodies, e.g. a batch."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _ATTRIBUTE, max_bytes)
        return endpoint

    return mark


def apply_limit_of(endpoint: Callable[..., Any], scope: Scope) -> None:
    """Let the request of `scope` have the body size its handler takes."""
    if (max_bytes := getattr(endpoint, _ATTRIBUTE, None)) is not None:
        scope[_SCOPE_KEY] = max_bytes


class BodyLimitMiddleware:
    """Raises 413 when a handler reads more of a body than its route takes."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self.app = app
        self._default = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        size = int(declared) if declared.isdecimal() else 0
        received = 0

        async def limited() -> Message:
            nonlocal received
            limit = scope.get(_SCOPE_KEY, self._default)
            if size <= limit:
                message = await receive()
                received += len(message.get("body", b""))
                if received <= limit:
                    return message
            raise HTTPException(413)

        await self.app(scope, limited, send)
