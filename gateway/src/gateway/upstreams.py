"""The services behind the gateway: a connection pool each, a limit on requests under way, and what their state is."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from gateway.config import UpstreamConfig
from isthmus.http.problems import Unavailable
from isthmus.observability.metrics import gateway_requests_under_way

_KEEP_IDLE_SECONDS = 4.0
"""Shorter than the 5 s after which uvicorn closes an idle connection, so that no request meets a closing one."""
_PROBE_TIMEOUT_SECONDS = 1.0
_PROBE_KEPT_SECONDS = 1.0
_MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
_LOOKS = 20
"""Times it is looked whether a connection stands before it is given up; to open one takes the event loop five turns."""


class LookingConnector(aiohttp.TCPConnector):
    """Gives a connection up after the connect timeout, in so many looks as this process gets to take in that time.

    The timeout is for a service that does not accept. On a busy machine, or when hundreds of requests come at once, a
    clock would count the time that our own event loop needs until it sees a connection that has long been accepted.
    """

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
    ) -> ResponseHandler:
        bound = timeout.sock_connect
        unbound = aiohttp.ClientTimeout(total=timeout.total)
        connecting = asyncio.ensure_future(super()._create_connection(req, traces, unbound))
        try:
            for _ in range(_LOOKS):
                await asyncio.wait({connecting}, timeout=None if bound is None else bound / _LOOKS)
                if connecting.done():
                    return connecting.result()
        finally:
            if not connecting.done():
                connecting.add_done_callback(_close_late)
                connecting.cancel()
        raise TimeoutError


def _close_late(connecting: asyncio.Future[ResponseHandler]) -> None:
    """Close a connection that stands after all when nobody waits for it any more."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


class Upstream:
    """One service; use `with upstream.place():` around a request to it."""

    def __init__(self, config: UpstreamConfig, url: str) -> None:
        self.config = config
        self.name = config.name
        self.url = url.rstrip("/")
        self._under_way = 0
        self._gauge = gateway_requests_under_way.labels(upstream=config.name)
        self._session: aiohttp.ClientSession | None = None
        self._probed: tuple[float, str] | None = None

    async def open(self) -> None:
        """Make the connection pool; call it in the running event loop."""
        self._session = aiohttp.ClientSession(
            connector=LookingConnector(limit=0, keepalive_timeout=_KEEP_IDLE_SECONDS, use_dns_cache=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            raise_for_status=False,
            trust_env=False,
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the upstream is not open")
        return self._session

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place among the requests under way; raises a 503 problem when all are taken."""
        if self._under_way >= self.config.concurrency_limit:
            raise Unavailable("upstream_busy", f"Too many requests to {self.name} are under way.")
        self._under_way += 1
        self._gauge.inc()
        try:
            yield
        finally:
            self._under_way -= 1
            self._gauge.dec()

    async def state(self) -> str:
        """`ready`, `not_ready` (it answers, and says it is not) or `down`; asked at most once a second."""
        now = time.monotonic()
        if self._probed is None or now - self._probed[0] > _PROBE_KEPT_SECONDS:
            self._probed = (now, await self._probe())
        return self._probed[1]

    async def _probe(self) -> str:
        timeout = aiohttp.ClientTimeout(total=_PROBE_TIMEOUT_SECONDS)
        try:
            async with self.session.get(f"{self.url}/readyz", timeout=timeout) as answer:
                return "ready" if answer.status == 200 else "not_ready"
        except (aiohttp.ClientError, TimeoutError):
            return "down"

    async def fetch(self, path: str, timeout_seconds: float) -> bytes | None:
        """A document of the service, or None when it cannot be had."""
        timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        try:
            async with self.session.get(f"{self.url}{path}", timeout=timeout) as answer:
                if answer.status != 200 or (answer.content_length or 0) > _MAX_DOCUMENT_BYTES:
                    return None
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return None


async def states(upstreams: Mapping[str, Upstream]) -> dict[str, str]:
    """The state of every upstream, asked at the same time."""
    found = await asyncio.gather(*(upstream.state() for upstream in upstreams.values()))
    return dict(zip(upstreams, found, strict=True))
