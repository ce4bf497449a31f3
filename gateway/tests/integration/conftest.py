"""A service that shows what it got and misbehaves on demand, behind a gateway, both real servers."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import uvicorn
from yarl import URL

from gateway.app import Gateway

SERVICES = ("customer-master", "sales", "aftersales", "call-center", "feedback")


@dataclass
class Service:
    """A bare ASGI service: `/…/echo` shows the request, other endings misbehave; see `__call__`."""

    openapi: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    first_part: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path = scope["raw_path"].decode()
        self.calls.append(path)
        match path.rpartition("/")[2]:
            case "openapi.json":
                await self._json(send, self.openapi)
            case "readyz":
                await self._json(send, {"status": "ready"})
            case "slow":
                await self._wait_until_given_up(receive)
            case "broken":
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
                await send({"type": "http.response.body", "body": b"part", "more_body": True})
                raise ConnectionError
            case "stream":
                await self._stream(send)
            case "nothing":
                await send({"type": "http.response.start", "status": 204, "headers": []})
                await send({"type": "http.response.body"})
            case "upload":
                await self._upload(receive, send)
            case _:
                await self._echo(scope, receive, send)

    async def _json(self, send: Any, value: Any, headers: Any = ()) -> None:
        start = [(b"content-type", b"application/json"), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        await send({"type": "http.response.body", "body": json.dumps(value).encode()})

    async def _echo(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        shown = {
            "method": scope["method"],
            "path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
            "body": body.decode(),
        }
        secret = [(b"x-isthmus-identity", b"leak"), (b"connection", b"x-own"), (b"x-own", b"1"), (b"etag", b'"7"')]
        await self._json(send, shown, secret)

    async def _wait_until_given_up(self, receive: Any) -> None:
        self.first_part.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        self.given_up.set()

    async def _stream(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first\n", "more_body": True})
        await self.released.wait()
        await send({"type": "http.response.body", "body": b"second\n"})

    async def _upload(self, receive: Any, send: Any) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.given_up.set()
                return
            size += len(message.get("body", b""))
            self.first_part.set()
            more = message.get("more_body", False)
        await self._json(send, {"size": size})


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Serve an ASGI application on a free port of loopback, in this event loop; gives its URL."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_config=None,
        http="httptools",
        ws="none",
        proxy_headers=False,
        timeout_keep_alive=75,  # as services and gateway do
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@dataclass
class Door:
    """A running gateway as a caller sees it; `service` is the one behind every route."""

    url: str
    gateway: Gateway
    service: Service
    client: aiohttp.ClientSession

    def at(self, path: str) -> URL:
        return URL(self.url + path, encoded=True)

    async def token(self, client_id: str = "hq") -> dict[str, str]:
        """The Authorization header of a client."""
        secret = {"hq": "hq-secret", "dealer-d0001": "dealer-secret"}[client_id]
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        async with self.client.post(self.at("/oauth/token"), data=form) as answer:
            return {"Authorization": f"Bearer {(await answer.json())['access_token']}"}


OpenDoor = Callable[..., Awaitable[Door]]


@pytest.fixture
async def open_door(make_gateway: Callable[..., Gateway]) -> AsyncIterator[OpenDoor]:
    """Starts a service and a gateway before it; `urls` puts other addresses in place of the service's."""
    async with AsyncExitStack() as running:

        async def start(urls: dict[str, str] | None = None, **changes: Any) -> Door:
            service = Service()
            service_url = await running.enter_async_context(serving(service))
            gateway = make_gateway(upstream_urls=dict.fromkeys(SERVICES, service_url) | (urls or {}), **changes)
            url = await running.enter_async_context(serving(gateway))
            client = await running.enter_async_context(aiohttp.ClientSession(auto_decompress=False))
            return Door(url, gateway, service, client)

        yield start


@pytest.fixture
async def door(open_door: OpenDoor) -> Door:
    return await open_door()


@pytest.fixture
def closed_url() -> str:
    """An address of loopback at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
